"""Timed work of this service."""

from __future__ import annotations

from madang.core.base.interface import Job, Text, now

from .actions import forget_old_messages


def _forget() -> int:
    return forget_old_messages(now=now())


JOBS = [
    Job(
        name="fire_safety.forget",
        title=Text(ko="지난 신호 지우기", en="Forgetting old messages"),
        every_s=24 * 3600,
        run=_forget,
    )
]
