"""The lake's own process."""

from __future__ import annotations

from madang.core.base.interface import Process, Text, get_broker, stop_on_signals

from .writing.writer import Writer


def run_writer() -> None:
    """Take streams into tables until SIGTERM or SIGINT."""
    Writer(get_broker(), stop_on_signals()).run()


PROCESSES = [Process(name="writer", title=Text(ko="데이터 쓰기", en="Writer of the lake"), run=run_writer)]
