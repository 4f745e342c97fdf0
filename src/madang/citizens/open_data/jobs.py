"""Timed work of this service."""

from __future__ import annotations

from madang.core.base.interface import Job, Text, now

from .actions.harvest import harvest_due
from .actions.indexing import follower
from .actions.quotas import forget_old_counts
from .actions.refresh import refresh_due


def _refresh() -> int:
    return follower.refresh(now())


def _forget() -> int:
    return forget_old_counts(now())


def _harvest() -> int:
    return harvest_due(now())


def _fetch_again() -> int:
    return refresh_due(now())


JOBS = [
    Job(
        name="open_data.refresh",
        title=Text(ko="정해진 때의 데이터를 다시 가져오기", en="Fetching datasets again when they are due"),
        every_s=60,
        run=_fetch_again,
    ),
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
