"""The data model of OGC SensorThings 1.1, part 1: entity types with their properties and links.

Source: OGC 18-088, chapter 8. `column` and `path` name the field or relation of `models.sensorthings`.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal["text", "json", "time", "geometry"]


class Property(msgspec.Struct, frozen=True):
    """One property of an entity type."""

    name: str
    column: str
    kind: Kind = "text"
    required: bool = True


class Link(msgspec.Struct, frozen=True):
    """One navigation property: to one entity of type `target`, or to many."""

    name: str
    target: str
    path: str
    is_many: bool = False
    required: bool = False


class EntityType(msgspec.Struct, frozen=True):
    """One entity type, the name of its collection, and what an entity of it has; `computed` are read only properties."""

    name: str
    collection: str
    properties: tuple[Property, ...]
    links: tuple[Link, ...]
    computed: tuple[str, ...] = ()

    def find_property(self, name: str) -> Property | None:
        """Return a property by its name."""
        return next((one for one in self.properties if one.name == name), None)

    def find_link(self, name: str) -> Link | None:
        """Return a link by its name."""
        return next((one for one in self.links if one.name == name), None)


_DESCRIBED = (Property("name", "name"), Property("description", "description"))
_MORE = (Property("properties", "properties", "json", required=False),)
_ENCODED = (Property("encodingType", "encoding_type"),)
_OBSERVED = Link("Datastreams", "Datastream", "datastreams", is_many=True)

TYPES = {
    one.name: one
    for one in (
        EntityType(
            "Thing",
            "Things",
            _DESCRIBED + _MORE,
            (
                Link("Locations", "Location", "locations", is_many=True),
                Link("HistoricalLocations", "HistoricalLocation", "historical_locations", is_many=True),
                _OBSERVED,
            ),
        ),
        EntityType(
            "Location",
            "Locations",
            (*_DESCRIBED, *_ENCODED, Property("location", "geometry", "geometry"), *_MORE),
            (
                Link("Things", "Thing", "things", is_many=True),
                Link("HistoricalLocations", "HistoricalLocation", "historical_locations", is_many=True),
            ),
        ),
        EntityType(
            "HistoricalLocation",
            "HistoricalLocations",
            (Property("time", "time", "time"),),
            (
                Link("Thing", "Thing", "thing", required=True),
                Link("Locations", "Location", "locations", is_many=True, required=True),
            ),
        ),
        EntityType(
            "Sensor",
            "Sensors",
            (*_DESCRIBED, *_ENCODED, Property("metadata", "metadata", "json"), *_MORE),
            (_OBSERVED,),
        ),
        EntityType(
            "ObservedProperty",
            "ObservedProperties",
            (_DESCRIBED[0], Property("definition", "definition"), _DESCRIBED[1], *_MORE),
            (_OBSERVED,),
        ),
        EntityType(
            "Datastream",
            "Datastreams",
            (
                *_DESCRIBED,
                Property("observationType", "observation_type"),
                Property("unitOfMeasurement", "unit_of_measurement", "json"),
                Property("observedArea", "observed_area", "json", required=False),
                *_MORE,
            ),
            (
                Link("Thing", "Thing", "thing", required=True),
                Link("Sensor", "Sensor", "sensor", required=True),
                Link("ObservedProperty", "ObservedProperty", "observed_property", required=True),
                Link("Observations", "Observation", "", is_many=True),
            ),
            computed=("phenomenonTime", "resultTime"),
        ),
        EntityType(
            "FeatureOfInterest",
            "FeaturesOfInterest",
            (*_DESCRIBED, *_ENCODED, Property("feature", "geometry", "geometry"), *_MORE),
            (Link("Observations", "Observation", "", is_many=True),),
        ),
        EntityType(
            "Observation",
            "Observations",
            (
                Property("phenomenonTime", "observed_at", "time", required=False),
                Property("result", "value", "json"),
                Property("resultTime", "result_at", "time", required=False),
                Property("resultQuality", "", "json", required=False),
                Property("validTime", "", "text", required=False),
                Property("parameters", "", "json", required=False),
            ),
            (
                Link("Datastream", "Datastream", "", required=True),
                Link("FeatureOfInterest", "FeatureOfInterest", ""),
            ),
        ),
    )
}
BY_COLLECTION = {one.collection: one for one in TYPES.values()}
OBSERVATION = TYPES["Observation"]
