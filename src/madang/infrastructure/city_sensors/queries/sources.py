"""Sources of stations, with how fresh they are."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta

from madang.core.base.interface import ANONYMOUS, Kept, now
from madang.core.lake.interface import authorize
from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.methods.rates import FACTOR, Allowance
from madang.infrastructure.city_sensors.records import COMMON, Source, SourceState
from madang.infrastructure.city_sensors.tables import READINGS

from .stations import list_layouts, list_stations

kept = Kept()


def list_sources() -> tuple[SourceState, ...]:
    """Return every source with its state, those with most stations first; it may be 5 s old."""
    return kept.get("sources", _read_sources)


def get_source(name: str) -> Source:
    """Return what a source promises; the usual where nothing is written down."""
    row = models.SourceRow.objects.filter(name=name).first()
    if row is None:
        return Source(name=name)
    return Source(**{field: getattr(row, field) for field in Source.__struct_fields__})


def map_allowances() -> dict[str, Allowance]:
    """Return how much each source may send whose promise is written down; what is known may be 5 s old."""
    return kept.get("allowances", _read_allowances)


def forget_sources() -> None:
    """Forget what is kept in this process."""
    kept.forget()


def _read_allowances() -> dict[str, Allowance]:
    stations = Counter(one.source for one in list_stations().values())
    together = max(len(COMMON), *(len(one.fields) - 1 for one in list_layouts()), 0)
    return {
        row.name: Allowance(
            values=FACTOR * stations[row.name] * together, window_s=float(row.expected_interval_s)
        )
        for row in models.SourceRow.objects.all()
        if stations[row.name]
    }


def _read_sources() -> tuple[SourceState, ...]:
    stations = list_stations()
    newest: dict[str, datetime] = {}
    rows = authorize(ANONYMOUS, READINGS.name).latest(select=["thing_id", "observed_at"])
    for thing_id, moment in zip(rows["thing_id"].to_pylist(), rows["observed_at"].to_pylist(), strict=True):
        newest[thing_id] = max(moment, newest.get(thing_id, moment))
    members: dict[str, list[str]] = defaultdict(list)
    for thing_id, station in stations.items():
        members[station.source].append(thing_id)
    found = [_measure(get_source(name), ids, newest) for name, ids in members.items()]
    return tuple(sorted(found, key=lambda one: (-one.stations, one.source.name)))


def _measure(source: Source, ids: list[str], newest: dict[str, datetime]) -> SourceState:
    moments = [newest[one] for one in ids if one in newest]
    limit = now() - timedelta(seconds=source.freshness_promise_s)
    return SourceState(
        source=source,
        stations=len(ids),
        heard=len(moments),
        fresh=sum(one >= limit for one in moments),
        newest_at=max(moments, default=None),
    )
