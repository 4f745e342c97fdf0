"""Trustees of a rehearsal, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager

import msgspec

PROGRAM = "madang.citizens.voting.actions.trustee_alone"


class TrusteeProcess:
    """One trustee in another process, which alone knows its key."""

    def __init__(self, group: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", PROGRAM, group], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, what: str, *more: object) -> str:
        """Return what the trustee answers; ChildProcessError where it ended instead."""
        tell, hear = self._process.stdin, self._process.stdout
        if tell is None or hear is None:
            raise ChildProcessError("a trustee's process has no pipes")
        tell.write(msgspec.json.encode([what, *more]).decode() + "\n")
        tell.flush()
        said = hear.readline()
        if not said:
            raise ChildProcessError(f"a trustee's process ended when it was asked to {what}")
        return msgspec.json.decode(said, type=str)

    def end(self) -> None:
        """Let the process end."""
        self._process.communicate()


@contextmanager
def start_trustees(group: str, count: int) -> Generator[list[TrusteeProcess]]:
    """Yield `count` trustees that know nothing of each other; they end afterwards."""
    started: list[TrusteeProcess] = []
    try:
        for _ in range(count):
            started.append(TrusteeProcess(group))  # noqa: PERF401 - those that started are ended where one doesn't
        yield started
    finally:
        for one in started:
            one.end()
