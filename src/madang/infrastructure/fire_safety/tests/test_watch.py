"""From a message to 119's ledger: kept, decided, told, relayed, each once, whatever breaks in between."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import msgspec
import pytest
from capvalidator import check_schema
from django.db import DatabaseError, connection

from madang.core.base.interface import (
    HOUSE,
    Actor,
    BadInput,
    Conflict,
    MqttListener,
    NotAllowed,
    call_command,
    now,
)
from madang.core.base.tests.brokers import start_packaged
from madang.core.incidents.interface import IncidentFilter, list_incidents
from madang.infrastructure.fire_safety import processes
from madang.infrastructure.fire_safety.actions import (
    Outlook,
    answer_alarm,
    check_detectors,
    close_alarm,
    decide_due,
    deliver_relays,
    forget_old_messages,
    import_hydrants,
    recall_due,
    register_facility,
    relaying,
    save_detectors,
    take_messages,
    tell_incidents,
    warn_of_overdue_relays,
)
from madang.infrastructure.fire_safety.actions.deciding import _Writer
from madang.infrastructure.fire_safety.gateway.simulating import publish_uplinks
from madang.infrastructure.fire_safety.methods.deciding import renumber
from madang.infrastructure.fire_safety.methods.health import find_trouble
from madang.infrastructure.fire_safety.methods.reviewing import review
from madang.infrastructure.fire_safety.models import FacilityRow, RefusedRow, RelayRow, SignalRow
from madang.infrastructure.fire_safety.pages.reports import describe_kind, say_verdict
from madang.infrastructure.fire_safety.processes import TOPICS, Watchman
from madang.infrastructure.fire_safety.queries import (
    get_facility,
    list_alarms,
    list_decisions,
    list_detectors,
    list_relays,
    rank_loudness,
    read_contacts,
    replay,
)
from madang.infrastructure.fire_safety.records import (
    AlarmFilter,
    AlarmState,
    Detector,
    RelayState,
    Signal,
    SignalKind,
    Taken,
)
from madang.project.pytest_plugin import find_free_port

from .facilities import FACILITY, register, uplink

pytestmark = pytest.mark.django_db
NOW = now().replace(microsecond=0)
STAFF = Actor(id="m", name="김당직", is_superuser=True)
STRANGER = Actor(
    id="s", name="종로", grants=frozenset({("fire_safety.answer", "11680"), ("fire_safety.view", "11680")})
)


def after(seconds):
    return NOW + timedelta(seconds=seconds)


def hear(seconds, *messages):
    taken = take_messages(now=after(seconds), messages=messages, via="mqtt")
    decide_due(now=after(seconds))
    return taken


def send_unread(device, profile):
    event = {"deviceInfo": {"devEui": device, "deviceProfileName": profile}, "data": "AAAA"}
    return json.dumps(event).encode()


def list_all():
    return list_alarms(actor=HOUSE)[0]


@pytest.fixture
def receiver(tmp_path):
    """A 119 receiver in a process of its own, and its ledger."""
    ledger = tmp_path / "ledger.jsonl"
    command = [sys.executable, "-m", "madang.project.command_line", "fire", "receive", "--port", "0"]
    with subprocess.Popen([*command, "--ledger", str(ledger)], stdout=subprocess.PIPE, text=True) as process:
        address = process.stdout.readline().strip()
        yield address, lambda: [json.loads(line) for line in ledger.read_text("utf-8").splitlines()]
        process.kill()


@pytest.fixture
def pool(monkeypatch):
    monkeypatch.setattr(relaying, "_silent", {})
    with ThreadPoolExecutor(2) as threads:
        yield threads


def send(seconds, pool, *addresses):
    return deliver_relays(
        now=after(seconds), addresses=lambda: addresses, pool=pool, clock=lambda: after(seconds)
    )


def test_a_detector_tells_at_once_and_119_after_80_seconds_and_a_cancellation_follows(receiver, pool):
    address, read = receiver
    register(NOW)
    assert hear(0, uplink("d301", NOW, "smoke")) == Taken(signals=1, devices=1)
    (alarm,) = list_all()
    assert (alarm.state, alarm.floor, alarm.room, alarm.due_at) == (
        AlarmState.TOLD,
        "3층",
        "301호",
        after(80),
    )
    assert tell_incidents(now=after(1)) == 1
    (incident,) = list_incidents(actor=HOUSE, where=IncidentFilter(state="active", kind="fire_alarm"))
    assert incident.agency_code == "11110"
    decide_due(now=after(79))
    assert send(79, pool, address) == 0
    decide_due(now=after(81))
    assert send(81, pool, address) == 1
    (line,) = read()
    assert (line["identifier"], line["msgType"], line["status"]) == ("haemalgeun-1", "Alert", "Actual")
    assert "3층 301호" in line["headline"]
    body = RelayRow.objects.get().body
    assert check_schema(body.encode()).passed
    assert "<valueName>floor_carry</valueName><value>2</value>" in body
    answer_alarm(
        actor=HOUSE, now=after(100), code=FACILITY.code, kind=SignalKind.FALSE_ALARM, reason="조리 연기"
    )
    decide_due(now=after(100))
    assert send(100, pool, address) == 1
    assert [one["msgType"] for one in read()] == ["Alert", "Cancel"]
    assert list_all()[0].state == AlarmState.STOOD_DOWN
    assert [one.verdict.value for one in list_decisions(HOUSE, alarm.id)] == [
        "tell_manager", "escalate", "escalate", "hand_over", "stand_down"
    ]  # fmt: skip


def test_the_same_uplink_by_many_gateways_and_days_later_is_one_signal():
    register(NOW)
    message = uplink("d301", NOW, "smoke")
    assert hear(0, message, message) == Taken(signals=1, repeated=1, devices=1)
    assert hear(5, message) == Taken(repeated=1, devices=1)
    assert len(list_all()) == SignalRow.objects.count() == 1


def test_a_device_with_a_wrong_clock_alarms_now():
    register(NOW)
    hear(0, uplink("d301", NOW - timedelta(days=400), "smoke"))
    hear(5, uplink("d302", NOW + timedelta(days=400), "heat"))
    (alarm,) = list_all()
    assert (alarm.begun_at, alarm.handed_over_at) == (NOW, after(5))


def test_a_clock_that_jumps_back_holds_nothing_up():
    register(NOW)
    hear(0, uplink("d301", NOW, "smoke"))
    decide_due(now=after(50))
    take_messages(now=after(-3600), messages=[uplink("d302", NOW, "heat")], via="http")
    decide_due(now=after(51))
    assert list_all()[0].handed_over_at == after(50)


def test_a_clock_set_back_while_nobody_watched_keeps_nothing_from_119(receiver, pool):
    register(NOW)
    hear(0, uplink("d301", NOW, "smoke"))
    assert recall_due(now=after(-3600)) == 1
    decide_due(now=after(-3600))
    assert list_all()[0].handed_over_at == after(-3600)
    assert recall_due(now=after(-3599)) == 0
    assert send(-3599, pool, receiver[0]) == 1
    hear(-3500, uplink("d301", after(-3500), "smoke"))
    assert len(list_all()) == 1


@pytest.mark.parametrize("kind", [SignalKind.TEST_BEGINS, SignalKind.DRILL_BEGINS, SignalKind.FALSE_ALARM])
def test_what_silences_is_over_where_the_clock_was_set_back_for_an_unknown_time(kind):
    register(NOW)
    if kind is SignalKind.FALSE_ALARM:
        hear(0, uplink("d301", NOW, "smoke"))
    answer_alarm(actor=STAFF, now=NOW, code=FACILITY.code, kind=kind, reason="수증기")
    decide_due(now=NOW)
    before = len(list_all())
    recall_due(now=after(-3600))
    decide_due(now=after(-3600))
    hear(-3599, uplink("d301", after(-3599), "smoke"))
    decide_due(now=after(-3599 + 90))
    alarms = {one.number: one for one in list_all()}
    assert len(alarms) == before + 1
    alarm = alarms[before + 1]
    assert (alarm.state, alarm.is_drill) == (AlarmState.HANDED_OVER, False)


DAY = 86_400
JUMPS = [
    {20: DAY},
    {20: -DAY},
    {20: DAY, 40: -DAY},
    {20: -DAY, 40: DAY},
    {-5: DAY, 20: -DAY},
    {20: -30, 30: -30, 40: 45},
]


@pytest.mark.parametrize(
    ("jumps", "begins_anew"),
    [*((one, None) for one in JUMPS), *((one, at) for one in JUMPS[2:4] for at in (30, 45))],
    ids=str,
)
def test_119_has_a_fire_once_within_90_real_seconds_however_the_clock_jumps(
    monkeypatch, tmp_path, jumps, begins_anew
):
    real = [-10.0]

    def read_wall():
        return after(real[0] + sum(by for at, by in jumps.items() if at <= real[0]))

    monkeypatch.setattr(processes, "now", read_wall)
    monkeypatch.setattr(processes.time, "monotonic", lambda: real[0])
    register(read_wall())
    watch = Watchman(None, list, tmp_path / "alive")
    watch.heard.set()
    handed_at = None
    while real[0] < 400:
        real[0] += 5
        if real[0] == begins_anew:
            watch = Watchman(None, list, tmp_path / "alive")
        if real[0] == 0:
            take_messages(now=watch.clock(), messages=[uplink("d301", read_wall(), "smoke")], via="mqtt")
        monkeypatch.setattr(watch.heard, "wait", lambda _: None)
        monkeypatch.setattr(watch.stop, "wait", lambda _: None)
        watch._decide()
        watch._decide()
        if handed_at is None and any(one.handed_over_at for one in list_all()):
            handed_at = real[0]
    assert 0 < handed_at <= 90
    assert RelayRow.objects.count() == 1
    (alarm,) = list_all()
    verdicts = [one.verdict.value for one in list_decisions(HOUSE, alarm.id)]
    assert verdicts.count("tell_manager") == verdicts.count("hand_over") == 1
    assert verdicts.count("escalate") == len(FACILITY.policy.ladder_s)
    assert not watch.clock.is_ahead()


def test_a_message_to_119_written_before_the_clock_was_set_back_goes_at_once(receiver, pool):
    register(NOW)
    hear(0, uplink("p3", NOW, "call_point"))
    assert warn_of_overdue_relays(now=after(-3600)) == 1
    assert send(-3599, pool, receiver[0]) == 1


def test_where_nobody_watched_for_an_hour_119_is_told_in_the_first_moment(receiver, pool):
    register(NOW)
    take_messages(now=NOW, messages=[uplink("d301", NOW, "smoke")], via="http")
    decide_due(now=after(3600))
    assert send(3600, pool, receiver[0]) == 1


def test_119_down_for_an_hour_gets_it_once_when_it_is_back_and_a_person_is_told(receiver, pool):
    address, read = receiver
    register(NOW)
    hear(0, uplink("p3", NOW, "call_point"))
    for second in range(0, 3600, 30):
        assert send(second, pool, "http://127.0.0.1:9/") == 0
    assert warn_of_overdue_relays(now=after(3600)) == 1
    assert warn_of_overdue_relays(now=after(3601)) == 0
    kinds = [one.kind for one in list_incidents(actor=HOUSE, where=IncidentFilter(state="active"))]
    assert "fire_relay_unanswered" in kinds
    assert send(3700, pool, address) == 1
    assert warn_of_overdue_relays(now=after(3701)) == 1
    assert len(read()) == 1
    (relay,) = list_relays(HOUSE, list_all()[0].id)
    assert (relay.state, relay.received_at) == (RelayState.RECEIVED, after(3700))


def test_the_second_way_is_tried_where_the_first_does_not_answer(receiver, pool):
    register(NOW)
    hear(0, uplink("p3", NOW, "call_point"))
    assert send(0, pool, "http://127.0.0.1:9/", receiver[0]) == 0
    assert send(5, pool, "http://127.0.0.1:9/", receiver[0]) == 1


def test_where_the_first_way_is_silent_only_those_that_found_it_out_wait_for_it(receiver, pool, monkeypatch):
    monkeypatch.setattr(relaying, "TIMEOUT_S", 1.0)
    address, read = receiver
    for number in range(12):
        register(NOW, f"home-{number}")
        hear(0, uplink(f"home-{number}-p3", NOW, "call_point"))
    with socket.create_server(("127.0.0.1", 0)) as hole:
        silent = f"http://127.0.0.1:{hole.getsockname()[1]}/"
        assert send(0, pool, silent, address) == 10
        assert send(2, pool, silent, address) == 2
    assert len(read()) == 12


def test_what_was_tried_before_is_tried_apart_from_what_is_new(receiver, pool):
    address, read_ledger = receiver
    for code in ("a", "b"):
        register(NOW, code)
    hear(0, uplink("a-p3", NOW, "call_point"))
    send(0, pool, "http://127.0.0.1:9/")
    hear(1, uplink("b-p3", NOW, "call_point"))
    again = {"addresses": lambda: [address], "pool": pool, "clock": lambda: after(60), "now": after(60)}
    assert deliver_relays(is_again=False, **again) == 1
    assert [one["identifier"] for one in read_ledger()] == ["b-1"]
    assert deliver_relays(is_again=True, **again) == 1


def test_the_wall_is_louder_with_each_decision_and_each_try_that_119_does_not_answer(pool):
    register(NOW)
    answer_alarm(actor=STAFF, now=NOW, code=FACILITY.code, kind=SignalKind.DRILL_BEGINS, expects=["d301"])
    hear(1, uplink("d301", NOW, "smoke"))
    heard = [rank_loudness(list_all())]
    hear(10, uplink("d302", NOW, "heat"))
    heard.append(rank_loudness(list_all()))
    hear(46, uplink("p3", NOW, "call_point"))
    for seconds in (47, 60, 90):
        send(seconds, pool, "http://127.0.0.1:9/")
        warn_of_overdue_relays(now=after(seconds))
        heard.append(rank_loudness(list_all()))
    assert heard[0] == 0
    assert heard[1:] == sorted(set(heard[1:]))
    real, drill = list_alarms(actor=HOUSE, sort="must_act")[0]
    assert (real.is_drill, drill.is_drill) == (False, True)


def test_the_receiver_writes_a_repetition_down_as_one_and_refuses_what_is_no_alert(receiver, pool):
    import httpx  # noqa: PLC0415

    address, read = receiver
    register(NOW)
    hear(0, uplink("p3", NOW, "call_point"))
    for _ in range(2):
        RelayRow.objects.update(state="waiting", next_attempt_at=NOW)
        assert send(0, pool, address) == 1
    assert [one["is_repetition"] for one in read()] == [False, True]
    for wrong in (
        b"<a/>",
        b"\xff",
        b"x" * 300_000,
        b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
    ):
        assert httpx.post(address, content=wrong).status_code in {413, 422}
    assert len(read()) == 2


@pytest.mark.parametrize(
    "message",
    [
        {"device": "d302", "type": "fire"},
        {"device": "d302", "alarm": True},
        {"source": "d302", "status": "alarm"},
        {"bn": "haemalgeun/d302/", "n": "alarm", "vb": True},
        {"bn": "urn:dev:x/", "n": "heat", "vb": True},
        {"facility": "haemalgeun", "type": "heat"},
    ],
)
def test_what_says_only_fire_is_of_its_detectors_kind_and_no_form_loses_it(message):
    register(NOW)
    hear(0, json.dumps(message).encode())
    assert RefusedRow.objects.count() == 0
    (signal,) = SignalRow.objects.all()
    assert signal.kind == "heat"


def test_a_detector_of_plain_json_or_senml_says_that_it_lives_and_how_its_battery_is():
    register(NOW)
    for seconds, message, battery in (
        (1, {"device": "d301", "smoke": False, "battery": 71}, 71),
        (2, {"device": "d301", "type": "heartbeat", "battery_level": 70}, 70),
        (
            3,
            [{"bn": "haemalgeun/d301/", "n": "smoke", "vb": False}, {"n": "battery", "u": "%EL", "v": 69}],
            69,
        ),
        (4, {"deviceInfo": {"devEui": "d301"}, "margin": 5, "batteryLevel": 68.5}, 68.5),
        (5, {"deviceInfo": {"devEui": "d301"}, "externalPowerSource": True, "batteryLevel": -1}, 68.5),
        (5, {"deviceInfo": {"devEui": "d301"}, "externalPowerSource": True, "batteryLevel": 0}, 68.5),
        (5, {"deviceInfo": {"devEui": "d301"}, "batteryLevelUnavailable": True, "batteryLevel": 0}, 68.5),
        (6, {"device": "d301", "type": "smoke", "value": 0}, 68.5),
    ):
        assert hear(seconds, json.dumps(message).encode()) == Taken(devices=1)
        (row,) = [one for one in list_detectors(HOUSE) if one.id == "d301"]
        assert (row.heard_at, row.battery) == (after(seconds), battery)
    assert hear(7, json.dumps({"device": "d301", "color": "red"}).encode()).refused == 1


@pytest.mark.parametrize(
    "event",
    [
        {"downlinkId": 7, "gatewayId": "g1", "txInfo": {}},
        {"level": "ERROR", "code": "UPLINK_CODEC", "description": "x", "context": {}},
        {"queueItemId": "q", "acknowledged": False, "fCntDown": 3},
        {"integrationName": "x", "eventType": "y", "object": {}},
    ],
)
def test_what_the_network_says_of_a_device_is_no_sign_of_its_life(event):
    register(NOW)
    hear(1, send_unread("d301", "unknown"))
    event = {**event, "deviceInfo": {"devEui": "d301"}, "time": after(9).isoformat()}
    assert hear(9, json.dumps(event).encode()) == Taken()
    hear(10, json.dumps({"deviceInfo": {"devEui": "d301"}, "devAddr": "0102"}).encode())
    (row,) = [one for one in list_detectors(HOUSE) if one.id == "d301"]
    assert row.heard_at == after(10)
    assert row.unread  # neither a join nor a battery makes a payload readable


def test_poison_is_kept_with_its_reason_and_holds_nothing_up():
    register(NOW)
    poison = [b"", b"{", b"[]", b"null", b"7", b'{"deviceInfo":7}', b'{"deviceInfo":{"tags":7},"object":{"smoke":true}}',
              b"\xff\xfe", b"[" * 10_000, b'{"at":"2026-01-01T00:00:00Z","facility":"a\\u0000","kind":"smoke","source":"x"}',
              json.dumps({"at": NOW.isoformat(), "facility": FACILITY.code, "kind": "false_alarm", "source": "d301",
                          "reason": "x"}).encode()]  # fmt: skip
    poison += [
        uplink("d3\0", NOW), uplink("d\0", NOW, "smoke"), send_unread("d301", "SD\0"), send_unread("d\0", "SD"),
        b'{"deviceInfo":{"devEui":"d301"},"time":"0001-01-01T00:00:00+09:00","object":{"smoke":true}}',
        b'[{"n":"f/d\\u0000/smoke","vb":false}]', b'[{"n":"haemalgeun/d301/smoke","vb":true,"t":1e300}]',
    ]  # fmt: skip
    assert hear(0, *poison, uplink("d301", NOW, "smoke")).signals == 1
    assert len(list_all()) == 1
    refused = RefusedRow.objects.order_by("id")
    assert len(refused) >= len(poison) - 2
    assert any("said by persons" in one.reason for one in refused)


def test_an_alarm_counts_whatever_its_battery_says():
    register(NOW)
    assert hear(0, uplink("d301", NOW, object={"smoke": True, "battery": 10**400})).signals == 1
    assert list_detectors(HOUSE)[0].battery is None


def test_what_the_registers_refuse_is_one_messages_fault():
    with connection.cursor() as cursor:
        cursor.execute("CREATE UNIQUE INDEX only_one ON fire_safety_detectorrow (heard_at)")
    register(NOW)
    assert hear(0, uplink("d301", NOW, "smoke"), uplink("d302", NOW, "heat")).signals == 1
    assert "IntegrityError" in RefusedRow.objects.get().reason


def test_what_could_not_be_kept_is_asked_for_again(tmp_path):
    port = find_free_port()
    broker = start_packaged(tmp_path / "broker", port)
    listener = MqttListener("127.0.0.1", port, "fire-watch", TOPICS)
    try:
        register(NOW)
        watchman = Watchman(listener, list)
        time.sleep(1)
        publish_uplinks("127.0.0.1", port, [("d301", uplink("d301", NOW, "smoke"))])
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE fire_safety_signalrow RENAME TO gone")
        with pytest.raises(DatabaseError):
            watchman._listen()
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE gone RENAME TO fire_safety_signalrow")
        deadline = time.monotonic() + 20
        while not SignalRow.objects.exists() and time.monotonic() < deadline:
            watchman._listen()
        assert SignalRow.objects.count() == 1
    finally:
        listener.close()
        broker.terminate()
        broker.wait(10)


def test_a_fire_in_a_facility_that_nobody_registered_is_told():
    message = {"at": NOW.isoformat(), "facility": "어디", "kind": "smoke", "source": "x"}
    assert hear(0, json.dumps(message).encode()).signals == 1
    where = IncidentFilter(state="active", kind="fire_unknown_facility")
    assert len(list_incidents(actor=HOUSE, where=where)) == 1
    assert not SignalRow.objects.filter(heard_at=None).exists()


def test_a_facility_that_cannot_be_decided_on_is_told_and_keeps_no_other_waiting():
    register(NOW, "broken")
    register(NOW)
    FacilityRow.objects.filter(pk="broken").update(policy={"wait_s": "long"})
    hear(0, uplink("broken-d301", NOW, "smoke"), uplink("d301", NOW, "smoke"))
    decide_due(now=after(1))
    assert [one.facility for one in list_all()] == [FACILITY.code]
    (incident,) = list_incidents(actor=HOUSE, where=IncidentFilter(kind="fire_undecided"))
    assert (incident.severity, incident.agency_code) == ("extreme", FACILITY.agency_code)
    assert "wait_s" in incident.evidence["error"]


def test_a_camera_that_a_facility_registered_verifies_a_detector():
    register(NOW)
    camera = Detector(id="CAM-1", facility=FACILITY.code, kind=SignalKind.CAMERA_SMOKE, floor="3층")
    save_detectors(actor=HOUSE, now=NOW, code=FACILITY.code, detectors=[camera])
    hear(0, uplink("d301", NOW, "smoke"))
    for camera_id, signals in (("CAM-1", 1), ("d302", 0), ("CAM-9", 0)):
        request = {"camera_id": camera_id}
        taken = call_command(
            "fire_safety.smoke_seen", caller="cctv", actor=HOUSE, now=after(10), request=request
        )
        assert taken.signals == signals
    decide_due(now=after(10))
    (alarm,) = list_all()
    assert alarm.handed_over_at == after(10)
    assert find_trouble(list_detectors(HOUSE)[-1], after(10**7)) is not None
    assert find_trouble(next(one for one in list_detectors(HOUSE) if one.id == "CAM-1"), after(10**7)) is None


def test_a_fire_of_a_device_that_nobody_registered_is_told():
    register(NOW)
    hear(0, uplink("70b3d57ed0000001", NOW, "smoke"))
    (incident,) = list_incidents(actor=HOUSE, where=IncidentFilter(kind="fire_unknown_facility"))
    assert "70b3d57ed0000001" in incident.reason.en


@pytest.mark.parametrize(
    "message",
    [
        {"kind": "smoke", "source": "d301", "facility": FACILITY.code},
        {"kind": "smoke", "source": "d301"},
        {"at": "2026-11-20T12:00:00", "kind": "fire", "source": "d301", "facility": "an-old-name"},
        {"deviceInfo": {"devEui": "d301", "tags": {"facility": "an-old-name"}}, "object": {"alarm": 1}},
        [{"n": f"{FACILITY.code}/d301/smoke", "vb": True}],
        [{"n": "d301/smoke", "v": 1}],
    ],
)
def test_a_registered_device_alarms_where_it_hangs_whatever_clock_and_place_it_names(message):
    register(NOW)
    hear(0, json.dumps(message).encode())
    (alarm,) = list_all()
    assert (alarm.facility, alarm.floor, alarm.room, alarm.kind) == (
        FACILITY.code,
        "3층",
        "301호",
        SignalKind.SMOKE,
    )


def test_a_detector_whose_messages_cannot_be_read_needs_care_until_they_can():
    register(NOW)
    hear(0, send_unread("d301", "SD-9"), *[uplink(one, NOW) for one in ("d302", "p3")])
    assert check_detectors(now=after(1)) == 1
    (incident,) = list_incidents(actor=HOUSE, where=IncidentFilter(kind="fire_detector_trouble"))
    assert "no decoder for payloads of SD-9" in incident.reason.en
    events = [json.loads(uplink(one, NOW, *kinds)) for one, kinds in (("d301", ()), ("d302", ("heat",)))]
    assert hear(2, json.dumps(events).encode()).signals == 1
    assert check_detectors(now=after(3)) == 1


def test_10_000_doubled_and_reordered_uplinks_are_the_alarms_they_are():
    import random  # noqa: PLC0415

    for number in range(20):
        register(NOW, f"f{number}")
    messages = [
        uplink(f"f{number % 20}-d301", NOW + timedelta(milliseconds=number), "smoke")
        for number in range(2500)
    ] * 4
    random.Random().shuffle(messages)
    signals = 0
    for start in range(0, len(messages), 500):
        signals += take_messages(now=NOW, messages=messages[start : start + 500], via="mqtt").signals
    assert signals == SignalRow.objects.count() == 2500
    decide_due(now=NOW)
    decide_due(now=after(91))
    alarms, total = list_alarms(actor=HOUSE, limit=100)
    assert total == RelayRow.objects.count() == 20
    assert {one.handed_over_at for one in alarms} == {after(80)}


def test_a_clock_that_stands_still_hides_no_later_fire():
    stuck = json.dumps(
        {"at": "1970-01-01T00:00:00Z", "facility": "nursing-1", "kind": "smoke", "source": "d301"}
    )
    assert hear(0, stuck.encode()).signals == 1
    assert hear(1, stuck.encode()).repeated == 1
    assert hear(7200, stuck.encode()).signals == 1


def test_who_may_not_answer_is_refused_and_a_cancellation_needs_a_reason():
    register(NOW)
    hear(0, uplink("d301", NOW, "smoke"))
    for kind in (SignalKind.CONFIRM, SignalKind.FALSE_ALARM, SignalKind.TEST_BEGINS):
        with pytest.raises(NotAllowed):
            answer_alarm(actor=STRANGER, now=NOW, code=FACILITY.code, kind=kind, reason="x")
    with pytest.raises(BadInput):
        answer_alarm(actor=HOUSE, now=NOW, code=FACILITY.code, kind=SignalKind.FALSE_ALARM, reason=" ")
    with pytest.raises(BadInput):
        answer_alarm(actor=HOUSE, now=NOW, code=FACILITY.code, kind=SignalKind.SMOKE)
    assert list_alarms(actor=STRANGER) == ([], 0)


def test_an_alarm_is_closed_by_a_person_who_says_what_it_was():
    register(NOW)
    hear(0, uplink("d301", NOW, "smoke"))
    (alarm,) = list_all()
    with pytest.raises(Conflict):
        close_alarm(actor=HOUSE, now=after(10), alarm_id=alarm.id, note="끝")
    decide_due(now=after(91))
    with pytest.raises(BadInput):
        close_alarm(actor=HOUSE, now=after(100), alarm_id=alarm.id, note="")
    close_alarm(actor=HOUSE, now=after(100), alarm_id=alarm.id, note="쓰레기통 불, 다친 사람 없음")
    assert list_all()[0].state == AlarmState.CLOSED


def test_what_is_said_of_an_alarm_that_is_over_changes_no_other(receiver, pool):
    address, read_ledger = receiver
    register(NOW)
    hear(0, uplink("d301", NOW, "smoke"))
    hear(1, uplink("d302", NOW, "heat"))
    send(1, pool, address)
    hear(1000)  # it is quiet, and handed over
    hear(1010, uplink("p3", after(1010), "call_point"))
    second, first = list_all()
    close_alarm(actor=STAFF, now=after(1011), alarm_id=first.id, note="꺼진 불")
    decide_due(now=after(1011))
    tell_incidents(now=after(1011))
    assert [one.verdict.value for one in list_decisions(HOUSE, first.id)][-1] == "close"
    assert {one.verdict.value for one in list_decisions(HOUSE, second.id)} == {"tell_manager", "hand_over"}
    for kind in (SignalKind.FALSE_ALARM, SignalKind.SEEN):
        with pytest.raises(Conflict):
            answer_alarm(
                actor=STAFF, now=after(1012), code=FACILITY.code, kind=kind, reason="조리", alarm=first.number
            )
    with pytest.raises(BadInput):
        answer_alarm(actor=STAFF, now=NOW, code=FACILITY.code, kind=SignalKind.DRILL_BEGINS, expects=["d999"])
    hear(1020, uplink("d302", after(1020), "heat"))
    answer_alarm(
        actor=STAFF, now=after(1030), code=FACILITY.code, kind=SignalKind.FALSE_ALARM, reason="장난", alarm=2
    )
    decide_due(now=after(1030))
    for seconds in (1031, 1032, 1033):
        send(seconds, pool, address)
    told = [one for one in read_ledger() if one["identifier"].startswith("haemalgeun-2")]
    assert [one["msgType"] for one in told] == ["Alert", "Update", "Cancel"]
    named = [f"{one['sender']},{one['identifier']},{one['sent']}" for one in told]
    assert [one["references"] for one in told] == ["", named[0], " ".join(named[:2])]
    update = RelayRow.objects.get(identifier="haemalgeun-2-update-1").body
    assert "해맑은요양원 3층 302호" in update
    assert all(
        said in update for said in ("[시뮬레이션] 화재 경보 추가", "[simulated] Fire alarm, more is known")
    )
    assert "<note>시뮬레이션 · simulated</note>" in update
    assert "3층 발신기 p3, 3층 302호 열 감지기 d302" in update


def test_an_answer_that_took_long_to_come_counts_once_with_its_moment_and_only_while_it_is_news():
    register(NOW)
    hear(0, uplink("d301", NOW, "smoke"))
    (alarm,) = list_all()
    said = {"actor": STAFF, "code": FACILITY.code, "alarm": alarm.number, "tapped_at": after(5)}
    cancel = {**said, "kind": SignalKind.FALSE_ALARM, "reason": "조리 연기"}
    assert answer_alarm(now=after(40), **cancel) == after(40)
    decide_due(now=after(40))
    assert answer_alarm(now=after(60), **cancel) == after(40)  # its receipt was lost, and it came again
    row = SignalRow.objects.get(kind="false_alarm")
    assert (row.said_at, row.received_at) == (after(5), after(40))
    fire = {**said, "kind": SignalKind.CONFIRM}
    with pytest.raises(Conflict, match="too late"):
        answer_alarm(now=after(5 + 601), **fire)
    assert answer_alarm(now=after(60), **{**fire, "tapped_at": after(999)}) == after(
        60
    )  # no tap is of the future
    decide_due(now=after(60))
    second = list_all()[0]
    assert (second.number, second.state) == (2, AlarmState.HANDED_OVER)
    close_alarm(actor=STAFF, now=after(100), alarm_id=second.id, note="꺼진 불")
    decide_due(now=after(100))
    with pytest.raises(Conflict, match="too late"):
        answer_alarm(now=after(101), **{**fire, "alarm": 2, "tapped_at": after(99)})
    assert len(list_all()) == 2


def test_a_real_fire_in_a_drill_goes_to_119_as_actual_and_to_the_incidents(receiver, pool):
    address, read_ledger = receiver
    register(NOW)
    answer_alarm(actor=STAFF, now=NOW, code=FACILITY.code, kind=SignalKind.DRILL_BEGINS, expects=["d301"])
    hear(1, uplink("d301", NOW, "smoke"))
    answer_alarm(actor=STAFF, now=after(2), code=FACILITY.code, kind=SignalKind.DRILL_CONFIRM, alarm=1)
    decide_due(now=after(2))
    assert tell_incidents(now=after(2)) == 0
    hear(20, uplink("d302", NOW, "heat"))
    for seconds in (21, 22, 23):
        send(seconds, pool, address)
    assert sorted((one["identifier"], one["status"], one["msgType"]) for one in read_ledger()) == [
        ("haemalgeun-1", "Exercise", "Alert"),
        ("haemalgeun-1-cancel", "Exercise", "Cancel"),
        ("haemalgeun-2", "Actual", "Alert"),
    ]
    assert tell_incidents(now=after(24)) == 2


def test_a_policy_tried_on_history_hears_the_answers_that_people_gave():
    register(NOW)
    for seconds in (0, 2000):
        hear(seconds, uplink("d301", after(seconds), "smoke"))
        answer_alarm(
            actor=STAFF,
            now=after(seconds + 20),
            code=FACILITY.code,
            kind=SignalKind.FALSE_ALARM,
            reason="조리",
        )
        decide_due(now=after(seconds + 20))
    named = {"actor": STAFF, "code": FACILITY.code, "kind": SignalKind.FALSE_ALARM, "reason": "조리"}
    hear(4000, uplink("d301", after(4000), "smoke"))
    answer_alarm(now=after(4020), alarm=3, **named)
    decide_due(now=after(4020))
    hear(4100)
    for policy in (FACILITY.policy, msgspec.structs.replace(FACILITY.policy, wait_s=30)):
        made = replay(HOUSE, FACILITY.code, policy, after(1000), after(4200))
        assert [one.verdict.value for one in made] == 2 * ["tell_manager", "stand_down"]
    slow = msgspec.structs.replace(FACILITY.policy, wait_s=10)
    made = replay(HOUSE, FACILITY.code, slow, after(1000), after(4200))
    assert [one.verdict.value for one in made] == 2 * ["tell_manager", "hand_over", "stand_down"]


def test_what_was_said_of_an_earlier_alarm_is_said_of_none_in_another_history():
    said = [
        Signal(at=after(50), facility="x", kind=SignalKind.SEEN, source="김", alarm=number)
        for number in (0, 6, 7)
    ]
    kept = renumber(said, {after(0): 6, after(40): 7})
    assert [one.alarm for one in kept] == [0, 0]


def test_a_report_counts_the_answers_to_its_own_alarm_and_has_words_for_whatever_was_heard():
    register(NOW)
    hear(1, uplink("d301", NOW, "smoke"))
    (alarm,) = list_all()
    said = [
        Signal(at=after(5), facility=FACILITY.code, kind=SignalKind.SEEN, source="김", alarm=number)
        for number in (9, 1)
    ]
    steps = [review(alarm, (), said[:count], ()).steps[1].seconds for count in (1, 2)]
    assert steps == [None, 4]
    words = [say_verdict(one).en for one in review(alarm, (), said, ()).steps]
    assert words == ["late", "good", "late", "not needed"]
    assert all(describe_kind(kind).en for kind in SignalKind)


def test_detectors_that_need_care_are_found_and_cleared():
    register(NOW)
    assert check_detectors(now=NOW) == 0
    assert check_detectors(now=after(4 * 3600)) == 3
    hear(0, *(uplink(one, NOW) for one in ("d301", "d302", "p3")))
    assert check_detectors(now=after(1)) == 3
    assert list_detectors(HOUSE)[0].rssi == -97
    weak = uplink("d301", after(2), object={"battery": 7})
    hear(2, weak, uplink("d302", after(2), rxInfo=[{"rssi": -120, "snr": -18}]))
    assert check_detectors(now=after(3)) == 1, "one bad uplink is no bad link"
    hear(3, uplink("d302", after(3), rxInfo=[{"rssi": -120, "snr": -18}]))
    assert check_detectors(now=after(3)) == 1
    assert check_detectors(now=after(8 * 3600)) == 1
    reasons = [one.reason.en for one in list_incidents(actor=HOUSE, where=IncidentFilter(state="active"))]
    assert any("silent" in reason for reason in reasons)


def test_after_a_year_an_alarm_names_nobody_any_more(receiver, pool):
    register(NOW)
    hear(0, uplink("p3", NOW, "call_point"), b"nonsense")
    assert send(0, pool, receiver[0]) == 1
    close_alarm(actor=STAFF, now=after(60), alarm_id=list_all()[0].id, note="당직자가 껐음")
    decide_due(now=after(60))
    assert "당직" in str(list_decisions(HOUSE, list_all()[0].id))
    assert forget_old_messages(now=after(86_400)) == 0
    assert forget_old_messages(now=after(31 * 86_400)) == 1
    assert forget_old_messages(now=after(366 * 86_400)) > 3
    assert (SignalRow.objects.count(), RefusedRow.objects.count()) == (0, 0)
    assert "당직" not in str(
        (list_decisions(HOUSE, list_all()[0].id), list_all(), RelayRow.objects.get().body)
    )


def test_contacts_are_masked_and_reading_them_is_audited():
    register(NOW)
    masked = get_facility(HOUSE, FACILITY.code).contacts
    assert masked[0].phone == "**-***-**00"
    assert "당직" not in masked[0].name
    assert read_contacts(STAFF, NOW, FACILITY.code, "alarm 1") == FACILITY.contacts
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from people_auditrow where action = 'fire_safety.read_contacts'")
        assert cursor.fetchone() == (1,)
    with pytest.raises(NotAllowed):
        read_contacts(STRANGER, NOW, FACILITY.code, "curious")


def test_a_failed_transaction_leaves_nothing_and_the_next_one_everything():
    register(NOW)
    take_messages(now=NOW, messages=[uplink("p3", NOW, "call_point")], via="http")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE fire_safety_relayrow RENAME TO gone")
    decide_due(now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE gone RENAME TO fire_safety_relayrow")
    assert list_all() == []
    decide_due(now=after(1))
    assert len(list_all()) == RelayRow.objects.count() == 1


def test_what_is_over_is_not_read_again_by_every_decision():
    register(NOW)
    for at in range(0, 4000, 1000):
        hear(at, uplink("d301", after(at), "smoke"))
        assert len(_Writer(after(at), [FACILITY.code]).going_on) == 1
        answer_alarm(
            actor=HOUSE, now=after(at + 5), code=FACILITY.code, kind=SignalKind.FALSE_ALARM, reason="조리"
        )
        decide_due(now=after(at + 5))
        assert _Writer(after(at + 5), [FACILITY.code]).going_on == {}
    assert list_alarms(actor=HOUSE, where=AlarmFilter(state="stood_down"))[1] == 4


def lay_hydrant(lon):
    """Register the facility elsewhere (each test its own place), with a hydrant in front of it."""
    register_facility(actor=HOUSE, now=NOW, facility=msgspec.structs.replace(FACILITY, lon=lon))
    row = {"시설번호": "1", "시군구명": "종로구", "위도": str(FACILITY.lat), "경도": str(lon)}
    import_hydrants(actor=HOUSE, now=NOW, rows=[row], source="x")


def rename_things(old, new):
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {old} RENAME TO {new}")


def test_what_stands_near_is_known_before_an_alarm_is_handed_over():
    lay_hydrant(126.971)
    hear(0, uplink("d301", NOW, "smoke", deviceInfo={"devEui": "d301", "tags": {"facility": FACILITY.code}}))
    outlook = Outlook()
    assert (outlook.look(), outlook.look()) == (1, 0)
    rename_things("things_thingrow", "gone")
    decide_due(now=after(81))
    rename_things("gone", "things_thingrow")
    assert "HYD-11110-1" in RelayRow.objects.get().body


def test_an_alarm_goes_out_without_what_stands_near_rather_than_wait():
    lay_hydrant(126.972)
    rename_things("things_thingrow", "gone")
    hear(0, uplink("p3", NOW, "call_point", deviceInfo={"devEui": "p3", "tags": {"facility": FACILITY.code}}))
    rename_things("gone", "things_thingrow")
    body = RelayRow.objects.get().body
    assert "hydrants" not in body
    assert check_schema(body.encode()).passed
