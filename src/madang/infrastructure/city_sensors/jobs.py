"""Timed work of this service."""

from __future__ import annotations

from madang.core.base.interface import Job, Text, now

from .actions.calibrating import recorrect_recent
from .actions.holding import let_go
from .actions.ngsi.telling import forget_told
from .actions.opening import EVERY_S, open_hours
from .actions.sensorthings.mirroring import mirror_stations
from .actions.unheard import tell_unheard

STARTED = now()
"""When this process began: what was silent before that is the house's own silence."""


def _forget() -> int:
    return forget_told(now=now())


def _recorrect() -> int:
    return recorrect_recent(now=now())


def _open() -> int:
    return open_hours(now=now())


def _let_go() -> int:
    return let_go(now=now())


def _tell_unheard() -> int:
    return tell_unheard(now=now(), since=STARTED)


JOBS = [
    Job(
        name="city_sensors.mirror",
        title=Text(ko="측정소를 시설물 대장에 맞추기", en="Keeping stations in the register of things"),
        every_s=60,
        run=mirror_stations,
    ),
    Job(
        name="city_sensors.recorrect",
        title=Text(ko="고친 보정값 다시 적용하기", en="Applying changed corrections"),
        every_s=60,
        run=_recorrect,
    ),
    Job(
        name="city_sensors.let_go",
        title=Text(ko="조용해진 송신처 풀어 주기", en="Letting go senders that have calmed down"),
        every_s=60,
        run=_let_go,
    ),
    Job(
        name="city_sensors.unheard",
        title=Text(ko="소식 없는 측정소 알리기", en="Telling of stations that are not heard"),
        every_s=60,
        run=_tell_unheard,
    ),
    Job(
        name="city_sensors.open",
        title=Text(ko="시간별 값 공개하기", en="Publishing hourly rows"),
        every_s=EVERY_S,
        run=_open,
    ),
    Job(
        name="city_sensors.forget",
        title=Text(ko="지난 수신 기록 지우기", en="Forgetting old packets"),
        every_s=24 * 3600,
        run=_forget,
    ),
]
