"""Timed work of this service."""

from __future__ import annotations

from madang.core.base.interface import Job, now

from .actions.polls.counting import count_due_polls


def _count() -> int:
    return count_due_polls(now=now())


JOBS = [Job(name="voting.count", every_s=20, run=_count)]
