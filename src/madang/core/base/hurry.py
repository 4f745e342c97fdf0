"""Writes that can't wait, such as a fire's decision, come before those that can.

SQLite lets one write at a time, and who waits for it only looks now and then, up to 100 ms apart: who comes first is
luck. So who begins a write passes a gate (a lock on a file beside the registers, which opens where its holder dies),
and who is in a hurry keeps it shut until their own write has begun. PostgreSQL has no need of it.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Generator
from contextlib import contextmanager

GATE = "-gate"
_own = threading.local()
_opening = threading.Lock()
_open: set[int] = set()


@contextmanager
def hurry() -> Generator[None, None, None]:
    """Let the transactions that this thread begins within come before everybody else's."""
    before = getattr(_own, "is_hurried", False)
    _own.is_hurried = True
    try:
        yield
    finally:
        _own.is_hurried = before


@contextmanager
def pass_gate(path: str) -> Generator[bool, None, None]:
    """Wait for who is in a hurry with the registers in `path`; where this thread is, keep others waiting within.

    Yields whether it is. A folder in which nothing can be made has no gate.
    """
    is_hurried = getattr(_own, "is_hurried", False)
    try:
        with _opening:
            gate = os.open(path + GATE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            _open.add(gate)
    except OSError:
        yield is_hurried
        return
    try:
        fcntl.flock(gate, fcntl.LOCK_EX if is_hurried else fcntl.LOCK_SH)
        if not is_hurried:
            fcntl.flock(gate, fcntl.LOCK_UN)
        yield is_hurried
    finally:
        with _opening:
            _open.discard(gate)
            os.close(gate)


def _let_go() -> None:
    """In a process that was just forked: a gate that another thread of the parent has shut isn't its own."""
    _opening.release()
    for gate in _open:
        os.close(gate)
    _open.clear()
    _own.is_hurried = False


os.register_at_fork(before=_opening.acquire, after_in_parent=_opening.release, after_in_child=_let_go)
