"""Timed work of the lake."""

from __future__ import annotations

from madang.core.base.interface import Job, now

from .importing.jobs import sweep_imports
from .maintenance import compact_all, forget_all, refresh_catalogue, refresh_quality, tidy_all
from .measuring import EVERY_S, publish_indicators

JOBS = [
    Job(name="lake.indicators", every_s=EVERY_S, run=lambda: publish_indicators(now())),
    Job(name="lake.catalogue", every_s=10, run=refresh_catalogue),
    Job(name="lake.compact", every_s=300, run=compact_all),
    Job(name="lake.forget", every_s=3600, run=forget_all),
    Job(name="lake.tidy", every_s=1800, run=tidy_all),
    Job(name="lake.quality", every_s=60, run=refresh_quality),
    Job(name="lake.imports", every_s=60, run=lambda: sweep_imports(now())),
]
