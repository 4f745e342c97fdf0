"""Timed work of this service."""

from __future__ import annotations

from madang.core.base.interface import Job, Text, now

from .actions import expire_searches, purge


def _purge() -> int:
    return purge(now=now())


def _expire() -> int:
    return expire_searches(now=now())


JOBS = [
    Job(
        name="cctv.purge",
        title=Text(ko="보관 기간이 지난 영상 지우기", en="Deleting pictures past their time"),
        every_s=600,
        run=_purge,
    ),
    Job(
        name="cctv.expire_searches",
        title=Text(ko="기한이 지난 실종자 찾기 끝내기", en="Ending searches past their time"),
        every_s=60,
        run=_expire,
    ),
]
