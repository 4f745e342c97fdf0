"""Entities made with what stands inside of them (deep insert)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from madang.core.base.interface import MadangError
from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.methods.sensorthings.bodies import measure_box, read_body
from madang.infrastructure.city_sensors.methods.sensorthings.schema import (
    OBSERVATION,
    TYPES,
    EntityType,
    Link,
)
from madang.infrastructure.city_sensors.methods.sensorthings.wrong import refuse
from madang.infrastructure.city_sensors.queries.sensorthings.entities import get_entity
from madang.infrastructure.city_sensors.queries.sensorthings.filters import MODELS
from madang.infrastructure.city_sensors.queries.sensorthings.observations import Observed
from madang.infrastructure.city_sensors.records import PROPERTIES
from madang.infrastructure.city_sensors.tables import READINGS

from .observations import keep, make_row
from .owning import refuse_registered

MOST_AT_ONCE = 20_000


class Insert:
    """One deep insert: entities are made at once, observations are kept at its end."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.observations: list[Observed] = []
        self.made: list[tuple[EntityType, Any]] = []

    def make(self, kind: EntityType, body: Any, given: dict[str, Any] | None = None) -> Any:
        """Make one entity and those inside of it; `given` are links that its place in the request says."""
        if kind is OBSERVATION:
            return self._make_observation(body, given or {})
        values, links = read_body(kind, body)
        entity = MODELS[kind.name](**make_columns(kind, values))
        many = {}
        given = given or {}
        for link in kind.links:
            if link.name in given:
                if link.is_many:
                    many[link.path] = [given[link.name]]
                else:
                    setattr(entity, link.path, given[link.name])
            elif not link.is_many and link.path:
                setattr(entity, link.path, self._find_or_make(link, links.get(link.name)))
            elif link.required and not links.get(link.name):
                raise _missing(link.name)
        if kind.name == "Datastream":
            name_stream(entity)
        if kind.name == "HistoricalLocation":
            refuse_registered(kind, entity)
        entity.save()
        self._fill(kind, entity, links, many)
        if kind.name == "HistoricalLocation" and not entity.thing.historical_locations.filter(
            time__gt=entity.time
        ):
            entity.thing.locations.set(entity.locations.all())
        self.made.append((kind, entity))
        return entity

    def relate(self, kind: EntityType, entity: Any, links: dict[str, Any]) -> None:
        """Change the links of an entity that stands."""
        many: dict[str, list[Any]] = {}
        for name, value in links.items():
            link = kind.find_link(name)
            assert link is not None  # noqa: S101 - read_body has looked
            if not link.is_many:
                setattr(entity, link.path, self._find_or_make(link, value))
        entity.save()
        self._fill(kind, entity, {n: v for n, v in links.items() if isinstance(v, list)}, many)

    def take_array(self, array: dict[str, Any]) -> list[Observed | str]:
        """Take one data array; return each observation made, or the reason why it wasn't."""
        components, rows = array.get("components"), array.get("dataArray")
        is_named = isinstance(components, list) and all(isinstance(one, str) for one in components)
        if not is_named or not isinstance(rows, list):
            raise refuse(
                "dataArray", "components와 dataArray가 필요합니다", "components and dataArray are needed"
            )
        try:
            datastream = self._find_or_make(OBSERVATION.links[0], array.get("Datastream"))
        except MadangError as error:
            return [f"error: {error.text.en}" for _ in rows]
        results: list[Observed | str] = []
        for row in rows:
            self._check_size()
            body = dict(zip(components, row, strict=False)) if isinstance(row, list) else {}
            if "FeatureOfInterest/id" in body:
                body["FeatureOfInterest"] = {"@iot.id": body.pop("FeatureOfInterest/id")}
            try:
                if not isinstance(row, list) or len(row) != len(components):
                    raise refuse("dataArray", "항목 수가 다릅니다", "a row has as many values as components")
                results.append(self.make(OBSERVATION, body, {"Datastream": datastream}))
            except MadangError as error:
                results.append(f"error: {error.text.en}")
        return results

    def list_streams(self) -> list[models.Datastream]:
        """Return the datastreams that were made, and those that observations were made in."""
        made = [entity for kind, entity in self.made if kind.name == "Datastream"]
        return [*made, *(one.datastream for one in self.observations)]

    def finish(self) -> None:
        """Keep the observations."""
        keep(self.observations)

    def _fill(self, kind: EntityType, entity: Any, links: dict[str, Any], many: dict[str, list[Any]]) -> None:
        for link in kind.links:
            found = list(many.get(link.path, [])) if link.path else []
            value = links.get(link.name)
            if value is not None and link.is_many:
                if not isinstance(value, list):
                    raise refuse(
                        link.name, f"{link.name}은(는) 목록이어야 합니다", f"{link.name} must be a list"
                    )
                back = _find_back(kind, link)
                for one in value:
                    self._check_size()
                    other = self._find_or_make(link, one, {back.name: entity} if back else {})
                    found.append(other)
                    if back is not None and back.path and getattr(other, back.path) != entity:
                        refuse_registered(TYPES[link.target], other)
                        setattr(other, back.path, entity)
                        other.save()
            if found and link.path and _is_many_to_many(kind, link):
                self._join(kind, entity, link, found)

    def _join(self, kind: EntityType, entity: Any, link: Link, found: list[Any]) -> None:
        """Link an entity to others, many to many; a thing that is linked to locations is there from now on."""
        pair = kind.name, link.name
        things = {("Thing", "Locations"): [entity], ("Location", "Things"): found}.get(pair, [])
        for thing in things:
            refuse_registered(TYPES["Thing"], thing)
        getattr(entity, link.path).add(*found)
        for thing in things:
            past = record_place(thing, found if kind.name == "Thing" else [entity], self.now)
            self.made.append((TYPES["HistoricalLocation"], past))

    def _find_or_make(self, link: Link, value: Any, given: dict[str, Any] | None = None) -> Any:
        kind = TYPES[link.target]
        if value is None:
            raise _missing(link.name)
        if isinstance(value, dict) and "@iot.id" in value:
            if kind is OBSERVATION:
                raise refuse(link.name, "관측값은 새로 보내 주세요", "send observations anew")
            return get_entity(kind, value["@iot.id"])
        return self.make(kind, value, given)

    def _make_observation(self, body: Any, given: dict[str, Any]) -> Observed:
        _, links = read_body(OBSERVATION, body)
        datastream = given.get("Datastream") or self._find_or_make(
            OBSERVATION.links[0], links.get("Datastream")
        )
        feature = given.get("FeatureOfInterest")
        if feature is None and links.get("FeatureOfInterest") is not None:
            feature = self._find_or_make(OBSERVATION.links[1], links["FeatureOfInterest"])
        if feature is None and datastream.feature_id is None:
            datastream.feature = make_feature(datastream)
            datastream.save()
        own = feature.pk if feature is not None and feature.pk != datastream.feature_id else None
        one = make_row(now=self.now, datastream=datastream, body=body, feature_id=own)
        self.observations.append(one)
        return one

    def _check_size(self) -> None:
        if len(self.observations) > MOST_AT_ONCE:
            raise refuse(
                "Observations",
                f"한 번에 {MOST_AT_ONCE:,}개까지 받습니다",
                f"at most {MOST_AT_ONCE:,} observations are taken at once",
            )


def name_stream(datastream: Any) -> None:
    """Give a datastream its stream of readings: its property's own code where the house knows it."""
    datastream.stream_thing = datastream.thing.asset_id or f"{READINGS.unwatched_prefix}{datastream.thing.pk}"
    code = find_code(datastream.observed_property)
    taken = models.Datastream.objects.filter(stream_thing=datastream.stream_thing)
    if code is None or taken.filter(stream_property=code).exists():
        number = 1 + taken.count()
        while taken.filter(stream_property=f"d{number}").exists():
            number += 1
        code = f"d{number}"
    datastream.stream_property = code


def find_code(observed_property: Any) -> str | None:
    """Return the house's code of a property that goes by one of its names."""
    words = {observed_property.name.strip().lower(), observed_property.definition.strip().lower()}
    for one in PROPERTIES:
        if words & {one.code, one.title.ko.lower(), one.title.en.lower()}:
            return one.code
    return None


def make_feature(datastream: Any) -> models.FeatureOfInterest:
    """Return a feature of interest: the place of the datastream's thing, as the standard has it."""
    place = datastream.thing.locations.order_by("-pk").first()
    if place is None:
        raise refuse(
            "FeatureOfInterest",
            "FeatureOfInterest를 보내거나 Thing에 Location을 정해 주세요",
            "send a FeatureOfInterest, or give the Thing a Location",
        )
    values = {"name": place.name, "encoding_type": place.encoding_type, "geometry": place.geometry}
    found = models.FeatureOfInterest.objects.filter(**values).first()
    return found or models.FeatureOfInterest.objects.create(
        description=place.description,
        west=place.west,
        south=place.south,
        east=place.east,
        north=place.north,
        **values,
    )


def record_place(
    thing: models.Thing, locations: list[models.Location], now: datetime
) -> models.HistoricalLocation:
    """Note where a thing is from now on, and return the note."""
    thing.locations.set(locations)
    historical = models.HistoricalLocation.objects.create(thing=thing, time=now)
    historical.locations.set(locations)
    return historical


def make_columns(kind: EntityType, values: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of properties; a geometry has its box too."""
    columns = {}
    for name, value in values.items():
        prop = kind.find_property(name)
        assert prop is not None  # noqa: S101 - read_body has looked
        columns[prop.column] = value
        if prop.kind == "geometry":
            box = measure_box(name, value) or (None,) * 4
            columns |= dict(zip(("west", "south", "east", "north"), box, strict=True))
    return columns


def _find_back(kind: EntityType, link: Link) -> Link | None:
    """Return the link to one that leads back from what `link` leads to; None where it leads back to many."""
    found = (back for back in TYPES[link.target].links if back.target == kind.name and not back.is_many)
    return next(found, None)


def _is_many_to_many(kind: EntityType, link: Link) -> bool:
    return MODELS[kind.name]._meta.get_field(link.path).many_to_many


def _missing(name: str) -> Exception:
    return refuse(name, f"{name}이(가) 없습니다", f"{name} is missing")
