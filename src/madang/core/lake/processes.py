"""The lake's own process."""

from __future__ import annotations

import signal
import threading

from madang.core.base.interface import Process, Text, get_broker

from .writing.writer import Writer


def run_writer() -> None:
    """Take streams into tables until SIGTERM or SIGINT."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    Writer(get_broker(), stopping).run()


PROCESSES = [Process(name="writer", title=Text(ko="데이터 쓰기", en="Writer of the lake"), run=run_writer)]
