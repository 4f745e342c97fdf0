"""Temporal questions (ETSI GS CIM 009, 4.11 and 5.7): which time, how many instances, and how they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from madang.core.base.interface import BadInput
from madang.infrastructure.city_sensors.methods.sensorthings.bodies import read_time, write_time

from .problems import Problem, bad

METHODS = {
    "totalCount": "count",
    "distinctCount": "distinct",
    "sum": "sum",
    "avg": "mean",
    "min": "min",
    "max": "max",
    "stddev": "stddev",
}
"""Aggregations of the standard, as the lake calls them; sumsq is not among them."""
PERIODS = {"PT1H": "hour", "P1D": "day", "P1M": "month", "P1Y": "year", "PT0S": "", "": ""}
MOST_LAST = 10_000


class During(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of time: from (included), until (excluded), the newest `last` of each attribute, or aggregates."""

    since: datetime | None = None
    until: datetime | None = None
    last: int | None = None
    form: str = "normalized"
    aggregates: tuple[str, ...] = ()
    period: str = ""


class Instance(msgspec.Struct, frozen=True, kw_only=True):
    """One value of an attribute at a moment."""

    value: Any
    observed_at: datetime


class Aggregate(msgspec.Struct, frozen=True, kw_only=True):
    """Measures of an attribute over one period, by the standard's names."""

    begin: datetime
    end: datetime
    measures: dict[str, float | None]


def read_during(asked: Mapping[str, Any], *, required: bool) -> During:
    """Return the temporal question of parameters; raise Problem where it isn't one."""
    if str(asked.get("timeproperty") or "observedAt") != "observedAt":
        raise Problem("OperationNotSupported", "only observedAt is kept over time")
    relation = str(asked.get("timerel") or "")
    if not relation and required:
        raise bad("name timerel (before, after or between) and timeAt")
    since, until = _read_range(relation, asked) if relation else (None, None)
    options = f"{asked.get('options', '')},{asked.get('format', '')}"
    aggregates, period = (), ""
    if "aggregatedValues" in options:
        aggregates = tuple(one for one in str(asked.get("aggrMethods") or "").split(",") if one)
        period = str(asked.get("aggrPeriodDuration") or "")
        _check_aggregation(aggregates, period)
    return During(
        since=since,
        until=until,
        last=_read_last(asked.get("lastN")),
        form="temporalValues" if "temporalValues" in options else "normalized",
        aggregates=aggregates,
        period=PERIODS.get(period, ""),
    )


def is_within(during: During, moment: datetime) -> bool:
    """Return whether a moment is asked for."""
    return (during.since is None or moment >= during.since) and (
        during.until is None or moment < during.until
    )


def write_instances(attribute: dict[str, Any], instances: Sequence[Instance], form: str) -> Any:
    """Return the instances of an attribute (normalised, as it is now) in the form that is asked for."""
    if form == "temporalValues":
        values = [[one.value, write_time(one.observed_at)] for one in instances]
        return {"type": attribute["type"], "values": values}
    kept = {name: attribute[name] for name in ("type", "unitCode", "datasetId") if name in attribute}
    return [kept | {"value": one.value, "observedAt": write_time(one.observed_at)} for one in instances]


def write_aggregates(attribute: dict[str, Any], aggregates: Sequence[Aggregate], names: Sequence[str]) -> Any:
    """Return aggregates of an attribute: for each method a list of [value, begin, end]."""
    return {"type": attribute["type"]} | {
        name: [[one.measures[name], write_time(one.begin), write_time(one.end)] for one in aggregates]
        for name in names
    }


def write_range(instances: Sequence[Instance], total: int) -> str:
    """Return the Content-Range of an answer that is cut (6.3.10), or "" of one without instances."""
    moments = sorted(one.observed_at for one in instances)
    if not moments:
        return ""
    return f"date-time {moments[0]:%Y-%m-%dT%H:%M:%S}-{moments[-1]:%Y-%m-%dT%H:%M:%S}/{total}"


def _read_range(relation: str, asked: Mapping[str, Any]) -> tuple[datetime | None, datetime | None]:
    at = _read_moment("timeAt", asked)
    if relation == "before":
        return None, at
    if relation == "after":
        return at + timedelta(microseconds=1), None
    if relation == "between":
        end = _read_moment("endTimeAt", asked)
        if end < at:
            raise bad("endTimeAt is before timeAt")
        return at, end
    raise bad("timerel is before, after or between")


def _read_moment(name: str, asked: Mapping[str, Any]) -> datetime:
    try:
        return read_time(name, str(asked.get(name) or "").replace(" ", "+"))[0].astimezone(UTC)
    except BadInput as error:
        raise bad(error.text.en) from error


def _read_last(text: Any) -> int | None:
    if text in (None, ""):
        return None
    if not (str(text).isascii() and str(text).isdecimal() and 1 <= int(str(text)[:9]) <= MOST_LAST):
        raise bad(f"lastN is a number from 1 to {MOST_LAST}")
    return int(text)


def _check_aggregation(aggregates: Sequence[str], period: str) -> None:
    if not aggregates or not set(aggregates) <= set(METHODS):
        raise bad(f"aggrMethods are of {', '.join(METHODS)}")
    if period not in PERIODS:
        raise Problem(
            "OperationNotSupported", f"aggrPeriodDuration is one of {', '.join(filter(None, PERIODS))}"
        )
