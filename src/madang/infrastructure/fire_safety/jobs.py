"""Timed work of this service."""

from __future__ import annotations

from madang.core.base.interface import Job, now

from .actions import forget_old_messages


def _forget() -> int:
    return forget_old_messages(now=now())


JOBS = [Job(name="fire_safety.forget", every_s=24 * 3600, run=_forget)]
