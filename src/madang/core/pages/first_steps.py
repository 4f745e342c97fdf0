"""The desk's first steps: what a city that has just been founded does to become one's own."""

from __future__ import annotations

from functools import cache

from madang.core.base.interface import Actor, collect

from .records import FirstStep


def list_first_steps(actor: Actor) -> list[tuple[FirstStep, bool]]:
    """Return the steps that `actor` may take, each with whether it is done; none once all are."""
    steps = [(step, step.is_done()) for step in _collect_steps() if actor.may(step.permission)]
    return [] if all(is_done for _, is_done in steps) else steps


@cache
def _collect_steps() -> list[FirstStep]:
    return sorted((step for _, step in collect("doors", "FIRST_STEPS")), key=lambda step: step.order)
