"""Counting uses off the path of an answer, and writing them down whatever happens to the lake meanwhile."""

from __future__ import annotations

import logging
import threading
from collections import Counter

from django.db import close_old_connections

from madang.core.base.interface import Finding, Severity, Text, now
from madang.core.incidents.interface import open_or_update

from .uses import write_uses

log = logging.getLogger("madang.open_data")
EVERY_S = 5.0
LONGEST_PAUSE_S = 300.0
REPORT_FROM = 3
"""So many failures one after another are an incident."""
KIND = "open_data_uses_unwritten"


class UseCounter:
    """Counts uses in memory and writes them down every few seconds; after a failure it waits ever longer."""

    def __init__(self, every_s: float = EVERY_S) -> None:
        self.every_s = every_s
        self._lock = threading.Lock()
        self._uses: Counter[tuple[str, str]] = Counter()
        self._rows: Counter[tuple[str, str]] = Counter()
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self.failures = 0

    @property
    def pause_s(self) -> float:
        """Seconds until the next time."""
        return min(self.every_s * 2 ** min(self.failures, 10), LONGEST_PAUSE_S)

    def add(self, service: str, key_id: str, rows: int) -> None:
        """Count one use."""
        with self._lock:
            self._uses[service, key_id] += 1
            self._rows[service, key_id] += rows
            if self._thread is None or not self._thread.is_alive():
                self._stopping.clear()
                self._thread = threading.Thread(target=self._write_for_ever, name="uses", daemon=True)
                self._thread.start()

    def write(self) -> None:
        """Write down what was counted since; what can't be written now is counted again."""
        with self._lock:
            uses, rows = self._uses, self._rows
            self._uses, self._rows = Counter(), Counter()
        if not uses:
            return
        try:
            write_uses(now=now(), counted={name: (uses[name], rows[name]) for name in uses})
        except Exception as error:
            with self._lock:
                self._uses.update(uses)
                self._rows.update(rows)
            self._fail(error)
        else:
            self._recover()

    def stop(self) -> None:
        """Write no more by itself until something is counted; what was counted stays."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _write_for_ever(self) -> None:
        while not self._stopping.wait(self.pause_s):
            close_old_connections()
            self.write()

    def _fail(self, error: Exception) -> None:
        self.failures += 1
        log.warning("uses are written later, failure %d", self.failures, exc_info=error)
        if self.failures == REPORT_FROM:
            self._report(
                Text(
                    ko=f"Open API 이용 기록을 {self.failures}번 이어서 적지 못했습니다 ({type(error).__name__}). "
                    "기록은 메모리에 있으며 다시 적습니다.",
                    en=f"Uses of the Open API couldn't be written {self.failures} times in a row "
                    f"({type(error).__name__}). They are kept in memory and tried again.",
                ),
                is_over=False,
            )

    def _recover(self) -> None:
        if self.failures >= REPORT_FROM:
            over = Text(
                ko="Open API 이용 기록을 다시 적습니다.", en="Uses of the Open API are written again."
            )
            self._report(over, is_over=True)
        self.failures = 0

    def _report(self, reason: Text, *, is_over: bool) -> None:
        moment = now()
        finding = Finding(
            key=KIND, kind=KIND, severity=Severity.MINOR, found_at=moment, reason=reason, cleared=is_over
        )
        try:
            open_or_update(findings=[finding], now=moment, source="open_data")
        except Exception:
            log.exception("that uses aren't written couldn't be reported")


counter = UseCounter()
