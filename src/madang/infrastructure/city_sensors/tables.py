"""Streams of this service."""

from __future__ import annotations

from madang.core.base.interface import (
    Column,
    ColumnType,
    Directions,
    OpenField,
    OpenName,
    Table,
    TableKind,
    Text,
    declare_column,
)

from .records import OPEN_QUANTITIES, PROPERTIES, OpenQuantity

EXPECTED_INTERVAL_S = 600
OPEN_DAYS = 31
"""As long as the city's own service keeps its rows."""


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
    unwatched_prefix="STA-",
    freshness_promise_s=EXPECTED_INTERVAL_S,
    licence="KOGL-1",
    directions=Directions(
        of="value", column="property", values=tuple(one.code for one in PROPERTIES if one.is_direction)
    ),
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


def _declare_quantity(one: OpenQuantity) -> tuple[Column, ...]:
    words = (("max", "최대", "maximum"), ("avg", "평균", "mean"), ("min", "최소", "minimum"))
    return tuple(
        declare_column(
            f"{word}_{one.stem}", f"{one.title.ko} {ko}", f"{one.title.en}, {en}", ColumnType.NUMBER, one.unit
        )
        for word, ko, en in words
    )


_OPEN_COLUMNS = (
    declare_column("model_nm", "모델명", "Model"),
    declare_column("serial_no", "시리얼", "Serial number", required=True),
    declare_column("sensing_time", "측정시간", "Hour of measurement", ColumnType.TIME, required=True),
    declare_column("region", "지역 유형", "Kind of area"),
    declare_column("autonomous_district", "자치구", "District"),
    declare_column("administrative_district", "동", "Dong"),
    *(column for one in OPEN_QUANTITIES for column in _declare_quantity(one)),
    declare_column("reg_dttm", "등록일시", "Registered at", ColumnType.TIME),
)
_MOMENT = {"sensing_time": "%Y-%m-%d_%H:%M:%S"}
OPEN_ROWS = Table(
    name="city_sensor_environment",
    title=Text(ko="IoT 도시데이터 환경정보 (시간별)", en="City sensors: environment, hourly"),
    description=Text(
        ko="센서마다 한 시간의 최대, 평균, 최소값이에요. 서울 열린데이터광장 IotVdata017과 같은 항목 이름으로 부를 수 있고, "
        "재지 않는 항목은 비어 있어요.",
        en="Maximum, mean and minimum of each hour and sensor, under the field names of Seoul's IotVdata017; what is "
        "not measured is blank.",
    ),
    kind=TableKind.STREAM,
    key=("serial_no",),
    time="sensing_time",
    freshness_promise_s=3 * 3600,
    retention_days=OPEN_DAYS,
    is_rolled_up=False,
    licence="KOGL-1",
    open_name=OpenName(
        name="IotVdata017",
        fields=tuple(
            OpenField(name=column.name.upper(), column=column.name, format=_MOMENT.get(column.name, ""))
            for column in _OPEN_COLUMNS
        ),
        arguments=("autonomous_district", "sensing_time"),
        order_by="-sensing_time",
    ),
    columns=_OPEN_COLUMNS,
)
TABLES = (READINGS, REFUSED, OPEN_ROWS)
