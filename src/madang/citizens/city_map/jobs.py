"""Timed work of the map."""

from __future__ import annotations

from madang.core.base.interface import Job, now

from .actions.mirroring import mirror_late
from .actions.proposals import forget_sendings

JOBS = [
    Job(name="city_map.mirror", every_s=30, run=lambda: mirror_late(now=now())),
    Job(name="city_map.forget", every_s=300, run=lambda: forget_sendings(now=now())),
]
