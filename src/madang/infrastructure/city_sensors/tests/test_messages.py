"""Readings in messages, by MQTT and HTTP: nothing acknowledged is lost, what can't be taken says why."""

from __future__ import annotations

import json
import time
from contextlib import closing
from datetime import UTC, datetime

import httpx
import paho.mqtt.client as mqtt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.infrastructure.city_sensors.methods.messages import read_message
from madang.infrastructure.city_sensors.methods.packets import read_fields, write_fields
from madang.infrastructure.city_sensors.records import Field

NOW = datetime(2026, 3, 1, tzinfo=UTC)
KEY = "0123456789abcdef-test"


def said(payload):
    return [
        (one.serial, one.property, one.value) for one in read_message(json.dumps(payload).encode(), NOW).said
    ]


def test_plain_json_and_senml_say_the_same():
    plain = {"serial": "S1", "observed_at": "2026-02-28T00:00:00Z", "values": {"pm25": 1, "noise": None}}
    assert said(plain) == [("S1", "pm25", 1.0), ("S1", "noise", None)]
    assert said([plain, plain]) == said(plain) * 2
    pack = [
        {"bn": "urn:dev:ow:S1:", "bt": 1_772_236_800, "n": "pm25", "v": 1},
        {"n": "noise", "t": -5, "v": 2},
    ]
    assert said(pack) == [("S1", "pm25", 1.0), ("S1", "noise", 2.0)]
    relative = read_message(b'[{"n":"S1/pm25","v":3,"t":-60}]', NOW).said[0]
    assert (NOW - relative.observed_at).total_seconds() == 60


@pytest.mark.parametrize(
    "payload",
    [
        b"", b"{", b"[1]", b"null", b"7", b'{"serial":"S1"}', b'{"serial":1,"values":{}}', b"\xff\xfe", b"[" * 5000,
        b'{"serial":"S1","values":{"pm25":"x"}}', b'[{"n":"pm25","v":1}]', b'[{"n":"S1:pm25","v":true}]',
        b'[{"n":"S1:pm25","v":1e999}]', b'[{"n":"S1:pm25","v":1,"bt":1e30}]',
        b'{"serial":"S1","observed_at":"2026-01-01T00:00:00","values":{"pm25":1}}', b"[]", b'{"serial":"S1","values":{}}',
        b'{"serial":"S1","values":{"pm25":1e999}}', b'[{"n":"S1:pm25","v":1,"bver":11}]', b'[{"n":"S1:pm25","v":1,"new_":1}]',
        b'{"serial":"S1","values":{"pm25":1},"sent_at":"2026-03-01T01:00:00Z"}', b'{"serial":"S1","values":{"pm25":1},"revision":-1}',
        b'{"serial":"S1","values":{"pm25":1},"sent_at":"2026-03-01T00:00:00"}', b'[{"n":"S1:pm25","v":1,"revision":true}]',
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_a_reason(payload):
    with pytest.raises(ValueError, match=r"."):
        read_message(payload, NOW)


def test_known_units_are_converted_and_what_is_left_out_says_why():
    pack = [
        {"bn": "S1:", "n": "temperature", "v": 300, "u": "K"},
        {"n": "temperature", "v": 70, "u": "Fahrenheit"},
        {"n": "humidity", "v": 0.5, "u": "/"},
        {"n": "humidity", "v": 41, "u": "%RH"},
        {"n": "pm25", "vs": "x"},
        {"n": "noise", "vb": True},
        {"n": "uv"},
        {"bu": "mg/m3"},
        {"n": "pm10", "v": 0.02},
    ]
    found = read_message(json.dumps(pack).encode(), NOW)
    assert [(one.property, one.value) for one in found.said] == [
        ("temperature", 26.85), ("humidity", 50.0), ("humidity", 41.0), ("pm10", 20.0),
    ]  # fmt: skip
    assert [reason.partition(";")[0] for reason, _ in found.faults] == [
        "temperature in unknown unit Fahrenheit", "pm25 has vs in place of a number (v)",
        "noise has vb in place of a number (v)", "uv has no value in place of a number (v)",
    ]  # fmt: skip


def test_a_number_of_the_senders_or_the_moment_of_sending_tells_what_is_newer():
    plain = {"serial": "S1", "values": {"pm25": 1}}

    def revisions(message):
        return [one.revision for one in read_message(json.dumps(message).encode(), NOW).said]

    assert revisions(plain) == [None]
    assert revisions(plain | {"revision": 2}) > revisions(plain | {"revision": 1}) > [0]
    assert revisions(plain | {"sent_at": "2026-02-28T00:00:01Z"}) > revisions(
        plain | {"sent_at": "2026-02-28T09:00:00.5+09:00"}
    )
    pack = [{"n": "S1:pm25", "v": 1}, {"n": "S1:pm10", "v": 1, "revision": 7}, {"n": "S1:uv", "v": 1}]
    assert revisions(pack) == [None, 7000, 7000]


@given(st.binary(max_size=200))
def test_no_bytes_are_a_crash(payload):
    try:
        read_message(payload, NOW)
    except ValueError:
        return


def test_layouts_are_written_as_lines():
    fields = (
        Field(name="observed_at", width=12),
        Field(name="temperature", width=4, factor=10, offset=100, low=500),
    )
    assert read_fields(write_fields(fields)) == fields
    for wrong in ("pm25", "pm25 x", "pm25 4 colour=red", "pm25 4 low=x"):
        with pytest.raises(ValueError, match="pm25"):
            read_fields(wrong)


@pytest.fixture(scope="module")
def sender(house):
    """Let KEY send, as the data officer does on the page."""
    with closing(house.sign_in("data-officer")) as officer:
        form = {
            "csrfmiddlewaretoken": officer.cookies["csrftoken"],
            "name": "시험 센서",
            "key": KEY,
            "agency_code": "city",
            "valid_from": "2026-01-01",
            "valid_until": "2030-01-01",
        }
        page = officer.post("/desk/city_sensors/senders/new/", data=form)
        assert "시험 센서" in page.text
    time.sleep(5.5)  # what a process knows of senders may be 5 s old
    return house


def read_newest(house, serial, stream):
    answer = httpx.get(
        f"{house.url}/sta/v1.1/Datastreams",
        params={
            "$filter": f"Thing/properties/id eq '{serial}' and ObservedProperty/definition eq '{stream}'",
            "$expand": "Observations($top=1;$orderby=phenomenonTime desc)",
        },
    )
    return answer.json()["value"][0]["Observations"]


def test_mqtt_is_acknowledged_when_kept_and_a_double_is_one(sender):
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="sensor-under-test")
    client.connect("127.0.0.1", sender.mqtt_port)
    client.loop_start()
    observed_at = datetime.now(UTC).isoformat()
    message = {"serial": "SIM00003", "observed_at": observed_at, "values": {"noise": 123.5, "colour": 1}}
    for _ in range(3):
        client.publish(f"sensors/{KEY}", json.dumps(message), qos=1).wait_for_publish(20)
    client.publish(
        "sensors/nobody-knows-this-key", json.dumps(message | {"serial": "SIM00004"}), qos=1
    ).wait_for_publish(20)
    deadline = time.monotonic() + 20
    while not (found := read_newest(sender, "SIM00003", "noise")) or found[0]["result"] != 123.5:
        assert time.monotonic() < deadline, found
        time.sleep(0.2)
    client.loop_stop()
    with closing(sender.sign_in("data-officer")) as officer:
        page = officer.get("/desk/city_sensors/").text
    assert "모르는 항목 colour" in page
    assert all(one["result"] != 123.5 for one in read_newest(sender, "SIM00004", "noise"))


def test_http_says_what_was_taken(sender):
    address = f"{sender.url}/api/city-sensors/messages"
    pack = [{"n": "SIM00005:noise", "v": 99.5}, {"n": "SIM00005:taste", "v": 1}]
    answer = httpx.post(address, json=pack, headers={"X-Certkey": KEY})
    assert (answer.status_code, answer.json()) == (200, {"taken": 1, "reasons": ["unknown property taste"]})
    refused = httpx.post(address, json=pack)
    assert refused.status_code == 422
    assert refused.json()["message"] == "받을 수 없습니다: 없거나 기간이 지난 인증키"
    assert httpx.post(address, json=[{"n": "S", "v": 1}], headers={"X-Certkey": KEY}).status_code == 422


def test_a_correction_downwards_counts(sender):
    """Each is acknowledged, so each must hold; of those with numbers the highest, whenever it comes."""
    address = f"{sender.url}/api/city-sensors/messages"

    def send(value, **numbered):
        message = {"serial": "SIM00007", "observed_at": "2026-01-02T00:00:00Z", "values": {"noise": value}}
        answer = httpx.post(address, json=message | numbered, headers={"X-Certkey": KEY})
        assert (answer.status_code, answer.json()["taken"]) == (200, 1), answer.text

    def await_value(value):
        rows, deadline = f"{sender.url}/api/datasets/city_sensor_readings/rows", time.monotonic() + 30
        where = {"where": ["thing_id:eq:SIM00007", "observed_at:eq:2026-01-02T00:00:00Z"]}
        while [one["value"] for one in httpx.get(rows, params=where, timeout=120).json()["rows"]] != [value]:
            assert time.monotonic() < deadline, value
            time.sleep(0.3)

    for value in (20, 80, 15, 3):
        send(value)
        await_value(value)
    for value, number in ((60, 3), (50, 2), (70, 1)):
        send(value, revision=number)
    await_value(60)


def test_a_layout_that_cannot_be_read_by_is_refused(sender):
    with closing(sender.sign_in("data-officer")) as officer:
        form = {
            "csrfmiddlewaretoken": officer.cookies["csrftoken"],
            "data_no": "77",
            "valid_from": "2026-01-01",
        }
        for line in ("noise 3 factor=nan", "noise 3 factor=inf", "noise 3 low=9 high=8", "observed_at 14"):
            text = line if line.startswith("observed_at") else f"observed_at 12\n{line}"
            answer = officer.post("/desk/city_sensors/layouts/new/", data=form | {"fields_text": text})
            assert answer.status_code in {200, 422}, line
            assert "전문 정의가 잘못되었습니다" in answer.text, line


def test_who_listens_hears_of_new_observations(sender):
    heard = []
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="listener-under-test")
    client.on_message = lambda _client, _data, message: heard.append(
        (message.topic, json.loads(message.payload))
    )
    client.connect("127.0.0.1", sender.mqtt_port)
    client.subscribe("v1.1/#", qos=0)
    client.loop_start()
    time.sleep(0.5)
    deadline = time.monotonic() + 90
    while not any(topic.startswith("v1.1/Datastreams(") and one["result"] == 77.25 for topic, one in heard):
        assert time.monotonic() < deadline, heard[-3:]
        pack = [{"n": "SIM00006:noise", "v": 77.25}]
        httpx.post(f"{sender.url}/api/city-sensors/messages", json=pack, headers={"X-Certkey": KEY})
        time.sleep(1)
    client.loop_stop()
