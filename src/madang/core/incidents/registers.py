"""Incidents as a lake table: what happened, where, how long it took; not who answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from madang.core.base.interface import ColumnType, Register, Table, TableKind, Text, declare_column

from .queries import get_version, iterate_incidents
from .records import Incident

INCIDENTS = Table(
    name="incidents",
    title=Text(ko="상황", en="Incidents"),
    description=Text(
        ko="도시에서 일어난 상황과 처리 시각", en="What happened in the city and when it was dealt with"
    ),
    kind=TableKind.REGISTER,
    key=("number",),
    read_permission="incidents.view",
    freshness_promise_s=5,
    lon="lon",
    lat="lat",
    crs="EPSG:4326",
    columns=(
        declare_column("number", "번호", "Number", ColumnType.INTEGER),
        declare_column("kind", "종류", "Kind"),
        declare_column("severity", "심각도", "Severity"),
        declare_column("state", "상태", "State"),
        declare_column("reason_ko", "내용 (한국어)", "Reason (Korean)"),
        declare_column("reason_en", "내용 (영어)", "Reason (English)"),
        declare_column("opened_at", "발생 시각", "Opened at", ColumnType.TIME),
        declare_column("last_seen_at", "마지막 관측", "Last seen at", ColumnType.TIME),
        declare_column("cleared_at", "해소 시각", "Cleared at", ColumnType.TIME),
        declare_column("received_at", "접수 시각", "Received at", ColumnType.TIME),
        declare_column("acknowledged_at", "확인 시각", "Acknowledged at", ColumnType.TIME),
        declare_column("closed_at", "종결 시각", "Closed at", ColumnType.TIME),
        declare_column("resolution", "결과", "Resolution"),
        declare_column("count", "관측 횟수", "Times seen", ColumnType.INTEGER),
        declare_column("is_overdue", "기한 넘김", "Overdue", ColumnType.BOOLEAN),
        declare_column("escalation_level", "상위 보고 단계", "Escalation level", ColumnType.INTEGER),
        declare_column("thing_id", "시설물", "Thing"),
        declare_column("agency_code", "담당 기관", "Agency"),
        declare_column("district_code", "자치구 코드", "District code"),
        declare_column("lon", "경도", "Longitude", ColumnType.NUMBER, "deg"),
        declare_column("lat", "위도", "Latitude", ColumnType.NUMBER, "deg"),
    ),
)
_MADE = {"reason_ko", "reason_en", "severity", "state"}
_TAKEN = [column.name for column in INCIDENTS.columns if column.name not in _MADE]


def list_rows() -> Iterator[dict[str, object]]:
    """Yield one row an incident."""
    for incident in iterate_incidents():
        yield _read_row(incident)


def _read_row(incident: Incident) -> dict[str, Any]:
    row = {name: getattr(incident, name) for name in _TAKEN}
    return row | {
        "severity": incident.severity.value,
        "state": incident.state.value,
        "reason_ko": incident.reason.ko,
        "reason_en": incident.reason.en,
    }


REGISTERS = [Register(table=INCIDENTS, rows=list_rows, version=get_version)]
