"""The watch of cameras: keeps the analysis running in a process of its own and writes down what it sees."""

from __future__ import annotations

import logging
import signal
import threading

from django.db import DatabaseError, close_old_connections

from madang.core.base.interface import Process, Text, beat, now

from .actions import record_told
from .gateway.analyses import Analysis
from .gateway.clips import open_files
from .queries.searches import list_watched
from .records import Source

READ_EVERY = 4
"""Turns between one reading of the sources and the next; a turn takes at most TURN_S."""
TURN_S = 0.5
REST_S = 1.0
log = logging.getLogger("madang.cctv")


def run_watch() -> None:
    """Watch until SIGTERM or SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    watch(Analysis(open_files()), stop)


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


PROCESSES = [Process(name="cctv-watch", title=Text(ko="영상 분석", en="Camera analysis"), run=run_watch)]
