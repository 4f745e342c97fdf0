"""Readings in files: a row a reading (sensor, time, property, value), or a row a moment with a column a property."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, tzinfo

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from madang.core.base.interface import BadInput
from madang.infrastructure.city_sensors.records import PROPERTIES

from .packets import read_stamp

ROLES = {
    "thing_id": ("thing_id", "serial", "serial_no", "sn", "시리얼", "센서", "센서번호", "일련번호"),
    "observed_at": ("observed_at", "sensing_time", "time", "측정시간", "측정시각", "측정일시"),
    "property": ("property", "item", "항목", "측정항목"),
    "value": ("value", "값", "측정값"),
}
ALSO = {
    "pm25": ("pm2.5", "미세먼지2.5(초미세먼지)"),
    "pm10": ("미세먼지10(미세먼지)",),
    "humidity": ("상대습도",),
    "uv": ("자외선",),
    "pm25_corrected": ("pm25보정",),
    "pm10_corrected": ("pm10보정",),
}
"""Names of properties in the city's own files, besides their code and title."""
FOREIGN = "the sensor is another agency's"
UNKNOWN_SERIAL, UNKNOWN_PROPERTY, NO_TIME, FUTURE, NOT_FINITE = (
    "unknown serial",
    "unknown property",
    "no readable time",
    "time in the future",
    "no finite number",
)
TIME = pa.timestamp("us", "UTC")


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Which columns of a file hold what; `measured` are (column, property) of a file with a column a property."""

    thing_id: str
    observed_at: str
    property: str = ""
    value: str = ""
    measured: tuple[tuple[str, str], ...] = ()


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Readings of one sensor that can't be taken, for one reason; `example` is one of them as it stood."""

    serial: str
    reason: str
    count: int
    example: str


def plan_columns(names: Iterable[str]) -> Plan:
    """Return which columns hold what; raise BadInput where readings can't be told."""
    words = {_fold(name): name for name in names}
    roles = {role: next((words[one] for one in known if one in words), "") for role, known in ROLES.items()}
    if not roles["thing_id"] or not roles["observed_at"]:
        raise _wrong(
            "센서(시리얼)와 측정시간 열이 필요합니다",
            "a column of sensors (serial) and one of times are needed",
        )
    if roles["property"] and roles["value"]:
        return Plan(**roles)
    measured = []
    for prop in PROPERTIES:
        known = [_fold(one) for one in (prop.code, prop.title.ko, prop.title.en, *ALSO.get(prop.code, ()))]
        column = next((words[one] for one in known if one in words), "")
        measured += [(column, prop.code)] if column else []
    if not measured:
        raise _wrong(
            "항목과 값의 열도, 항목 이름으로 된 열도 없습니다",
            "neither property and value nor a column named by a property",
        )
    return Plan(thing_id=roles["thing_id"], observed_at=roles["observed_at"], measured=tuple(measured))


def melt(rows: pa.Table, plan: Plan, zone: tzinfo) -> pa.Table:
    """Return thing_id, property, observed_at and value of every reading; a moment that can't be read is null."""
    serials = rows[plan.thing_id].cast(pa.string())
    moments = _read_times(rows[plan.observed_at], zone)
    if plan.property:
        columns = [(rows[plan.property].cast(pa.string()), plan.value)]
    else:
        columns = [(pa.array([code] * rows.num_rows, pa.string()), name) for name, code in plan.measured]
    parts = []
    for properties, name in columns:
        part = pa.table(
            {
                "thing_id": serials,
                "property": properties,
                "observed_at": moments,
                "value": _read_numbers(rows[name], name),
            }
        )
        parts.append(part.filter(pc.is_valid(part["value"])))
    return pa.concat_tables(parts)


def sort_out(
    readings: pa.Table,
    stations: Collection[str],
    properties: Collection[str],
    latest: datetime,
    *,
    foreign: Collection[str] = (),
) -> tuple[pa.Table, list[Fault]]:
    """Return the readings that can be taken, and why the others can't, by sensor.

    `latest` is the last moment allowed, `foreign` are stations that aren't whose file it is to bring.
    """
    faults: list[Fault] = []
    checks = (
        (UNKNOWN_SERIAL, pc.is_in(readings["thing_id"], pa.array(list(stations), pa.string()))),
        (FOREIGN, pc.invert(pc.is_in(readings["thing_id"], pa.array(list(foreign), pa.string())))),
        (UNKNOWN_PROPERTY, pc.is_in(readings["property"], pa.array(list(properties), pa.string()))),
        (NO_TIME, pc.is_valid(readings["observed_at"])),
        (
            FUTURE,
            pc.fill_null(pc.less_equal(readings["observed_at"], pa.scalar(latest, TIME)), fill_value=False),
        ),
        (NOT_FINITE, pc.is_finite(readings["value"])),
    )
    good = None
    for reason, fits in checks:
        wrong = pc.invert(fits) if good is None else pc.and_(good, pc.invert(fits))
        faults += _list_faults(readings.filter(wrong), reason)
        good = fits if good is None else pc.and_(good, fits)
    return readings.filter(good), faults


def _list_faults(readings: pa.Table, reason: str) -> list[Fault]:
    """Return one fault a sensor, with how many readings have it and the first of them."""
    firsts = [(name, "first") for name in ("property", "observed_at", "value")]
    groups = readings.group_by("thing_id", use_threads=False).aggregate([([], "count_all"), *firsts])
    return [
        Fault(
            serial=one["thing_id"] or "?",
            reason=reason,
            count=one["count_all"],
            example=f"{one['property_first']} {one['observed_at_first']} {one['value_first']}",
        )
        for one in groups.to_pylist()
    ]


def _read_times(column: pa.ChunkedArray, zone: tzinfo) -> pa.ChunkedArray | pa.Array:
    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        return column.cast(TIME)
    return pa.array([_read_time(one, zone) for one in column.to_pylist()], TIME)


def _read_time(value: object, zone: tzinfo) -> datetime | None:
    if isinstance(value, datetime):
        return value.replace(tzinfo=zone)
    text = "" if value is None else str(value).strip()
    try:
        if text.isdecimal():
            return read_stamp(text, zone)
        moment = datetime.fromisoformat(text.replace("_", " "))
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)
    except ValueError:
        return None


def _read_numbers(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    try:
        numbers = column.cast(pa.float64())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise _wrong(
            f"열 ‘{name}’에 수가 아닌 값이 있습니다", f"column '{name}' has values that are no numbers"
        ) from error
    return pc.if_else(pc.is_nan(numbers), pa.scalar(None, pa.float64()), numbers)


def _fold(name: str) -> str:
    return "".join(name.split()).lower()


def _wrong(ko: str, en: str) -> BadInput:
    return BadInput("city_sensors.file", ko, en, field="file")
