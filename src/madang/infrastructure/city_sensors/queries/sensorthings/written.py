"""Who writes here sees it in the next answer: readings are in their table a moment after they are kept."""

from __future__ import annotations

from madang.core.lake.interface import await_applied

PATIENCE_S = 20.0
_last = 0


def note_written(sequence: int) -> None:
    """Remember the newest message that this process was acknowledged."""
    global _last  # noqa: PLW0603
    _last = max(_last, sequence)


def await_written() -> None:
    """Return once what this process has written can be read, or after PATIENCE_S."""
    if _last and await_applied(_last, PATIENCE_S):
        return
