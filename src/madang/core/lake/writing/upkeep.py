"""What the writer does besides taking in: rollups, registers, silence, backlogs; each every few seconds."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from django.db import close_old_connections, connections

from madang.core.base.interface import now
from madang.core.lake import engine
from madang.core.lake.backlogs import get_backlogs
from madang.core.lake.declarations import list_registers, list_streams
from madang.core.lake.ledger import Ledger
from madang.core.lake.rollups import list_measured_columns

from .falling_behind import report_backlogs
from .republishing import republish
from .rolling import roll_up
from .silence import check_silence

log = logging.getLogger(__name__)


class Upkeep:
    """Runs its tasks in a thread of its own; one that fails is logged and tried again."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.since = now()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)
        self._tasks: list[tuple[float, Callable[[], None]]] = [
            (2.0, self.republish_registers),
            (5.0, self.roll_up_streams),
            (5.0, self.check_silences),
            (10.0, self.check_backlogs),
        ]

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the task in hand and stop."""
        self._stopping.set()
        self._thread.join(60)

    def republish_registers(self) -> None:
        """Publish registers that changed."""
        for register in list_registers().values():
            _attempt(
                f"register {register.table.name}", lambda register=register: republish(register, self.ledger)
            )

    def roll_up_streams(self) -> None:
        """Recompute stale rollups."""
        for table in list_streams().values():
            if list_measured_columns(table):
                _attempt(f"rollups of {table.name}", lambda table=table: roll_up(table, self.ledger))
        engine.give_back()

    def check_silences(self) -> None:
        """Report sources that fell silent or came back."""
        for table in list_streams().values():
            if table.expected_interval_s:
                _attempt(
                    f"silence of {table.name}",
                    lambda table=table: check_silence(table, self.ledger, now(), self.since),
                )

    def check_backlogs(self) -> None:
        """Report intake or detectors that fall behind, and when they have caught up."""
        _attempt("backlogs", lambda: report_backlogs(get_backlogs(), self.ledger, now()))

    def _run(self) -> None:
        due = [0.0] * len(self._tasks)
        while not self._stopping.wait(0.2):
            for number, (every_s, task) in enumerate(self._tasks):
                if time.monotonic() >= due[number] and not self._stopping.is_set():
                    task()
                    due[number] = time.monotonic() + every_s
        connections.close_all()


def _attempt(what: str, task: Callable[[], object]) -> None:
    try:
        close_old_connections()
        task()
    except Exception:
        log.exception("%s failed", what)
