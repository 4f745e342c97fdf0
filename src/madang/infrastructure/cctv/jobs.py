"""Timed work of this service."""

from __future__ import annotations

from madang.core.base.interface import Job, now

from .actions import expire_searches, purge


def _purge() -> int:
    return purge(now=now())


def _expire() -> int:
    return expire_searches(now=now())


JOBS = [
    Job(name="cctv.purge", every_s=600, run=_purge),
    Job(name="cctv.expire_searches", every_s=60, run=_expire),
]
