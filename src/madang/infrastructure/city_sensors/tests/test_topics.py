"""What an entity is told of under: sets, entities, properties and what is selected (OGC 18-088, 14.2)."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime

import httpx
import paho.mqtt.client as mqtt
import pytest

from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.actions.sensorthings.announcing import list_topics
from madang.infrastructure.city_sensors.actions.sensorthings.inserting import Insert
from madang.infrastructure.city_sensors.methods.sensorthings.schema import OBSERVATION, TYPES
from madang.infrastructure.city_sensors.queries.sensorthings.observations import Observed

from .tokens import make_token

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


@pytest.fixture(scope="module")
def api(house):
    token = make_token(house, "city_sensors.write_sensorthings")
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{house.url}/sta/v1.1", headers=headers, timeout=120) as api:
        yield api


def send(api, method, path, body):
    reply = api.request(method, path, json=body)
    assert reply.status_code in {200, 201}, reply.text
    return reply.json()


@contextmanager
def listen(house, topics):
    """Yield what comes to MQTT topics, as (topic, document), once the broker has taken all of them."""
    heard, taken = [], threading.Semaphore(0)
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.on_message = lambda _client, _data, one: heard.append((one.topic, json.loads(one.payload)))
    client.on_subscribe = lambda _client, _data, _mid, codes, _more: taken.release()
    client.connect("127.0.0.1", house.mqtt_port)
    client.loop_start()
    for topic in topics:
        client.subscribe(topic)
    assert all(taken.acquire(timeout=30) for _ in topics)
    try:
        yield heard
    finally:
        client.disconnect()
        client.loop_stop()


def await_heard(heard, topic, count=1):
    """Return the documents of a topic once there are `count` of them."""
    deadline = time.monotonic() + 60
    while len(found := [one for name, one in heard if name == topic]) < count:
        assert time.monotonic() < deadline, (topic, heard)
        time.sleep(0.1)
    return found


def await_result(heard, topic, document):
    """Return once a document was told under a topic; what was told before is told by the way."""
    deadline = time.monotonic() + 60
    while (topic, document) not in heard:
        assert time.monotonic() < deadline, (topic, heard)
        time.sleep(0.1)


PLACE = {
    "name": "quay", "description": "-", "encodingType": "application/geo+json",
    "location": {"type": "Point", "coordinates": [127, 37.5]},
}  # fmt: skip
TEXT = {"name": "pump", "description": "-"}
STREAM = TEXT | {
    "observationType": "-", "unitOfMeasurement": {}, "Sensor": TEXT | {"encodingType": "-", "metadata": "-"},
    "ObservedProperty": TEXT | {"definition": "-"},
}  # fmt: skip
BODY = {"result": 1, "phenomenonTime": "2026-03-01T00:00:00Z", "parameters": {"by": "hand"}}


def await_news(api, heard, thing):
    """Return once changes are told of: what happens before the house and its broker know each other isn't."""
    deadline = time.monotonic() + 60
    while f"v1.1/Things({thing})/properties" not in {topic for topic, _ in heard}:
        assert time.monotonic() < deadline
        send(api, "PATCH", f"/Things({thing})", {"properties": {"tried": True}})
        time.sleep(0.5)
    heard.clear()


def test_who_listens_to_any_topic_of_the_standard_is_told(api, house):
    made = send(api, "POST", "/Datastreams", STREAM | {"Thing": TEXT | {"Locations": [PLACE]}})["@iot.id"]
    thing = api.get(f"/Datastreams({made})/Thing").json()["@iot.id"]
    observation = send(api, "POST", f"/Datastreams({made})/Observations", BODY)["@iot.id"]
    far, path = f"v1.1/Datastreams({made})/Thing/Locations", f"v1.1/Observations('{observation}')"
    chosen = f"v1.1/Datastreams({made})/Observations?$select=result,parameters"
    named, described = "v1.1/Things?$select=name,id", f"v1.1/Things({thing})/Locations?$select=description"
    through = f"v1.1/Observations('{observation}')/Datastream/Thing/Datastreams"
    topics = (
        far, chosen, path, f"{path}/result", f"{path}/parameters", named, described, through,
        f"v1.1/Datastreams({made})/Thing", f"v1.1/Datastreams({made})/Thing/name", "v1.1/Things?$filter=id",
        "v1.1/Nothing(1)/x/y", f"v1.1/Things({thing})/properties",
    )  # fmt: skip
    with listen(house, topics) as heard:
        await_news(api, heard, thing)
        send(api, "POST", f"/Things({thing})/Locations", PLACE | {"name": "pier"})
        assert await_heard(heard, far)[0]["name"] == "pier"
        assert await_heard(heard, described) == [{"description": "-"}]
        send(api, "POST", f"/Things({thing})/Datastreams", STREAM)
        assert await_heard(heard, through)[0]["name"] == "pump"
        send(api, "PATCH", f"/Things({thing})", {"description": "only this"})
        send(api, "PATCH", f"/Things({thing})", {"name": "renamed"})
        assert await_heard(heard, f"v1.1/Datastreams({made})/Thing/name") == [{"name": "renamed"}]
        told = await_heard(heard, f"v1.1/Datastreams({made})/Thing", 2)
        assert [(one["name"], one["description"]) for one in told] == [
            ("pump", "only this"),
            ("renamed", "only this"),
        ]
        assert await_heard(heard, named) == [{"@iot.id": thing, "name": "renamed"}]
        send(
            api,
            "POST",
            f"/Datastreams({made})/Observations",
            BODY | {"phenomenonTime": "2026-03-02T00:00:00Z", "result": 2},
        )
        await_result(heard, chosen, {"result": 2, "parameters": {"by": "hand"}})
        send(api, "PATCH", path.removeprefix("v1.1"), {"result": 9})
        assert await_heard(heard, f"{path}/result") == [{"result": 9}]
        assert [(one["@iot.id"], one["result"]) for one in await_heard(heard, path)] == [(observation, 9)]
        await_result(heard, chosen, {"result": 9, "parameters": {"by": "hand"}})
    assert {topic for topic, _ in heard} == set(topics) - {
        f"{path}/parameters", "v1.1/Things?$filter=id", "v1.1/Nothing(1)/x/y",
        f"v1.1/Things({thing})/properties",
    }  # fmt: skip
