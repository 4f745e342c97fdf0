"""Detectors run on what was taken in: each sees every accepted row at least once, in order, soon."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Iterator

import pyarrow as pa
from django.db import close_old_connections, connections

from madang.core.lake.declarations import list_streams
from madang.core.lake.ledger import Ledger
from madang.core.lake.records import TableHandler

from .emitting import emit
from .stream_table import Commit, read_commits

log = logging.getLogger(__name__)
KEPT_COMMITS = 64
LONGEST_PAUSE_S = 60.0


class Detecting:
    """Calls handlers from a thread of its own, so that a slow or failing one never holds up intake.

    Commits wait in memory; a handler that falls behind reads them from the tables instead. How far each
    has come is kept in the ledger, so that after a crash it goes on where it was.
    """

    def __init__(self, ledger: Ledger, handlers: list[TableHandler], versions: dict[str, int]) -> None:
        self.ledger = ledger
        self.handlers = handlers
        self._floor = dict(versions)
        self._newest = dict(versions)
        self._waiting: dict[str, deque[Commit]] = {name: deque() for name in versions}
        self._retry: dict[str, tuple[float, float]] = {}
        self._news = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="detecting", daemon=True)
        for handler in handlers:
            if ledger.read_handled(handler.name) is None:
                ledger.write_handled(handler.name, versions[handler.table])

    def start(self) -> None:
        """Begin, with what earlier runs left over."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the batch in hand and stop; the rest is in the tables."""
        with self._news:
            self._stopping = True
            self._news.notify()
        self._thread.join(30)

    def offer(self, commit: Commit) -> None:
        """Let handlers of the table see a new commit."""
        with self._news:
            queue = self._waiting[commit.table]
            queue.append(commit)
            self._newest[commit.table] = commit.version
            if len(queue) > KEPT_COMMITS:
                self._floor[commit.table] = queue.popleft().version
            self._news.notify()

    def _run(self) -> None:
        while not self._stopping:
            busy = [handler for handler in self.handlers if self._serve(handler)]
            with self._news:
                if not busy and not self._stopping:
                    self._news.wait(0.5)
        connections.close_all()

    def _serve(self, handler: TableHandler) -> bool:
        """Bring one handler up to date; return whether there was anything to do."""
        again_at, pause = self._retry.get(handler.name, (0.0, 0.0))
        if time.monotonic() < again_at:
            return False
        try:
            worked = False
            for version, rows in self._list_unseen(handler):
                worked = True
                close_old_connections()
                if rows.num_rows:
                    emit(handler.on_batch(rows) or ())
                self.ledger.write_handled(handler.name, version)
                if self._stopping:
                    break
        except Exception:
            pause = min(max(1.0, pause * 2), LONGEST_PAUSE_S)
            log.exception("handler %s failed; it sees the same rows again in %.0f s", handler.name, pause)
            self._retry[handler.name] = (time.monotonic() + pause, pause)
            return False
        self._retry.pop(handler.name, None)
        return worked

    def _list_unseen(self, handler: TableHandler) -> Iterator[tuple[int, pa.Table]]:
        seen = self.ledger.read_handled(handler.name) or 0
        with self._news:
            floor, newest = self._floor[handler.table], self._newest[handler.table]
            waiting = [one for one in self._waiting[handler.table] if one.version > max(seen, floor)]
        if seen < floor:
            table = list_streams()[handler.table]
            names = [column.name for column in table.columns]
            for commit in read_commits(table, seen, min(floor, newest)):
                if commit is not None:
                    yield commit[0], commit[1].select(names)
        yield from ((one.version, one.rows) for one in waiting)
