"""The outbox and the detectors are killed again and again: nothing is lost, and nothing is doubled.

The webhook's receiver minds the idempotency key, the MQTT subscriber the message's id, and the mail
server keeps every mail: there a repeat carries the same Message-ID.
"""

from __future__ import annotations

import os
import random
import signal
import time

import pytest
from forked_city import City, await_true

from madang.core.incidents.tests.receivers import MailReceiver, MqttReceiver, WebReceiver

ROUNDS = int(os.environ.get("MADANG_FAULT_ROUNDS", "5"))

OUTBOX = """
from madang.core.incidents.processes import Outbox
Outbox(lease_s=1.2, timeout_s=1).run()
"""
DETECTOR = """
part = arguments[0]
for number in range(100_000):
    finding = Finding(key=f"{part}:{number}", kind="air", severity=Severity.SEVERE, found_at=now(),
                      reason=Text(ko="가", en="a"))
    incidents.open_or_update(findings=[finding], now=now())
    print(number, flush=True)
    time.sleep(0.05)
"""
TARGETS = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
for name, channel, address in zip(["web", "mqtt", "mail"], ["webhook", "mqtt", "email"], arguments):
    incidents.save_target(actor=HOUSE, now=now(), target=incidents.Target(
        name=name, channel=incidents.Channel(channel), address=address, secret="s", kinds=("air",),
        max_attempts=50))
"""
READ = """
select h.id, t.name, h.sequence, h.state, i.key from incidents_handoverrow h
join incidents_targetrow t on t.id = h.target_id join incidents_incidentrow i on i.id = h.incident_id
order by t.id, h.sequence
"""


def first_seen(messages):
    return list(dict.fromkeys((message["sequence"], message["id"]) for message in messages))


@pytest.mark.timeout(120 + 30 * ROUNDS)
def test_killed_in_delivery_nothing_is_lost_or_doubled(tmp_path):
    # The receivers answer late, so that a kill often falls between "received" and "noted as received".
    web, mqtt = WebReceiver(lambda _: (time.sleep(0.02), (200, {}))[1]), MqttReceiver(tmp_path / "broker")
    mail = MailReceiver()
    city = City(tmp_path / "city", MADANG_HAND_OVER_NETWORKS="127.0.0.1/32", MADANG_SMTP_URL=mail.url)
    _, output = city.start(TARGETS, web.url, mqtt.url, "fire@city.example")
    await_true(lambda: "end" in output.read_text())
    chance = random.Random(20261123)
    acknowledged = []
    for part in range(ROUNDS):
        before, enough = len(web.posts), chance.randint(2, 8)
        outbox, _ = city.start(OUTBOX)
        detector, output = city.start(DETECTOR, str(part))
        await_true(lambda before=before, enough=enough: len(web.posts) > before + enough)
        time.sleep(chance.random() * 0.05)
        os.kill(outbox, signal.SIGKILL)
        os.kill(detector, signal.SIGKILL)
        acknowledged += [f"{part}:{line}" for line in output.read_text().split() if line != "end"]
    outbox, _ = city.start(OUTBOX)
    [[written]] = city.read("select count(*) from incidents_incidentrow")
    for receiver in (web, mqtt):
        await_true(lambda receiver=receiver: len(first_seen(receiver.messages)) >= written)
    await_true(lambda: len({mail_["Message-ID"] for mail_ in mail.mails}) >= written)
    await_true(lambda: {row[3] for row in city.read(READ)} == {"delivered"})
    os.kill(outbox, signal.SIGTERM)
    city.mother.communicate()
    assert written > ROUNDS
    check_all(city, acknowledged, web, mqtt, mail)
    for receiver in (web, mqtt, mail):
        receiver.close()


def check_all(city, acknowledged, web, mqtt, mail):
    keys = [key for (key,) in city.read("select key from incidents_incidentrow")]
    assert set(acknowledged) <= set(keys)
    expected = {}
    for name in ("web", "mqtt", "mail"):
        rows = [row for row in city.read(READ) if row[1] == name]
        # In one transaction with the incident: one hand-over for each, numbered without a gap.
        assert sorted(row[4] for row in rows) == sorted(keys)
        assert [row[2] for row in rows] == list(range(1, len(rows) + 1))
        expected[name] = [(row[2], row[0]) for row in rows]
    assert first_seen(web.messages) == expected["web"]
    assert first_seen(mqtt.messages) == expected["mqtt"]
    identities = dict.fromkeys(mail_["Message-ID"].strip("<>").partition("@")[0] for mail_ in mail.mails)
    assert list(identities) == [identity for _, identity in expected["mail"]]
    assert len({body for _, body in web.posts}) == len(expected["web"])
    assert len(set(mqtt.payloads)) == len(expected["mqtt"])
