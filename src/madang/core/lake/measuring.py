"""Indicators of every room: measured each minute into the stream `indicators`, and read back from there."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import cache

import pyarrow as pa

from madang.core.base.interface import HOUSE, Actor, BadInput, Indicator, collect
from madang.core.base.interface import now as read_clock

from .reading import authorize
from .records import Filter, IndicatorDay, IndicatorState, Op
from .schemas import make_schema
from .streams import append
from .tables import INDICATORS

log = logging.getLogger(__name__)
EVERY_S = 60
LATE_AFTER = timedelta(seconds=5 * EVERY_S)
DAYS = "indicators_day"


@cache
def list_declared() -> dict[str, Indicator]:
    """Return by name what rooms declare in `indicators.py`; a wrong declaration raises BadInput."""
    found: dict[str, Indicator] = {}
    for manifest, indicator in collect("indicators", "INDICATORS"):
        if not indicator.name.startswith(f"{manifest.name}.") or indicator.name in found:
            said = f"{indicator.name} of {manifest.package}: its name is the room's, a dot and one of its own"
            raise BadInput("lake.indicator", said, said)
        found[indicator.name] = indicator
    return found


def publish_indicators(now: datetime) -> int:
    """Measure every indicator and append the values; return how many there were.

    One that fails is left out and logged: its last value then grows late, the others don't suffer.
    """
    rows = [
        {
            "name": one.name,
            "as_of": now,
            "value": value,
            "unit": one.unit,
            "target": one.target,
            "source": one.source.ko,
        }
        for one in list_declared().values()
        if (value := _measure(one)) is not None
    ]
    if rows:
        append(
            INDICATORS.name, pa.Table.from_pylist(rows, schema=make_schema(INDICATORS.columns)), actor=HOUSE
        )
    return len(rows)


def list_indicators(*, actor: Actor) -> tuple[IndicatorState, ...]:
    """Return every indicator with its newest value, by name."""
    rows = authorize(actor, INDICATORS.name).latest().to_pylist()
    newest = {row["name"]: row for row in rows}
    limit = read_clock() - LATE_AFTER
    states = []
    for name, one in sorted(list_declared().items()):
        row = newest.get(name)
        states.append(
            IndicatorState(
                indicator=one,
                value=row["value"] if row else None,
                as_of=row["as_of"] if row else None,
                is_late=row is None or row["as_of"] < limit,
            )
        )
    return tuple(states)


def list_indicator_days(name: str, days: int, *, actor: Actor) -> tuple[IndicatorDay, ...]:
    """Return the daily means of an indicator over the last `days` days that have any, oldest first."""
    since = (read_clock() - timedelta(days=days)).date()
    rows = authorize(actor, DAYS).read(
        ("day_on", "value_mean"), [Filter("name", Op.EQ, name), Filter("day_on", Op.GE, since)], ("day_on",)
    )
    return tuple(IndicatorDay(day=row["day_on"], mean=row["value_mean"]) for row in rows.to_pylist())


def _measure(indicator: Indicator) -> float | None:
    try:
        value = indicator.measure()
    except Exception:
        log.exception("indicator %s", indicator.name)
        return None
    return None if value is None else float(value)
