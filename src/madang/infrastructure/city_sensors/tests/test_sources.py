"""Sources: what each promises, and whether it keeps it; dongs have means; a thousand bad calls of each door end well."""

from __future__ import annotations

import json
import random
import time
from contextlib import closing

import httpx
import paho.mqtt.client as mqtt

from .test_messages import KEY, sender
from .tokens import make_token

__all__ = ["sender"]
DOORS = 1_000


def test_an_officer_writes_a_promise_down_and_everyone_sees_it(sender):
    with closing(sender.sign_in("data-officer")) as officer:
        form = {
            "csrfmiddlewaretoken": officer.cookies["csrftoken"], "name": "시뮬레이션 · simulated", "kind": "S-DoT",
            "agency_code": "city", "licence": "KOGL-1", "expected_interval_s": "600", "freshness_promise_s": "7200",
        }  # fmt: skip
        page = officer.post("/desk/city_sensors/sources/", data=form).text
        assert "S-DoT" in page
        assert "7,200" in page
        refused = officer.post("/desk/city_sensors/sources/", data=form | {"freshness_promise_s": "60"}).text
        assert "약속한 시간보다 길 수 없습니다" in refused
    with closing(sender.visit()) as stranger:
        assert "동" in stranger.get("/city_sensors/dongs/", params={"sort": "-noise"}).text


def make_noise(chance):
    kinds = [
        lambda: bytes(chance.randrange(256) for _ in range(chance.randrange(40))),
        lambda: chance.choice([b"{", b"[]", b"null", b"[[[[", b'{"serial":', b'"', b"1e999", b"\xff\xfe"]),
        lambda: b'[{"n":"S1:pm25","v":' + str(chance.random()).encode() + b"}" * chance.randrange(3),
        lambda: json.dumps(
            [
                {
                    chance.choice(["bn", "n", "bt", "t", "bv", "v", "vs", "u"]): chance.choice(
                        ["SIM00001:", "pm25", "/", -1, 1e308, None, {}, True, 2**40]
                    )
                }
                for _ in range(4)
            ]
        ).encode(),  # fmt: skip
        lambda: (
            b'{"serial":"SIM00001","values":{"pm25":'
            + chance.choice([b'"x"', b"1e400", b"[]", b"{}"])
            + b"}}"
        ),
    ]
    return chance.choice(kinds)()


def test_a_thousand_bad_packets_are_answered_by_the_rules(sender):
    chance = random.Random()
    letters = "0123456789xX-+ .%2F한"
    with httpx.Client(base_url=sender.url, timeout=120) as client:
        for _ in range(DOORS):
            parts = [
                "".join(chance.choice(letters) for _ in range(chance.randrange(1, 50))) for _ in range(5)
            ]
            if chance.random() < 0.7:
                parts[0] = KEY
            answer = client.get("/n/api/send/" + "/".join(part.strip("/ .") or "x" for part in parts))
            assert answer.status_code == 200, answer.text
            assert answer.json()["RESULT"]["CODE"] in {"ERROR-100", "ERROR-200", "ERROR-300"}


def test_every_address_of_the_receiver_is_answered_with_a_code(sender):
    packet = "20260101000000120024012304500100000005"
    with httpx.Client(base_url=f"{sender.url}/n/api/send/", timeout=120) as client:
        for rest, code in (
            ("", "ERROR-100"), (f"{KEY}/1/1", "ERROR-200"), (f"{KEY}/1/1/SIM00001", "ERROR-300"), (f"{KEY}/1/1/SIM00001/", "ERROR-300"),
            (f"{KEY}/1//SIM00001/{packet}", "ERROR-300"), (f"{KEY}/1/1/SIM00001/{packet}/more", "ERROR-300"),
            (f"{KEY}/1/1/SIM%2F01/{packet}", "ERROR-200"), ("%00/1/1/SIM00001/%00", "ERROR-100"),
        ):  # fmt: skip
            answer = client.get(rest)
            assert (answer.status_code, answer.json()["RESULT"]["CODE"]) == (200, code), rest
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = client.request(method, f"{KEY}/1/1/SIM00001/{packet}")
            assert (answer.status_code, answer.json()["RESULT"]["CODE"]) == (200, "ERROR-300")


def test_a_thousand_bad_messages_are_refused_and_the_door_stays_open(sender):
    chance = random.Random()
    with httpx.Client(base_url=sender.url, timeout=120, headers={"X-Certkey": KEY}) as client:
        for _ in range(DOORS // 2):
            headers = {"Content-Type": "application/json"}
            answer = client.post("/api/city-sensors/messages", content=make_noise(chance), headers=headers)
            assert answer.status_code in {200, 400, 415, 422}, answer.text
    speaker = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="noise")
    speaker.connect("127.0.0.1", sender.mqtt_port)
    speaker.loop_start()
    for _ in range(DOORS // 2):
        speaker.publish(f"sensors/{KEY}", make_noise(chance), qos=1)
    last = speaker.publish(f"sensors/{KEY}", b'{"serial":"SIM00009","values":{"noise":88.25}}', qos=1)
    last.wait_for_publish(30)
    deadline = time.monotonic() + 30
    address = f"{sender.url}/api/datasets/city_sensor_readings/rows"
    where = {"where": ["thing_id:eq:SIM00009", "property:eq:noise", "value:eq:88.25"]}
    while not httpx.get(address, params=where, timeout=120).json()["total"]:
        assert time.monotonic() < deadline
        time.sleep(0.3)
    speaker.loop_stop()


def test_a_thousand_bad_bodies_of_the_standards(sender):
    chance = random.Random()
    things, entities = (make_token(sender, f"city_sensors.{one}") for one in ("write_sensorthings", "write_context"))  # fmt: skip
    doors = (
        ("POST", "/sta/v1.1/Things", things), ("POST", "/sta/v1.1/Observations", things), ("PATCH", "/sta/v1.1/Datastreams(1)", things),
        ("POST", "/sta/v1.1/$batch", things), ("POST", "/sta/v1.1/CreateObservations", things),
        ("POST", "/ngsi-ld/v1/entities", entities), ("POST", "/ngsi-ld/v1/entityOperations/upsert", entities),
        ("PATCH", "/ngsi-ld/v1/entities/urn:ngsi-ld:CitySensor:SIM00001/attrs", entities),
        ("POST", "/ngsi-ld/v1/subscriptions", entities), ("POST", "/ngsi-ld/v1/temporal/entityOperations/query", entities),
    )  # fmt: skip
    with httpx.Client(base_url=sender.url, timeout=120) as client:
        for _ in range(DOORS):
            method, path, token = chance.choice(doors)
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            body = make_noise(chance) if chance.random() < 0.3 else json.dumps(make_document(chance)).encode()
            answer = client.request(method, path, content=body, headers=headers)
            is_told = (
                answer.status_code == 503 and "LdContextNotAvailable" in answer.text
            )  # the standard's own answer
            assert answer.status_code < 500 or is_told, (path, body, answer.text)


def make_document(chance, depth=0):
    """Return a document of the standards' own words, put together wrongly."""
    words = ["id", "type", "name", "description", "@iot.id", "Datastream", "Thing", "result", "phenomenonTime", "requests", "method",
             "url", "body", "value", "observedAt", "@context", "entities", "temporalQ", "timeAt", "location", "notification", "$1"]  # fmt: skip
    kinds = [
        lambda: chance.choice([None, True, -1, 1e308, "", "Property", "POST", "Things", "2026-01-01T00:00:00Z", "urn:x:y", "\0", "$x"]),
        lambda: [make_document(chance, depth + 1) for _ in range(chance.randrange(3))],
        lambda: {chance.choice(words): make_document(chance, depth + 1) for _ in range(chance.randrange(5))},
    ]  # fmt: skip
    return chance.choice(kinds[: 1 if depth > 3 else 3])()


def test_a_thousand_bad_addresses_of_the_standards(sender):
    chance = random.Random()
    words = ["Things", "(1)", "('x')", "$filter=", "name eq 'x'", "Observations", "/", "$ref", "$top=", "-1", "%00", "((", "'", "q=", "type=T", "georel=near", "&", "?"]  # fmt: skip
    with httpx.Client(base_url=sender.url, timeout=120) as client:
        for number in range(DOORS):
            tail = "".join(chance.choice(words) for _ in range(chance.randrange(1, 6)))
            root = ("/sta/v1.1/", "/ngsi-ld/v1/entities", "/ngsi-ld/v1/temporal/entities?timerel=before&timeAt=2026-01-01T00:00:00Z&type=CitySensor&")[number % 3]  # fmt: skip
            answer = client.get(root + tail)
            assert answer.status_code < 500, (root + tail, answer.text)
