"""Killed anywhere between a detector's message and 119's ledger: none is lost, none doubled.

What takes in, what decides and relays, and the receiver are processes of their own, killed in any moment.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest
from forked_city import City, await_true

from madang.project.pytest_plugin import find_free_port

ROUNDS = int(os.environ.get("MADANG_FAULT_ROUNDS", "5"))
A_ROUND = 12

REGISTER = """
from django.core.management import call_command
from madang.infrastructure.fire_safety.tests.facilities import register
call_command("migrate", verbosity=0)
for number in range(arguments[0]):
    register(now(), f"f{number}")
"""
TAKE = """
from madang.infrastructure.fire_safety.actions import take_messages
from madang.infrastructure.fire_safety.tests.facilities import uplink
for number in range(*arguments):
    at = now()
    messages = [uplink(f"f{number}-p3", at, "call_point"), uplink(f"f{number}-d301", at, "smoke")]
    take_messages(now=at, messages=messages, via="http")
    print(number, flush=True)
    time.sleep(0.01)
"""
WATCH = """
from madang.infrastructure.fire_safety.processes import Watchman
Watchman(None, lambda: arguments).run()
"""


class Receiver:
    """`madang fire receive` on one port and one ledger, however often it is killed."""

    def __init__(self, ledger):
        self.ledger, self.port = ledger, find_free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self.start()

    def start(self):
        command = [sys.executable, "-m", "madang.project.command_line", "fire", "receive"]
        command += ["--port", str(self.port), "--ledger", str(self.ledger)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self.process.stdout.readline().strip().decode() == self.url

    def kill(self):
        self.process.kill()
        self.process.wait()

    def read(self):
        lines = self.ledger.read_bytes().splitlines() if self.ledger.exists() else []
        return [json.loads(line) for line in lines if line.endswith(b"}")]

    def count(self):
        return len({name for name in self.list_new() if "-update-" not in name})

    def list_new(self):
        return [one["identifier"] for one in self.read() if not one["is_repetition"]]


@pytest.mark.timeout(120 + 30 * ROUNDS)
def test_killed_between_message_and_ledger_no_fire_is_lost_or_doubled(tmp_path):
    receiver = Receiver(tmp_path / "ledger.jsonl")
    city = City(tmp_path / "city")
    _, output = city.start(REGISTER, ROUNDS * A_ROUND)
    await_true(lambda: "end" in output.read_text(), 60 + ROUNDS)
    chance = random.Random()
    acknowledged = set()
    for part in range(ROUNDS):
        watch, _ = city.start(WATCH, receiver.url)
        taker, output = city.start(TAKE, part * A_ROUND, (part + 1) * A_ROUND)
        await_true(lambda output=output: len(output.read_text().split()) > chance.randint(0, 4))
        if chance.random() < 0.3:
            receiver.kill()
        time.sleep(chance.random() * 0.5)
        for process in (watch, taker):
            with suppress(ProcessLookupError):  # what took in may have done its round
                os.kill(process, signal.SIGKILL)
        acknowledged |= {f"f{number}-1" for number in output.read_text().split() if number != "end"}
        if receiver.process.poll() is not None:
            receiver.start()
    watch, _ = city.start(WATCH, receiver.url)
    [[taken]] = city.read("select count(distinct facility) from fire_safety_signalrow")
    await_true(lambda: receiver.count() >= taken)
    waiting = "select count(*) from fire_safety_relayrow where state = 'waiting'"
    await_true(lambda: city.read(waiting) == [(0,)])
    os.kill(watch, signal.SIGTERM)
    city.mother.communicate()
    receiver.kill()
    new = receiver.list_new()
    assert len(new) == len(set(new))
    assert receiver.count() == taken >= len(acknowledged) > 0
    assert acknowledged <= set(new)
