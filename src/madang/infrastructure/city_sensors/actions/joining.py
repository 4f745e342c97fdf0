"""Readings that several senders bring at the same moment go to the lake together: one write, each acknowledged after it."""

from __future__ import annotations

import threading

import pyarrow as pa

from madang.core.base.interface import HOUSE
from madang.core.lake.interface import append


class _Brought:
    def __init__(self, rows: pa.Table) -> None:
        self.rows = rows
        self.called = threading.Event()
        self.is_leader = False
        self.error: Exception | None = None


class Joint:
    """Appends to one table; while one thread writes, what the others bring gathers for the next write."""

    def __init__(self, table: str) -> None:
        self.table = table
        self._lock = threading.Lock()
        self._gathered: list[_Brought] = []
        self._is_writing = False

    def append(self, rows: pa.Table) -> None:
        """Return once `rows` survive a power cut; raise what `append` raises, for everyone who was in that write.

        All must have the same columns.
        """
        mine = _Brought(rows)
        with self._lock:
            self._gathered.append(mine)
            if not self._is_writing:
                self._is_writing = mine.is_leader = True
        if not mine.is_leader:
            mine.called.wait()
        if mine.is_leader:
            self._write()
        if mine.error is not None:
            raise mine.error

    def _write(self) -> None:
        with self._lock:
            together, self._gathered = self._gathered, []
        try:
            append(self.table, pa.concat_tables([one.rows for one in together]), actor=HOUSE)
        except Exception as error:
            for one in together:
                one.error = error
        for one in together:
            one.is_leader = False
            one.called.set()
        with self._lock:
            if self._gathered:
                self._gathered[0].is_leader = True
                self._gathered[0].called.set()
            else:
                self._is_writing = False
