"""The city tells other systems: signed, in order, again when they are down, and never silently lost."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import os
import socket
import threading
import time

import pytest
from capvalidator import check_schema
from django.db import connection, transaction
from lxml import etree

from madang.core.base.interface import (
    HOUSE,
    BadInput,
    Conflict,
    NotAllowed,
    NotFound,
    Severity,
    Text,
    read_settings,
)
from madang.core.base.tests.brokers import start_mosquitto, start_packaged
from madang.core.incidents.actions import (
    deliver_letters,
    deliver_next,
    forget_old_rows,
    list_ready_targets,
    retry_hand_over,
)
from madang.core.incidents.interface import (
    Channel,
    Event,
    Resolution,
    Target,
    acknowledge,
    close,
    get_incident,
    hand_over,
    list_hand_overs,
    list_incidents,
    list_targets,
    list_timeline,
    open_or_update,
    save_target,
    send_letter,
)
from madang.core.incidents.models import HandOverRow, LetterRow, TargetRow
from madang.core.incidents.processes import Outbox

from .conftest import at, find
from .receivers import MailReceiver, MqttReceiver, WebReceiver


def choose_settings(settings, **values):
    environment = {f"MADANG_{name.upper()}": value for name, value in values.items()}
    environment.setdefault("MADANG_HAND_OVER_NETWORKS", "127.0.0.1/32")
    settings.MADANG = read_settings(os.environ | environment)


@pytest.fixture(autouse=True)
def _allow_this_machine(settings):
    choose_settings(settings)


@pytest.fixture
def web():
    receiver = WebReceiver()
    yield receiver
    receiver.close()


def add_target(address, channel=Channel.WEBHOOK, **values):
    target = Target(name=values.pop("name", "119"), channel=channel, address=address, **values)
    return save_target(actor=HOUSE, now=at(0), target=target)


def deliver(target, seconds=0.0, worker="w"):
    return deliver_next(target_id=target.id, worker=worker, now=at(seconds), timeout_s=5)


def list_all(**where):
    return list_hand_overs(actor=HOUSE, **where)


@pytest.mark.django_db
class TestWebhook:
    def test_a_message_is_signed_carries_its_id_and_the_whole_incident(self, web):
        target = add_target(web.url, secret="열쇠")
        open_or_update(findings=[find(evidence={"온도": 71})], now=at(0))
        assert list_ready_targets(now=at(0)) == [target.id]
        assert deliver(target, 3)
        ((headers, body),) = web.posts
        (message,) = web.messages
        stamp, signature = (part.partition("=")[2] for part in headers["Madang-Signature"].split(","))
        expected = hmac.new("열쇠".encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        assert (signature, int(stamp)) == (expected, int(at(3).timestamp()))
        assert headers["Idempotency-Key"] == message["id"]
        assert headers["Host"] in web.url
        assert (message["event"], message["sequence"]) == ("opened", 1)
        assert message["incident"]["evidence"] == {"온도": 71}
        assert [row.state for row in list_all()] == ["delivered"]
        assert not deliver(target, 4)

    def test_every_event_arrives_in_the_order_it_happened(self, web):
        target = add_target(web.url)
        open_or_update(findings=[find(), find("b")], now=at(0))
        acknowledge(actor=HOUSE, now=at(1), number=2)
        close(actor=HOUSE, now=at(2), number=1, reason="x")
        while deliver(target, 5):
            pass
        assert [(m["sequence"], m["event"], m["incident"]["number"]) for m in web.messages] == [
            (1, "opened", 1),
            (2, "opened", 2),
            (3, "acknowledged", 2),
            (4, "closed", 1),
        ]

    def test_a_clock_that_is_set_back_holds_nothing_up(self, web):
        target = add_target(web.url)
        open_or_update(findings=[find()], now=at(0))
        yesterday = -86_400
        assert list_ready_targets(now=at(yesterday)) == [target.id]
        TargetRow.objects.update(lease_by="who died", lease_until=at(30))
        assert list_ready_targets(now=at(0)) == []
        assert list_ready_targets(now=at(yesterday)) == [target.id]
        assert deliver(target, yesterday)
        assert len(web.messages) == 1

    def test_a_target_hears_only_what_it_asked_for(self, web):
        add_target(web.url, name="kind", kinds=("flood",))
        add_target(web.url, name="agency", agency_codes=("11680",))
        add_target(web.url, name="event", events=(Event.CLOSED,))
        add_target(web.url, name="severity", min_severity=Severity.EXTREME)
        add_target(web.url, name="off", is_active=False)
        asked = add_target(web.url, name="asked", on_request=True)
        open_or_update(findings=[find()], now=at(0))
        assert list_all() == ()
        hand_over(actor=HOUSE, now=at(1), number=1, target_id=asked.id, note="출동 요청")
        assert deliver(asked, 2)
        assert [(m["event"], m["note"]) for m in web.messages] == [("handed_over", "출동 요청")]
        assert list_timeline(actor=HOUSE, number=1)[-1].details == {"target": "asked"}
        with pytest.raises(NotFound):
            hand_over(actor=HOUSE, now=at(1), number=1, target_id=99)

    def test_an_alert_by_cap_is_valid_in_both_languages_and_later_ones_refer_to_all_before(
        self, web, settings
    ):
        choose_settings(settings, public_url="https://city.example/")
        target = add_target(web.url, channel=Channel.CAP, name='종로 "관제실" 112', secret="열쇠")
        evidence = {"clip": "/api/cctv/events/가/clip.mp4", "level": 3, "odd": "a\x0b<b>&"}
        finding = find(
            kind="source_silent", severity=Severity.SEVERE, lon=126.98, lat=37.57, evidence=evidence
        )
        open_or_update(findings=[finding, find("z")], now=at(0))
        acknowledge(actor=HOUSE, now=at(1), number=1)
        close(actor=HOUSE, now=at(2), number=1, reason="새 한 마리", resolution=Resolution.FALSE_ALARM)
        while deliver(target, 5):
            pass
        alerts = [etree.fromstring(body) for _, body in web.posts]
        assert [check_schema(body).passed for _, body in web.posts] == [True] * 4

        def read(alert, name):
            return alert.findtext(f".//{{*}}{name}")

        assert [read(one, "msgType") for one in alerts] == ["Alert", "Alert", "Update", "Cancel"]
        for (headers, _), one in zip(web.posts, alerts, strict=True):
            assert headers["Idempotency-Key"] == read(one, "identifier")
            assert headers["Content-Type"] == "application/cap+xml"
            assert headers["Madang-Signature"]
        first, _, update, cancel = alerts
        named = [f"madang,{read(one, 'identifier')},{read(one, 'sent')}" for one in (first, update)]
        assert read(first, "references") is None
        assert read(update, "references") == named[0]
        assert read(cancel, "references") == " ".join(named)
        assert [one.text for one in first.iterfind(".//{*}description")] == [
            "smoke:1 이상",
            "smoke:1 is wrong",
        ]
        assert [one.text for one in first.iterfind(".//{*}severity")] == ["Severe"] * 2
        assert "https://city.example/api/cctv/events/%EA%B0%80/clip.mp4" in [
            one.text for one in first.iterfind(".//{*}value")
        ]
        assert read(first, "circle") == "37.570000,126.980000 0"
        assert [read(one, "urgency") for one in (first, cancel)] == ["Immediate", "Past"]

    def test_a_failing_target_is_tried_again_with_the_same_bytes_and_holds_its_order(self, web):
        web.answer = lambda count: (503, {"Retry-After": "30"}) if count < 3 else (204, {})
        target = add_target(web.url)
        open_or_update(findings=[find(), find("b")], now=at(0))
        assert not deliver(target, 0)
        assert not deliver(target, 29)
        assert len(web.posts) == 1
        assert not deliver(target, 31)
        assert deliver(target, 100)
        assert deliver(target, 100)
        assert [m["sequence"] for m in web.messages] == [1, 1, 1, 2]
        assert len({body for _, body in web.posts[:3]}) == 1
        assert [(row.attempts, row.state) for row in list_all()] == [(1, "delivered"), (3, "delivered")]

    def test_after_the_last_try_it_is_set_aside_with_an_alarm_and_can_be_sent_again(self, web):
        web.answer = lambda _: (500, {})
        target = add_target(web.url, max_attempts=2, kinds=("air",))
        open_or_update(findings=[find(kind="air")], now=at(0))
        assert not deliver(target, 0)
        assert not deliver(target, 10)
        (dead,) = list_all(state="dead")
        assert (dead.attempts, dead.last_error) == (2, "HTTP 500")
        alarm = list_incidents(actor=HOUSE)[0]
        assert (alarm.kind, alarm.severity) == ("hand_over_failed", "severe")
        assert "119" in alarm.reason.ko
        web.answer = lambda _: (200, {})
        retry_hand_over(actor=HOUSE, now=at(20), hand_over_id=dead.id)
        assert deliver(target, 21)
        assert get_incident(actor=HOUSE, number=alarm.number).cleared_at == at(21)
        with pytest.raises(Conflict):
            retry_hand_over(actor=HOUSE, now=at(30), hand_over_id=dead.id)

    @pytest.mark.parametrize("status", [400, 410, 413, 422])
    def test_what_can_never_be_taken_does_not_hold_up_the_rest(self, web, status):
        web.answer = lambda count: (status, {}) if count == 1 else (200, {})
        target = add_target(web.url, kinds=("air",))
        open_or_update(findings=[find(kind="air"), find("b", kind="air")], now=at(0))
        assert not deliver(target, 0)
        assert deliver(target, 0)
        assert sorted(row.state for row in list_all()) == ["dead", "delivered"]

    def test_a_redirect_is_not_followed(self, web):
        web.answer = lambda _: (307, {"Location": "http://169.254.169.254/"})
        target = add_target(web.url)
        open_or_update(findings=[find()], now=at(0))
        assert not deliver(target, 0)
        assert list_all()[0].last_error == "HTTP 307"

    def test_a_target_that_is_gone_waits(self, web):
        target = add_target("http://127.0.0.1:1/hook")
        open_or_update(findings=[find()], now=at(0))
        assert not deliver(target, 0)
        (row,) = list_all()
        assert (row.state, row.attempts) == ("waiting", 1)
        assert "Connect" in row.last_error

    def test_one_that_answers_byte_by_byte_is_cut_off(self):
        server = socket.create_server(("127.0.0.1", 0))

        def drip():
            caller, _ = server.accept()
            with caller, contextlib.suppress(OSError):
                for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n":
                    caller.sendall(bytes([byte]))
                    time.sleep(0.05)

        threading.Thread(target=drip, daemon=True).start()
        target = add_target(f"http://127.0.0.1:{server.getsockname()[1]}/")
        open_or_update(findings=[find()], now=at(0))
        assert not deliver_next(target_id=target.id, worker="w", now=at(0), timeout_s=0.5)
        server.close()
        assert "no answer" in list_all(state="waiting")[0].last_error

    def test_one_that_takes_nothing_is_an_incident_long_before_it_is_given_up(self):
        target = add_target("http://127.0.0.1:1/hook", kinds=("air",))
        open_or_update(findings=[find(kind="air")], now=at(0))
        for seconds in (0, 60):
            assert not deliver(target, seconds)
        assert len(list_incidents(actor=HOUSE)) == 1
        for seconds in (120, 180, 240):
            assert not deliver(target, seconds)
        silent, _ = list_incidents(actor=HOUSE)
        assert (silent.kind, silent.count) == ("hand_over_failed", 1)
        assert [row.state for row in list_all()] == ["waiting"]

    def test_only_one_process_delivers_to_a_target_until_its_lease_ends(self, web):
        target = add_target(web.url)
        open_or_update(findings=[find()], now=at(0))
        TargetRow.objects.update(lease_by="other", lease_until=at(30))
        assert list_ready_targets(now=at(29)) == []
        assert not deliver(target, 29)
        assert list_ready_targets(now=at(30)) == [target.id]
        assert deliver(target, 30)

    def test_a_change_that_is_rolled_back_tells_nobody(self, web):
        add_target(web.url)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            open_or_update(findings=[find()], now=at(0))
            raise ZeroDivisionError
        assert (list_all(), list_targets()[0].id) == ((), TargetRow.objects.get().pk)
        assert TargetRow.objects.get().last_sequence == 0

    def test_delivered_ones_are_forgotten_after_a_year_and_waiting_ones_never(self, web):
        target = add_target(web.url)
        open_or_update(findings=[find(), find("b")], now=at(0))
        deliver(target, 0)
        forget_old_rows(now=at(366 * 86400))
        assert [row.state for row in HandOverRow.objects.all()] == ["waiting"]


@pytest.mark.django_db
class TestMail:
    def test_mail_waits_for_a_relay_says_so_and_then_goes(self, settings):
        target = add_target("fire@city.example", Channel.EMAIL, max_attempts=1)
        open_or_update(findings=[find()], now=at(0))
        for seconds in (0, 40, 80):
            assert not deliver(target, seconds)
        (row,) = list_all()
        assert (row.state, row.attempts) == ("waiting", 0)
        assert "smtp_url" in row.last_error
        receiver = MailReceiver()
        choose_settings(settings, smtp_url=receiver.url, mail_from="마당 <yard@city.example>")
        assert deliver(target, 180)
        receiver.close()
        (mail,) = receiver.mails
        assert mail["Message-ID"] == f"<{row.id}@city.example>"
        assert mail["To"] == "fire@city.example"
        assert "smoke:1 이상" in mail.get_payload(decode=True).decode()

    def test_the_message_id_stays_the_same_when_it_is_sent_again(self, settings):
        answers = iter(["451 later", "250 taken", "250 taken"])
        receiver = MailReceiver(lambda: next(answers))
        choose_settings(settings, smtp_url=receiver.url)
        target = add_target("fire@city.example", Channel.EMAIL)
        open_or_update(findings=[find()], now=at(0))
        assert not deliver(target, 0)
        assert deliver(target, 100)
        HandOverRow.objects.update(state="waiting")  # as after a crash between relay and database
        assert deliver(target, 200)
        receiver.close()
        assert len({mail["Message-ID"] for mail in receiver.mails}) == 1
        assert len(receiver.mails) == 2

    def test_a_relay_that_answers_line_by_line_is_cut_off(self, settings):
        class Slow(MailReceiver):
            async def handle_DATA(self, server, session, envelope):  # noqa: N802
                for _ in range(40):
                    await server.push("250-later")
                    await asyncio.sleep(0.05)
                return await super().handle_DATA(server, session, envelope)

        receiver = Slow()
        choose_settings(settings, smtp_url=receiver.url)
        target = add_target("fire@city.example", Channel.EMAIL)
        open_or_update(findings=[find()], now=at(0))
        assert not deliver_next(target_id=target.id, worker="w", now=at(0), timeout_s=0.5)
        receiver.close()
        assert "Disconnected" in list_all(state="waiting")[0].last_error

    def test_a_final_refusal_is_set_aside(self, settings):
        receiver = MailReceiver(lambda: "554 no such person")
        choose_settings(settings, smtp_url=receiver.url)
        target = add_target("nobody@city.example", Channel.EMAIL, kinds=("air",))
        open_or_update(findings=[find(kind="air")], now=at(0))
        assert not deliver(target, 0)
        receiver.close()
        assert list_all()[0].state == "dead"

    def test_line_breaks_in_a_reason_cannot_forge_headers(self, settings):
        receiver = MailReceiver()
        choose_settings(settings, smtp_url=receiver.url)
        target = add_target("fire@city.example", Channel.EMAIL)
        finding = find("key")
        reason = type(finding.reason)(ko="연기\r\nBcc: all@city.example", en="x")
        open_or_update(findings=[find("key", reason=reason)], now=at(0))
        assert deliver(target, 0)
        receiver.close()
        assert receiver.mails[0]["Bcc"] is None


@pytest.mark.django_db
class TestLetters:
    @pytest.fixture
    def person(self, django_user_model):
        return django_user_model.objects.create_user("maru", email="maru@city.example")

    def write(self, person_id):
        words = {
            "subject": Text(ko="알림\r\nBcc: all@city.example", en="Note"),
            "body": Text(ko="글", en="text"),
        }
        send_letter(now=at(0), person_id=person_id, expires_at=at(3600), **words)

    def test_a_letter_waits_for_no_clock_that_was_set_back(self, settings, person):
        self.write(person.public_id)
        receiver = MailReceiver()
        choose_settings(settings, smtp_url=receiver.url)
        assert deliver_letters(now=at(-86_400), timeout_s=5) == 1
        receiver.close()

    def test_a_letter_waits_for_a_relay_goes_once_and_is_forgotten(self, settings, person):
        self.write(person.public_id)
        assert deliver_letters(now=at(0)) == 0
        answers = iter(["451 later", "250 taken"])
        receiver = MailReceiver(lambda: next(answers))
        choose_settings(settings, smtp_url=receiver.url, mail_from="마당 <yard@city.example>")
        assert [deliver_letters(now=at(seconds), timeout_s=5) for seconds in (1, 60, 200, 400)] == [
            0,
            0,
            1,
            0,
        ]
        receiver.close()
        mail = receiver.mails[-1]
        assert (mail["To"], mail["Bcc"]) == ("maru@city.example", None)
        assert mail.get_payload(decode=True).decode().split() == ["글", "text"]
        assert not LetterRow.objects.exists()

    def test_one_that_is_refused_too_late_or_to_nobody_is_dropped(self, settings, person):
        receiver = MailReceiver(lambda: "550 no such mailbox")
        choose_settings(settings, smtp_url=receiver.url)
        self.write(person.public_id)
        self.write("nobody")
        assert deliver_letters(now=at(0), timeout_s=5) == 0
        assert not LetterRow.objects.exists()
        self.write(person.public_id)
        assert deliver_letters(now=at(3600), timeout_s=5) == 0
        receiver.close()
        assert (receiver.mails, LetterRow.objects.exists()) == ([], False)


@pytest.mark.django_db
@pytest.mark.parametrize("start", [start_packaged, start_mosquitto])
def test_mqtt_messages_arrive_with_their_id(tmp_path, start):
    receiver = MqttReceiver(tmp_path / "broker", start)
    target = add_target(receiver.url, Channel.MQTT)
    open_or_update(findings=[find(), find("b")], now=at(0))
    assert deliver(target, 0)
    assert deliver(target, 0)
    deadline = time.monotonic() + 20
    while len(receiver.payloads) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    receiver.close()
    assert [m["sequence"] for m in receiver.messages] == [1, 2]
    assert {m["id"] for m in receiver.messages} == {row.id for row in list_all()}
    open_or_update(findings=[find("c")], now=at(1))
    assert not deliver(target, 1)
    assert list_all(state="waiting")[0].attempts == 1


@pytest.mark.django_db
class TestTargets:
    def test_only_administrators_say_where_incidents_go(self, operator):
        target = Target(name="x", channel=Channel.WEBHOOK, address="https://a.example/")
        with pytest.raises(NotAllowed):
            save_target(actor=operator, now=at(0), target=target)

    def test_a_secret_is_never_read_back_and_survives_other_changes(self, web):
        target = add_target(web.url, secret="열쇠")
        assert target.secret == ""
        add_target(web.url, id=target.id, name="119 센터")
        assert TargetRow.objects.get().secret == "열쇠"
        assert [row.secret for row in list_targets()] == [""]
        with pytest.raises(Conflict):
            add_target(web.url, name="119 센터")

    def test_a_target_switched_off_keeps_what_waits(self, web):
        target = add_target(web.url)
        open_or_update(findings=[find()], now=at(0))
        add_target(web.url, id=target.id, is_active=False)
        assert list_ready_targets(now=at(1)) == []
        add_target(web.url, id=target.id)
        assert deliver(target, 2)

    @pytest.mark.parametrize(
        ("channel", "address"),
        [
            (Channel.WEBHOOK, "ftp://a.example/"),
            (Channel.WEBHOOK, "https://"),
            (Channel.WEBHOOK, "https://user:word@a.example/"),
            (Channel.WEBHOOK, "https://a.example:99999/"),
            (Channel.WEBHOOK, "https://a.example/ b"),
            (Channel.WEBHOOK, "http://169.254.169.254/latest"),
            (Channel.WEBHOOK, "http://10.0.0.8/"),
            (Channel.EMAIL, "a@b@c"),
            (Channel.EMAIL, "a@b, c@d"),
            (Channel.EMAIL, "a@b\nBcc: c@d"),
            (Channel.MQTT, "mqtt://a.example"),
            (Channel.MQTT, "mqtt://a.example/city/#"),
        ],
    )
    def test_wrong_addresses_are_refused(self, channel, address):
        with pytest.raises(BadInput):
            add_target(address, channel)


@pytest.mark.django_db(transaction=True)
def test_the_process_delivers_to_all_targets_at_once_and_stops_when_asked(web):
    slow = WebReceiver(lambda _: (time.sleep(0.2), (200, {}))[1])
    add_target(slow.url, name="slow")
    add_target(web.url, name="fast")
    open_or_update(findings=[find(str(number)) for number in range(5)], now=at(0))
    connection.close()
    outbox = Outbox(timeout_s=5)
    thread = threading.Thread(target=outbox.run)
    thread.start()
    deadline = time.monotonic() + 20
    while len(slow.posts) < 5 and time.monotonic() < deadline:
        time.sleep(0.02)
    outbox.stop.set()
    thread.join(20)
    slow.close()
    assert [m["sequence"] for m in web.messages] == [1, 2, 3, 4, 5]
    assert [m["sequence"] for m in slow.messages] == [1, 2, 3, 4, 5]
    assert {row.state for row in list_all()} == {"delivered"}
