"""Timed work of this service."""

from __future__ import annotations

from madang.core.base.interface import Job, Text, now

from .actions.pseudonyms import forget_old


def _forget() -> int:
    return forget_old(now())


JOBS = [
    Job(
        name="wallet.forget",
        title=Text(ko="쓰고 난 확인 기록 지우기", en="Forgetting what was checked"),
        every_s=60,
        run=_forget,
    )
]
