"""Timed work of this service."""

from __future__ import annotations

from madang.core.base.interface import Job, Text, now

from .actions.polls.counting import count_due_polls


def _count() -> int:
    return count_due_polls(now=now())


JOBS = [
    Job(
        name="voting.count",
        title=Text(ko="마감한 투표 개표하기", en="Counting closed votes"),
        every_s=20,
        run=_count,
    )
]
