"""Timed work of the map."""

from __future__ import annotations

from madang.core.base.interface import Job, Text, now

from .actions.mirroring import mirror_late
from .actions.proposals import forget_sendings

JOBS = [
    Job(
        name="city_map.mirror",
        title=Text(ko="지도에 올린 데이터 따라가기", en="Following the datasets on the map"),
        every_s=30,
        run=lambda: mirror_late(now=now()),
    ),
    Job(
        name="city_map.forget",
        title=Text(ko="지난 제안 기록 지우기", en="Forgetting old sendings"),
        every_s=300,
        run=lambda: forget_sendings(now=now()),
    ),
]
