"""What attributes were over time: of stations from the lake, of other entities what is known now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

import msgspec

from madang.core.base.interface import ANONYMOUS, CITY_TIMEZONE
from madang.core.lake.interface import AnyOf, Filter, Group, Measure, Op, authorize
from madang.infrastructure.city_sensors.methods.ngsi.contexts import DEFAULT
from madang.infrastructure.city_sensors.methods.ngsi.documents import Entity
from madang.infrastructure.city_sensors.methods.ngsi.temporal import (
    METHODS,
    Aggregate,
    During,
    Instance,
    is_within,
)
from madang.infrastructure.city_sensors.methods.sensorthings.bodies import read_time
from madang.infrastructure.city_sensors.queries.sensorthings.observations import DELETED
from madang.infrastructure.city_sensors.records import PROPERTY_BY_CODE, STATION_ENTITY
from madang.infrastructure.city_sensors.tables import READINGS

MOST = 20_000
"""Instances of one answer; where there are more it has the newest, and says so."""
Place = tuple[str, str]
"""An entity's id and an attribute's IRI."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Instances by place, and how many there are in all."""

    instances: dict[Place, list[Instance]]
    total: int


def find_instances(entities: Sequence[Entity], attrs: Sequence[str], during: During) -> Found:
    """Return the instances of attributes (IRIs; none: all) in the time asked for, oldest first."""
    streams = _map_streams(entities, attrs)
    found: dict[Place, list[Instance]] = defaultdict(list)
    total, is_cut = 0, False
    for place, one in _list_known(entities, attrs, streams.values()):
        if is_within(during, one.observed_at):
            found[place].append(one)
            total += 1
    if streams:
        reader = authorize(ANONYMOUS, READINGS.name)
        where = [*_select(streams, during), *_WITH_VALUE]
        columns = ["thing_id", "property", "observed_at", "value"]
        rows = reader.read(columns, where, order_by=["-observed_at"], limit=MOST)
        is_cut = rows.num_rows == MOST
        total += reader.count(where) if is_cut else rows.num_rows
        for row in reversed(rows.to_pylist()):
            place = streams[row["thing_id"], row["property"]]
            found[place].append(Instance(value=row["value"], observed_at=row["observed_at"]))
    if during.last is not None:
        found = defaultdict(list, {place: those[-during.last :][::-1] for place, those in found.items()})
        total = total if is_cut else sum(map(len, found.values()))
    return Found(instances=dict(found), total=total)


def find_aggregates(
    entities: Sequence[Entity], attrs: Sequence[str], during: During
) -> dict[Place, list[Aggregate]]:
    """Return measures of stations' attributes by period, oldest first."""
    streams = _map_streams(entities, attrs)
    if not streams:
        return {}
    groups: list[Group | str] = ["thing_id", "property"]
    if during.period:
        groups.append(Group(column="observed_at", by=during.period, name="period"))
    functions = [METHODS[one] for one in during.aggregates]
    edges = [Measure(function=one, column="observed_at", name=f"{one}_at") for one in ("min", "max")]
    rows = authorize(ANONYMOUS, READINGS.name).aggregate(
        [*(Measure(function=one, column="value", name=one) for one in dict.fromkeys(functions)), *edges],
        groups,
        where=[*_select(streams, during), *_WITH_VALUE],
        order_by=[*(["period"] if during.period else []), "thing_id", "property"],
        limit=MOST,
    )
    found: dict[Place, list[Aggregate]] = defaultdict(list)
    for row in rows.to_pylist():
        begin, end = _bound(row, during.period)
        measures = {name: row[METHODS[name]] for name in during.aggregates}
        found[streams[row["thing_id"], row["property"]]].append(
            Aggregate(begin=begin, end=end, measures=measures)
        )
    return dict(found)


_WITH_VALUE = (
    Filter("value", Op.NOT_NULL),
    AnyOf(((Filter("quality", Op.NE, DELETED),), (Filter("quality", Op.IS_NULL),))),
)


def _map_streams(entities: Sequence[Entity], attrs: Sequence[str]) -> dict[tuple[str, str], Place]:
    """Return the streams (thing, property) of entities that are stations, with their places."""
    return {
        (entity.id.removeprefix(STATION_ENTITY), iri.removeprefix(DEFAULT)): (entity.id, iri)
        for entity in entities
        if entity.id.startswith(STATION_ENTITY)
        for iri in entity.attributes
        if iri.removeprefix(DEFAULT) in PROPERTY_BY_CODE and (not attrs or iri in attrs)
    }


def _list_known(
    entities: Sequence[Entity], attrs: Sequence[str], kept: Iterable[Place]
) -> Iterable[tuple[Place, Instance]]:
    """Yield the instances that entities have now, of attributes that the lake doesn't keep."""
    elsewhere = set(kept)
    for entity in entities:
        for iri, attribute in entity.attributes.items():
            if (entity.id, iri) in elsewhere or (attrs and iri not in attrs):
                continue
            for one in attribute if isinstance(attribute, list) else [attribute]:
                if "observedAt" in one and "value" in one:
                    moment = read_time("observedAt", one["observedAt"])[0]
                    yield (entity.id, iri), Instance(value=one["value"], observed_at=moment)


def _select(streams: Mapping[tuple[str, str], Place], during: During) -> list[Filter | AnyOf]:
    where: list[Filter | AnyOf] = [Filter("thing_id", Op.IN, sorted({thing for thing, _ in streams}))]
    alike: dict[tuple[str, ...], list[str]] = defaultdict(list)  # things of the same properties: mostly all
    for thing, group in groupby(sorted(streams), key=itemgetter(0)):
        alike[tuple(prop for _, prop in group)].append(thing)
    where.append(
        AnyOf(
            tuple(
                (Filter("thing_id", Op.IN, things), Filter("property", Op.IN, list(properties)))
                for properties, things in alike.items()
            )
        )
    )
    if during.since is not None:
        where.append(Filter("observed_at", Op.GE, during.since))
    if during.until is not None:
        where.append(Filter("observed_at", Op.LT, during.until))
    return where


def _bound(row: dict[str, Any], period: str) -> tuple[datetime, datetime]:
    """Return begin and end of a row's period; without one, of what there is."""
    if not period:
        return row["min_at"], row["max_at"]
    begin = row["period"]
    if period == "hour":
        return begin, begin + timedelta(hours=1)
    begin_on = date(begin.year, begin.month, begin.day)
    if period == "day":
        end_on = begin_on + timedelta(days=1)
    elif period == "month":
        end_on = (begin_on.replace(day=1) + timedelta(days=32)).replace(day=1)
    else:
        end_on = begin_on.replace(year=begin_on.year + 1)
    begin_at, end_at = (
        datetime(day.year, day.month, day.day, tzinfo=CITY_TIMEZONE).astimezone(UTC)
        for day in (begin_on, end_on)
    )
    return begin_at, end_at
