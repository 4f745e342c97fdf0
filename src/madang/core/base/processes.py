"""Long-running processes, declared in a room's `processes.py` and kept alive by the supervisor."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

import msgspec

from .text import Text


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """`run()` works until SIGTERM; the supervisor restarts it when it dies.

    One that calls `beat` once a turn is also restarted when it stops doing so for three minutes; no turn may take so long.
    """

    name: str
    title: Text
    run: Callable[[], object]


def stop_on_signals() -> threading.Event:
    """Return what is set once this process is asked to stop, by SIGTERM or SIGINT; for the main thread alone."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        # By a thread: a signal may come while this one holds the event's lock, as when it comes twice.
        signal.signal(number, lambda *_: threading.Thread(target=stop.set, daemon=True).start())
    return stop
