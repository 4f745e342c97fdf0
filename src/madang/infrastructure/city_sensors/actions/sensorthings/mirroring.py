"""Registered stations as SensorThings: a Thing, its place, and a Datastream for each property it measures.

Those of the common properties are there from the start, those of others once a value has come.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from madang.core.base.interface import ANONYMOUS
from madang.core.lake.interface import authorize
from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.queries.stations import list_stations
from madang.infrastructure.city_sensors.records import (
    COMMON,
    PROPERTIES,
    PROPERTY_BY_CODE,
    Property,
    name_station,
)
from madang.infrastructure.city_sensors.tables import READINGS

GEOJSON = "application/geo+json"
MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"
MODEL = "S-DoT"
RARE = frozenset(one.code for one in PROPERTIES if not one.is_common)


def mirror_stations() -> int:
    """Make entities of the stations registered since, follow those that changed; return how many.

    All is looked up before anybody has to wait for the registers, and who has nothing to write keeps nobody waiting.
    """
    known = {one.asset_id: one for one in models.Thing.objects.filter(asset_id__isnull=False)}
    stations = list_stations()
    new = [one for one in stations.values() if one.id not in known]
    moved = [
        one for one in stations.values() if one.id in known and known[one.id].properties != _describe(one)
    ]
    ids = {one.id for one in stations.values()}
    heard = {pair for pair in _list_heard() if pair[0] in ids}
    if new or moved:
        with transaction.atomic():
            if new:
                _add(new)
            for station in moved:
                _follow(known[station.id], station)
    if _find_unmade(heard):
        with transaction.atomic():
            _add_heard(heard)
    return len(new) + len(moved)


def _add(stations: list[Any]) -> None:
    sensor, properties = _get_sensor(), [_get_observed(one) for one in COMMON]
    things = models.Thing.objects.bulk_create([models.Thing(**_thing(one)) for one in stations])
    placed = [one.lon is not None for one in stations]
    places = models.Location.objects.bulk_create(
        [models.Location(**_place(one)) for one in stations if one.lon is not None]
    )
    features = models.FeatureOfInterest.objects.bulk_create(
        [models.FeatureOfInterest(**_place(one)) for one in stations if one.lon is not None]
    )
    where = iter(zip(places, features, strict=True))
    found = [next(where) if is_placed else (None, None) for is_placed in placed]
    models.Thing.locations.through.objects.bulk_create(
        models.Thing.locations.through(thing_id=thing.pk, location_id=place.pk)
        for thing, (place, _) in zip(things, found, strict=True)
        if place is not None
    )
    models.Datastream.objects.bulk_create(
        _make_datastream(thing, one, sensor=sensor, observed_property=observed, feature=feature)
        for thing, (_, feature) in zip(things, found, strict=True)
        for one, observed in zip(COMMON, properties, strict=True)
    )


def _list_heard() -> set[tuple[str, str]]:
    """Return (station, property) of the rarer properties that a value has come of."""
    rows = authorize(ANONYMOUS, READINGS.name).latest(select=["thing_id", "property"]).to_pylist()
    return {(row["thing_id"], row["property"]) for row in rows if row["property"] in RARE}


def _find_unmade(heard: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return those that have no datastream yet."""
    there = models.Datastream.objects.filter(stream_property__in=RARE)
    return heard - set(there.values_list("stream_thing", "stream_property")) if heard else heard


def _add_heard(heard: set[tuple[str, str]]) -> None:
    """Add the datastreams of rarer properties that a value has come of."""
    new = _find_unmade(heard)
    stations = models.Thing.objects.filter(asset_id__in={thing_id for thing_id, _ in new})
    things = {one.asset_id: one for one in stations}
    features = {
        row.stream_thing: row.feature
        for row in models.Datastream.objects.filter(stream_thing__in=things).select_related("feature")
    }
    observed = {code: _get_observed(PROPERTY_BY_CODE[code]) for code in {code for _, code in new}}
    sensor = _get_sensor()
    models.Datastream.objects.bulk_create(
        _make_datastream(
            things[thing_id],
            PROPERTY_BY_CODE[code],
            sensor=sensor,
            observed_property=observed[code],
            feature=features.get(thing_id),
        )
        for thing_id, code in sorted(new)
        if thing_id in things
    )


def _get_sensor() -> models.Sensor:
    values = {
        "description": "도시데이터 센서 · City data sensor",
        "encoding_type": "text/html",
        "metadata": "/city_sensors/",
    }
    return models.Sensor.objects.get_or_create(name=MODEL, defaults=values)[0]


def _get_observed(one: Property) -> models.ObservedProperty:
    values = {"name": one.title.en, "description": f"{one.title.ko} · {one.title.en}"}
    return models.ObservedProperty.objects.get_or_create(definition=one.code, defaults=values)[0]


def _make_datastream(thing: models.Thing, one: Property, **linked: Any) -> models.Datastream:
    name = name_station(thing.asset_id, thing.name)
    return models.Datastream(
        name=f"{one.title.en} {thing.asset_id}",
        description=f"{name.ko} {one.title.ko} · {name.en} {one.title.en}",
        observation_type=MEASUREMENT,
        unit_of_measurement={"name": one.unit, "symbol": one.unit, "definition": f"ucum:{one.unit}"},
        thing=thing,
        stream_thing=thing.asset_id,
        stream_property=one.code,
        **linked,
    )


def _follow(thing: models.Thing, station: Any) -> None:
    for name, value in _thing(station).items():
        setattr(thing, name, value)
    thing.save()
    if station.lon is not None:
        for place in [*thing.locations.all(), *_features(thing)]:
            for name, value in _place(station).items():
                setattr(place, name, value)
            place.save()


def _features(thing: models.Thing) -> list[models.FeatureOfInterest]:
    return list(models.FeatureOfInterest.objects.filter(datastreams__thing=thing).distinct())


def _thing(station: Any) -> dict[str, Any]:
    return {
        "name": station.name,
        "description": f"{station.name} ({station.id})",
        "asset_id": station.id,
        "properties": _describe(station),
    }


def _describe(station: Any) -> dict[str, Any]:
    values = {
        "id": station.id,
        "agency": station.agency_code,
        "district": station.district_code,
        "state": str(station.state),
        "source": station.source,
    }
    return {name: value for name, value in values.items() if value}


def _place(station: Any) -> dict[str, Any]:
    return {
        "name": station.name,
        "description": station.address or station.name,
        "encoding_type": GEOJSON,
        "geometry": {"type": "Point", "coordinates": [station.lon, station.lat]},
        "west": station.lon,
        "south": station.lat,
        "east": station.lon,
        "north": station.lat,
    }
