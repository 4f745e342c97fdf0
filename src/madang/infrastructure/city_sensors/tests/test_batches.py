"""SensorThings batches, whole or not at all where they say so; and who listens hears of every kind of entity."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

import httpx
import paho.mqtt.client as mqtt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.core.base.interface import BadInput
from madang.infrastructure.city_sensors.methods.sensorthings.batches import (
    Asked,
    put_references,
    read_json,
    read_multipart,
)

from .test_sensorthings import api, ask, make_thing, token

__all__ = ["api", "token"]
SENSOR = {
    "name": "radar",
    "description": "gauge",
    "encodingType": "text/html",
    "metadata": "https://example.org",
}
PROPERTY = {"name": "level", "definition": "urn:level", "description": "level"}
MULTIPART = """--b\r
Content-Type: application/http\r
\r
GET /sta/v1.1/Things?$top=1&$count=true HTTP/1.1\r
Accept: application/json\r
\r
\r
--b\r
Content-Type: multipart/mixed; boundary=c\r
\r
--c\r
Content-Type: application/http\r
Content-ID: one\r
\r
POST /sta/v1.1/Things HTTP/1.1\r
Content-Type: application/json\r
\r
{"name": "NAME", "description": "made in a change set"}\r
--c\r
Content-Type: application/http\r
Content-ID: two\r
\r
PATCH $one HTTP/1.1\r
Content-Type: application/json\r
\r
{"description": "changed in the same"}\r
--c--\r
--b\r
Content-Type: application/http\r
\r
GET Nowhere(1) HTTP/1.1\r
\r
\r
--b--\r
"""


def make_datastream(thing, **more):
    return {
        "name": "level", "description": "water level", "observationType": "OM_Measurement",
        "unitOfMeasurement": {"name": "metre", "symbol": "m", "definition": "ucum:m"},
        "Thing": {"@iot.id": thing}, "Sensor": SENSOR, "ObservedProperty": PROPERTY,
    } | more  # fmt: skip


def test_what_an_earlier_request_made_is_named_by_its_id():
    made = {"t": ("Things(7)", 7)}
    asked = Asked(
        id="d", method="POST", url="$t/Datastreams", body={"Thing": {"@iot.id": "$t"}, "name": "$t"}
    )
    found = put_references(asked, made)
    assert (found.url, found.body) == ("Things(7)/Datastreams", {"Thing": {"@iot.id": 7}, "name": "$t"})
    assert put_references(asked, {}) == asked


def test_a_multipart_batch_is_read_as_the_standard_writes_it():
    asked = read_multipart("multipart/mixed; boundary=b", MULTIPART.encode())
    assert [(one.method, one.id, bool(one.group)) for one in asked] == [
        ("GET", "0", False), ("POST", "one", True), ("PATCH", "two", True), ("GET", "2", False),
    ]  # fmt: skip
    assert asked[0].url == "/sta/v1.1/Things?$top=1&$count=true"
    assert asked[1].body["name"] == "NAME"


noise = st.recursive(
    st.none() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["requests", "url", "method", "body"]), inner),
    max_leaves=8,
)  # fmt: skip


@given(st.binary(max_size=200), st.sampled_from(["multipart/mixed", "multipart/mixed; boundary=b", "multipart/x; boundary="]), noise)  # fmt: skip
def test_no_batch_is_a_crash(raw, kind, document):
    for read in (
        lambda: read_multipart(kind, raw + MULTIPART.encode()[: len(raw)]),
        lambda: read_json(document),
    ):
        try:
            assert all(one.method and one.url for one in read())
        except BadInput:
            continue


def test_requests_of_a_batch_are_answered_as_if_alone(api):
    requests = [
        {"id": "t", "method": "post", "url": "Things", "body": {"name": "batched", "description": "one"}},
        {"id": "d", "method": "post", "url": "$t/Datastreams", "body": make_datastream("$t")},
        {"id": "o", "method": "post", "url": "$d/Observations",
         "body": {"result": 4.5, "phenomenonTime": "2026-01-02T00:00:00Z", "FeatureOfInterest": {"name": "f", "description": "f",
                  "encodingType": "application/geo+json", "feature": {"type": "Point", "coordinates": [127, 37.5]}}}},
        {"id": "x", "method": "get", "url": "Things(999999)"},
        {"id": "g", "method": "get", "url": "$t/Datastreams?$expand=Observations&$select=name"},
    ]  # fmt: skip
    reply = api.post("/$batch", json={"requests": requests})
    assert reply.status_code == 200, reply.text
    found = {one["id"]: one for one in reply.json()["responses"]}
    assert {name: one["status"] for name, one in found.items()} == {
        "t": 201,
        "d": 201,
        "o": 201,
        "x": 404,
        "g": 200,
    }
    assert found["t"]["location"].endswith(f"Things({found['t']['body']['@iot.id']})")
    deadline = time.monotonic() + 20
    thing = found["t"]["body"]["@iot.id"]
    while not (
        values := ask(api, f"/Things({thing})/Datastreams", expand="Observations")["value"][0]["Observations"]
    ):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert values[0]["result"] == 4.5


def test_a_change_set_is_done_whole_or_not_at_all(api):
    name = f"set {time.time()}"
    good = {
        "method": "post",
        "url": "Things",
        "atomicityGroup": "g",
        "body": {"name": name, "description": "x"},
    }
    bad = {"method": "post", "url": "Things", "atomicityGroup": "g", "body": {"name": name}}
    batch = {
        "requests": [
            good | {"id": "1"},
            bad | {"id": "2"},
            {"id": "3", "method": "get", "url": "Things?$top=1"},
        ]
    }
    responses = api.post("/$batch", json=batch).json()["responses"]
    assert [(one["id"], one["status"]) for one in responses] == [("2", 400), ("3", 200)]
    assert ask(api, "/Things", filter=f"name eq '{name}'")["value"] == []
    batch["requests"][1] |= {"body": {"name": name, "description": "y"}}
    assert [one["status"] for one in api.post("/$batch", json=batch).json()["responses"]] == [201, 201, 200]
    assert len(ask(api, "/Things", filter=f"name eq '{name}'")["value"]) == 2


def test_a_multipart_batch_is_answered_in_parts(api, house):
    name = f"part {time.time()}"
    kind = {"Content-Type": "multipart/mixed; boundary=b"}
    reply = api.post("/$batch", content=MULTIPART.replace("NAME", name).encode(), headers=kind)
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("multipart/mixed; boundary=")
    statuses = [line.split()[1] for line in reply.text.splitlines() if line.startswith("HTTP/1.1")]
    assert statuses == ["200", "201", "200", "404"]
    (thing,) = ask(api, "/Things", filter=f"name eq '{name}'")["value"]
    assert thing["description"] == "changed in the same"
    stranger = httpx.post(f"{house.url}/sta/v1.1/$batch", content=MULTIPART.encode(), headers=kind)
    statuses = [line.split()[1] for line in stranger.text.splitlines() if line.startswith("HTTP/1.1")]
    assert (stranger.status_code, statuses) == (200, ["200", "403", "404"])


@pytest.fixture
def heard(house):
    """What a program that follows every SensorThings topic hears, as (topic, document)."""
    found = []
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="follower-of-entities")
    client.on_message = lambda _client, _data, one: found.append((one.topic, json.loads(one.payload)))
    client.connect("127.0.0.1", house.mqtt_port)
    client.subscribe("v1.1/#", qos=0)
    client.loop_start()
    time.sleep(0.5)
    yield found
    client.loop_stop()


def await_topics(heard, wanted):
    deadline = time.monotonic() + 20
    while missing := [one for one in wanted if not any(topic == one for topic, _ in heard)]:
        assert time.monotonic() < deadline, missing
        time.sleep(0.1)


def test_who_listens_hears_of_things_and_of_their_changes(api, heard):
    name = f"told {datetime.now(UTC).timestamp()}"
    made = make_thing(api, name=name)
    thing = api.get("/Things", params={"$filter": f"name eq '{name}'", "$expand": "Datastreams"}).json()[
        "value"
    ][0]
    number = thing["@iot.id"]
    await_topics(
        heard, ["v1.1/Things", "v1.1/Locations", "v1.1/Sensors", f"v1.1/Things({number})/Datastreams"]
    )
    assert any(topic == "v1.1/Things" and one["name"] == name for topic, one in heard), made
    api.patch(f"/Things({number})", json={"description": "new words"}).raise_for_status()
    await_topics(heard, [f"v1.1/Things({number})", f"v1.1/Things({number})/description"])
    assert (f"v1.1/Things({number})/description", {"description": "new words"}) in heard
