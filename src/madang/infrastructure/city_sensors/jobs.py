"""Timed work of this service."""

from __future__ import annotations

from madang.core.base.interface import Job, now

from .actions.calibrating import recorrect_recent
from .actions.ngsi.telling import forget_told
from .actions.sensorthings.mirroring import mirror_stations


def _forget() -> int:
    return forget_told(now=now())


def _recorrect() -> int:
    return recorrect_recent(now=now())


JOBS = [
    Job(name="city_sensors.mirror", every_s=60, run=mirror_stations),
    Job(name="city_sensors.recorrect", every_s=60, run=_recorrect),
    Job(name="city_sensors.forget", every_s=24 * 3600, run=_forget),
]
