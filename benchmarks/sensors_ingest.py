"""Readings from the socket to their table: values per CPU-second of the whole house, by each door.

A house without demonstration runs on a fresh folder with STATIONS stations. Each door is fed as fast as it
acknowledges, from a few connections, for SECONDS; the clock stops when the last acknowledged value is in the table.
What is acknowledged and not there after a minute is counted as lost. CPU is that of all the house's processes: web,
listener, broker, writer with its detectors; the next door is fed once the house has come to rest, so that none pays
for the hours and days that are summed up in the background after another's. Floors in the same run: the same rows by
`append` alone, without a protocol, and how often a second this disk keeps 200 bytes, which the broker does for each
message before it acknowledges it. Run with
`madang bench sensors_ingest [SECONDS]`; with `--minutes M --rate VALUES_A_SECOND` values come by MQTT at that rate
instead, and memory and delay (from the acknowledgement until a value can be read) are printed for each minute.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import paho.mqtt.client as mqtt
import psutil

from madang.project.pytest_plugin import House, start_house, stop_house

parser = argparse.ArgumentParser(prog="madang bench sensors_ingest")
parser.add_argument("seconds", type=float, nargs="?", default=10)
parser.add_argument("--minutes", type=float, default=0, help="how long the rate is kept up")
parser.add_argument("--rate", type=int, default=15_000, help="values a second")
ASKED = parser.parse_args()
SECONDS = ASKED.seconds
STATIONS = 500
CONNECTIONS = 32
BATCH = 5_000
SPEAKERS = 4
MOST_WAITING = 5_000  # messages of a speaker that the broker hasn't acknowledged
PATIENCE = 60  # seconds until an acknowledged value that isn't in the table counts as lost
KEY = "benchmark-key-0123456789"
folder = Path(tempfile.mkdtemp(prefix="madang-bench-"))
data = folder / "house"
numbers = itertools.count(1)
START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=200)
PROPERTIES = ("pm25", "pm10", "temperature", "humidity", "illuminance", "uv", "noise")
SETUP = """
import sys
from datetime import UTC, date, datetime, timedelta
import django
django.setup()
from madang.core.base.interface import HOUSE, Text
from madang.core.things.interface import Kind, import_things, register_kind
from madang.infrastructure.city_sensors.actions.receiving import define_packet, issue_certificate
from madang.infrastructure.city_sensors.methods.packets import read_fields
from madang.infrastructure.city_sensors.records import STATION_KIND, PacketLayout
now = datetime.now(UTC)
register_kind(actor=HOUSE, now=now, kind=Kind(code=STATION_KIND, name=Text(ko="센서", en="Sensor")))
rows = [
    {"id": f"B{n:04d}", "kind": STATION_KIND, "name": f"B{n}", "agency_code": "city", "lon": 127.0, "lat": 37.5}
    for n in range(int(sys.argv[1]))
]
import_things(actor=HOUSE, now=now, rows=rows, source="benchmark")
issue_certificate(
    actor=HOUSE, now=now, key=sys.argv[2], name="benchmark", agency_code="city",
    valid_from=now - timedelta(days=1), valid_until=now + timedelta(days=9),
)
fields = "observed_at 12\\n" + "\\n".join(f"{name} 4" for name in sys.argv[3].split(","))
define_packet(
    actor=HOUSE, now=now, layout=PacketLayout(data_no="1", valid_from=date(2000, 1, 1), fields=read_fields(fields))
)
"""


def main() -> None:
    """Print the figures."""
    os.environ["MADANG_DEMO_HISTORY_HOURS"] = "1"
    print(f"{'the disk alone, 200 bytes kept (floor)':<44}{flush():>9,.0f} times/s", flush=True)
    house = start_house(data, "--no-demo")
    try:
        lay_out()
        time.sleep(6)  # what a process knows of senders and stations may be 5 s old
        if ASKED.minutes:
            keep_up(house)
            return
        report("append alone (floor)", house, feed_append)
        report("MQTT, 7 values a message", house, feed_mqtt)
        report("receiver protocol, 7 values a packet", house, feed_receiver)
        report(f"HTTP, {BATCH:,} values a message", house, feed_http)
    finally:
        stop_house(house)


def flush() -> float:
    """Return how often a second 200 bytes are appended to a file and waited for, by one writer."""
    times, begin = 0, time.perf_counter()
    with (folder / "floor").open("wb", buffering=0) as file:
        while (took := time.perf_counter() - begin) < 2:
            file.write(bytes(200))
            os.fsync(file.fileno())
            times += 1
    return times / took


def lay_out() -> None:
    """Register stations, a sender and a layout."""
    environment = os.environ | {
        "MADANG_DATA": str(data),
        "MADANG_DEMO": "no",
        "DJANGO_SETTINGS_MODULE": "madang.project.settings",
    }
    command = [sys.executable, "-c", SETUP, str(STATIONS), KEY, ",".join(PROPERTIES)]
    subprocess.run(command, check=True, env=environment)  # noqa: S603


def report(what: str, house: House, feed: Callable[[House], tuple[int, float]]) -> None:
    """Feed one door and print values per second and per CPU-second; `feed` returns values and its own CPU."""
    settle(house)
    before, stored, began = read_cpu(house), count_rows(house), time.perf_counter()
    values, own_cpu = feed(house)
    given_up = time.perf_counter() + PATIENCE
    while (found := count_rows(house) - stored) < values and time.perf_counter() < given_up:
        time.sleep(0.2)
    took, cpu = time.perf_counter() - began, read_cpu(house) - before + own_cpu
    print(
        f"{what:<44}{values / cpu:>9,.0f} values/CPU-s {values / took:>9,.0f}/s   "
        f"{values:,} acknowledged, {max(0, values - found)} lost, {max(0, found - values)} more in the table"
    )


def settle(house: House) -> None:
    """Wait until the house does next to nothing, at most PATIENCE."""
    given_up = time.perf_counter() + PATIENCE
    while time.perf_counter() < given_up:
        before = read_cpu(house)
        time.sleep(2)
        if read_cpu(house) - before < 0.2:
            return


def keep_up(house: House) -> None:
    """Feed at a steady rate for some minutes; print memory, delay and what waits, minute by minute."""
    until = time.monotonic() + 60 * ASKED.minutes
    acknowledged = [0] * SPEAKERS
    speakers = [
        threading.Thread(target=speak, args=(house, worker, until, acknowledged))
        for worker in range(SPEAKERS)
    ]
    stored = count_rows(house)
    for speaker in speakers:
        speaker.start()
    print(f"{ASKED.rate:,} values/s by MQTT, {ASKED.minutes:g} minutes", flush=True)
    begin = time.monotonic()
    minute = 0
    while time.monotonic() < until:
        delay = measure_delay(house)
        values = sum(acknowledged)
        rate = values / (time.monotonic() - begin)
        print(
            f"minute {minute:>4.1f}   memory {read_memory(house):>7,.0f} MB   delay {delay:>5.2f} s   "
            f"{rate:>7,.0f} values/s acknowledged",
            flush=True,
        )
        minute += 1
        time.sleep(max(0, min(begin + 60 * minute, until) - time.monotonic()))
    for speaker in speakers:
        speaker.join()
    given_up = time.perf_counter() + PATIENCE
    while (found := count_rows(house) - stored) < sum(acknowledged) and time.perf_counter() < given_up:
        time.sleep(0.2)
    print(
        f"minute {minute:>4.1f}   memory {read_memory(house):>7,.0f} MB   delay {measure_delay(house):>5.2f} s   "
        f"{sum(acknowledged):,} acknowledged, {max(0, sum(acknowledged) - found)} lost"
    )


def speak(house: House, worker: int, until: float, acknowledged: list[int]) -> None:
    """Publish one speaker's share of the rate, no faster."""
    speaker = Speaker(house, f"steady-{worker}")
    share = ASKED.rate / SPEAKERS / len(PROPERTIES)
    begin, sent = time.monotonic(), 0
    while (moment := time.monotonic()) < until:
        due = min(int((moment - begin) * share), speaker.acknowledged + MOST_WAITING) - sent
        speaker.publish(due)
        sent += due
        acknowledged[worker] = len(PROPERTIES) * speaker.count()
        time.sleep(0.01)
    acknowledged[worker] = len(PROPERTIES) * speaker.finish()


class Speaker:
    """A connection by MQTT 3.1.1 that publishes messages of seven values at QoS 1 and counts the acknowledgements.

    No more than that: it shares the house's processors.
    """

    def __init__(self, house: House, name: str) -> None:
        self.acknowledged = 0
        self._sent = 0
        self._rest = b""
        self._socket = socket.create_connection(("127.0.0.1", house.mqtt_port), PATIENCE)
        self._socket.sendall(_pack(0x10, b"\x00\x04MQTT\x04\x02\x00\x00" + _text(name)))
        assert self._socket.recv(4) == b"\x20\x02\x00\x00"

    def publish(self, count: int) -> None:
        """Send `count` messages."""
        topic, packets = _text(f"sensors/{KEY}"), []
        for _ in range(count):
            number = (self._sent % 65_535 + 1).to_bytes(2, "big")
            packets.append(_pack(0x32, topic + number + json.dumps(make_message(1)[0]).encode()))
            self._sent += 1
        self._socket.sendall(b"".join(packets))

    def count(self, wait_s: float = 0.0) -> int:
        """Return how many were acknowledged, after at most `wait_s` seconds where nothing is said."""
        with suppress(BlockingIOError, TimeoutError):
            self._socket.settimeout(wait_s)
            while received := self._socket.recv(65_536):
                said = self._rest + received
                whole = len(said) // 4 * 4
                self.acknowledged += said[:whole:4].count(0x40)
                self._rest = said[whole:]
                if wait_s:
                    break
        self._socket.settimeout(PATIENCE)
        return self.acknowledged

    def finish(self) -> int:
        """Return how many were acknowledged once all are, or nothing is said for half a minute; disconnect."""
        before = -1
        while self.acknowledged < self._sent and self.acknowledged != before:
            before, _ = self.acknowledged, self.count(30)
        self._socket.sendall(b"\xe0\x00")
        self._socket.close()
        return self.acknowledged


def _text(said: str) -> bytes:
    return len(said).to_bytes(2, "big") + said.encode()


def _pack(kind: int, body: bytes) -> bytes:
    """Return an MQTT packet; its length is written in groups of seven bits, the lowest first."""
    length, left = [], len(body)
    while left or not length:
        left, low = divmod(left, 128)
        length.append(low | (128 if left else 0))
    return bytes([kind, *length]) + body


def measure_delay(house: House) -> float:
    """Return seconds from a message's acknowledgement by MQTT until its value can be read."""
    moment = datetime.now(UTC).replace(microsecond=0)
    message = {"serial": "B0001", "observed_at": moment.isoformat(), "values": {"wind_speed": 1.0}}  # its own
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", house.mqtt_port)
    client.loop_start()
    sent = client.publish(f"sensors/{KEY}", json.dumps(message), qos=1)
    sent.wait_for_publish(30)
    assert sent.is_published()
    begin = time.perf_counter()
    client.loop_stop()
    connection = http.client.HTTPConnection(house.url.removeprefix("http://"))
    where = f"thing_id:eq:B0001&where=property:eq:wind_speed&where=observed_at:eq:{moment:%Y-%m-%dT%H:%M:%SZ}"
    while time.perf_counter() - begin < PATIENCE:
        connection.request(
            "GET", f"/api/datasets/city_sensor_readings/rows?limit=1&sort=-observed_at&where={where}"
        )
        if json.loads(connection.getresponse().read())["total"]:
            break
        time.sleep(0.05)
    return time.perf_counter() - begin


def read_memory(house: House) -> float:
    """Return the memory (MB, private to each process) that the house holds."""
    return sum(process.memory_full_info().uss for process in _list_processes(house)) / 2**20


def feed_append(house: House) -> tuple[int, float]:
    """Append rows directly for as long as the others are fed."""
    script = f"""
import os, time, resource
import django
django.setup()
import pyarrow as pa
from datetime import UTC, datetime, timedelta
from madang.core.base.interface import HOUSE
from madang.core.lake.interface import append
start, until, count = datetime.fromisoformat({(START - timedelta(days=300)).isoformat()!r}), time.time() + {SECONDS}, 0
begin = time.process_time()
while time.time() < until:
    moments = [start + timedelta(seconds=count // 7 + n) for n in range({BATCH} // 7)]
    rows = pa.table({{
        "thing_id": ["B0000"] * len(moments) * 7, "property": {list(PROPERTIES)} * len(moments),
        "observed_at": pa.array([one for one in moments for _ in range(7)], pa.timestamp("us", "UTC")),
        "value": [1.5] * len(moments) * 7,
    }})
    append("city_sensor_readings", rows, actor=HOUSE)
    count += rows.num_rows
print(count, time.process_time() - begin)
"""
    url = (house.data / "run" / "broker.url").read_text("ascii")
    environment = os.environ | {
        "MADANG_DATA": str(data),
        "MADANG_BROKER_URL": url,
        "MADANG_DEMO": "no",
        "DJANGO_SETTINGS_MODULE": "madang.project.settings",
    }
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", script], check=True, env=environment, capture_output=True, text=True
    )
    count, cpu = done.stdout.split()
    return int(count), float(cpu)


def feed_mqtt(house: House) -> tuple[int, float]:
    """Publish messages at QoS 1 from a few clients, each with many in flight."""
    acknowledged = [0] * CONNECTIONS

    def publish(worker: int) -> None:
        speaker = Speaker(house, f"bench-{worker}")
        sent, until = 0, time.perf_counter() + SECONDS
        while time.perf_counter() < until:
            due = speaker.acknowledged + 100 - sent
            speaker.publish(due)
            sent += due
            speaker.count(1.0)
        acknowledged[worker] = len(PROPERTIES) * speaker.finish()

    run_all(publish)
    return sum(acknowledged), 0.0


def feed_receiver(house: House) -> tuple[int, float]:
    """Send packets of the city's own protocol over kept connections."""
    acknowledged = [0] * CONNECTIONS

    def send(worker: int) -> None:
        connection = http.client.HTTPConnection(house.url.removeprefix("http://"))
        until = time.perf_counter() + SECONDS
        while time.perf_counter() < until:
            number = next(numbers)
            serial, moment = place(number)
            packet = moment.astimezone().strftime("%Y%m%d%H%M") + "0012" * 7
            connection.request("GET", f"/n/api/send/{KEY}/1/{number}/{serial}/{packet}")
            answer = connection.getresponse().read()
            acknowledged[worker] += 7 * (b"SUCC-000" in answer)

    run_all(send)
    return sum(acknowledged), 0.0


def feed_http(house: House) -> tuple[int, float]:
    """Post large messages over kept connections."""
    acknowledged = [0] * CONNECTIONS

    def post(worker: int) -> None:
        connection = http.client.HTTPConnection(house.url.removeprefix("http://"))
        until = time.perf_counter() + SECONDS
        while time.perf_counter() < until:
            body = json.dumps(make_message(BATCH // 7))
            connection.request(
                "POST",
                "/api/city-sensors/messages",
                body,
                {"X-Certkey": KEY, "Content-Type": "application/json"},
            )
            acknowledged[worker] += json.loads(connection.getresponse().read())["taken"]

    run_all(post)
    return sum(acknowledged), 0.0


def make_message(count: int) -> list[dict[str, object]]:
    """Return `count` sets of seven values, each of a station and minute of its own."""
    message = []
    for serial, moment in (place(next(numbers)) for _ in range(count)):
        values = dict.fromkeys(PROPERTIES, 12.5)
        message.append({"serial": serial, "observed_at": moment.isoformat(), "values": values})
    return message


def place(number: int) -> tuple[str, datetime]:
    """Return the station and minute of a number, each pair once."""
    return f"B{number % STATIONS:04d}", START + timedelta(minutes=number // STATIONS)


def run_all(work: Callable[[int], None]) -> None:
    """Run `work` on every connection."""
    threads = [threading.Thread(target=work, args=(worker,)) for worker in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def count_rows(house: House) -> int:
    """Return how many readings are in the table."""
    connection = http.client.HTTPConnection(house.url.removeprefix("http://"))
    connection.request("GET", "/api/datasets/city_sensor_readings/rows?limit=1")
    return json.loads(connection.getresponse().read())["total"]


def read_cpu(house: House) -> float:
    """Return the CPU seconds that the house has used."""
    return sum(one.user + one.system for one in (process.cpu_times() for process in _list_processes(house)))


def _list_processes(house: House) -> Iterator[psutil.Process]:
    parent = psutil.Process(house.process.pid)
    yield from (parent, *parent.children(recursive=True))


if __name__ == "__main__":
    main()
