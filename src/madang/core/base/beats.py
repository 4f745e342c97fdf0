"""Signs of life: a process of the family says at each turn of its work that it goes on, and its supervisor sees it stop.

A beat adds one to a number in memory that both share; a process that nobody supervises beats for nobody.
"""

from __future__ import annotations

import mmap
import struct

_COUNT = struct.Struct("Q")


class Beats:
    """Memory that a supervisor shares with one child that it forks."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _COUNT.size)

    def clear(self) -> None:
        """Start anew, for a new child."""
        _COUNT.pack_into(self._memory, 0, 0)

    def count(self) -> int:
        """Return how often the child has beaten; 0 is one that hasn't begun to, or never does."""
        return int(_COUNT.unpack_from(self._memory)[0])

    def add(self) -> None:
        """Count one more."""
        _COUNT.pack_into(self._memory, 0, self.count() + 1)

    def keep(self) -> None:
        """Let `beat` of this process, the child, count here."""
        _kept[:] = [self]


_kept: list[Beats] = []


def beat() -> None:
    """Say that the work of this process goes on. Call it once a turn, from the loop that must not stop."""
    for beats in _kept:
        beats.add()
