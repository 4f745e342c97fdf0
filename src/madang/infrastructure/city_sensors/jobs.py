"""Timed work of this service."""

from __future__ import annotations

from madang.core.base.interface import Job, now

from .actions.calibrating import recorrect_recent
from .actions.holding import let_go
from .actions.ngsi.telling import forget_told
from .actions.opening import EVERY_S, open_hours
from .actions.sensorthings.mirroring import mirror_stations
from .actions.unheard import tell_unheard


def _forget() -> int:
    return forget_told(now=now())


def _recorrect() -> int:
    return recorrect_recent(now=now())


def _open() -> int:
    return open_hours(now=now())


def _let_go() -> int:
    return let_go(now=now())


def _tell_unheard() -> int:
    return tell_unheard(now=now())


JOBS = [
    Job(name="city_sensors.mirror", every_s=60, run=mirror_stations),
    Job(name="city_sensors.recorrect", every_s=60, run=_recorrect),
    Job(name="city_sensors.let_go", every_s=60, run=_let_go),
    Job(name="city_sensors.unheard", every_s=120, run=_tell_unheard),
    Job(name="city_sensors.open", every_s=EVERY_S, run=_open),
    Job(name="city_sensors.forget", every_s=24 * 3600, run=_forget),
]
