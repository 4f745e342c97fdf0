"""Calibration: a station's values are corrected from a moment on, those that are there already too."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import msgspec
import pyarrow as pa
from django.db import transaction

from madang.core.base.interface import ANONYMOUS, HOUSE, Actor, BadInput
from madang.core.lake.interface import AS_IT_ARRIVES, Filter, Op, append, authorize
from madang.core.people.interface import record_audit, require
from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.methods.correcting import correct, find_original
from madang.infrastructure.city_sensors.queries.corrections import (
    forget_corrections,
    list_corrections,
    list_made_since,
)
from madang.infrastructure.city_sensors.queries.stations import list_stations
from madang.infrastructure.city_sensors.records import PROPERTY_BY_CODE, Correction
from madang.infrastructure.city_sensors.tables import READINGS

PERMISSION = "city_sensors.change_receiver"
BATCH = 50_000
LOOK_BACK = timedelta(minutes=3)
"""Readings that arrived while a process didn't know of a new correction yet are corrected afterwards."""


def calibrate(*, actor: Actor, now: datetime, correction: Correction) -> int:
    """Correct a station's values of a property from `valid_from` on; return how many readings changed.

    What was measured stays in the reading's details: a later correction starts from it, and gain 1 with offset 0
    takes a correction back. Raises BadInput for nonsense.
    """
    station = list_stations().get(correction.thing_id)
    if station is None or correction.property not in PROPERTY_BY_CODE:
        raise BadInput(
            "city_sensors.calibration", "등록된 센서와 항목이 아닙니다", "no such station or property"
        )
    require(actor, PERMISSION, station.agency_code)
    if not (math.isfinite(correction.gain) and math.isfinite(correction.offset)) or correction.gain <= 0:
        raise BadInput(
            "city_sensors.gain", "기울기는 0보다 커야 합니다", "the gain must be above 0", field="gain"
        )
    if correction.valid_from > now:
        raise BadInput(
            "city_sensors.valid_from",
            "앞날의 보정은 적을 수 없습니다",
            "a correction begins now or before",
            field="valid_from",
        )
    with transaction.atomic():
        models.Calibration.objects.create(**msgspec.structs.asdict(correction))
        subject = f"{correction.thing_id} {correction.property}"
        details = {"gain": correction.gain, "offset": correction.offset, "reason": correction.reason}
        record_audit(actor=actor, now=now, action="city_sensors.calibrate", subject=subject, details=details)
    forget_corrections()
    return recorrect(thing_id=correction.thing_id, code=correction.property, since=correction.valid_from)


def recorrect_recent(*, now: datetime) -> int:
    """Correct what arrived while a new correction was not yet known everywhere; return how many changed."""
    return sum(
        recorrect(thing_id=one.thing_id, code=one.property, since=one.made_at - LOOK_BACK)
        for one in list_made_since(now - LOOK_BACK)
    )


def recorrect(*, thing_id: str, code: str, since: datetime) -> int:
    """Write a station's readings since a moment as its corrections say; return how many changed."""
    corrections = [one for one in list_corrections(thing_id) if one.property == code]
    stream = [
        Filter("thing_id", Op.EQ, thing_id),
        Filter("property", Op.EQ, code),
        Filter("observed_at", Op.GE, since),
    ]
    reader = authorize(ANONYMOUS, READINGS.name)
    changed, offset = 0, 0
    while True:
        rows = reader.read(where=stream, order_by=["observed_at"], offset=offset, limit=BATCH).to_pylist()
        corrected = [one for row in rows if (one := _correct_row(row, corrections)) is not None]
        if corrected:
            for one in corrected:
                one["revision"] = AS_IT_ARRIVES
            columns = [*(column.name for column in READINGS.columns), "revision"]
            times = {"observed_at", "result_at"}
            types = {"value": pa.float64(), "revision": pa.int64()}
            schema = pa.schema(
                [(n, pa.timestamp("us", "UTC") if n in times else types.get(n, pa.string())) for n in columns]
            )
            append(READINGS.name, pa.Table.from_pylist(corrected, schema=schema), actor=HOUSE)
            changed += len(corrected)
        offset += BATCH
        if len(rows) < BATCH:
            return changed


def _correct_row(row: dict[str, object], corrections: list[Correction]) -> dict[str, object] | None:
    original = find_original(row["value"], row["details"])  # type: ignore[arg-type]
    value, details = correct(corrections, row["observed_at"], original)  # type: ignore[arg-type]
    if value == row["value"]:
        return None
    return row | {"value": value, "details": details}
