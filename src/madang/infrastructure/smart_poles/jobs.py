"""Timed work of this service."""

from __future__ import annotations

from madang.core.base.interface import Job, Text, now

from .actions import report_faults


def _report() -> int:
    return report_faults(now=now())


JOBS = [
    Job(
        name="smart_poles.faults",
        title=Text(ko="고장 난 폴 찾기", en="Finding faulty poles"),
        every_s=300,
        run=_report,
    )
]
