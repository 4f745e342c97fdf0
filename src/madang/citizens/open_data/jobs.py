"""Timed work of this service."""

from __future__ import annotations

from madang.core.base.interface import Job, now

from .actions.harvest import harvest_due
from .actions.indexing import follower
from .actions.quotas import forget_old_counts


def _refresh() -> int:
    return follower.refresh(now())


def _forget() -> int:
    return forget_old_counts(now())


def _harvest() -> int:
    return harvest_due(now())


JOBS = [
    Job(name="open_data.harvest", every_s=60, run=_harvest),
    Job(name="open_data.index", every_s=5, run=_refresh),
    Job(name="open_data.forget", every_s=24 * 3600, run=_forget),
]
