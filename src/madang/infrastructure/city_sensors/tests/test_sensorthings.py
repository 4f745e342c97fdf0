"""SensorThings 1.1: the client written for FROST works unchanged; filters and paths as the standard says."""

from __future__ import annotations

import json
import threading
import time

import frost_sta_client as fsc
import httpx
import paho.mqtt.client as mqtt
import pytest

from madang.infrastructure.city_sensors.methods.sensorthings.options import read_options
from madang.infrastructure.city_sensors.methods.sensorthings.paths import Segment, read_path

from .tokens import make_token

MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"


@pytest.fixture(scope="module")
def token(house):
    """Return a token of the data officer's, made on the page, that may write."""
    return make_token(house, "city_sensors.write_sensorthings")


@pytest.fixture(scope="module")
def client(house, token):
    return fsc.SensorThingsService(
        f"{house.url}/sta/v1.1", auth_handler=fsc.service.auth_handler.AuthHandler("device", token)
    )


@pytest.fixture(scope="module")
def api(house, token):
    with httpx.Client(
        base_url=f"{house.url}/sta/v1.1", headers={"Authorization": f"Bearer {token}"}, timeout=120
    ) as api:
        yield api


def ask(api, path, **options):
    reply = api.get(path, params={f"${name}": str(value) for name, value in options.items()})
    assert reply.status_code == 200, reply.text
    return reply.json()


def make_thing(api, name="river", results=(1, 2.5, 3), **more):
    body = {
        "name": name,
        "description": "gauge",
        "properties": {"owner": "city", "floor": {"level": 3}},
        "Locations": [
            {
                "name": "bridge",
                "description": "at the bridge",
                "encodingType": "application/geo+json",
                "location": {"type": "Point", "coordinates": [126.98, 37.52]},
            }
        ],
        "Datastreams": [
            {
                "name": f"{name} level",
                "description": "water level",
                "observationType": MEASUREMENT,
                "unitOfMeasurement": {"name": "metre", "symbol": "m", "definition": "ucum:m"},
                "Sensor": {
                    "name": "radar",
                    "description": "radar gauge",
                    "encodingType": "text/html",
                    "metadata": "https://example.org/radar",
                },
                "ObservedProperty": {"name": "level", "definition": "urn:level", "description": "level"},
                "Observations": [
                    {"phenomenonTime": f"2026-01-01T00:0{n}:00Z", "result": value}
                    for n, value in enumerate(results)
                ],
            }
        ],
    }
    reply = api.post("/Things", json=body | more)
    assert reply.status_code == 201, reply.text
    return ask(api, reply.headers["location"], expand="Datastreams,Locations")


def make_wind(client):
    point = fsc.Location(
        name="here",
        description="a place",
        encoding_type="application/geo+json",
        location={"type": "Point", "coordinates": [127.0, 37.5]},
    )
    thing = fsc.Thing(name="station", description="a station", properties={"maker": "x"})
    thing.locations = [point]
    client.create(thing)
    assert thing.id
    sensor = fsc.Sensor(name="s", description="d", encoding_type="text/html", metadata="m")
    prop = fsc.ObservedProperty(name="wind", definition="urn:wind", description="wind")
    client.create(sensor)
    client.create(prop)
    unit = fsc.UnitOfMeasurement(name="m/s", symbol="m/s", definition="ucum:m/s")
    datastream = fsc.Datastream(
        name="wind", description="wind", observation_type=MEASUREMENT, unit_of_measurement=unit
    )
    datastream.thing, datastream.sensor, datastream.observed_property = thing, sensor, prop
    client.create(datastream)
    return thing, datastream


def test_the_client_for_frost_creates_and_lists(client):
    _, datastream = make_wind(client)
    first = fsc.Observation(
        result=3.5,
        phenomenon_time="2026-02-01T00:00:00Z",
        result_time="2026-02-01T00:00:01Z",
        datastream=datastream,
    )
    client.create(first)
    found = client.observations().find(first.id)
    assert found.result == 3.5

    array = fsc.model.ext.data_array_value.DataArrayValue()
    parts = fsc.model.ext.data_array_value.DataArrayValue.Property
    array.datastream = datastream
    array.components = {parts.PHENOMENON_TIME, parts.RESULT}
    for minute in (1, 2):
        array.add_observation(
            fsc.Observation(
                result=minute, phenomenon_time=f"2026-02-01T00:0{minute}:00Z", datastream=datastream
            )
        )
    document = fsc.model.ext.data_array_document.DataArrayDocument()
    document.add_data_array_value(array)
    client.observations().create(document)
    listed = datastream.get_observations().query().count().orderby("phenomenonTime", "asc").top(2).list()
    assert listed.count == 3
    assert [one.result for one in listed] == [3.5, 1, 2]  # the client follows the next link

    client.delete(found)
    assert datastream.get_observations().query().count().list().count == 2


def test_the_client_for_frost_changes_and_deletes(client):
    thing, _ = make_wind(client)
    thing.name = "station two"
    client.update(thing)
    client.patch(thing, [{"op": "replace", "path": "/properties/maker", "value": "y"}])
    again = client.things().find(thing.id)
    assert (again.name, again.properties) == ("station two", {"maker": "y"})
    names = client.things().query().filter("startswith(name,'station t') and properties/maker eq 'y'").list()
    assert [one.id for one in names] == [thing.id]

    client.delete(thing)
    with pytest.raises(Exception, match=r"404|not found|Not Found"):
        client.things().find(thing.id)


def test_filters_orders_and_expansions(api):
    thing = make_thing(api)
    stream = f"/Datastreams({thing['Datastreams'][0]['@iot.id']})"

    def results(**options):
        return [one["result"] for one in ask(api, f"{stream}/Observations", **options)["value"]]

    assert results() == [1, 2.5, 3]
    assert results(filter="result gt 1 and phenomenonTime lt 2026-01-01T00:02:00Z") == [2.5]
    assert results(filter="not (result gt 1) or result eq 3") == [1, 3]
    assert results(orderby="result desc", top=1, skip=1) == [2.5]
    name = f"Datastream/Thing/id eq {thing['@iot.id']} and result ge 2.5"
    found = ask(api, "/Observations", filter=name, count="true", select="result,id")
    assert (found["@iot.count"], [one["result"] for one in found["value"]]) == (2, [2.5, 3])
    assert set(found["value"][0]) == {"@iot.id", "result"}
    assert [
        one["name"] for one in ask(api, "/Things", filter="Datastreams/Observations/result eq 2.5")["value"]
    ]
    near = (
        f"id eq {thing['@iot.id']} and geo.distance(Locations/location,geography'POINT(126.98 37.5)') lt 0.03"
    )
    inside = (
        "st_within(location,geography'POLYGON((126 37,127 37,127 38,126 38,126 37))') and name eq 'bridge'"
    )
    level = f"properties/floor/level gt 2 and id eq {thing['@iot.id']}"
    assert len(ask(api, "/Things", filter=near)["value"]) == 1
    assert ask(api, "/Locations", filter=inside)["value"]
    assert len(ask(api, "/Things", filter=level)["value"]) == 1
    words = "substringof('ive',name) and (length(name) eq 5 or toupper(name) eq 'X') and description ne 'x'"
    assert ask(api, "/Things", filter=words)["value"]
    deep = ask(
        api,
        f"/Things({thing['@iot.id']})",
        expand="Datastreams($select=name;$expand=Observations($top=1;$orderby=phenomenonTime desc),Sensor),"
        "HistoricalLocations/Locations",
    )
    assert deep["Datastreams"][0]["Observations"][0]["result"] == 3
    assert deep["Datastreams"][0]["Sensor"]["name"] == "radar"
    assert deep["HistoricalLocations"][0]["Locations"][0]["name"] == "bridge"
    array = ask(api, f"{stream}/Observations", resultFormat="dataArray", select="result")["value"][0]
    assert (array["components"], array["dataArray"]) == (["result"], [[1], [2.5], [3]])


def test_functions_of_text_and_place(api):
    make_thing(api, name="tower")
    for path, condition in (
        ("/Things", "concat(name,'x') eq 'towerx'"),
        ("/Things", "name eq 'tower' and length(name) eq 5 and indexof(name,'w') eq 2"),
        ("/Locations", "geo.length(location) eq 0"),
        ("/HistoricalLocations", "year(time) gt 2020 and time gt now() sub duration'PT10M'"),
    ):
        assert ask(api, path, filter=condition, count="true", top=1)["@iot.count"], condition


def test_observations_are_found_by_what_is_computed(api):
    thing = make_thing(api, name="computed", results=(1, 2.5, 3, -4, "text"))
    stream = f"/Datastreams({thing['Datastreams'][0]['@iot.id']})/Observations"
    more = {
        "resultQuality": "fair",
        "parameters": {"depth": 7},
        "validTime": "2026-01-01T00:00:00Z/2026-01-02T00:00:00Z",
    }
    api.post(stream, json={"phenomenonTime": "2025-12-31T23:59:58Z", "result": 8} | more)
    for condition, results in (
        ("result add 5 gt 7", [2.5, 3, 8]), ("result mod 2 eq 0", [-4, 8]), ("10 sub result lt 7.6", [2.5, 3, 8]),
        ("(result div 2) add 1 eq 2.5", [3]), ("round(result) eq 3", [2.5, 3]), ("floor(result) eq 2 or ceiling(result) eq 1", [1, 2.5]),
        ("year(phenomenonTime) eq 2025", [8]), ("minute(phenomenonTime) eq 2 and hour(phenomenonTime) eq 0", [3]),
        ("date(phenomenonTime) eq 2025-12-31", [8]), ("time(phenomenonTime) gt 12:00:00", [8]), ("not (second(phenomenonTime) eq 0)", [8]),
        ("result gt 2 and phenomenonTime lt now()", [2.5, 3, 8]), ("phenomenonTime gt now() sub duration'PT10M'", []),
        ("phenomenonTime lt 2026-01-01T00:01:00Z sub duration'PT1M'", [8]), ("resultQuality eq 'fair'", [8]), ("parameters/depth gt 6.5", [8]),
        ("parameters/depth add 1 eq 8", [8]), ("parameters/depth ne null", [8]), ("result gt 1 add 1", [2.5, 3, 8]),
        ("validTime eq '2026-01-01T00:00:00Z/2026-01-02T00:00:00Z'", [8]),
    ):  # fmt: skip
        found = ask(api, stream, filter=condition, orderby="result", count="true")
        shown = [one["result"] for one in found["value"] if one["result"] != "text"]
        assert (shown, found["@iot.count"]) == (results, len(found["value"])), condition
    for condition in (
        "result add phenomenonTime gt 1", "year(result) eq 1", "round(phenomenonTime) eq 1", "result add 'x' eq 1", "result eq 1 div 0",
        "round(result) eq 'x'", "date(phenomenonTime) eq 1", "year(phenomenonTime) eq now()", "nothing(result) eq 1",
        "date(phenomenonTime) eq 2026-01-01T00:00:00Z", "5 mod result eq 1", "result add duration'PT1H' gt 1",
        "phenomenonTime gt now() sub duration'P9999999D'", "parameters gt null", "date(phenomenonTime) eq 2026-13-01",
    ):  # fmt: skip
        reply = api.get(stream, params={"$filter": condition})
        assert (reply.status_code, bool(reply.json()["message"])) == (400, True), condition


def test_the_standards_functions_of_time_and_place(api):
    thing = make_thing(api, name="functions")
    mine = f" and id eq {thing['@iot.id']}"
    for path, condition, count in (
        ("/Things", "not name eq 'functions'" + mine, 0), ("/Things", "not name eq 'x'" + mine, 1),
        ("/HistoricalLocations", "fractionalseconds(time) lt 1 and fractionalseconds(time) ge 0", None),
        ("/HistoricalLocations", "totaloffsetminutes(time) eq 0 and time gt mindatetime() and time lt maxdatetime()", None),
        ("/Locations", "st_relate(location,geography'POINT(126.98 37.52)','0********')", None),
        ("/Locations", "st_within(geography'POINT(126.98 37.52)',location)", None),
        ("/Locations", "geo.distance(geography'POINT(126.98 37.52)',location) lt 0.0001", None),
        ("/Locations", "st_within(geography'LINESTRING(1 1,2 2)',location)", 0),
    ):  # fmt: skip
        found = ask(api, path, filter=condition, count="true", top=0)
        assert found["@iot.count"] == count if count is not None else found["@iot.count"] > 0, condition
        assert "@iot.nextLink" not in found
    stream = f"/Datastreams({thing['Datastreams'][0]['@iot.id']})/Observations"
    api.post(stream, json={"phenomenonTime": "2026-01-02T00:00:00.25Z", "result": 4})
    for condition, results in (
        ("fractionalseconds(phenomenonTime) eq 0.25", [4]), ("totaloffsetminutes(phenomenonTime) eq 0", [1, 2.5, 3, 4]),
        ("totaloffsetminutes(phenomenonTime) gt 0", []), ("phenomenonTime gt mindatetime() and result in (1,3)", [1, 3]),
        ("not (result in (1,3))", [2.5, 4]), ("not result gt 2", [1]), ("startswith(Datastream/name,'functions')", [1, 2.5, 3, 4]),
        ("not substringof('func',Datastream/Thing/name)", []), ("tolower(Datastream/name) eq 'functions level' and result gt 2", [2.5, 3, 4]),
        ("st_within(FeatureOfInterest/feature,geography'POLYGON((126 37,127 37,127 38,126 38,126 37))')", [1, 2.5, 3, 4]),
    ):  # fmt: skip
        assert [one["result"] for one in ask(api, stream, filter=condition)["value"]] == results, condition


def test_datastreams_say_since_when_and_until_when(api):
    stream = make_thing(api, name="spans")["Datastreams"][0]
    address = f"/Datastreams({stream['@iot.id']})"
    assert ask(api, address)["phenomenonTime"] == "2026-01-01T00:00:00Z/2026-01-01T00:02:00Z"
    lasting = {
        "phenomenonTime": "2026-01-03T00:00:00Z/2026-01-04T00:00:00Z",
        "resultTime": "2026-01-04T00:00:01Z",
    }
    assert api.post(f"{address}/Observations", json=lasting | {"result": 5}).status_code == 201
    found = ask(api, address, select="phenomenonTime,resultTime")
    assert found == {
        "phenomenonTime": "2026-01-01T00:00:00Z/2026-01-04T00:00:00Z",
        "resultTime": "2026-01-04T00:00:01Z/2026-01-04T00:00:01Z",
    }
    assert ask(api, f"{address}/phenomenonTime") == {"phenomenonTime": found["phenomenonTime"]}
    station = ask(api, "/Datastreams", filter="Thing/properties/source ne null", top=1)["value"][0]
    newest = ask(
        api, f"/Datastreams({station['@iot.id']})/Observations", orderby="phenomenonTime desc", top=1
    )["value"]
    assert ("phenomenonTime" in station) is bool(newest)


def test_an_observation_keeps_its_id_when_its_time_changes(api):
    stream = f"/Datastreams({make_thing(api, name='moves')['Datastreams'][0]['@iot.id']})"
    one = ask(api, f"{stream}/Observations", top=1)["value"][0]
    address = one["@iot.selfLink"]
    for moment, count in (
        ("2026-02-01T00:00:00Z", 3),
        ("2026-02-02T00:00:00Z", 3),
        (one["phenomenonTime"], 3),
    ):
        reply = api.patch(address, json={"phenomenonTime": moment})
        assert (reply.status_code, reply.json()["@iot.id"]) == (200, one["@iot.id"]), reply.text
        assert ask(api, address)["phenomenonTime"] == moment
        assert (
            ask(api, f"{stream}/Observations", filter=f"id eq '{one['@iot.id']}'")["value"][0]["result"] == 1
        )
        assert ask(api, f"{stream}/Observations", count="true", top=0)["@iot.count"] == count
    taken = api.patch(address, json={"phenomenonTime": "2026-01-01T00:01:00Z"})
    assert (taken.status_code, "another observation" in taken.json()["message"]) == (400, True)
    api.put(address, json={"phenomenonTime": "2026-03-01T00:00:00Z", "result": 9})
    assert ask(api, address)["result"] == 9
    assert api.delete(address).status_code == 200
    assert api.get(address).status_code == 404


def test_what_the_service_keeps_to_is_named_as_the_standard_names_it(api):
    settings = api.get("").json()["serverSettings"]
    spec = "http://www.opengis.net/spec/iot_sensing/1.1/req/"
    named = {one.removeprefix(spec) for one in settings["conformance"]}
    assert named >= {
        "datamodel",
        "resource-path/resource-path-to-entities",
        "request-data",
        "create-update-delete",
    }
    assert named >= {
        "request-data/built-in-query-functions",
        "batch-request/batch-request",
        "data-array/data-array",
    }
    for one in (
        "create-observations-via-mqtt/observations-creation",
        "receive-updates-via-mqtt/receive-updates",
    ):
        assert one in named
        assert settings[spec + one]["endpoints"][0].startswith("mqtt://")


def test_a_writer_makes_observations_by_mqtt_and_who_listens_hears_of_them(api, house):
    stream = make_thing(api, name="spoken", results=())["Datastreams"][0]["@iot.id"]
    heard, subscribed = [], threading.Event()
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="writer-under-test")
    client.username_pw_set("writer", (house.data / "broker" / "writers-password").read_text())
    client.on_message = lambda _client, _data, message: heard.append(json.loads(message.payload))
    client.on_subscribe = lambda *_: subscribed.set()
    client.connect("127.0.0.1", house.mqtt_port)
    client.loop_start()
    client.subscribe(f"v1.1/Datastreams({stream})/Observations")
    assert subscribed.wait(30)
    body = {"result": 1, "phenomenonTime": "2026-01-01T00:00:00Z"}
    for topic, more in (
        (f"v1.1/Datastreams({stream})/Observations", {}),
        ("v1.1/Observations", {"result": 2, "phenomenonTime": "2026-01-02T00:00:00Z", "Datastream": {"@iot.id": stream}}),
        ("v1.1/Observations", {"result": 3}),  # of no datastream
        (f"v1.1/Datastreams({stream})/Observations", {"result": 4, "phenomenonTime": None}),
    ):  # fmt: skip
        client.publish(topic, json.dumps(body | more), qos=1).wait_for_publish(30)
    told = f"/Datastreams({stream})/Observations"
    deadline = time.monotonic() + 90
    while len(ask(api, told)["value"]) < 3 or sum("@iot.selfLink" in one for one in heard) < 3:
        assert time.monotonic() < deadline, heard
        time.sleep(0.5)
    assert [one["result"] for one in ask(api, told)["value"]] == [1, 2, 4]
    assert {one["@iot.selfLink"][:7] for one in heard if "@iot.selfLink" in one} == {"http://"}
    client.disconnect()
    client.loop_stop()


def test_changes_name_what_they_link_to(api):
    thing = make_thing(api, name="links")
    root = f"/Things({thing['@iot.id']})"
    place = {"name": "elsewhere", "description": "x", "encodingType": "application/geo+json",
             "location": {"type": "Point", "coordinates": [127.2, 37.6]}}  # fmt: skip
    assert api.patch(root, json={"Locations": [place]}).status_code == 400
    made = api.post("/Locations", json=place).json()
    assert api.patch(root, json={"Locations": [{"@iot.id": made["@iot.id"]}]}).status_code == 200
    assert [one["name"] for one in ask(api, f"{root}/Locations")["value"]] == ["elsewhere"]
    first = thing["Locations"][0]
    moment = "2199-01-01T00:00:00Z"
    body = {
        "time": moment,
        "Thing": {"@iot.id": thing["@iot.id"]},
        "Locations": [{"@iot.id": first["@iot.id"]}],
    }
    assert api.post("/HistoricalLocations", json=body).status_code == 201
    assert [one["name"] for one in ask(api, f"{root}/Locations")["value"]] == ["bridge"]
    assert ask(api, f"/Datastreams({thing['Datastreams'][0]['@iot.id']})/Thing/$ref")[
        "@iot.selfLink"
    ].endswith(root)
    assert api.get(f"{root}/$ref/name").status_code == 404
    arrays = [
        {"Datastream": {"@iot.id": 999_999}, "components": ["result"], "dataArray": [[1]]},
        {
            "Datastream": {"@iot.id": thing["Datastreams"][0]["@iot.id"]},
            "components": ["result"],
            "dataArray": [[1]],
        },
    ]
    first, second = api.post("/CreateObservations", json=arrays).json()
    assert (first.startswith("error"), "/Observations(" in second) == (True, True)
    broken = api.post("/Things", content=b"{bad", headers={"Content-Type": "application/json"})
    assert (broken.status_code, bool(broken.json()["message"])) == (400, True)


def test_paths_lead_to_what_they_name(api):
    thing = make_thing(api)
    root = f"/Things({thing['@iot.id']})"
    assert ask(api, f"{root}/name") == {"name": "river"}
    assert api.get(f"{root}/name/$value").text == "river"
    assert json.loads(api.get(f"{root}/properties/$value").text)["owner"] == "city"
    references = ask(api, f"{root}/Datastreams/$ref")["value"]
    assert list(references[0]) == ["@iot.selfLink"]
    observation = ask(api, f"{root}/Datastreams({thing['Datastreams'][0]['@iot.id']})/Observations", top=1)[
        "value"
    ][0]
    assert ask(api, observation["Datastream@iot.navigationLink"])["name"] == "river level"
    feature = ask(api, observation["FeatureOfInterest@iot.navigationLink"])
    assert feature["feature"]["coordinates"] == [126.98, 37.52]
    assert len(ask(api, feature["Observations@iot.navigationLink"])["value"]) >= 3
    for wrong in (
        "/Nothing",
        "/Things(999999)",
        f"{root}/Nothing",
        "/Things('x')",
        "/Observations('1.2.3')",
        "/Things(1",
    ):
        assert api.get(wrong).status_code == 404, wrong


WRONG = (
    "year(name) eq 1", "name add 1 eq 2", "not name", "date(name) eq 2020-01-01", "length('x')", "name mod 2 eq 0", "null eq null",
    " or ".join(["name eq 'a'"] * 2000), "not " * 500 + "(name eq 'a')", "matchesPattern(name,'(a+)+$')", "year(properties/x) eq 1",
)  # fmt: skip


def test_what_is_wrong_is_said(api, house):
    thing = make_thing(api)
    stream = thing["Datastreams"][0]["@iot.id"]
    for options in (
        {"filter": "name eq"},
        {"filter": "nothing eq 1"},
        {"filter": "result eq 1"},
        {"orderby": "nothing"},
        {"top": "x"},
        {"expand": "Nothing"},
        {"expand": "Datastreams("},
        {"search": "x"},
        {"select": "nothing"},
        {"expand": "Datastreams($select=nothing)"},
        *({"filter": one} for one in WRONG),
    ):
        reply = api.get("/Things", params={f"${name}": value for name, value in options.items()})
        assert (reply.status_code, bool(reply.json()["message"])) == (400, True), options
    bodies = [
        ("/Things", {"name": "x"}),
        ("/Things", {"name": "x", "description": 1}),
        ("/Things", {"name": "x", "description": "y", "colour": "z"}),
        ("/Things", {"name": "x", "description": "y", "Datastreams": [{"name": "a"}]}),
        ("/Locations", {"name": "x", "description": "y", "encodingType": "application/geo+json",
                        "location": {"type": "Point", "coordinates": [37.5, 127.0, "x"]}}),
        (f"/Datastreams({stream})/Observations", {"phenomenonTime": "yesterday", "result": 1}),
        (f"/Datastreams({stream})/Observations", {"phenomenonTime": "2026-01-01T00:00:00", "result": 1}),
        (f"/Datastreams({stream})/Observations", {"phenomenonTime": "2199-01-01T00:00:00Z", "result": 1}),
        (f"/Datastreams({stream})/Observations", {}),
        ("/Observations", {"result": 1}),
        ("/CreateObservations", [{"Datastream": {"@iot.id": stream}, "components": [["result"]], "dataArray": [[1]]}]),
        ("/CreateObservations", [{"Datastream": {"@iot.id": stream}, "components": "result", "dataArray": [[1]]}]),
        ("/CreateObservations", {"components": []}),
        ("/Observations", {"result": 1, "Datastream": {"@iot.id": "x"}}),
    ]  # fmt: skip
    for path, body in bodies:
        reply = api.post(path, json=body)
        assert reply.status_code in {400, 404}, (path, body, reply.text)
        assert reply.json()["message"]
    places = api.get("/Locations", params={"$filter": "geo.length(location,location) eq 0"})
    assert (places.status_code, bool(places.json()["message"])) == (400, True)
    empty = api.patch(f"/Things({thing['@iot.id']})", json={"name": None})
    assert (empty.status_code, "name can't be null" in empty.json()["message"]) == (400, True)
    count = ask(api, "/Things", count="true", top=0)["@iot.count"]
    assert (
        httpx.post(f"{house.url}/sta/v1.1/Things", json={"name": "x", "description": "y"}).status_code == 401
    )
    assert ask(api, "/Things", count="true", top=0)["@iot.count"] == count


def test_registered_stations_are_things_and_stay(api):
    station = ask(api, "/Things", filter="properties/source ne null", top=1, expand="Datastreams")["value"][0]
    assert {one["name"].split()[0] for one in station["Datastreams"]} >= {"PM2.5", "Temperature"}
    path, deadline = f"/Things({station['@iot.id']})/Datastreams", time.monotonic() + 60
    newest = "Observations($top=1;$orderby=phenomenonTime desc)"
    while not any(one["Observations"] for one in ask(api, path, expand=newest)["value"]):
        assert time.monotonic() < deadline, "the city has begun to measure by now"
        time.sleep(0.5)
    stream = f"/Datastreams({station['Datastreams'][0]['@iot.id']})"
    owned = [f"/Things({station['@iot.id']})", stream, ask(api, f"{stream}/Sensor")["@iot.selfLink"]]
    owned += [ask(api, f"{owned[0]}/Locations")["value"][0]["@iot.selfLink"]]
    owned += [ask(api, f"{stream}/Observations", top=1)["value"][0]["FeatureOfInterest@iot.navigationLink"]]
    for address in owned:
        assert api.delete(address).status_code == 400, address
        assert api.patch(address, json={"name": "mine"}).status_code == 400, address


@pytest.mark.parametrize(
    ("path", "segments"),
    [
        ("Things(1)/Datastreams", (Segment("Things", 1), Segment("Datastreams"))),
        ("Observations('1.5')/$ref", (Segment("Observations", "1.5"), Segment("$ref"))),
        ("Things('it''s')", (Segment("Things", "it's"),)),
    ],
)
def test_paths_are_read(path, segments):
    assert read_path(path) == segments


def test_options_are_read():
    options = read_options(
        [("$expand", "A/B($top=2),A/C,D($filter=name eq 'a,b(')"), ("$top", "5000"), ("f", "x")]
    )
    assert set(options.expand) == {"A", "D"}
    assert set(options.expand["A"].expand) == {"B", "C"}
    assert options.top == 1000


def test_pages_of_other_sites_read_and_do_not_write(house):
    there = {"Origin": "https://elsewhere.example"}
    for address in ("/sta/v1.1/Things?$top=1", "/ngsi-ld/v1/types"):
        answer = httpx.get(f"{house.url}{address}", headers=there, timeout=120)
        assert answer.headers["access-control-allow-origin"] == "*", address
        asked = httpx.options(f"{house.url}{address}", headers=there, timeout=120)
        assert (asked.status_code, asked.headers["access-control-allow-methods"]) == (204, "GET"), address


def test_a_put_is_whole(api):
    thing = make_thing(api)
    address = f"/Things({thing['@iot.id']})"
    half = api.put(address, json={"name": "half"})
    assert (half.status_code, "description" in half.json()["message"]) == (400, True)
    gone = api.patch(address, json=[{"op": "remove", "path": "/name"}])
    assert (gone.status_code, api.get(address).json()["name"]) == (400, "river")
    assert api.put(address, json={"name": "whole", "description": "x"}).status_code == 200
    assert (api.get(address).json()["name"], api.get(address).json().get("properties")) == ("whole", None)
