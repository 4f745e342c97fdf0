"""Timed work of this service."""

from __future__ import annotations

from madang.core.base.interface import Job, now

from .actions.pseudonyms import forget_old


def _forget() -> int:
    return forget_old(now())


JOBS = [Job(name="wallet.forget", every_s=60, run=_forget)]
