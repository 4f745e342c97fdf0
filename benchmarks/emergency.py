"""From a detector's message to the manager's page and 119's ledger: p50 and p99 at 1, 50 and 200 alarms/s.

Messages go by MQTT to the packaged broker, the watch is the house's own process, the 119 receiver another
one with its own ledger; each alarm is a call point of another facility, so that all are handed over. Floor
in the same run: as many alerts POSTed straight to the receiver, which fsyncs each. Then UNANSWERED alarms of one
moment that nobody answers, by a clock that leaps over the time in which nothing falls due: when the next person
is told, and when it is handed over. Then a month of 99.8 % nuisance, its seed drawn anew: how many reach 119, and
the longest that a real fire waited. Run with `madang bench emergency [SECONDS]`.
"""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from madang.project.broker_server import await_broker, start_broker, write_configuration

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 15
RATES = (1, 50, 200)
UNANSWERED = 10_000
folder = Path(tempfile.mkdtemp(prefix="madang-bench-"))
os.environ |= {
    "MADANG_DATA": str(folder / "data"),
    "MADANG_LOG_LEVEL": "error",
    "MADANG_DEMO": "no",
    "DJANGO_SETTINGS_MODULE": "madang.project.settings",
}

WATCH = """
import signal, sys
import django
django.setup()
from madang.core.base.interface import MqttListener
from madang.infrastructure.fire_safety.processes import CLIENT, TOPICS, Watchman
watchman = Watchman(MqttListener("127.0.0.1", int(sys.argv[1]), CLIENT, TOPICS), lambda: [sys.argv[2]])
signal.signal(signal.SIGTERM, lambda *_: watchman.stop.set())
watchman.run()
"""


def main() -> None:
    """Print the figures."""
    import django  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    call_command("migrate", verbosity=0)
    ports = [_find_free_port() for _ in range(4)]
    broker = folder / "broker"
    configuration = write_configuration(
        broker, port=ports[0], mqtt_port=ports[1], monitor_port=ports[2], host="127.0.0.1"
    )
    os.environ["MADANG_BROKER_URL"] = f"nats://127.0.0.1:{ports[0]}"
    children = [start_broker(configuration, broker / "broker.log")]
    await_broker(ports[2])
    ledger, url = folder / "ledger.jsonl", f"http://127.0.0.1:{ports[3]}/"
    command = [sys.executable, "-m", "madang.project.command_line", "fire", "receive"]
    receive = [*command, "--port", str(ports[3]), "--ledger", str(ledger)]
    children.append(subprocess.Popen(receive, stdout=subprocess.PIPE))
    children[1].stdout.readline()
    children.append(subprocess.Popen([sys.executable, "-c", WATCH, str(ports[1]), url]))
    time.sleep(5)
    try:
        for rate in RATES:
            _measure_alarms(rate, max(5, int(rate * SECONDS)), ports[1], ledger)
        _measure_floor(url, ledger)
    finally:
        for child in reversed(children):
            child.terminate()
        for child in children:
            child.wait()
    _measure_unanswered()
    _measure_month()


def _measure_alarms(rate: int, count: int, mqtt_port: int, ledger: Path) -> None:
    from madang.core.base.interface import now  # noqa: PLC0415
    from madang.infrastructure.fire_safety.models import DecisionRow, FacilityRow  # noqa: PLC0415
    from madang.infrastructure.fire_safety.tests.facilities import uplink  # noqa: PLC0415

    codes = [f"r{rate}-{number}" for number in range(count)]
    FacilityRow.objects.bulk_create(
        FacilityRow(code=code, name=code, kind="elderly", agency_code="11110", lon=127.0, lat=37.5)
        for code in codes
    )
    client = _connect(mqtt_port)
    begun, sent = time.monotonic(), {}
    for number, code in enumerate(codes):
        time.sleep(max(0.0, begun + number / rate - time.monotonic()))
        event = json.loads(uplink(f"{code}-p", now(), "call_point"))
        event["deviceInfo"]["tags"] = {"facility": code}
        sent[code] = now()
        client.publish(f"application/bench/device/{code}-p/event/up", json.dumps(event), 1)
    wanted = {f"{code}-1" for code in codes}
    deadline = time.monotonic() + 60
    while len(received := _read(ledger, wanted)) < count and time.monotonic() < deadline:
        time.sleep(0.5)
    client.disconnect()
    told = dict(
        DecisionRow.objects.filter(facility__in=codes, verdict="tell_manager").values_list(
            "facility", "made_at"
        )
    )
    _say(f"{rate:>3} alarms/s, manager's page", [(told[code] - sent[code]).total_seconds() for code in told])
    waits = [
        (received[f"{code}-1"] - sent[code]).total_seconds() for code in codes if f"{code}-1" in received
    ]
    _say(f"{rate:>3} alarms/s, 119's ledger", waits, lost=count - len(received))


def _measure_floor(url: str, ledger: Path) -> None:
    from madang.infrastructure.fire_safety.gateway.relaying import post_alert  # noqa: PLC0415
    from madang.infrastructure.fire_safety.models import RelayRow  # noqa: PLC0415

    bodies = list(RelayRow.objects.values_list("identifier", "body")[:500])
    waits = []
    for identifier, body in bodies:
        begun = time.monotonic()
        post_alert(url, f"{identifier}-floor", body.replace(identifier, f"{identifier}-floor", 1).encode())
        waits.append(time.monotonic() - begun)
    _say("floor: straight to the receiver", waits)


def _measure_unanswered() -> None:
    from madang.core.base.interface import now  # noqa: PLC0415
    from madang.infrastructure.fire_safety.actions import decide_due, take_messages  # noqa: PLC0415
    from madang.infrastructure.fire_safety.models import DecisionRow, FacilityRow  # noqa: PLC0415
    from madang.infrastructure.fire_safety.tests.facilities import uplink  # noqa: PLC0415

    codes = [f"u{number}" for number in range(UNANSWERED)]
    day = {"night": [0, 0]}
    FacilityRow.objects.bulk_create(
        FacilityRow(
            code=code, name=code, kind="elderly", agency_code="11110", lon=127.0, lat=37.5, policy=day
        )
        for code in codes
    )
    messages, begun, started = [], now(), time.monotonic()
    for code in codes:
        event = json.loads(uplink(f"{code}-d", begun, "smoke"))
        event["deviceInfo"]["tags"] = {"facility": code}
        messages.append(json.dumps(event).encode())
    leapt = timedelta()

    def tell_time() -> datetime:
        return begun + timedelta(seconds=time.monotonic() - started) + leapt

    for at in range(0, len(messages), 500):
        take_messages(now=begun, messages=messages[at : at + 500], via="mqtt")
    started = time.monotonic()
    while True:
        if decide_due(now=tell_time()):
            continue
        waiting = FacilityRow.objects.filter(code__startswith="u").exclude(next_due_at=None)
        due = waiting.order_by("next_due_at").values_list("next_due_at", flat=True).first()
        if due is None:
            break
        leapt += max(timedelta(), due - tell_time())
    for verdict, name in (("escalate", "next one told"), ("hand_over", "handed over")):
        rows = DecisionRow.objects.filter(facility__in=FacilityRow.objects.filter(code__startswith="u"))
        first: dict[str, float] = {}
        for code, at in rows.filter(verdict=verdict).order_by("id").values_list("facility", "made_at"):
            first.setdefault(code, (at - begun).total_seconds())
        _say(f"{UNANSWERED:,} unanswered, {name}", list(first.values()), lost=UNANSWERED - len(first))


def _measure_month() -> None:
    from madang.core.base.interface import CITY_TIMEZONE  # noqa: PLC0415
    from madang.infrastructure.fire_safety.methods.deciding import decide  # noqa: PLC0415
    from madang.infrastructure.fire_safety.records import Policy, Signal, SignalKind, Verdict  # noqa: PLC0415

    chance, begun = random.Random(), datetime(2026, 11, 1, tzinfo=CITY_TIMEZONE)
    signals, fires, count = [], {}, 20_000
    for number in range(count):
        at, name = begun + timedelta(seconds=chance.uniform(0, 30 * 86_400)), f"f{number}"
        signals.append(Signal(at=at, facility=name, kind=SignalKind.SMOKE, source="d1"))
        if chance.random() < 0.002:
            fires[name] = at
            later = at + timedelta(seconds=chance.uniform(5, 120))
            signals.append(Signal(at=later, facility=name, kind=SignalKind.HEAT, source="d2"))
        elif chance.random() < 0.9:
            answered = at + timedelta(seconds=chance.uniform(5, 40))
            signals.append(
                Signal(at=answered, facility=name, kind=SignalKind.FALSE_ALARM, source="m", reason="조리")
            )
    made = decide(Policy(), signals, begun + timedelta(days=31), CITY_TIMEZONE)
    handed = {one.facility: one.at for one in made if one.verdict is Verdict.HAND_OVER}
    longest = max(((handed[name] - at).total_seconds() for name, at in fires.items()), default=0.0)
    nuisances = count - len(fires)
    relayed = len(handed.keys() - fires.keys())
    print(
        f"a month of {count:,} alarms, {len(fires)} fires: {1 - relayed / nuisances:.1%} fewer nuisances at 119, "
        f"longest wait of a fire {longest:.0f} s"
    )


def _find_free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _connect(port: int):
    import paho.mqtt.client as mqtt  # noqa: PLC0415

    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="bench")
    client.max_inflight_messages_set(1000)
    client.connect("127.0.0.1", port)
    client.loop_start()
    return client


def _read(ledger: Path, wanted: set[str]) -> dict[str, datetime]:
    lines = ledger.read_text("utf-8").splitlines() if ledger.exists() else []
    alerts = [json.loads(line) for line in lines]
    return {
        one["identifier"]: datetime.fromisoformat(one["received_at"])
        for one in alerts
        if one["identifier"] in wanted and not one["is_repetition"]
    }


def _say(name: str, waits: list[float], lost: int | None = None) -> None:
    p50, p99 = np.percentile(np.array(waits) * 1000, [50, 99])
    more = "" if lost is None else f"   lost {lost}"
    print(f"{name:<34} {len(waits):>5} alarms   p50 {p50:>8.0f} ms   p99 {p99:>8.0f} ms{more}", flush=True)


if __name__ == "__main__":
    main()
