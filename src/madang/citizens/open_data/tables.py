"""Streams of this service."""

from __future__ import annotations

from madang.core.base.interface import Column, ColumnType, Table, TableKind, Text

USES = Table(
    name="open_data_uses",
    title=Text(ko="열린데이터 이용", en="Uses of open data"),
    description=Text(
        ko="어느 서비스가 어느 인증키로 몇 번 쓰였는지, 몇 초마다 모아 적은 것입니다.",
        en="How often each service was used with which key, written down every few seconds.",
    ),
    kind=TableKind.STREAM,
    key=("service", "key_id"),
    time="counted_at",
    read_permission="open_data.work",
    retention_days=1830,
    columns=(
        Column(name="service", type=ColumnType.TEXT, title=Text(ko="서비스", en="Service"), required=True),
        Column(name="key_id", type=ColumnType.TEXT, title=Text(ko="인증키", en="Key"), required=True),
        Column(name="counted_at", type=ColumnType.TIME, title=Text(ko="때", en="At"), required=True),
        Column(name="uses", type=ColumnType.INTEGER, title=Text(ko="이용", en="Uses"), required=True),
        Column(name="sent_rows", type=ColumnType.INTEGER, title=Text(ko="보낸 행", en="Rows sent")),
    ),
)
TABLES = (USES,)
