"""Timed work of this room."""

from __future__ import annotations

from madang.core.base.interface import Job, Text, now

from .actions import forget_old_rows, run_clocks


def _run_clocks() -> int:
    return run_clocks(now=now())


def _forget_old_rows() -> int:
    return forget_old_rows(now=now())


JOBS = [
    Job(
        name="incidents.clocks",
        title=Text(ko="상황의 시한 보기", en="Watching the clocks of incidents"),
        every_s=5,
        run=_run_clocks,
    ),
    Job(
        name="incidents.forget",
        title=Text(ko="지난 상황 기록 지우기", en="Forgetting old rows of incidents"),
        every_s=24 * 3600,
        run=_forget_old_rows,
    ),
]
