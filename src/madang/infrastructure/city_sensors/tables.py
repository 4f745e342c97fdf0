"""Streams of this service."""

from __future__ import annotations

from madang.core.base.interface import Column, ColumnType, Table, TableKind, Text

EXPECTED_INTERVAL_S = 600


def _column(
    name: str, ko: str, en: str, kind: ColumnType = ColumnType.TEXT, *, required: bool = False
) -> Column:
    return Column(name=name, type=kind, title=Text(ko=ko, en=en), required=required)


READINGS = Table(
    name="city_sensor_readings",
    title=Text(ko="IoT 도시데이터 측정값", en="City sensor readings"),
    description=Text(
        ko="거리의 센서가 10분마다 보내는 값이에요. 없거나 범위를 벗어난 값은 비워 두고 이유를 적어요.",
        en="What street sensors send every ten minutes. Missing and impossible values are blank, with the reason.",
    ),
    kind=TableKind.STREAM,
    key=("thing_id", "property"),
    time="observed_at",
    detector_delay_ms=500,
    expected_interval_s=EXPECTED_INTERVAL_S,
    unwatched_prefix="STA-",
    freshness_promise_s=EXPECTED_INTERVAL_S,
    licence="KOGL-1",
    columns=(
        _column("thing_id", "센서 번호", "Sensor", required=True),
        _column("property", "측정 항목", "Property", required=True),
        _column("observed_at", "측정 시각", "Observed at", ColumnType.TIME, required=True),
        _column("value", "값", "Value", ColumnType.NUMBER),
        _column("quality", "품질", "Quality"),
        _column("raw", "받은 그대로", "As sent"),
        _column("result_at", "결과 시각", "Result at", ColumnType.TIME),
        _column("feature", "관측 대상", "Feature of interest"),
        _column("details", "덧붙인 내용", "Details"),
    ),
)
REFUSED = Table(
    name="city_sensor_refused",
    title=Text(ko="받지 못한 센서 전문", en="Sensor packets that were not taken"),
    kind=TableKind.STREAM,
    key=("serial", "data_no", "pk_seq"),
    time="received_at",
    read_permission="city_sensors.work",
    retention_days=365,
    columns=(
        _column("serial", "일련번호", "Serial", required=True),
        _column("data_no", "전문 번호", "Packet number", required=True),
        _column("pk_seq", "순번", "Sequence", required=True),
        _column("received_at", "받은 시각", "Received at", ColumnType.TIME, required=True),
        _column("status", "상태", "Status"),
        _column("code", "결과 코드", "Result code"),
        _column("reason", "이유", "Reason"),
        _column("sender", "보낸 곳", "Sender"),
        _column("packet", "전문", "Packet"),
    ),
)
TABLES = (READINGS, REFUSED)
