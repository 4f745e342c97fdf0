"""Streams of this service."""

from __future__ import annotations

from madang.core.base.interface import ColumnType, Table, TableKind, Text, declare_column

EXPECTED_INTERVAL_S = 600


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
        declare_column("thing_id", "센서 번호", "Sensor", required=True),
        declare_column("property", "측정 항목", "Property", required=True),
        declare_column("observed_at", "측정 시각", "Observed at", ColumnType.TIME, required=True),
        declare_column("value", "값", "Value", ColumnType.NUMBER),
        declare_column("quality", "품질", "Quality"),
        declare_column("raw", "받은 그대로", "As sent"),
        declare_column("result_at", "결과 시각", "Result at", ColumnType.TIME),
        declare_column("feature", "관측 대상", "Feature of interest"),
        declare_column("details", "덧붙인 내용", "Details"),
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
        declare_column("serial", "일련번호", "Serial", required=True),
        declare_column("data_no", "전문 번호", "Packet number", required=True),
        declare_column("pk_seq", "순번", "Sequence", required=True),
        declare_column("received_at", "받은 시각", "Received at", ColumnType.TIME, required=True),
        declare_column("status", "상태", "Status"),
        declare_column("code", "결과 코드", "Result code"),
        declare_column("reason", "이유", "Reason"),
        declare_column("sender", "보낸 곳", "Sender"),
        declare_column("packet", "전문", "Packet"),
    ),
)
TABLES = (READINGS, REFUSED)
