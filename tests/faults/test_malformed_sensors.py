"""A thousand malformed messages by each way that sensors send: answered as its rules say, and the house goes on."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import httpx
import paho.mqtt.client as mqtt
import pytest

from madang.core.base.interface import CITY_TIMEZONE
from madang.infrastructure.city_sensors.demo import LAYOUT
from madang.infrastructure.city_sensors.tests.tokens import make_token

SEED, MANY, FEWER, AT_ONCE = 20261201, 1_000, 250, 8
KEY, STATION, OTHER = "key-of-malformed-sensors", "ODD-1", "ODD-2"
CODES = {"SUCC-000", "ERROR-100", "ERROR-200", "ERROR-300", "ERROR-900"}
MESSAGE = {"serial": STATION, "observed_at": "2026-01-01T00:00:00Z", "values": {"noise": 70.5}}
THING = {
    "name": "x",
    "description": "y",
    "properties": {"a": 1},
    "Locations": [
        {
            "name": "l",
            "description": "d",
            "encodingType": "application/geo+json",
            "location": {"type": "Point", "coordinates": [127, 37.5]},
        }
    ],
}
ENTITY = {
    "id": "urn:ngsi-ld:Odd:1",
    "type": "Odd",
    "heat": {"type": "Property", "value": 1, "observedAt": "2026-01-01T00:00:00Z", "unitCode": "CEL"},
    "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [127, 37.5]}},
}
SUBSCRIPTION = {
    "type": "Subscription",
    "entities": [{"type": "Odd", "idPattern": ".*"}],
    "watchedAttributes": ["heat"],
    "q": "heat>1",
    "geoQ": {"georel": "near;maxDistance==10", "geometry": "Point", "coordinates": [127, 37]},
    "throttling": 5,
    "expiresAt": "2030-01-01T00:00:00Z",
    "notification": {
        "attributes": ["heat"],
        "format": "keyValues",
        "endpoint": {"uri": "https://example.org/x", "accept": "application/json"},
    },
}
QUERY = {
    "type": "Query",
    "entities": [{"type": "Odd", "idPattern": ".*"}],
    "attrs": ["heat"],
    "q": "heat>1",
    "geoQ": SUBSCRIPTION["geoQ"],
    "scopeQ": "/a",
    "lang": "ko",
}
BATCH = {
    "requests": [
        {"id": "1", "method": "post", "url": "Things", "body": THING, "atomicityGroup": "g"},
        {"id": "2", "method": "patch", "url": "$1", "body": {"name": "z"}, "atomicityGroup": "g"},
        {"id": "3", "method": "get", "url": "Things?$top=1"},
    ]
}
ODD = (
    None, True, -1, 1e308, 10**400, "", "x", "\x01", "가" * 300, "2026-13-45T99:00:00Z", "NaN", [], {}, [[]], {"@iot.id": "x"},
    {"type": "Nothing"}, {"": ""}, [None] * 50, "' OR 1=1--", "\\", "\u202e", {"$ref": "#"},
)  # fmt: skip
NOISE = bytes(range(256))


@pytest.fixture(scope="module")
def sender(target):
    """Let KEY send for two stations of no source: one that promised little is held where it sends so much."""
    values = {"kind": "city_sensor", "name": "시험 · Trial", "agency_code": "city", "lon": 127.0, "lat": 37.5}
    for station in (STATION, OTHER):
        body = {"id": station, "values": values}
        target.clients["admin"].post("/api/things", json=body).raise_for_status()
    form = {"name": "시험 · Trial", "key": KEY, "agency_code": "city", "valid_from": "2026-01-01", "valid_until": "2030-01-01"}  # fmt: skip
    with closing(target.house.sign_in("data-officer")) as officer:
        officer.post(
            "/desk/city_sensors/senders/new/",
            data=form | {"csrfmiddlewaretoken": officer.cookies["csrftoken"]},
        ).raise_for_status()
    time.sleep(5.5)  # what a process knows of senders may be 5 s old
    return target


def list_places(value, path=()):
    """Yield the path of everything inside of a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield (*path, key)
        yield from list_places(one, (*path, key))


def spoil(rng, body):
    """Return a body as JSON that nobody can have meant: a part of another kind, gone, or doubled; cut, or with other bytes."""
    body = json.loads(json.dumps(body))
    *owner, last = rng.choice(list(list_places(body)))
    inside = body
    for key in owner:
        inside = inside[key]
    if rng.random() < 0.2:
        del inside[last]
    elif isinstance(inside, dict) and rng.random() < 0.2:
        inside[str(rng.choice(ODD))] = inside.pop(last)
    else:
        inside[last] = rng.choice(ODD)
    raw = json.dumps(body).encode()
    if rng.random() < 0.3:
        cut = rng.randrange(len(raw))
        raw = raw[:cut] + bytes(rng.choices(NOISE, k=rng.randrange(3))) + raw[cut + rng.randrange(20) :]
    return raw


def send_all(send, messages):
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(send, messages))


def check_house(target, restarts):
    assert target.faults() == []
    assert target.restarts() == restarts
    good = MESSAGE | {"observed_at": datetime.now(UTC).isoformat()}
    reply = httpx.post(
        f"{target.url}/api/city-sensors/messages", json=good, headers={"X-Certkey": KEY}, timeout=60
    )
    assert reply.json() == {"taken": 1, "reasons": []}


def spoil_call(rng, packet):
    """Return (parts of a call of the receiver's, the codes that it may be answered with)."""
    parts = [KEY, LAYOUT.data_no, str(rng.randrange(10**9)), STATION, packet]
    what = rng.choice(
        ("key", "data_no", "serial", "length", "time", "value", "padding", "noise", "future", "parts")
    )
    if what in {"key", "data_no", "serial"}:
        parts["key data_no - serial".split().index(what)] = "".join(rng.choices("09azAZ%가 .-_'\"", k=12))
        return parts, {"ERROR-100"} if what == "key" else {"ERROR-200"}
    if what == "length":
        parts[4] = packet[: rng.randrange(1, len(packet))] + "0" * rng.choice((0, len(packet), 5000))
        return parts, {"ERROR-300"} if len(parts[4]) != len(packet) else CODES
    if what == "time":
        parts[4] = "".join(rng.choices("xX-+ a", k=12)) + packet[12:]
        return parts, {"ERROR-300"}
    if what == "future":
        parts[4] = "2099" + packet[4:]
        return parts, {"ERROR-300"}
    if what == "parts":
        return parts[: rng.randrange(1, 5)] or [""], CODES
    letters = {"value": "-+. eE9", "padding": "xX", "noise": "\t\x01가'\"<>&#"}[what]
    place = rng.randrange(12, len(packet))
    parts[4] = packet[:place] + "".join(rng.choices(letters, k=len(packet) - place))
    return parts, {"SUCC-000"}


def test_the_receiver_answers_200_and_a_code(sender):
    rng, restarts = random.Random(SEED), sender.restarts()
    start = datetime.now(CITY_TIMEZONE) - timedelta(days=60)
    tail = "00120030" + "1215" + "055" + "001200" + "035" + "070"
    calls = [
        spoil_call(rng, f"{start + timedelta(minutes=number):%Y%m%d%H%M}{tail}") for number in range(MANY)
    ]
    assert len(tail) + 12 == LAYOUT.length

    with httpx.Client(timeout=60) as client:

        def send(call):
            reply = client.get(
                f"{sender.url}/n/api/send/{'/'.join(quote(part, safe='') for part in call[0])}"
            )
            return reply.status_code, reply.json()["RESULT"]["CODE"]

        answers = send_all(send, calls)
    wrong = [
        (call, answer)
        for call, answer in zip(calls, answers, strict=True)
        if answer[0] != 200 or answer[1] not in call[1]
    ]
    assert wrong[:3] == []
    assert set(Counter(code for _, code in answers)) >= {"SUCC-000", "ERROR-100", "ERROR-200", "ERROR-300"}
    check_house(sender, restarts)


SENSORTHINGS, CONTEXT = "city_sensors.write_sensorthings", "city_sensors.write_context"


@pytest.mark.parametrize(
    ("address", "scope", "body", "many"),
    [
        ("/api/city-sensors/messages", "", MESSAGE, MANY),
        ("/sta/v1.1/Things", SENSORTHINGS, THING, MANY),
        ("/sta/v1.1/$batch", SENSORTHINGS, BATCH, FEWER),
        ("/ngsi-ld/v1/entities", CONTEXT, ENTITY, MANY),
        ("/ngsi-ld/v1/entityOperations/upsert", CONTEXT, [ENTITY], FEWER),
        ("/ngsi-ld/v1/entityOperations/merge", CONTEXT, [ENTITY], FEWER),
        ("/ngsi-ld/v1/entityOperations/query", CONTEXT, QUERY, FEWER),
        ("/ngsi-ld/v1/subscriptions", CONTEXT, SUBSCRIPTION, FEWER),
    ],
)
def test_what_comes_by_http_is_taken_or_refused_in_words(sender, address, scope, body, many):
    rng, restarts = random.Random(SEED), sender.restarts()
    headers = {"X-Certkey": KEY, "Content-Type": "application/json"}
    if scope:
        headers["Authorization"] = f"Bearer {make_token(sender.house, scope)}"
    with httpx.Client(base_url=sender.url, headers=headers, timeout=60) as client:
        replies = send_all(
            lambda raw: client.post(address, content=raw), [spoil(rng, body) for _ in range(many)]
        )
        if address.endswith("subscriptions"):
            for reply in replies:
                if reply.status_code == 201:
                    client.delete(reply.headers["location"]).raise_for_status()
    refused = [one for one in replies if one.status_code >= 400]
    assert {one.status_code for one in replies} <= {200, 201, 204, 207, 400, 404, 409, 422, 503}
    assert len(refused) > many / 10
    kind = "application/problem+json" if address.startswith("/ngsi-ld") else "application/json"
    assert {one.headers["content-type"].partition(";")[0] for one in refused} == {kind}
    assert all(one.json()["code"] and one.json()["message"] for one in refused)
    unserved = {one.json()["code"] for one in refused if one.status_code == 503}
    assert unserved <= {"ngsi_ld.LdContextNotAvailable"}
    check_house(sender, restarts)


@pytest.mark.parametrize("topic", [f"sensors/{KEY}", "v1.1/Observations", "v1.1/Datastreams(1)/Observations"])
def test_what_comes_by_mqtt_is_acknowledged_and_what_follows_is_heard(sender, topic):
    rng, restarts = random.Random(SEED), sender.restarts()
    observation = {"phenomenonTime": "2026-01-01T00:00:00Z", "result": 1, "Datastream": {"@iot.id": 1}}
    body = MESSAGE if topic.startswith("sensors/") else observation
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="malformed")
    client.username_pw_set(
        "writer", (sender.house.data / "broker" / "writers-password").read_text("utf-8").strip()
    )
    connected = threading.Event()
    client.on_connect = lambda *_: connected.set()
    client.connect("127.0.0.1", sender.house.mqtt_port)
    client.loop_start()
    assert connected.wait(30)
    sent = [client.publish(topic, spoil(rng, body), qos=1) for _ in range(MANY)]
    number = 2.0 + rng.random()
    good = MESSAGE | {
        "serial": OTHER,
        "observed_at": datetime.now(UTC).isoformat(),
        "values": {"uv": number},
    }
    sent.append(client.publish(f"sensors/{KEY}", json.dumps(good), qos=1))
    for one in sent:
        one.wait_for_publish(120)
    assert all(one.is_published() for one in sent)
    client.loop_stop()
    client.disconnect()
    where = {"where": [f"thing_id:eq:{OTHER}", "property:eq:uv"], "sort": "-observed_at", "limit": 50}
    deadline = time.monotonic() + 120
    while True:
        rows = httpx.get(
            f"{sender.url}/api/datasets/city_sensor_readings/rows", params=where, timeout=60
        ).json()["rows"]
        if any(row["value"] is not None and abs(row["value"] - number) < 1e-6 for row in rows):
            break
        assert time.monotonic() < deadline, "what came after the malformed messages isn't heard"
        time.sleep(0.5)
    check_house(sender, restarts)
