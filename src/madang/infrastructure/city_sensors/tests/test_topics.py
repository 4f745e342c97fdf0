"""Every set that an entity is in is a topic that tells of it (OGC 18-088, 14.2.1)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.actions.sensorthings.announcing import list_topics
from madang.infrastructure.city_sensors.actions.sensorthings.inserting import Insert
from madang.infrastructure.city_sensors.methods.sensorthings.schema import OBSERVATION, TYPES
from madang.infrastructure.city_sensors.queries.sensorthings.observations import Observed

AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.django_db
def test_an_entity_is_told_of_in_all_its_sets():
    text = {"name": "-", "description": "-"}
    placed = text | {"encoding_type": "-", "geometry": {"type": "Point", "coordinates": [127, 37.5]}}
    thing, sensor = (
        models.Thing.objects.create(**text),
        models.Sensor.objects.create(metadata="-", encoding_type="-", **text),
    )
    location = models.Location.objects.create(**placed)
    feature, own = (models.FeatureOfInterest.objects.create(**placed) for _ in range(2))
    observed = models.ObservedProperty.objects.create(definition="-", **text)
    thing.locations.add(location)
    past = models.HistoricalLocation.objects.create(time=AT, thing=thing)
    past.locations.add(location)
    datastream = models.Datastream.objects.create(
        thing=thing, sensor=sensor, observed_property=observed, feature=feature, observation_type="-",
        unit_of_measurement={}, stream_thing="STA-1", stream_property="d1", **text,
    )  # fmt: skip
    row = {"feature": None, "observed_at": AT, "details": None}
    for name, entity, expected in (
        ("Thing", thing, {"Things", f"Locations({location.pk})/Things"}),
        ("Location", location, {"Locations", f"Things({thing.pk})/Locations", f"HistoricalLocations({past.pk})/Locations"}),
        ("HistoricalLocation", past, {"HistoricalLocations", f"Things({thing.pk})/HistoricalLocations",
                                      f"Locations({location.pk})/HistoricalLocations"}),
        ("Sensor", sensor, {"Sensors"}),
        ("Datastream", datastream, {"Datastreams", f"Things({thing.pk})/Datastreams", f"Sensors({sensor.pk})/Datastreams",
                                    f"ObservedProperties({observed.pk})/Datastreams"}),
        ("Observation", Observed(datastream=datastream, row=row),
         {"Observations", f"Datastreams({datastream.pk})/Observations", f"FeaturesOfInterest({feature.pk})/Observations"}),
        ("Observation", Observed(datastream=datastream, row=row | {"feature": str(own.pk)}),
         {"Observations", f"Datastreams({datastream.pk})/Observations", f"FeaturesOfInterest({own.pk})/Observations"}),
    ):  # fmt: skip
        kind = OBSERVATION if name == "Observation" else TYPES[name]
        topics = list_topics(kind, entity)
        assert len(topics) == len(set(topics))
        assert set(topics) == {f"v1.1/{one}" for one in expected}, name


@pytest.mark.django_db
def test_where_a_thing_is_from_now_on_is_told_too():
    text = {"name": "-", "description": "-"}
    place = text | {"encodingType": "-", "location": {"type": "Point", "coordinates": [127, 37.5]}}
    insert = Insert(AT)
    thing = insert.make(TYPES["Thing"], text | {"Locations": [place]})
    told = {kind.name: entity for kind, entity in insert.made}
    assert (told["HistoricalLocation"].thing, told["HistoricalLocation"].time) == (thing, AT)
    moved = Insert(AT)
    moved.make(TYPES["Location"], place, {"Things": thing})
    assert [kind.name for kind, _ in moved.made] == ["HistoricalLocation", "Location"]
    assert [f"v1.1/Things({thing.pk})/HistoricalLocations"] == [
        topic for topic in list_topics(*moved.made[0]) if "Things" in topic
    ]
