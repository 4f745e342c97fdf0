"""Timed work of this service."""

from __future__ import annotations

from madang.core.base.interface import Job, Text, now

from .actions.polls.counting import count_due_polls
from .actions.polls.reminding import remind


def _count() -> int:
    return count_due_polls(now=now())


def _remind() -> int:
    count = 0
    while written := remind(now=now()):
        count += written
    return count


JOBS = [
    Job(
        name="voting.count",
        title=Text(ko="마감한 투표 개표하기", en="Counting closed votes"),
        every_s=20,
        run=_count,
    ),
    Job(
        name="voting.remind",
        title=Text(ko="곧 마감하는 투표 알리기", en="Telling of polls that close soon"),
        every_s=600,
        run=_remind,
    ),
]
