"""Operators' answers move a camera's limits: fewer false alarms, and never past what somebody confirmed."""

from __future__ import annotations

from collections.abc import Sequence

HIGHEST = 3.0
LEAST_FALSE = 3
STEP = 0.05


def tune(answers: Sequence[tuple[float, bool]]) -> float:
    """Return how many times as high a limit should be, from (strength, whether it was right) of each answer.

    It goes just above the false ones, as far as HIGHEST times the limit, but never above the weakest that was
    confirmed: that one would still be told. Fewer than LEAST_FALSE false ones move nothing.
    """
    false = [strength for strength, is_right in answers if not is_right]
    if len(false) < LEAST_FALSE:
        return 1.0
    ceiling = min((strength for strength, is_right in answers if is_right), default=HIGHEST)
    return round(max(1.0, min(max(false) + STEP, ceiling, HIGHEST)), 2)
