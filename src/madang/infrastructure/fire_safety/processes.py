"""The watch of the fire-safety net, and in the demonstration a 119 receiver: each its own process."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import DatabaseError, close_old_connections, connection

from madang.core.base.interface import (
    MqttListener,
    Process,
    Text,
    beat,
    find_broker_login,
    now,
    read_settings,
    stop_on_signals,
)

from .actions import (
    Outlook,
    check_detectors,
    check_network,
    decide_due,
    deliver_relays,
    hear_gateways,
    recall_due,
    take_messages,
    tell_incidents,
    warn_of_overdue_relays,
)
from .gateway.heartbeat import find_heartbeat, read_reached
from .gateway.receiving import open_receiver
from .queries import is_anything_due

CLIENT = "madang-fire-safety"
TOPICS = (
    "application/+/device/+/event/up",
    "application/+/device/+/event/join",
    "application/+/device/+/event/status",
    "fire/#",
    "gateway/+/event/stats",
    "+/gateway/+/event/stats",
)
"""As ChirpStack v4 publishes, gateways with or without their region; below fire/ plain JSON and SenML."""
ALIVE = "/event/stats"
LOOK_S = 0.25
"""How soon what another process took in is seen; what this one took in is seen at once."""
GATHER_S = 0.05
"""In a rush what comes within it is decided together."""
RETRY_S, WARN_S, CARE_S, BEAT_S = 0.5, 2.0, 60.0, 2.0
AHEAD = timedelta(seconds=10)
TOLD_REST = 3
"""Telling the incidents rests so many times as long as it took: pages and 119 come first."""
MESSAGES = 500
SENDERS = 8
log = logging.getLogger("madang.fire_safety")


class Clock:
    """The house's clock, which never stands still and goes back only when asked: a jump must not hold an alarm."""

    def __init__(self) -> None:
        self._base = now(), time.monotonic()

    def __call__(self) -> datetime:
        """Return this moment."""
        wall = now()
        if wall > (moment := self._run_on()):
            self._base = wall, time.monotonic()
            return wall
        return moment

    def is_ahead(self) -> bool:
        """Return whether the house's clock was set back and this one still runs on as before."""
        return self._run_on() - now() > AHEAD

    def follow(self) -> None:
        """Go back to the house's clock."""
        self._base = now(), time.monotonic()

    def _run_on(self) -> datetime:
        wall, since = self._base
        return wall + timedelta(seconds=time.monotonic() - since)


class Watchman:
    """Takes in, decides, tells and relays, each in a thread of its own, until `stop` is set.

    `heartbeat` is a file that says which moment its clock has reached, written while it decides.
    """

    def __init__(
        self,
        listener: MqttListener | None,
        addresses: Callable[[], list[str]],
        heartbeat: Path | None = None,
    ) -> None:
        self.listener, self.addresses, self.heartbeat = listener, addresses, heartbeat
        self._beaten, self._is_begun = 0.0, False
        self.clock, self.outlook = Clock(), Outlook()
        self.stop = threading.Event()
        self.heard, self.decided, self.untold = threading.Event(), threading.Event(), threading.Event()
        self.pool = ThreadPoolExecutor(SENDERS, thread_name_prefix="relay")
        self.pool_again = ThreadPoolExecutor(SENDERS, thread_name_prefix="relay-again")

    def run(self) -> None:
        """Work until asked to stop."""
        works = [self._listen, self._decide, self._relay, self._relay_again, self._tell, self._care]
        threads = [threading.Thread(target=self._repeat, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        self.stop.wait()
        for event in (self.heard, self.decided, self.untold):
            event.set()
        for thread in threads:
            thread.join(10)
        for pool in (self.pool, self.pool_again):
            pool.shutdown(wait=False, cancel_futures=True)

    def _repeat(self, work: object) -> None:
        while not self.stop.is_set():
            try:
                close_old_connections()
                work()  # type: ignore[operator]
            except DatabaseError:
                log.exception("the registers don't answer; it goes on when they do")
                self.stop.wait(1)
            except Exception:
                log.exception("a fault; it goes on")
                self.stop.wait(1)
        connection.close()

    def _listen(self) -> None:
        if self.listener is None:
            self.stop.wait()
            return
        messages = self.listener.take(MESSAGES, 1.0)
        if messages:
            try:
                self._take(messages)
            except Exception:
                self.listener.ask_again()  # nothing of it is acknowledged
                raise
            self.listener.acknowledge(messages)
            self.heard.set()

    def _take(self, messages: list[Any]) -> None:
        named = [(find_gateway(_read_topic(one)), one.payload) for one in messages]
        said = [payload for gateway, payload in named if not gateway]
        take_messages(now=self.clock(), messages=said, via="mqtt")
        hear_gateways(now=self.clock(), gateways={gateway for gateway, _ in named if gateway})

    def _decide(self) -> None:
        beat()
        if self._is_begun and self.clock.is_ahead() and not is_anything_due():
            self.clock.follow()
            self._is_begun = False
        if not self._is_begun:
            recall_due(now=self.clock(), reached=self.heartbeat and read_reached(self.heartbeat))
            self._is_begun = True
        self.heard.clear()
        if decide_due(now=self.clock()):
            self.decided.set()
            self.untold.set()
            self.stop.wait(GATHER_S)
        elif not self.outlook.look():
            self.heard.wait(LOOK_S)
        if self.heartbeat and time.monotonic() - self._beaten > BEAT_S:
            self._beaten = time.monotonic()
            with suppress(OSError):  # a full disk holds up no decision
                self.heartbeat.write_text(self.clock().isoformat(), "ascii")

    def _relay(self) -> None:
        self.decided.clear()
        if not self._deliver(self.pool, is_again=False):
            self.decided.wait(RETRY_S)

    def _relay_again(self) -> None:
        if not self._deliver(self.pool_again, is_again=True):
            self.stop.wait(RETRY_S)

    def _deliver(self, pool: ThreadPoolExecutor, *, is_again: bool) -> int:
        return deliver_relays(
            now=self.clock(), addresses=self.addresses, pool=pool, clock=self.clock, is_again=is_again
        )

    def _tell(self) -> None:
        self.untold.clear()
        begun = time.monotonic()
        if tell_incidents(now=now()):  # their clocks are those of the house
            self.stop.wait(TOLD_REST * (time.monotonic() - begun))
        else:
            warn_of_overdue_relays(now=self.clock())
            self.untold.wait(WARN_S)

    def _care(self) -> None:
        check_detectors(now=now())
        check_network(now=now())
        self.stop.wait(CARE_S)


def _read_topic(message: Any) -> str:
    try:
        return message.topic
    except UnicodeDecodeError:
        return ""


def find_gateway(topic: str) -> str:
    """Return the gateway whose sign of life a topic carries, "" for any other topic."""
    parts = topic.split("/")
    is_alive = topic.endswith(ALIVE) and parts[0] != "fire" and parts[-4:-3] == ["gateway"]
    return parts[-3] if is_alive else ""


def find_addresses() -> list[str]:
    """Return the ways to 119: those of the settings, in the demonstration its own receiver."""
    settings = read_settings()
    named = [address for address in (settings.fire_119_url, settings.fire_119_second_url) if address]
    path = _find_port_file()
    if not named and settings.demo and path.is_file():
        return [f"http://127.0.0.1:{path.read_text('ascii')}/"]
    return named


def run_watch() -> None:
    """Watch until SIGTERM or SIGINT."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs every request
    settings = read_settings()
    login = find_broker_login()
    listener = MqttListener(settings.own_host, settings.mqtt_port, CLIENT, TOPICS, login=login)
    watchman = Watchman(listener, find_addresses, find_heartbeat())
    watchman.stop = stop_on_signals()
    watchman.run()
    listener.close()


def run_demo_receiver() -> None:
    """Receive what is handed over in the demonstration, into its own ledger."""
    settings = read_settings()
    server = open_receiver("127.0.0.1", 0, settings.data_path / "fire_119" / "ledger.jsonl")
    path = _find_port_file()
    path.with_suffix(".new").write_text(str(server.server_address[1]), "ascii")
    os.replace(path.with_suffix(".new"), path)
    server.serve_forever()


def _find_port_file() -> Path:
    return read_settings().data_path / "run" / "fire_119.port"


PROCESSES = [
    Process(name="fire-watch", title=Text(ko="화재 경보", en="Fire alarms"), run=run_watch),
    *(
        [
            Process(
                name="fire-119",
                title=Text(ko="시연용 119 수신기", en="119 receiver of the demonstration"),
                run=run_demo_receiver,
            )
        ]
        if read_settings().demo
        else []
    ),
]
