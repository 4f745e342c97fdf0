"""Timed work of the lake."""

from __future__ import annotations

from madang.core.base.interface import Job, Text, now

from .importing.jobs import sweep_imports
from .maintenance import compact_all, encode_all, forget_all, refresh_catalogue, refresh_quality, tidy_all
from .measuring import EVERY_S, publish_indicators

JOBS = [
    Job(
        name="lake.indicators",
        title=Text(ko="지표 모으기", en="Gathering indicators"),
        every_s=EVERY_S,
        run=lambda: publish_indicators(now()),
    ),
    Job(
        name="lake.catalogue",
        title=Text(ko="데이터 목록 새로 하기", en="Renewing the catalogue"),
        every_s=10,
        run=refresh_catalogue,
    ),
    Job(
        name="lake.compact",
        title=Text(ko="작은 파일 묶기", en="Packing small files"),
        every_s=300,
        run=compact_all,
    ),
    Job(
        name="lake.codes",
        title=Text(ko="큰 표의 빠른 조회 준비하기", en="Making large tables quick to ask"),
        every_s=60,
        run=encode_all,
    ),
    Job(
        name="lake.forget",
        title=Text(ko="보관 기간이 지난 데이터 지우기", en="Deleting rows past their time"),
        every_s=3600,
        run=forget_all,
    ),
    Job(
        name="lake.tidy",
        title=Text(ko="쓰지 않는 파일 치우기", en="Clearing unused files"),
        every_s=1800,
        run=tidy_all,
    ),
    Job(
        name="lake.quality",
        title=Text(ko="데이터 품질 재기", en="Measuring quality"),
        every_s=60,
        run=refresh_quality,
    ),
    Job(
        name="lake.imports",
        title=Text(ko="멈춘 가져오기 정리하기", en="Sweeping up imports"),
        every_s=60,
        run=lambda: sweep_imports(now()),
    ),
]
