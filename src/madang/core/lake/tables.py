"""Tables of the lake itself."""

from __future__ import annotations

from madang.core.base.interface import Column, ColumnType, Table, TableKind, Text

INDICATORS = Table(
    name="indicators",
    title=Text(ko="도시 지표", en="City indicators"),
    description=Text(ko="도시 운영을 판단하는 수치", en="The figures the city steers by"),
    kind=TableKind.STREAM,
    key=("name",),
    time="as_of",
    read_permission="lake.read_internal",
    aggregated=True,
    columns=(
        Column(name="name", type=ColumnType.TEXT, title=Text(ko="지표", en="Indicator"), required=True),
        Column(name="as_of", type=ColumnType.TIME, title=Text(ko="기준 시각", en="As of"), required=True),
        Column(name="value", type=ColumnType.NUMBER, title=Text(ko="값", en="Value"), required=True),
        Column(name="unit", type=ColumnType.TEXT, title=Text(ko="단위", en="Unit"), required=True),
        Column(name="target", type=ColumnType.NUMBER, title=Text(ko="목표", en="Target")),
        Column(name="source", type=ColumnType.TEXT, title=Text(ko="출처", en="Source"), required=True),
    ),
)
TABLES = [INDICATORS]
