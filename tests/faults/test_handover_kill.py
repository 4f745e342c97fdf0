"""The outbox and the detectors are killed again and again: nothing is lost, and nothing is doubled.

The webhook's receiver minds the idempotency key, the MQTT subscriber the message's id, and the mail
server keeps every mail: there a repeat carries the same Message-ID.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time

import pytest

from madang.core.incidents.tests.receivers import MailReceiver, MqttReceiver, WebReceiver

ROUNDS = int(os.environ.get("MADANG_FAULT_ROUNDS", "5"))

START = """
import sys, django
django.setup()
from madang.core.base.interface import HOUSE, Finding, Severity, Text, now
from madang.core.incidents import interface as incidents
"""
OUTBOX = """
from madang.core.incidents.processes import Outbox
Outbox(lease_s=1.2, timeout_s=1).run()
"""
DETECTOR = """
part, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
for number in range(first, first + count):
    finding = Finding(key=f"{part}:{number}", kind="air", severity=Severity.SEVERE, found_at=now(),
                      reason=Text(ko="가", en="a"))
    incidents.open_or_update(findings=[finding], now=now())
    print(number, flush=True)
"""
TARGETS = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
for name, channel, address in zip(["web", "mqtt", "mail"], ["webhook", "mqtt", "email"], sys.argv[1:]):
    incidents.save_target(actor=HOUSE, now=now(), target=incidents.Target(
        name=name, channel=incidents.Channel(channel), address=address, secret="s", kinds=("air",),
        max_attempts=50))
"""
READ = """
import json
from madang.core.incidents.models import HandOverRow, IncidentRow
rows = HandOverRow.objects.select_related("target", "incident").order_by("target", "sequence")
print(json.dumps({
    "keys": list(IncidentRow.objects.values_list("key", flat=True)),
    "rows": [[r.id, r.target.name, r.sequence, r.state, r.incident.key, r.attempts] for r in rows],
}))
"""


class City:
    """A data folder and the processes that work on it."""

    def __init__(self, folder, mail_url):
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("MADANG_")} | {
            "MADANG_DATA": str(folder),
            "MADANG_DEMO": "no",
            "MADANG_HAND_OVER_NETWORKS": "127.0.0.1/32",
            "MADANG_SMTP_URL": mail_url,
            "MADANG_LOG_LEVEL": "error",
            "DJANGO_SETTINGS_MODULE": "madang.project.settings",
        }

    def start(self, script, *arguments):
        command = [sys.executable, "-c", START + script, *arguments]
        return subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, text=True)

    def run(self, script, *arguments):
        process = self.start(script, *arguments)
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        return output


def await_true(condition, timeout_s=60):
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def first_seen(messages):
    return list(dict.fromkeys((message["sequence"], message["id"]) for message in messages))


@pytest.mark.timeout(300)
def test_killed_in_delivery_nothing_is_lost_or_doubled(tmp_path):
    # The receivers answer late, so that a kill often falls between "received" and "noted as received".
    web, mqtt = WebReceiver(lambda _: (time.sleep(0.02), (200, {}))[1]), MqttReceiver(tmp_path / "broker")
    mail = MailReceiver()
    city = City(tmp_path / "city", mail.url)
    city.run(TARGETS, web.url, mqtt.url, "fire@city.example")
    chance = random.Random(20261123)
    acknowledged = []
    for part in range(ROUNDS):
        outbox = city.start(OUTBOX)
        detector = city.start(DETECTOR, str(part), "0", "1000")
        before = len(web.posts)
        acknowledged += [f"{part}:{detector.stdout.readline().strip()}" for _ in range(8)]
        await_true(lambda before=before: len(web.posts) > before + 2)
        time.sleep(chance.random() * 0.05)
        outbox.kill()
        detector.kill()
        rest, _ = detector.communicate()
        acknowledged += [f"{part}:{number}" for number in rest.split()]
        outbox.communicate()
    outbox = city.start(OUTBOX)

    def all_delivered():
        return {row[3] for row in json.loads(city.run(READ))["rows"]} == {"delivered"}

    try:
        await_true(all_delivered, 120)
    finally:
        outbox.terminate()
        outbox.communicate()
    check_all(json.loads(city.run(READ)), acknowledged, web, mqtt, mail)
    for receiver in (web, mqtt, mail):
        receiver.close()


def check_all(city, acknowledged, web, mqtt, mail):
    assert set(acknowledged) <= set(city["keys"])
    by_target = {name: [row for row in city["rows"] if row[1] == name] for name in ("web", "mqtt", "mail")}
    for rows in by_target.values():
        # In one transaction with the incident: one hand-over for each, numbered without a gap.
        assert sorted(row[4] for row in rows) == sorted(city["keys"])
        assert [row[2] for row in rows] == list(range(1, len(rows) + 1))
    expected = {name: [(row[2], row[0]) for row in rows] for name, rows in by_target.items()}
    await_true(lambda: len(first_seen(mqtt.messages)) >= len(expected["mqtt"]))
    assert first_seen(web.messages) == expected["web"]
    assert first_seen(mqtt.messages) == expected["mqtt"]
    identities = dict.fromkeys(mail_["Message-ID"].strip("<>").partition("@")[0] for mail_ in mail.mails)
    assert list(identities) == [identity for _, identity in expected["mail"]]
    assert len({body for _, body in web.posts}) == len(expected["web"])
    assert len(set(mqtt.payloads)) == len(expected["mqtt"])
