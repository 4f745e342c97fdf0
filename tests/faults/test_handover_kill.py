"""The outbox and the detectors are killed again and again: nothing is lost, and nothing is doubled.

The webhook's receiver minds the idempotency key, the MQTT subscriber the message's id, and the mail
server keeps every mail: there a repeat carries the same Message-ID.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest

from madang.core.incidents.tests.receivers import MailReceiver, MqttReceiver, WebReceiver

ROUNDS = int(os.environ.get("MADANG_FAULT_ROUNDS", "5"))

# One process loads the house and forks the others, since loading takes seconds.
FORK = """
import json, os, signal, sys, time, traceback
import django
django.setup()
from madang.core.base.interface import HOUSE, Finding, Severity, Text, now
from madang.core.incidents import interface as incidents
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    order = json.loads(line)
    pid = os.fork()
    if pid == 0:
        os.dup2(os.open(order["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND), 1)
        try:
            exec(order["script"], globals() | {"arguments": order["arguments"]})
            print("end", flush=True)
        except BaseException:
            traceback.print_exc()
        os._exit(0)
    print(pid, flush=True)
"""
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


class City:
    """A data folder and the processes that work on it."""

    def __init__(self, folder, mail_url):
        folder.mkdir()
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("MADANG_")} | {
            "MADANG_DATA": str(folder),
            "MADANG_DEMO": "no",
            "MADANG_HAND_OVER_NETWORKS": "127.0.0.1/32",
            "MADANG_SMTP_URL": mail_url,
            "MADANG_LOG_LEVEL": "error",
            "DJANGO_SETTINGS_MODULE": "madang.project.settings",
        }

        self.folder = folder
        self.mother = subprocess.Popen(
            [sys.executable, "-c", FORK],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.outputs = []

    def start(self, script, *arguments):
        output = self.folder / f"output-{len(self.outputs)}"
        output.touch()
        self.outputs.append(output)
        order = {"script": script, "arguments": arguments, "output": str(output)}
        self.mother.stdin.write(json.dumps(order) + "\n")
        self.mother.stdin.flush()
        return int(self.mother.stdout.readline()), output

    def read(self, query):
        with closing(sqlite3.connect(self.folder / "registers.sqlite")) as database:
            return database.execute(query).fetchall()


def await_true(condition, timeout_s=60):
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def first_seen(messages):
    return list(dict.fromkeys((message["sequence"], message["id"]) for message in messages))


@pytest.mark.timeout(120 + 30 * ROUNDS)
def test_killed_in_delivery_nothing_is_lost_or_doubled(tmp_path):
    # The receivers answer late, so that a kill often falls between "received" and "noted as received".
    web, mqtt = WebReceiver(lambda _: (time.sleep(0.02), (200, {}))[1]), MqttReceiver(tmp_path / "broker")
    mail = MailReceiver()
    city = City(tmp_path / "city", mail.url)
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
