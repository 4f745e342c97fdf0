"""Timed work of this service."""

from __future__ import annotations

from madang.core.base.interface import Job, Text, now

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
    Job(
        name="open_data.harvest",
        title=Text(ko="다른 목록에서 거두어 오기", en="Harvesting other catalogues"),
        every_s=60,
        run=_harvest,
    ),
    Job(
        name="open_data.index",
        title=Text(ko="검색 색인 새로 하기", en="Renewing the search index"),
        every_s=5,
        run=_refresh,
    ),
    Job(
        name="open_data.forget",
        title=Text(ko="지난 이용 기록 지우기", en="Forgetting old uses"),
        every_s=24 * 3600,
        run=_forget,
    ),
]
