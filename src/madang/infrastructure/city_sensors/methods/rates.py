"""How much a source may send: many times what it promised, and no more, so that one that runs wild hurts nobody else."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import msgspec

FACTOR = 10
"""A source that catches up after a break sends several times its rate; beyond this it is held."""


class Allowance(msgspec.Struct, frozen=True, kw_only=True):
    """How many values a source may send in each window of `window_s` seconds."""

    values: int
    window_s: float


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether values are held, and whether they are the first that are held in their window."""

    is_held: bool
    is_first: bool = False


class _Window:
    def __init__(self, begun_at: float) -> None:
        self.begun_at = begun_at
        self.taken = self.held = 0


TAKEN = Verdict(is_held=False)


class Rates:
    """What each source sent in its window. From any thread; times are seconds of a clock that never jumps."""

    def __init__(self) -> None:
        self._windows: dict[str, _Window] = {}
        self._lock = threading.Lock()

    def take(self, source: str, values: int, allowance: Allowance, at: float) -> Verdict:
        """Count `values` of a source and say whether they are held; what comes first in a window never is."""
        with self._lock:
            window = self._windows.get(source)
            if window is None or at - window.begun_at >= allowance.window_s:
                window = self._windows[source] = _Window(at)
            if window.taken and window.taken + values > allowance.values:
                window.held += values
                return Verdict(is_held=True, is_first=window.held == values)
            window.taken += values
            return TAKEN

    def give_back(self, counts: Mapping[str, int]) -> None:
        """Forget values that were counted and couldn't be stored: their senders send them again."""
        with self._lock:
            for source, values in counts.items():
                window = self._windows.get(source)
                if window is not None:
                    window.taken = max(0, window.taken - values)
