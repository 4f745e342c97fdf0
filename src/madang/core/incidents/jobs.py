"""Timed work of this room."""

from __future__ import annotations

from django.conf import settings

from madang.core.base.interface import Job, Text, now

from .actions import forget_old_rows, run_clocks, tell_of_hung
from .actions.clocks import EVERY_S


def _run_clocks() -> int:
    return run_clocks(now=now())


def _forget_old_rows() -> int:
    return forget_old_rows(now=now())


def _tell_of_hung() -> int:
    return tell_of_hung(now=now(), folder=settings.MADANG.data_path / "run")


JOBS = [
    Job(
        name="incidents.clocks",
        title=Text(ko="상황의 시한 보기", en="Watching the clocks of incidents"),
        every_s=EVERY_S,
        run=_run_clocks,
    ),
    Job(
        name="incidents.hung",
        title=Text(ko="응답 없는 프로세스 알리기", en="Telling of hung processes"),
        every_s=15,
        run=_tell_of_hung,
    ),
    Job(
        name="incidents.forget",
        title=Text(ko="지난 상황 기록 지우기", en="Forgetting old rows of incidents"),
        every_s=24 * 3600,
        run=_forget_old_rows,
    ),
]
