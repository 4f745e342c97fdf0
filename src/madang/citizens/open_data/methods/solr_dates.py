"""Moments as Solr writes them: `2026-01-01T00:00:00Z`, `NOW`, and sums such as `NOW/DAY-7DAYS`."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta
from typing import Any

SUM = re.compile(r"(?P<sign>[-+])(?P<count>[0-9]{1,6})(?P<unit>[A-Z]+)|/(?P<floor>[A-Z]+)")
FIRST = re.compile(r"NOW|[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9:.]+)?(?:Z|[-+][0-9]{2}:[0-9]{2})?")
UNITS = {
    "MILLI": timedelta(milliseconds=1), "MILLISECOND": timedelta(milliseconds=1), "SECOND": timedelta(seconds=1),
    "MINUTE": timedelta(minutes=1), "HOUR": timedelta(hours=1), "DAY": timedelta(days=1), "DATE": timedelta(days=1),
}  # fmt: skip
MONTHS = {"MONTH": 1, "YEAR": 12}
FLOORS: dict[str, dict[str, Any]] = {
    "SECOND": {"microsecond": 0},
    "MINUTE": {"second": 0},
    "HOUR": {"minute": 0},
    "DAY": {"hour": 0},
    "MONTH": {"day": 1},
    "YEAR": {"month": 1},
}


def read_moment(text: str, now: datetime) -> float | None:
    """Return a moment in seconds since 1970, None for `*`; raise ValueError for what is none."""
    if text == "*":
        return None
    first = FIRST.match(text)
    if first is None:
        raise ValueError(text)
    moment = now if first[0] == "NOW" else datetime.fromisoformat(first[0])
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    at = first.end()
    while at < len(text):
        step = SUM.match(text, at)
        if step is None:
            raise ValueError(text)
        try:
            moment = _floor(moment, step["floor"]) if step["floor"] else _add(moment, *step.group(1, 2, 3))
        except (KeyError, OverflowError) as error:
            raise ValueError(text) from error
        at = step.end()
    return moment.timestamp()


def _add(moment: datetime, sign: str, count: str, unit: str) -> datetime:
    number, unit = int(sign + count), _name_unit(unit)
    if unit in UNITS:
        return moment + number * UNITS[unit]
    year, month = divmod(moment.year * 12 + moment.month - 1 + number * MONTHS[unit], 12)
    last = monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


def _floor(moment: datetime, unit: str) -> datetime:
    """Return the begin of the second, minute … that a moment lies in."""
    unit = _name_unit(unit)
    names = list(FLOORS)
    for name in names[: names.index("DAY" if unit == "DATE" else unit) + 1]:
        moment = moment.replace(**FLOORS[name])
    return moment


def _name_unit(text: str) -> str:
    unit = text.removesuffix("S")
    if unit not in UNITS | MONTHS:
        raise KeyError(text)
    return unit
