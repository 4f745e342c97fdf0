"""The two backlogs: readings not yet in tables, and rows that detectors haven't seen."""

from __future__ import annotations

import time

from madang.core.base.interface import get_broker
from madang.core.base.interface import now as read_clock

from .declarations import list_handlers, list_streams
from .latest import open_ledger
from .records import Backlog
from .storage.delta import DeltaFolder
from .streams import count_waiting, read_last
from .tables_on_disk import open_folder

STREAM_ALARM_S = 30.0
DETECTOR_ALARM_S = 30.0


def await_readings(timeout_s: float) -> int:
    """Wait for the messages that wait at the broker now; return how many aren't in their tables `timeout_s` later.

    Raises Unavailable without broker.
    """
    last = read_last(get_broker())
    return 0 if await_applied(last, timeout_s) else last - _read_position()


def await_applied(sequence: int, timeout_s: float) -> bool:
    """Return whether the message that an `append` was acknowledged with is in its table, at most `timeout_s` later."""
    deadline = time.monotonic() + timeout_s
    while _read_position() < sequence:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def get_backlogs() -> list[Backlog]:
    """Return how far intake ("stream") and each detector are behind. Raises Unavailable without broker."""
    streams = list_streams()
    handlers = [one for one in list_handlers() if one.table in streams]
    return [_measure_stream(), *(_measure_handler(one.name, one.table) for one in handlers)]


def _measure_stream() -> Backlog:
    waiting, oldest_at = count_waiting(get_broker(), _read_position())
    age_s = (read_clock() - oldest_at).total_seconds() if oldest_at else 0.0
    return Backlog(name="stream", waiting=waiting, oldest_age_s=age_s, alarmed=age_s > STREAM_ALARM_S)


def _read_position() -> int:
    return int(open_ledger().read_note("position").rpartition(" ")[2] or 0)


def _measure_handler(name: str, table: str) -> Backlog:
    newest = open_ledger().read_applied(table).version
    seen = open_ledger().read_handled(name)
    waiting = 0 if seen is None else max(0, newest - seen)
    age_s = _measure_age_s(open_folder(table), (seen or 0) + 1) if waiting else 0.0
    return Backlog(name=name, waiting=waiting, oldest_age_s=age_s, alarmed=age_s > DETECTOR_ALARM_S)


def _measure_age_s(folder: DeltaFolder, version: int) -> float:
    entry = folder.read_entry(version) or [{}]
    written_ms = entry[0].get("commitInfo", {}).get("timestamp")
    return max(0.0, time.time() - written_ms / 1000) if written_ms else 0.0
