"""The analysis as the watch sees it: a child process that is told sources, asked what it saw, started again."""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress

import msgspec

from madang.infrastructure.cctv.records import Source, Told

from .clips import Files

PROGRAM = "madang.infrastructure.cctv.gateway.analyst"
SILENT_S = 30.0
"""With a source to watch it says something every few seconds; after so long it is taken to hang."""
STOP_S = 10.0
MOST_WAITING = 10_000


class Analysis:
    """Runs the analysis; `keep` starts it again where it died or hangs, and tells it what to watch."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.starts = 0
        self.child: subprocess.Popen[bytes] | None = None
        self._told: queue.Queue[Told] = queue.Queue(MOST_WAITING)
        self._wanted: tuple[Source, ...] | None = None
        self._heard = 0.0

    def keep(self, sources: Sequence[Source]) -> None:
        """Let it watch these sources; without any it isn't run at all."""
        wanted = tuple(sources)
        child = self.child
        if child is not None and wanted and time.monotonic() - self._heard > SILENT_S:
            child.kill()
        if child is not None and (child.poll() is not None or not wanted):
            self.stop()
        if wanted and self.child is None:
            self._start()
        if self.child is not None and wanted != self._wanted and self.child.stdin is not None:
            with suppress(BrokenPipeError):  # it died: the next turn starts it again
                self.child.stdin.write(msgspec.json.encode(wanted) + b"\n")
                self.child.stdin.flush()
                self._wanted = wanted

    def take(self, wait_s: float) -> list[Told]:
        """Return what was told since, after at most `wait_s` seconds."""
        told = []
        with suppress(queue.Empty):
            told.append(self._told.get(timeout=wait_s))
            while True:
                told.append(self._told.get_nowait())
        return told

    def stop(self) -> None:
        """End it: it writes the clips that wait, and leaves."""
        if self.child is None:
            return
        child, self.child, self._wanted = self.child, None, None
        if child.stdin is not None:
            with suppress(BrokenPipeError):
                child.stdin.close()
        try:
            child.wait(STOP_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def _start(self) -> None:
        command = [sys.executable, "-m", PROGRAM, str(self.files.folder)]
        self.child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
        self.starts += 1
        self._wanted, self._heard = None, time.monotonic()
        threading.Thread(target=self._listen, args=(self.child,), daemon=True).start()

    def _listen(self, child: subprocess.Popen[bytes]) -> None:
        for line in child.stdout or ():
            self._heard = time.monotonic()
            try:
                self._told.put(msgspec.json.decode(line, type=Told))
            except msgspec.DecodeError:  # a line that was cut when it died
                continue
