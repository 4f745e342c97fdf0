"""The outbox: one process that delivers hand-overs."""

from __future__ import annotations

import logging
import os
import socket
import threading
from concurrent.futures import Future, ThreadPoolExecutor

from django.db import DatabaseError, close_old_connections, connection

from madang.core.base.interface import Process, Text, beat, new_id, now, stop_on_signals

from .actions import deliver_letters, deliver_next, list_ready_targets
from .actions.delivery import LEASE_S, SEND_TIMEOUT_S

POLL_S = 0.3
TARGETS_AT_ONCE = 32
"""Each that hangs holds a thread for `SEND_TIMEOUT_S`; threads are made as they are needed."""
LETTERS = 0
"""Stands among the targets' numbers for the letters to people."""
LETTERS_EVERY_S = 5.0
log = logging.getLogger("madang.outbox")


class Outbox:
    """Delivers to several targets at once and to each in order; any number of these may run."""

    def __init__(self, lease_s: float = LEASE_S, timeout_s: float = SEND_TIMEOUT_S) -> None:
        self.lease_s, self.timeout_s = lease_s, timeout_s
        self.stop = threading.Event()
        self.name = f"{socket.gethostname()[:20]}:{os.getpid()}:{new_id()[-8:]}"
        self._running: dict[int, Future[None]] = {}

    def run(self) -> None:
        """Deliver until `stop` is set; what is under way is finished first."""
        with ThreadPoolExecutor(TARGETS_AT_ONCE + 1, thread_name_prefix="outbox") as pool:
            while not self.stop.is_set():
                beat()
                try:
                    self._start_ready(pool)
                except DatabaseError:
                    log.exception("the outbox can't read its database; it tries again")
                self.stop.wait(POLL_S)
        connection.close()

    def _start_ready(self, pool: ThreadPoolExecutor) -> None:
        close_old_connections()
        self._running = {key: future for key, future in self._running.items() if not future.done()}
        if LETTERS not in self._running:
            self._running[LETTERS] = pool.submit(self._deliver_letters)
        for target_id in list_ready_targets(now=now()):
            if target_id not in self._running:
                self._running[target_id] = pool.submit(self._deliver_all, target_id)

    def _deliver_all(self, target_id: int) -> None:
        try:
            while not self.stop.is_set() and deliver_next(
                target_id=target_id,
                worker=self.name,
                now=now(),
                lease_s=self.lease_s,
                timeout_s=self.timeout_s,
            ):
                pass
        except Exception:
            log.exception("delivery to target %s stopped; it goes on when its lease is over", target_id)
        finally:
            connection.close()

    def _deliver_letters(self) -> None:
        try:
            deliver_letters(now=now(), timeout_s=self.timeout_s)
        except Exception:
            log.exception("letters couldn't be sent; they are tried again")
        finally:
            connection.close()
        self.stop.wait(LETTERS_EVERY_S)


def run_outbox() -> None:
    """Deliver hand-overs until SIGTERM or SIGINT."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs every request
    outbox = Outbox()
    outbox.stop = stop_on_signals()
    outbox.run()


PROCESSES = [Process(name="outbox", title=Text(ko="상황 전달", en="Hand-over of incidents"), run=run_outbox)]
