"""Observations on their way in: rows of the readings table, kept before they are acknowledged."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

import msgspec
import pyarrow as pa

from madang.core.base.interface import HOUSE
from madang.core.lake.interface import AS_IT_ARRIVES, append
from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.methods.limits import is_possible
from madang.infrastructure.city_sensors.methods.packets import GOOD, OUT_OF_RANGE
from madang.infrastructure.city_sensors.methods.sensorthings.bodies import read_body, read_time, write_time
from madang.infrastructure.city_sensors.methods.sensorthings.options import Options
from madang.infrastructure.city_sensors.methods.sensorthings.schema import OBSERVATION
from madang.infrastructure.city_sensors.methods.sensorthings.wrong import refuse
from madang.infrastructure.city_sensors.queries.sensorthings.observations import (
    BORN,
    DELETED,
    MOVED,
    Observed,
    count_us,
    list_observations,
    read_at,
    read_us,
    select_features,
    select_stream,
)
from madang.infrastructure.city_sensors.queries.sensorthings.spans import Branches
from madang.infrastructure.city_sensors.queries.sensorthings.written import note_written
from madang.infrastructure.city_sensors.tables import READINGS

_together: ContextVar[list[dict[str, Any]] | None] = ContextVar("together", default=None)
SCHEMA = pa.schema(
    [
        ("thing_id", pa.string()),
        ("property", pa.string()),
        ("observed_at", pa.timestamp("us", "UTC")),
        ("value", pa.float64()),
        ("quality", pa.string()),
        ("raw", pa.string()),
        ("result_at", pa.timestamp("us", "UTC")),
        ("feature", pa.string()),
        ("details", pa.string()),
        ("revision", pa.int64()),
    ]
)


def make_row(
    *, now: datetime, datastream: Any, body: dict[str, Any], feature_id: int | None = None
) -> Observed:
    """Return an observation as the readings table keeps it.

    `feature_id` is its own feature of interest, None where it is the datastream's. Raises BadInput.
    """
    values, _ = read_body(OBSERVATION, body)
    result = body["result"]
    begin, end = (
        read_time("phenomenonTime", body["phenomenonTime"]) if body.get("phenomenonTime") else (now, None)
    )
    result_at = read_time("resultTime", body["resultTime"])[0] if body.get("resultTime") else None
    if values.get("validTime"):
        read_time("validTime", values["validTime"])
    details = {
        name: values[name]
        for name in ("resultQuality", "validTime", "parameters")
        if values.get(name) is not None
    }
    is_number = isinstance(result, int | float) and not isinstance(result, bool)
    if is_number and abs(result) > 1e300:
        raise refuse("result", "수가 너무 큽니다", "the number is too large")
    value = float(result) if is_number else None
    code = (
        "" if datastream.thing.asset_id is None else datastream.stream_property
    )  # elsewhere the unit is its own
    row = {
        "thing_id": datastream.stream_thing,
        "property": datastream.stream_property,
        "observed_at": begin,
        "value": value if is_possible(code, value) else None,
        "quality": GOOD if is_possible(code, value) else OUT_OF_RANGE,
        "raw": msgspec.json.encode(result).decode(),
        "result_at": result_at,
        "feature": str(feature_id) if feature_id else None,
        "details": msgspec.json.encode(
            details | ({"phenomenonEnd": write_time(end)} if end else {})
        ).decode(),
    }
    return Observed(datastream=datastream, row=row)


def keep(observations: list[Observed]) -> None:
    """Append observations durably; of two with the same datastream and time the later sent counts.

    Raises BadInput where a time lies a day or more ahead, and Unavailable where nothing can be stored.
    """
    if not observations:
        return
    rows = [one.row | {"revision": AS_IT_ARRIVES} for one in observations]
    together = _together.get()
    if together is None:
        _append(rows)
    else:
        together += rows


@contextmanager
def keep_together() -> Generator[None, None, None]:
    """Keep every observation of a change set in one write at its end, and none where it fails."""
    rows: list[dict[str, Any]] = []
    token = _together.set(rows)
    try:
        yield
    finally:
        _together.reset(token)
    if rows:
        _append(rows)


def _append(rows: list[dict[str, Any]]) -> None:
    result = append(READINGS.name, pa.Table.from_pylist(rows, schema=SCHEMA), actor=HOUSE)
    note_written(result.sequence)
    if result.rejects:
        reject = result.rejects[0]
        raise refuse("phenomenonTime", reject.reason.ko, reject.reason.en)


def change_observation(
    *, now: datetime, one: Observed, body: dict[str, Any], feature: Any = None
) -> Observed:
    """Write an observation anew with what `body` says, and return it. Its id stays, whatever its time; raises BadInput.

    `feature` is another feature of interest, None where it keeps its own.

    Where it was made a row stays that says where it is now.
    """
    feature_id = int(one.row["feature"] or 0) if feature is None else feature.pk
    feature_id = None if feature_id == one.datastream.feature_id else feature_id or None
    changed = make_row(now=now, datastream=one.datastream, body=body, feature_id=feature_id)
    moment, born = changed.row["observed_at"], one.born_us
    rows = [changed]
    if moment != one.row["observed_at"]:
        there = read_at(one.datastream, moment)
        if there is not None and there["quality"] != DELETED:
            raise refuse(
                "phenomenonTime",
                "그 시각에 다른 관측값이 있습니다",
                "there is another observation of the datastream at that time",
            )
        rows.append(_blank(one))
    if count_us(moment) != born:
        _note(changed, BORN, born)
        birth = msgspec.structs.replace(one, row=one.row | {"observed_at": read_us(str(born))})
        rows = [row for row in rows if row.row["observed_at"] != birth.row["observed_at"]]
        rows.append(_blank(birth))
        _note(rows[-1], MOVED, count_us(moment))
    keep(rows)
    return changed


def _note(one: Observed, name: str, us: int) -> None:
    details = msgspec.json.decode(one.row["details"]) if one.row["details"] else {}
    one.row["details"] = msgspec.json.encode(details | {name: us}).decode()


def _blank(one: Observed) -> Observed:
    blank = {"value": None, "quality": DELETED, "raw": None, "result_at": None, "details": None}
    return Observed(datastream=one.datastream, row=one.row | blank)


def remove_observations(observations: list[Observed]) -> None:
    """Take observations back: their rows stay as deleted, without a value."""
    keep([_blank(one) for one in observations])


def empty_datastream(datastream: models.Datastream) -> None:
    """Take back every observation of a datastream."""
    _empty((select_stream(datastream),), lambda _: None)


def empty_feature(
    feature: models.FeatureOfInterest, check: Callable[[list[models.Datastream]], None]
) -> None:
    """Take back every observation of a feature of interest; `check` raises where those of datastreams can't be."""
    _empty(select_features([feature.pk]), check)


def _empty(branches: Branches, check: Callable[[list[models.Datastream]], None]) -> None:
    while True:
        found, _, has_more = list_observations(branches, Options(top=50_000))
        check([one.datastream for one in found])
        remove_observations(found)
        if not has_more:
            return
