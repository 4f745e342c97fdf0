"""NGSI-LD: entities, queries, batches, contexts; every notification is delivered or shown as failed."""

from __future__ import annotations

import json
import threading
import time
import uuid
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from madang.core.base.interface import HOUSE
from madang.infrastructure.city_sensors.actions.ngsi.entities import create_entity
from madang.infrastructure.city_sensors.methods.ngsi.contexts import Terms
from madang.infrastructure.city_sensors.methods.ngsi.documents import read_entity, write_entity
from madang.infrastructure.city_sensors.methods.ngsi.problems import Problem
from madang.infrastructure.city_sensors.methods.ngsi.questions import match_place, match_q, read_place, read_q
from madang.infrastructure.city_sensors.queries.ngsi.entities import Asked, find_entities

from .tokens import make_token

CONTEXT = {"@context": {"Room": "https://example.org/Room", "temp": "https://example.org/temp"}}
TERMS = Terms(CONTEXT, lambda _address: None)
LD = {"Content-Type": "application/ld+json"}
LINK = '<{}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'


@pytest.fixture(scope="module")
def api(house):
    token = make_token(house, "city_sensors.write_context")
    with httpx.Client(
        base_url=f"{house.url}/ngsi-ld/v1", headers={"Authorization": f"Bearer {token}"}, timeout=120
    ) as api:
        yield api


def make_room(name, temp=20, lon=127.0, **more):
    return {
        "id": f"urn:ngsi-ld:Room:{name}",
        "type": "Room",
        "temp": {"type": "Property", "value": temp, "observedAt": "2026-01-01T00:00:00Z", "unitCode": "CEL"},
        "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [lon, 37.5]}},
        **more,
    }


def list_ids(api, **asked):
    answer = api.get("/entities", params=asked)
    assert answer.status_code == 200, answer.text
    return sorted(one["id"].rpartition(":")[2] for one in answer.json())


def test_an_entity_lives(api):
    body = make_room("life", isPartOf={"type": "Relationship", "object": "urn:ngsi-ld:Building:1"})
    made = api.post("/entities", json=body)
    assert (made.status_code, made.headers["location"]) == (201, "/ngsi-ld/v1/entities/urn:ngsi-ld:Room:life")
    assert api.post("/entities", json=body).status_code == 409
    address = "/entities/urn:ngsi-ld:Room:life"
    assert api.get(address).json() == body
    assert api.get(address, params={"options": "keyValues"}).json()["temp"] == 20
    assert api.get(address, params={"options": "concise"}).json()["isPartOf"] == {
        "object": "urn:ngsi-ld:Building:1"
    }
    assert "createdAt" in api.get(address, params={"options": "sysAttrs"}).json()["temp"]
    assert (
        api.post(f"{address}/attrs", json={"humidity": {"type": "Property", "value": 40}}).status_code == 204
    )
    left = api.post(f"{address}/attrs", params={"options": "noOverwrite"}, json={"humidity": 50, "co2": 400})
    assert (left.status_code, left.json()["notUpdated"][0]["attributeName"]) == (207, "humidity")
    assert api.patch(f"{address}/attrs", json={"humidity": 45, "noise": 1}).status_code == 207
    assert api.patch(f"{address}/attrs/temp", json={"value": 21}).status_code == 204
    assert api.delete(f"{address}/attrs/co2").status_code == 204
    assert api.delete(f"{address}/attrs/co2").status_code == 404
    assert api.patch(address, json={"humidity": None, "temp": 22}).status_code == 204
    assert api.get(address).json()["temp"]["unitCode"] == "CEL"
    bare = api.patch(f"{address}/attrs/temp", json={"unitCode": "urn:ngsi-ld:null"})
    assert (bare.status_code, "unitCode" in api.get(address).json()["temp"]) == (204, False)
    elsewhere = api.get(address, headers={"NGSILD-Tenant": "other"})
    assert (elsewhere.status_code, elsewhere.json()["title"]) == (501, "NoMultiTenantSupport")
    found = api.get(address, params={"options": "keyValues"}).json()
    assert {name: found.get(name) for name in ("temp", "humidity", "noise")} == {
        "temp": 22,
        "humidity": None,
        "noise": None,
    }
    assert api.put(address, json=make_room("life", 1)).status_code == 204
    assert "isPartOf" not in api.get(address).json()
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404


def test_queries_by_value_and_place(api):
    rooms = [
        make_room(
            "a",
            10,
            127.0,
            floor={"type": "Property", "value": 3, "checked": {"type": "Property", "value": True}},
        ),
        make_room("b", 20, 127.01, tag={"type": "Property", "value": ["red", "blue"]}),
        make_room("c", 30, 128.0, address={"type": "Property", "value": {"city": {"name": "서울"}}}),
    ]
    done = api.post("/entityOperations/upsert", json=rooms)
    assert done.status_code == 201, done.text
    kind = {"type": "Room", "idPattern": "Room:[abc]$"}
    for q, expected in {
        "temp>=20": ["b", "c"],
        "temp==10..20": ["a", "b"],
        "temp==10,30": ["a", "c"],
        "temp!=20": ["a", "c"],
        "temp<15|temp>25": ["a", "c"],
        "(temp<15|temp>25);floor==3": ["a"],
        "!floor": ["b", "c"],
        "floor.checked==true": ["a"],
        'tag=="red"': ["b"],
        "tag~=^bl": ["b"],
        'address[city.name]=="서울"': ["c"],
        "temp.observedAt>2025-12-31T00:00:00Z": ["a", "b", "c"],
        "floor": ["a"],
    }.items():
        assert list_ids(api, q=q, **kind) == expected, q
    near = {"georel": "near;maxDistance==1500", "geometry": "Point", "coordinates": "[127.0,37.5]"}
    assert list_ids(api, **kind, **near) == ["a", "b"]
    box = "[[[126.9,37.4],[127.005,37.4],[127.005,37.6],[126.9,37.6],[126.9,37.4]]]"
    assert list_ids(api, **kind, georel="within", geometry="Polygon", coordinates=box) == ["a"]
    assert list_ids(api, **kind, attrs="tag") == ["b"]
    counted = api.get("/entities", params={**kind, "limit": 2, "count": "true"})
    assert (counted.headers["ngsild-results-count"], len(counted.json())) == ("3", 2)
    assert 'rel="next"' in counted.headers["link"]
    posted = api.post(
        "/entityOperations/query",
        json={"type": "Query", "entities": [kind], "q": "temp>25", "attrs": ["temp"]},
    )
    assert [set(one) for one in posted.json()] == [{"id", "type", "temp"}]
    geo = api.get("/entities", params=kind, headers={"Accept": "application/geo+json"}).json()
    assert geo["features"][0]["geometry"]["type"] == "Point"
    assert "Room" in api.get("/types").json()["typeList"]
    assert "temp" in api.get("/attributes").json()["attributeList"]


def test_batches_tell_what_failed(api):
    mixed = api.post("/entityOperations/create", json=[make_room("d"), {"id": "x"}, make_room("d")])
    assert mixed.status_code == 207
    assert mixed.json()["success"] == ["urn:ngsi-ld:Room:d"]
    assert [one["error"]["title"] for one in mixed.json()["errors"]] == ["BadRequestData", "AlreadyExists"]
    assert api.post("/entityOperations/update", json=[make_room("d", 5)]).status_code == 204
    assert api.post("/entityOperations/delete", json=["urn:ngsi-ld:Room:d"]).status_code == 204


def test_names_mean_what_the_context_says(api):
    hosted = api.post("/jsonldContexts", json=CONTEXT).headers["location"]
    body = make_room("named") | {"@context": [hosted, {"more": "https://example.org/more"}], "more": 1}
    sent = api.post("/entities", content=json.dumps(body), headers=LD)
    assert sent.status_code == 201, sent.text
    plain = api.get("/entities/urn:ngsi-ld:Room:named").json()
    assert "https://example.org/temp" in plain
    named = api.get(
        "/entities/urn:ngsi-ld:Room:named",
        headers={"Link": LINK.format(hosted), "Accept": "application/ld+json"},
    )
    assert named.json()["type"] == "Room"
    assert named.json()["temp"]["value"] == 20
    assert named.json()["@context"][0] == hosted
    assert list_ids(api, type="https://example.org/Room") == ["named"]
    elsewhere = api.get("/types", headers={"Link": LINK.format("https://example.org/c.jsonld")})
    assert elsewhere.status_code == 503


@pytest.mark.parametrize(
    "body",
    [
        [], {}, {"id": "no uri", "type": "T"}, {"id": "urn:x:1"}, {"id": "urn:x:1", "type": 5},
        {"id": "urn:x:1", "type": "T", "a": {"type": "Property"}}, {"id": "urn:x:1", "type": "T", "a": None},
        {"id": "urn:x:1", "type": "T", "a": {"type": "Relationship", "object": "x y"}},
        {"id": "urn:x:1", "type": "T", "a": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": ["x"]}}},
        {"id": "urn:x:1", "type": "T", "a": {"type": "Property", "value": 1, "observedAt": "yesterday"}},
        {"id": "urn:x:1", "type": "T", "a b": 1}, {"id": "urn:x:1", "type": "T", "@context": 5},
    ],
)  # fmt: skip
def test_bad_entities_are_refused(api, body):
    answer = api.post("/entities", json=body)
    assert answer.status_code in {400, 422}, answer.text
    assert answer.json()["message"]


@pytest.mark.parametrize(
    "asked",
    [
        {}, {"type": "T", "q": "a=="}, {"type": "T", "q": "(a"}, {"type": "T", "q": "a==1)"}, {"type": "T", "limit": "x"},
        {"type": "T", "q": "a~=(x+)+"}, {"type": "T", "idPattern": "("}, {"type": "T", "georel": "near", "geometry": "Point",
        "coordinates": "[1,2]"}, {"type": "T", "georel": "within", "geometry": "Point", "coordinates": "["},
        {"type": "T", "georel": "on", "geometry": "Point", "coordinates": "[1,2]"},
        {"type": "T", "options": "loud"}, {"type": "T", "format": "loud"}, {"type": "T", "count": "1"}, {"id": "me"}, {"type": "T;"},
        {"type": "T", "geometry": "Point", "coordinates": "[1,2]"}, {"type": "(T"}, {"type": "T", "scopeQ": "/a//b"},
        {"type": "T", "georel": "near;maxDistance==-1", "geometry": "Point", "coordinates": "[1,2]"}, {"type": "T", "orderBy": "a;up"},
        {"type": "T", "q": "(" * 3000}, {"type": "T", "q": "(" * 200 + "a==1" + ")" * 200}, {"type": "T", "georel": "within", "geometry": "Polygon", "coordinates": "[1,2]"},
    ],
)  # fmt: skip
def test_bad_questions_are_refused(api, asked):
    answer = api.get("/entities", params=asked)
    assert (answer.status_code, bool(answer.json()["message"])) == (400, True), answer.text


@pytest.mark.parametrize(
    ("content", "kind", "status", "title"),
    [
        (b"{bad", "application/json", 400, "InvalidRequest"),
        (b"", "application/ld+json", 400, "InvalidRequest"),
        (b"[1]", "application/json", 400, "BadRequestData"),
        (b"{}", "application/json", 400, "BadRequestData"),
        (b"<a/>", "text/xml", 415, "Unsupported Media Type"),
    ],
)
def test_whatever_is_sent_is_refused_as_the_standard_says(api, content, kind, status, title):
    answer = api.post("/entities", content=content, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["title"]) == (status, title)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"].endswith(f"/{title}") or answer.json()["type"] == "about:blank"


def test_answers_come_in_the_form_that_is_asked_for_most(api):
    api.post("/entities", json=make_room("form"))
    for accept, expected in {
        "application/ld+json;q=0.5, application/json": "application/json",
        "application/json;q=0.1, application/ld+json": "application/ld+json",
        "application/geo+json": "application/geo+json",
        "text/html, */*;q=0.1": "application/json",
        "application/*": "application/json",
        "text/html": "application/problem+json",
    }.items():
        answer = api.get("/entities/urn:ngsi-ld:Room:form", headers={"Accept": accept})
        assert answer.headers["content-type"] == expected, accept
        assert answer.status_code == (406 if accept == "text/html" else 200)


def test_instances_of_an_attribute_are_changed_one_by_one(api):
    first = {"type": "Property", "value": 1, "datasetId": "urn:x:first", "unitCode": "KMH"}
    body = {"id": "urn:ngsi-ld:Car:1", "type": "Car", "speed": [first, {"type": "Property", "value": 2}]}
    assert api.post("/entities", json=body).status_code == 201
    address = "/entities/urn:ngsi-ld:Car:1"
    one = f"{address}/attrs/speed"
    assert api.patch(one, json={"value": 3}).status_code == 204
    assert api.patch(one, json={"value": 4, "datasetId": "urn:x:first"}).status_code == 204
    assert api.get(address).json()["speed"] == [first | {"value": 4}, {"type": "Property", "value": 3}]
    more = {"speed": {"type": "Property", "value": 5, "datasetId": "urn:x:more"}}
    assert api.post(f"{address}/attrs", json=more).status_code == 204
    assert api.get(address, params={"options": "keyValues"}).json()["speed"] == {
        "dataset": {"urn:x:first": 4, "@none": 3, "urn:x:more": 5}
    }
    chosen = {"type": "Car", "datasetId": "urn:x:first,@none"}
    assert [one["value"] for one in api.get("/entities", params=chosen).json()[0]["speed"]] == [4, 3]
    assert "speed" not in api.get(address, params={"datasetId": "urn:x:none"}).json()
    assert api.patch(one, json={"type": "Relationship", "object": "urn:x:1"}).status_code == 400
    assert api.patch(one, json={}).status_code == 400
    assert api.delete(one, params={"datasetId": "urn:x:none"}).status_code == 404
    assert api.delete(one, params={"datasetId": "urn:x:first"}).status_code == 204
    assert api.delete(one).status_code == 204
    assert api.delete(one).status_code == 404
    assert api.get(address).json()["speed"] == more["speed"]
    assert api.delete(one, params={"deleteAll": "true"}).status_code == 204
    assert "speed" not in api.get(address).json()
    assert api.patch(f"{address}/attrs", json={}).status_code == 400
    assert api.patch(address, json={"nothing": None, "seats": 4}).status_code == 204
    assert api.get(address, params={"attrs": "seats"}).json()["seats"]["value"] == 4
    assert api.get(address, params={"attrs": "speed"}).status_code == 404


def test_words_are_found_in_any_language_and_simplified_with_their_member():
    body = {
        "id": "urn:x:1",
        "type": "T",
        "name": {"languageMap": {"ko": "버스", "en": "bus"}},
        "kind": {"vocab": "x"},
        "a": {"object": "urn:x:2"},
    }
    entity = read_entity(body, TERMS)
    for q, is_found in (
        ('name[*]=="bus"', True),
        ('name[*]=="버스"', True),
        ('name[ko]=="bus"', False),
        ('name[*]=="tram"', False),
    ):
        assert match_q(read_q(q, TERMS), entity.attributes) is is_found, q
    simple = write_entity(entity, TERMS, form="keyValues")
    assert (simple["name"], simple["kind"], simple["a"]) == (body["name"], body["kind"], "urn:x:2")
    assert (
        read_entity(simple, TERMS).attributes[TERMS.expand("name")] == entity.attributes[TERMS.expand("name")]
    )


def test_scopes_types_languages_and_orders(api):
    words = {"type": "LanguageProperty", "languageMap": {"ko": "버스", "en": "bus"}}
    made = [
        {"id": "urn:ngsi-ld:Ride:1", "type": ["Ride", "Bus"], "scope": ["/Seoul/Mapo", "/Night"], "name": words, "berths": 40},
        {"id": "urn:ngsi-ld:Ride:2", "type": ["Ride", "Taxi"], "scope": "Seoul/Jung/Cab", "berths": 4},
        {"id": "urn:ngsi-ld:Ride:3", "type": "Ride"},
    ]  # fmt: skip
    upsert = "/entityOperations/upsert"
    assert api.post(upsert, json=made[:2]).json() == [one["id"] for one in made[:2]]
    assert api.post(upsert, json=made).json() == [made[2]["id"]]
    assert api.post(upsert, json=made).status_code == 204
    ride = {"type": "Ride"}
    for asked, expected in (
        ({"type": "Ride;Bus"}, ["1"]), ({"type": "(Bus,Taxi);Ride"}, ["1", "2"]), ({"type": "Bus|Taxi"}, ["1", "2"]),
        (ride | {"scopeQ": "/Seoul/#"}, ["1", "2"]), (ride | {"scopeQ": "/Seoul/+"}, ["1"]), (ride | {"scopeQ": "/Seoul"}, []),
        (ride | {"scopeQ": "/Seoul/+/+"}, ["2"]), (ride | {"scopeQ": "/Night;/Seoul/Mapo"}, ["1"]),
        (ride | {"scopeQ": "/Night,/Seoul/Jung/#"}, ["1", "2"]), (ride | {"scopeQ": "/#"}, ["1", "2"]),
    ):  # fmt: skip
        assert list_ids(api, **asked) == expected, asked
    for order, expected in (
        ("berths", "213"),
        ("berths;desc", "123"),
        ("id;desc", "321"),
        ("createdAt;desc,id", "321"),
    ):
        found = api.get("/entities", params=ride | {"orderBy": order}).json()
        assert "".join(one["id"][-1] for one in found) == expected, order
    one = api.get("/entities/urn:ngsi-ld:Ride:1", params={"lang": "en"}).json()
    assert (one["name"], one["scope"]) == (
        {"type": "Property", "value": "bus", "lang": "en"},
        ["/Seoul/Mapo", "/Night"],
    )
    assert api.get("/entities/urn:ngsi-ld:Ride:2").json()["scope"] == "/Seoul/Jung/Cab"
    assert api.post("/entities/urn:ngsi-ld:Ride:2/attrs", json={"berths": 5}).status_code == 204
    assert api.get("/entities/urn:ngsi-ld:Ride:2").json()["scope"] == "/Seoul/Jung/Cab"
    details = {one["typeName"]: one for one in api.get("/types", params={"details": "true"}).json()}
    assert set(details["Ride"]["attributeNames"]) == {"name", "berths"}
    attributes = {
        one["attributeName"]: one for one in api.get("/attributes", params={"details": "true"}).json()
    }
    assert set(attributes["berths"]["typeNames"]) == {"Ride", "Bus", "Taxi"}
    assert api.get("/attributes/name").json()["attributeTypes"][0] in {"LanguageProperty", "Property"}


def test_contexts_that_were_handed_in_are_listed(api):
    address = api.post("/jsonldContexts", json=CONTEXT).headers["location"]
    assert address in api.get("/jsonldContexts").json()
    (known,) = [
        one for one in api.get("/jsonldContexts", params={"details": "true"}).json() if one["URL"] == address
    ]
    assert known["kind"] == "Hosted"
    assert api.get(address, params={"details": "true"}).json() == known
    assert api.get(address).json() == CONTEXT
    assert api.delete(address, params={"reload": "true"}).status_code == 400
    assert address not in api.get("/jsonldContexts", params={"kind": "Cached"}).json()


def test_the_context_of_an_address_elsewhere_is_handed_in_once(api):
    there = f"https://models.example/{uuid.uuid4()}/context.jsonld"
    body = {"id": f"urn:ngsi-ld:Room:{uuid.uuid4()}", "type": "Room", "@context": [there]}
    unknown = api.post("/entities", json=body, headers=LD)
    assert (unknown.status_code, "jsonldContexts?url=" in unknown.json()["detail"]) == (503, True)
    context = {"@context": {"Room": "https://models.example/Room", "warmth": "https://models.example/warmth"}}
    handed = api.post("/jsonldContexts", json=context, params={"url": there})
    assert handed.status_code == 201, handed.text
    assert api.post("/jsonldContexts", json=context, params={"url": there}).status_code == 409
    body |= {"warmth": {"type": "Property", "value": 21}}
    made = api.post("/entities", json=body, headers=LD)
    assert made.status_code == 201, made.text
    link = {"Link": LINK.format(there)}
    found = api.get("/entities", params={"type": "Room", "q": "warmth==21"}, headers=link).json()
    assert body["id"] in [one["id"] for one in found]
    plain = api.get(f"/entities/{body['id']}").json()
    assert plain["https://models.example/warmth"]["value"] == 21
    assert there in api.get("/jsonldContexts").json()
    assert there in api.get("/jsonldContexts", params={"kind": "Cached"}).json()
    assert there not in api.get("/jsonldContexts", params={"kind": "Hosted"}).json()
    assert api.get(handed.headers["location"]).json() == context
    for wrong in ("ftp://x/y", "models.example", "https://a b", "https://" + "x" * 500, ""):
        assert api.post("/jsonldContexts", json=context, params={"url": wrong}).status_code == 400, wrong
    assert api.delete(handed.headers["location"]).status_code == 204
    assert api.get("/entities", params={"type": "Room"}, headers=link).status_code == 503


ENDPOINT = {"uri": "https://example.org/told"}
SUBSCRIPTION = {"type": "Subscription", "entities": [{"type": "Odd"}], "notification": {"endpoint": ENDPOINT}}
GEO_QUERY = {"georel": "near;maxDistance==10", "geometry": "Point", "coordinates": [127, 37]}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        *(("POST", "/subscriptions", SUBSCRIPTION | {name: 1e300}) for name in ("q", "scopeQ", "lang", "geoQ")),
        *(("POST", "/subscriptions", SUBSCRIPTION | {"geoQ": GEO_QUERY | {name: [1]}}) for name in ("georel", "geometry", "geoproperty")),
        ("POST", "/subscriptions", SUBSCRIPTION | {"notification": {"endpoint": ENDPOINT | {"accept": []}}}),
        ("POST", "/subscriptions", SUBSCRIPTION | {"notification": {"endpoint": ENDPOINT, "format": {}}}),
        *(
            ("POST", "/entityOperations/query", {"type": "Query", "entities": [{"type": "Odd"}], "geoQ": GEO_QUERY | {"coordinates": one}})
            for one in (None, [], [None] * 50)
        ),
        ("POST", "/temporal/entityOperations/query", {"type": "Query", "entities": [{"type": "Odd"}], "temporalQ": {"timerel": "before", "timeAt": "2027-01-01T00:00:00Z"}, "attrs": True}),
        ("PATCH", "/entities/urn:ngsi-ld:Odd:merged", {"place": {"type": []}}),
        ("PATCH", "/entities/urn:ngsi-ld:Odd:merged", {"place": {"type": {"a": 1}, "value": None, "coordinates": 1}}),
    ],
)  # fmt: skip
def test_what_is_of_another_kind_is_no_fault(api, method, path, body):
    entity = {"id": "urn:ngsi-ld:Odd:merged", "type": "Odd", "place": {"type": "Property", "value": 1}}
    assert api.post("/entities", json=entity).status_code in {201, 409}
    reply = api.request(method, path, json=body)
    assert reply.status_code in ({204, 207, 400} if method == "PATCH" else {400}), reply.text


def test_a_value_that_is_nothing_is_above_and_below_nothing():
    attributes = {"urn:a": {"type": "ListProperty", "valueList": [None]}}
    for q, fits in (
        ("urn:a>1", False),
        ("urn:a<=1", False),
        ("urn:a==1..2", False),
        ("urn:a==1", False),
        ("urn:a!=1", True),
    ):
        assert match_q(read_q(q, TERMS), attributes) is fits, q


def test_a_list_is_kept_as_one(api):
    identity = f"urn:ngsi-ld:Lane:{uuid.uuid4()}"
    body = {"id": identity, "type": "Lane", "speeds": {"type": "ListProperty", "valueList": [30, 50]}}
    assert api.post("/entities", json=body).status_code == 201
    assert api.get(f"/entities/{identity}").json() == body
    simple = api.get(f"/entities/{identity}", params={"options": "keyValues"}).json()
    assert simple["speeds"] == [30, 50]
    found = api.get("/entities", params={"type": "Lane", "q": "speeds==50"}).json()
    assert identity in [one["id"] for one in found]
    wrong = api.post(
        "/entities", json=body | {"id": f"{identity}x", "speeds": {"type": "ListProperty", "valueList": 3}}
    )
    assert wrong.status_code == 400
    api.delete(f"/entities/{identity}")


def test_what_is_wrong_with_a_place_is_said_in_words(api):
    place = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [200, 95]}}
    reply = api.post("/entities", json={"id": "urn:ngsi-ld:Room:far", "type": "Room", "location": place})
    assert reply.status_code == 400
    assert reply.json()["detail"] == "location: coordinates are degrees, longitude first"


def test_strangers_read_and_do_not_write(house):
    with httpx.Client(base_url=f"{house.url}/ngsi-ld/v1") as stranger:
        assert stranger.get("/entities", params={"type": "Room"}).status_code == 200
        assert stranger.post("/entities", json=make_room("no")).status_code == 401
        assert stranger.get("/subscriptions").status_code == 401


def test_stations_are_entities(api):
    deadline = time.monotonic() + 60
    while not (
        found := api.get("/entities", params={"type": "CitySensor", "q": "noise>0", "limit": 1}).json()
    ):
        assert time.monotonic() < deadline
        time.sleep(0.5)
    assert found[0]["noise"]["unitCode"] == "2N"
    assert found[0]["location"]["type"] == "GeoProperty"


@pytest.fixture
def receiver():
    """Yield the address of a receiver and what it got; its first answer is an error."""
    got = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(500 if len(got) == 1 else 204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/hook", got
    server.shutdown()


def await_subscription(api, address, is_done):
    deadline = time.monotonic() + 30
    while not is_done(found := api.get(address.removeprefix("/ngsi-ld/v1")).json()):
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    return found["notification"]


def test_subscribers_are_told_or_it_shows(api, receiver):
    hook, got = receiver

    def subscribe(uri):
        body = {
            "type": "Subscription",
            "entities": [{"type": "Room", "idPattern": "watched"}],
            "watchedAttributes": ["temp"],
            "q": "temp>25",
            "geoQ": {"georel": "near;maxDistance==1000", "geometry": "Point", "coordinates": [127.0, 37.5]},
            "notification": {"endpoint": {"uri": uri}, "attributes": ["temp"], "format": "keyValues"},
        }
        made = api.post("/subscriptions", json=body)
        assert made.status_code == 201, made.text
        return made.headers["location"]

    told, untold = subscribe(hook), subscribe("http://127.0.0.1:9/nobody")
    api.post("/entities", json=make_room("watched", 20))
    address = "/entities/urn:ngsi-ld:Room:watched/attrs"
    for temp in (26, 24, 27):
        api.patch(address, json={"temp": temp})
    api.post(address, json={"humidity": 1})
    notification = await_subscription(api, told, lambda one: one["notification"]["timesSent"] == 2)
    assert (notification["status"], notification["timesFailed"]) == ("ok", 1)
    assert [one["data"][0]["temp"] for one in got] == [26, 26, 27]  # the first was refused once
    assert got[0]["id"] == got[1]["id"]
    failed = await_subscription(api, untold, lambda one: one["notification"]["timesFailed"] >= 1)
    assert failed["status"] == "failed"
    assert "Connect" in failed["lastError"]
    api.patch(told.removeprefix("/ngsi-ld/v1"), json={"isActive": False})
    assert api.get(told.removeprefix("/ngsi-ld/v1")).json()["status"] == "paused"
    for one in (told, untold):
        assert api.delete(one.removeprefix("/ngsi-ld/v1")).status_code == 204


def test_triggers_say_what_a_subscriber_is_told_of(api, receiver):
    hook, got = receiver
    body = {
        "type": "Subscription",
        "entities": [{"type": "Kiosk"}],
        "notificationTrigger": ["entityCreated", "entityDeleted", "attributeDeleted"],
        "notification": {"endpoint": {"uri": hook}},
    }
    told = api.post("/subscriptions", json=body).headers["location"]
    address = "/entities/urn:ngsi-ld:Kiosk:1"
    api.post("/entities", json={"id": "urn:ngsi-ld:Kiosk:1", "type": "Kiosk", "a": 1, "b": 2})
    api.patch(f"{address}/attrs", json={"a": 3})
    api.delete(f"{address}/attrs/a")
    api.delete(address)
    await_subscription(api, told, lambda one: one["notification"]["timesSent"] == 3)
    created, without, deleted = (one["data"][0] for one in got[1:])
    assert (created["a"]["value"], without["a"]["value"], without["b"]["value"]) == (1, "urn:ngsi-ld:null", 2)
    assert set(deleted) == {"id", "type", "deletedAt"}
    assert api.delete(told.removeprefix("/ngsi-ld/v1")).status_code == 204


def test_a_query_in_a_body_has_several_selectors(api):
    for kind, number in (("Tram", 1), ("Tram", 2), ("Ferry", 1), ("Ferry", 2)):
        api.post("/entities", json={"id": f"urn:ngsi-ld:{kind}:{number}", "type": kind, "load": number})
    selectors = [{"type": "Tram", "idPattern": "1$"}, {"type": "Ferry", "id": "urn:ngsi-ld:Ferry:2"}]

    def ask(**body):
        return api.post("/entityOperations/query", json={"type": "Query", "entities": selectors} | body)

    assert [one["id"][12:] for one in ask().json()] == ["Tram:1", "Ferry:2"]
    assert [one["id"][12:] for one in ask(q="load>1").json()] == ["Ferry:2"]
    for wrong in (
        {"entities": "x"},
        {"entities": [5]},
        {"entities": [{}]},
        {"entities": [{"id": "x y"}]},
        {"attrs": 5},
        {"q": 5},
        {"geoQ": "x"},
    ):
        assert (ask(**wrong).status_code, ask(**wrong).json()["title"]) == (400, "BadRequestData"), wrong


def test_pages_lead_to_those_before_and_after(api):
    for number in range(5):
        api.post("/entities", json={"id": f"urn:ngsi-ld:Stop:{number}", "type": "Stop"})
    for offset, ways in ((0, {"next"}), (2, {"next", "prev"}), (3, {"prev"}), (1, {"next", "prev"})):
        answer = api.get("/entities", params={"type": "Stop", "limit": 2, "offset": offset})
        links = {name: link["url"] for name, link in answer.links.items() if name in {"next", "prev"}}
        assert set(links) == ways, offset
        assert [one["id"][-1] for one in answer.json()] == [str(offset), str(offset + 1)]
        for name, start in (("next", offset + 2), ("prev", max(0, offset - 2))):
            if name in links:
                found = api.get(links[name].removeprefix("/ngsi-ld/v1")).json()
                assert found[0]["id"][-1] == str(start)
    newest = {"type": "Stop", "orderBy": "id;desc", "limit": 2, "offset": 2}
    assert [one["id"][-1] for one in api.get("/entities", params=newest).json()] == ["2", "1"]


def test_the_smaller_operations_of_the_standard(api):
    for number in (1, 2):
        api.post(
            "/entities", json={"id": f"urn:ngsi-ld:Bin:{number}", "type": "Bin", "full": number, "lid": "x"}
        )
    assert len(api.get("/entities", params={"type": "(Bin|Barrel)"}).json()) == 2
    assert api.get("/types/Bin").json()["entityCount"] == 2
    assert {one["attributeName"] for one in api.get("/types/Bin").json()["attributeDetails"]} == {
        "full",
        "lid",
    }
    assert api.get("/attributes/lid").json()["attributeCount"] == 2
    assert (api.get("/types/Nothing").status_code, api.get("/attributes/nothing").status_code) == (404, 404)
    one = "/entities/urn:ngsi-ld:Bin:1"
    assert api.put(f"{one}/attrs/full", json={"type": "Property", "value": 9}).status_code == 204
    assert api.put(f"{one}/attrs/nothing", json={"type": "Property", "value": 9}).status_code == 404
    merged = [{"id": "urn:ngsi-ld:Bin:1", "type": "Bin", "lid": "urn:ngsi-ld:null", "owner": "city"}]
    assert api.post("/entityOperations/merge", json=merged).status_code == 204
    plain = {"options": "keyValues"}
    assert api.get(one, params=plain).json() == {
        "id": "urn:ngsi-ld:Bin:1",
        "type": "Bin",
        "full": 9,
        "owner": "city",
    }
    assert api.get(one, params=plain | {"pick": "id,full"}).json() == {"id": "urn:ngsi-ld:Bin:1", "full": 9}
    assert "owner" not in api.get(one, params=plain | {"omit": "owner"}).json()
    assert api.delete("/entities", params={"type": "Bin"}).status_code == 204
    assert api.get("/entities", params={"type": "Bin"}).json() == []


def test_what_is_not_served_is_said_as_the_standard_says_it(api):
    for method, path, params, status in (
        ("GET", "/entities", {"type": "T", "foo": "bar"}, 400), ("GET", "/entities", {"type": "T", "orderBy": "a;dist-asc"}, 422),
        ("GET", "/entities", {"type": "T", "join": "inline"}, 422), ("GET", "/nothing", {}, 404), ("POST", "/temporal/entities", {}, 422),
        ("GET", "/csourceRegistrations", {}, 422), ("DELETE", "/types/T", {}, 422), ("DELETE", "/entities", {}, 400),
        ("GET", "/entities", {"type": "T", "limit": "1001"}, 403), ("POST", "/csourceRegistrations", {}, 422),
    ):  # fmt: skip
        answer = api.request(method, path, params=params)
        assert (answer.status_code, answer.json()["status"]) == (status, status), (method, path, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
    far = api.get(
        "/entities", params={"type": "T"}, headers={"Link": LINK.format("https://elsewhere.example/c.jsonld")}
    )
    assert (far.status_code, far.json()["title"]) == (503, "LdContextNotAvailable")
    assert far.headers["content-type"] == "application/problem+json"
    body = {"id": "urn:ngsi-ld:T:1", "type": "T"}
    bare = api.post("/entities", content=json.dumps(body), headers=LD)
    mixed = api.post("/entities", json=body | CONTEXT)
    assert (bare.status_code, mixed.status_code) == (400, 400)


@pytest.mark.parametrize(
    "changed",
    [
        {"notificationTrigger": ["entityEaten"]}, {"notificationTrigger": "entityCreated"}, {"notificationTrigger": []},
        {"type": "X"}, {"entities": [], "watchedAttributes": []}, {"notification": {}}, {"timeInterval": 0}, {"q": "a=="},
        {"notification": {"endpoint": {"uri": "ftp://x/"}}}, {"notification": {"endpoint": {"uri": "http://169.254.1.1/"}}},
        {"throttling": -1}, {"expiresAt": "soon"}, {"expiresAt": "2020-01-01T00:00:00Z"}, {"scopeQ": "a b"}, {"lang": 5},
        {"notification": {"endpoint": {"uri": "https://example.org/", "receiverInfo": [{"key": "Host", "value": "x"}]}}}, {"colour": 1}, {"entities": [{"type": 5}]}, {"geoQ": {}},
        {"entities": [{"idPattern": "(a+)+"}]}, {"timeInterval": 5, "watchedAttributes": ["a"]}, {"timeInterval": 5, "throttling": 5},
        {"timeInterval": 5, "entities": [], "watchedAttributes": ["a"]}, {"timeInterval": True}, {"timeInterval": 5, "entities": [{}]},
    ],
)  # fmt: skip
def test_bad_subscriptions_are_refused(api, changed):
    body = {
        "type": "Subscription",
        "entities": [{"type": "Room"}],
        "notification": {"endpoint": {"uri": "https://example.org/"}},
    }
    answer = api.post("/subscriptions", json=body | changed)
    assert answer.status_code in {400, 422}, answer.text
    assert answer.json()["message"]


def test_a_list_of_relationships_is_kept_in_its_order():
    roads = ["urn:ngsi-ld:Road:2", "urn:ngsi-ld:Road:1"]
    body = {
        "id": "urn:ngsi-ld:Bus:1",
        "type": "Bus",
        "route": {"type": "ListRelationship", "objectList": roads},
    }
    entity = read_entity(body, TERMS)
    assert write_entity(entity, TERMS)["route"]["objectList"] == [{"object": one} for one in roads]
    assert read_entity(write_entity(entity, TERMS), TERMS) == entity
    assert write_entity(entity, TERMS, form="keyValues")["route"] == roads
    assert read_entity(write_entity(entity, TERMS, form="concise"), TERMS) == entity
    assert match_q(read_q('route=="urn:ngsi-ld:Road:1"', TERMS), entity.attributes)
    for wrong in ("urn:x:1", ["x y"], [{"object": 5}], [{"value": "urn:x:1"}], [5]):
        with pytest.raises(Problem):
            read_entity(body | {"route": {"type": "ListRelationship", "objectList": wrong}}, TERMS)


def test_documents_come_back_as_they_went():
    body = make_room("x", note={"type": "LanguageProperty", "languageMap": {"ko": "방"}}) | {"list": [1, 2]}
    entity = read_entity(body, TERMS)
    assert "https://example.org/temp" in entity.attributes
    assert read_entity(write_entity(entity, TERMS), TERMS) == entity
    assert (
        read_entity(write_entity(entity, TERMS, form="concise"), TERMS).attributes.keys()
        == entity.attributes.keys()
    )


values = st.one_of(st.integers(-3, 3), st.sampled_from(["a", "b", "3"]), st.booleans())
terms = st.builds(
    lambda name, op, value: f"{name}{op}{json.dumps(value)}",
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(["==", "!=", ">", "<=", ">=", "<"]),
    values,
)
questions = st.recursive(
    terms | st.sampled_from(["a", "!b"]),
    lambda inner: st.builds(
        lambda one, mark, other: f"({one}{mark}{other})", inner, st.sampled_from(";|"), inner
    ),
    max_leaves=4,
)


class SameAnswer(TestCase):
    """The registers and the program that watches changes understand q alike."""

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.dictionaries(st.sampled_from("abc"), values), min_size=1, max_size=4), questions)
    def test_the_registers_answer_as_the_watch_does(self, bodies, question):
        now = datetime(2026, 1, 1, tzinfo=UTC)
        entities = [
            read_entity({"id": f"urn:x:{n}", "type": "T", **one}, TERMS) for n, one in enumerate(bodies)
        ]
        for one in entities:
            create_entity(actor=HOUSE, now=now, entity=one)
        tree = read_q(question, TERMS)
        expected = [one.id for one in entities if match_q(tree, one.attributes)]
        assert [row.entity_id for row in find_entities(Asked(q=tree))[0]] == expected

    def test_places_are_found_by_cells_and_boxes_as_by_their_shapes(self):
        square = [[126.99, 37.49], [127.01, 37.49], [127.01, 37.51], [126.99, 37.51], [126.99, 37.49]]
        shapes = [
            {"type": "Point", "coordinates": [127.0, 37.5]}, {"type": "Point", "coordinates": [127.0035, 37.5]},
            {"type": "Point", "coordinates": [126.9999, 37.4999]}, {"type": "Point", "coordinates": [127.2, 37.9]},
            {"type": "Point", "coordinates": [-0.001, -0.001]}, {"type": "Polygon", "coordinates": [square]},
            {"type": "LineString", "coordinates": [[126.9, 37.5], [127.1, 37.5]]}, None,
        ]  # fmt: skip
        entities = []
        for number, one in enumerate(shapes):
            place = {"location": {"type": "GeoProperty", "value": one}} if one else {}
            entities.append(read_entity({"id": f"urn:x:{number}", "type": "T", **place}, TERMS))
            create_entity(actor=HOUSE, now=datetime(2026, 1, 1, tzinfo=UTC), entity=entities[-1])
        asked = [("Point", [127.0, 37.5]), ("Point", [0.0, 0.0]), ("Polygon", [square])]
        relations = ("within", "contains", "intersects", "equals", "disjoint", "overlaps")
        near = ("near;maxDistance==320", "near;minDistance==1;maxDistance==20000", "near;minDistance==300")
        for relation in (*relations, *near):
            for kind, coordinates in asked:
                place = read_place(relation, kind, coordinates, None)
                expected = [one.id for one in entities if match_place(place, one.attributes)]
                found = [row.entity_id for row in find_entities(Asked(place=place))[0]]
                assert found == expected, (relation, kind, coordinates)


@given(st.text(max_size=40))
def test_no_question_is_a_crash(text):
    try:
        read_q(text, TERMS)
    except Problem:
        return


@pytest.mark.parametrize("kind", [[], {}, 1, None, ["Property"]])
def test_a_type_that_is_no_text_names_no_kind(kind):
    body = {"id": "urn:x:1", "type": "Room", "temp": {"type": kind, "location": 1}}
    one = read_entity(body, TERMS).attributes["https://example.org/temp"]
    assert one == {"type": "Property", "value": {"type": kind, "location": 1}}
    nested = {"id": "urn:x:1", "type": "Room", "temp": {"value": {"type": kind}}}
    assert read_entity(nested, TERMS).attributes["https://example.org/temp"]["type"] == "Property"
