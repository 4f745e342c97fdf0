"""Timed work of this service."""

from __future__ import annotations

from madang.core.base.interface import Job, now

from .actions import report_faults


def _report() -> int:
    return report_faults(now=now())


JOBS = [Job(name="smart_poles.faults", every_s=300, run=_report)]
