"""The watch of cameras, which keeps the analysis running and writes down what it sees, and the emergency bells' door."""

from __future__ import annotations

import logging
import threading

from django.db import DatabaseError, close_old_connections

from madang.core.base.interface import (
    DeviceListener,
    Process,
    Text,
    beat,
    find_broker_login,
    get_broker,
    now,
    read_settings,
    stop_on_signals,
)

from .actions import record_told, take_rings
from .gateway.analyses import Analysis
from .gateway.clips import open_files
from .methods.ringing import read_ring
from .queries.searches import list_watched
from .records import Source

READ_EVERY = 4
"""Turns between one reading of the sources and the next; a turn takes at most TURN_S."""
TURN_S = 0.5
REST_S = 1.0
CLIENT, TOPIC = "madang-cctv-bells", "bells/+"
"""bells/NUMBER, the bell's in the register."""
MOST_RINGS = 200
log = logging.getLogger("madang.cctv")


def run_watch() -> None:
    """Watch until SIGTERM or SIGINT."""
    watch(Analysis(open_files()), stop_on_signals())


def watch(analysis: Analysis, stop: threading.Event) -> None:
    """Keep the analysis running and record what it tells, until `stop` is set."""
    turn = 0
    sources: list[Source] = []
    while not stop.is_set():
        beat()
        close_old_connections()
        try:
            if turn % READ_EVERY == 0:
                sources = list_watched(now())
            turn += 1
            analysis.keep(sources)
            told = analysis.take(TURN_S)
            if told:
                record_told(now=now(), told=told)
        except DatabaseError:
            log.exception("the registers don't answer; it goes on when they do")
            stop.wait(REST_S)
    analysis.stop()


def run_bells() -> None:
    """Hear the bells until SIGTERM or SIGINT."""
    settings = read_settings()
    own = settings.own_host, settings.mqtt_port
    listener = DeviceListener(get_broker(), CLIENT, TOPIC, mqtt=own, login=find_broker_login())
    hear_bells(listener, stop_on_signals())


def hear_bells(listener: DeviceListener, stop: threading.Event) -> None:
    """Take in what bells say until `stop` is set; each message is acknowledged once its incident is kept."""
    while not stop.is_set():
        beat()
        messages = listener.take(MOST_RINGS, 1.0)
        if not messages:
            continue
        close_old_connections()
        moment = now()
        rings = [read_ring(one.topic.partition("/")[2], one.payload, one.at or moment) for one in messages]
        try:
            take_rings(now=moment, rings=rings)
        except Exception:
            log.exception("rings aren't kept yet; they come again")
            stop.wait(REST_S)
            listener.ask_again()
        else:
            listener.acknowledge(messages)
    listener.close()


PROCESSES = [
    Process(name="cctv-watch", title=Text(ko="영상 분석", en="Camera analysis"), run=run_watch),
    Process(name="cctv-bells", title=Text(ko="비상벨", en="Emergency bells"), run=run_bells),
]
