"""The sensors' listener, the broker and the writer killed at random: every acknowledged value is there, once."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import httpx
import paho.mqtt.client as mqtt
import pytest

from madang.core.base.interface import CITY_TIMEZONE, read_run_state
from madang.project.pytest_plugin import start_house, stop_house

ROUNDS = int(os.environ.get("MADANG_FAULT_ROUNDS", "5"))
VICTIMS = ("sensors-mqtt", "broker", "writer", "web")
"""Each is killed ROUNDS times."""
KEY = "key-of-the-killed-city"
PACKETS_FROM = 100_000
"""The receiver's numbers are above this, those of the two other ways below."""
SETUP = """
import sys
from datetime import UTC, date, datetime, timedelta
import django
django.setup()
from madang.core.base.interface import HOUSE, Text
from madang.core.things.interface import Kind, import_things, register_kind
from madang.infrastructure.city_sensors.actions.receiving import define_packet, issue_certificate
from madang.infrastructure.city_sensors.records import STATION_KIND, Field, PacketLayout
now = datetime.now(UTC)
register_kind(actor=HOUSE, now=now, kind=Kind(code=STATION_KIND, name=Text(ko="센서", en="Sensor")))
rows = [{"id": "K1", "kind": STATION_KIND, "name": "K1", "agency_code": "city"}]
import_things(actor=HOUSE, now=now, rows=rows, source="test")
day = timedelta(days=1)
fields = (Field(name="observed_at", width=12), Field(name="illuminance", width=6))
define_packet(actor=HOUSE, now=now, layout=PacketLayout(data_no="9", valid_from=date(2020, 1, 1), fields=fields))
issue_certificate(
    actor=HOUSE, now=now, key=sys.argv[1], name="test", agency_code="city", valid_from=now - day, valid_until=now + day
)
"""


@pytest.fixture
def house(tmp_path):
    house = start_house(tmp_path / "city", "--no-demo")
    environment = os.environ | {
        "MADANG_DATA": str(house.data),
        "MADANG_DEMO": "no",
        "DJANGO_SETTINGS_MODULE": "madang.project.settings",
    }
    subprocess.run([sys.executable, "-c", SETUP, KEY], check=True, env=environment)
    time.sleep(5.5)  # what a process knows of senders may be 5 s old
    yield house
    stop_house(house)


def read_minutes(house):
    """Return the values in the table, by the number that each carries; none while the web is on its way back."""
    rows, found = [], {"total": 1}
    while len(rows) < found["total"]:
        params = {"where": "thing_id:eq:K1", "sort": "value", "limit": 1000, "offset": len(rows)}
        address = f"{house.url}/api/datasets/city_sensor_readings/rows"
        try:
            found = httpx.get(address, params=params, timeout=120).json()
        except httpx.TransportError:
            return []
        rows += found["rows"]
    return [int(row["value"]) for row in rows]


class Sender:
    """One sensor that sends numbers, each at a moment of its own, again until it is acknowledged."""

    def __init__(self, house, first=0):
        self.house, self.first = house, first
        self.acknowledged: list[int] = []
        self.stop = threading.Event()
        self.start = datetime.now(UTC).replace(microsecond=0) - timedelta(days=10)

    def make(self, number):
        moment = (self.start + timedelta(seconds=number)).isoformat()
        return {"serial": "K1", "observed_at": moment, "values": {"illuminance": number}}

    def send_by_mqtt(self):
        client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="killed", clean_session=False)
        client.reconnect_delay_set(1, 1)
        client.connect_async("127.0.0.1", self.house.mqtt_port)
        client.loop_start()
        number = self.first
        while not self.stop.is_set():
            number += 2
            sent = client.publish(f"sensors/{KEY}", json.dumps(self.make(number)), qos=1)
            try:
                while not sent.is_published() and not self.stop.is_set():
                    time.sleep(0.002)
                if sent.is_published():
                    self.acknowledged.append(number)
            except RuntimeError:  # the broker is away: paho says so of what is published meanwhile
                time.sleep(0.1)
        client.loop_stop()

    def send_by_http(self):
        number = 1
        while not self.stop.is_set():
            try:
                address = f"{self.house.url}/api/city-sensors/messages"
                reply = httpx.post(address, json=self.make(number), headers={"X-Certkey": KEY}, timeout=15)
            except httpx.HTTPError:
                time.sleep(0.1)
                continue
            if reply.status_code == 200:
                self.acknowledged.append(number)
                number += 2

    def send_by_receiver(self):
        number = PACKETS_FROM
        start = datetime.now(CITY_TIMEZONE) - timedelta(days=60)
        while not self.stop.is_set():
            number += 1
            packet = f"{start + timedelta(minutes=number - PACKETS_FROM):%Y%m%d%H%M}{number:06d}"
            address = f"{self.house.url}/n/api/send/{KEY}/9/{number}/K1/{packet}"
            while not self.stop.is_set():
                try:
                    code = httpx.get(address, timeout=15).json()["RESULT"]["CODE"]
                except httpx.HTTPError:
                    code = "nothing"
                if code == "SUCC-000":
                    self.acknowledged.append(number)
                    break
                time.sleep(0.1)


@pytest.mark.timeout(120 + 20 * ROUNDS * len(VICTIMS))
def test_killed_anywhere_every_acknowledged_value_is_there_once(house):
    sender = Sender(house)
    ways = (sender.send_by_mqtt, sender.send_by_http, sender.send_by_receiver)
    threads = [threading.Thread(target=work) for work in ways]
    for thread in threads:
        thread.start()
    chance = random.Random()
    for number in range(ROUNDS * len(VICTIMS)):
        time.sleep(chance.uniform(0.3, 1.5))
        victim = VICTIMS[number % len(VICTIMS)]
        member = next(one for one in read_run_state(house.data / "run").processes if one.name == victim)
        if member.state == "running":
            os.kill(member.pid, signal.SIGKILL)
        before = len(sender.acknowledged)
        deadline = time.monotonic() + 40
        while len(sender.acknowledged) < before + 10:
            assert time.monotonic() < deadline, f"nothing is acknowledged after {victim} was killed"
            time.sleep(0.05)
    sender.stop.set()
    for thread in threads:
        thread.join(30)
    wanted = set(sender.acknowledged)
    assert len(wanted) > 10 * ROUNDS * len(VICTIMS)
    assert max(wanted) > PACKETS_FROM
    deadline = time.monotonic() + 60
    while wanted - set(found := read_minutes(house)):
        assert time.monotonic() < deadline, sorted(wanted - set(found))[:10]
        time.sleep(0.5)
    assert len(found) == len(set(found))


@pytest.mark.timeout(120 + 60 * ROUNDS)
def test_a_broker_that_has_lost_its_store_acknowledges_nothing_that_nobody_hears(house):
    """After a restore on another machine, say: the sensors are there before those who listen to them."""
    wanted = set()
    for number in range(ROUNDS):
        broker = next(one for one in read_run_state(house.data / "run").processes if one.name == "broker")
        os.kill(broker.pid, signal.SIGKILL)
        (house.data / "broker" / "jetstream").rename(house.data / f"lost-{number}")
        sender = Sender(house, first=1_000 * number)
        thread = threading.Thread(target=sender.send_by_mqtt)
        thread.start()
        deadline = time.monotonic() + 60
        while len(sender.acknowledged) < 50:
            assert time.monotonic() < deadline, "nothing is acknowledged by a new broker"
            time.sleep(0.01)
        sender.stop.set()
        thread.join(30)
        wanted |= set(sender.acknowledged)
        deadline = time.monotonic() + 60
        while missing := wanted - set(read_minutes(house)):
            assert time.monotonic() < deadline, sorted(missing)[:10]
            time.sleep(0.2)
