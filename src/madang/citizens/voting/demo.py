"""The demonstration city's own small election: held through the same actions, marked as simulated."""

from __future__ import annotations

from datetime import datetime

from .queries import list_elections
from .rehearsal import PLAN, hold_demo


def lay_out(now: datetime) -> None:
    """Hold the election once."""
    del now
    if not list_elections()[1]:
        hold_demo(3, PLAN.group, trustees=3, threshold=2)
