"""What stands near a facility, for 119. It is looked up while an alarm waits: handing over takes half as long then."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from functools import lru_cache

from django.db import connection, transaction

from madang.core.base.interface import HOUSE, Text, call_command
from madang.infrastructure.fire_safety.models import AlarmRow
from madang.infrastructure.fire_safety.queries import list_hydrants
from madang.infrastructure.fire_safety.records import AlarmState

SERVICE = "fire_safety"
NEAR_M, CAMERAS = 500, 5
PLACES = 2**15
AT_ONCE = 8
"""Alarms that are looked after between one decision and the next: some milliseconds each."""
log = logging.getLogger("madang.fire_safety")


class Outlook:
    """Looks up what stands near the places of alarms that wait, each once."""

    def __init__(self) -> None:
        self._last = 0

    def look(self) -> int:
        """Look after the next few alarms; return how many, 0 once every one that waits was looked after."""
        waiting = AlarmRow.objects.filter(state=AlarmState.TOLD.value, pk__gt=self._last).order_by("pk")
        rows = waiting.values_list("pk", "facility__lon", "facility__lat", "due_at")[:AT_ONCE]
        for self._last, lon, lat, due_at in rows:
            describe_near(lon, lat, due_at)
        return len(rows)


def describe_near(lon: float, lat: float, at: datetime) -> dict[str, Text | str]:
    """Return hydrants and cameras near a place (degrees), as they were known in that hour.

    An alarm goes out without what can't be found rather than wait.
    """
    hour = int(at.timestamp()) // 3600
    return {
        "hydrants": _find(_find_hydrants, lon, lat, hour),
        "cameras": _find(_find_cameras, lon, lat, hour),
    }


def list_cameras_near(lon: float, lat: float, at: datetime) -> tuple[tuple[str, str, float], ...]:
    """Return (number, name, metres) of the cameras near a place (degrees), nearest first; none where they can't be found."""
    try:
        return _list_cameras(lon, lat, int(at.timestamp()) // 3600)
    except Exception:
        log.exception("an alarm is shown without the cameras near %s, %s", lon, lat)
        return ()


def _find(find: Callable[[float, float, int], Text | str], lon: float, lat: float, hour: int) -> Text | str:
    try:
        return find(lon, lat, hour)
    except Exception:
        log.exception("an alarm goes out without what stands near %s, %s", lon, lat)
        return ""


@lru_cache(maxsize=PLACES)
def _find_hydrants(lon: float, lat: float, _hour: int) -> Text:
    with _guard():
        found = list_hydrants(lon, lat)
    return Text(
        ko=", ".join(f"{one.id} {one.kind.ko} ({one.distance_m:.0f} m)" for one in found),
        en=", ".join(f"{one.id} {one.kind.en} ({one.distance_m:.0f} m)" for one in found),
    )


def _find_cameras(lon: float, lat: float, hour: int) -> str:
    return ", ".join(f"{key} ({metres:.0f} m)" for key, _, metres in _list_cameras(lon, lat, hour))


@lru_cache(maxsize=PLACES)
def _list_cameras(lon: float, lat: float, _hour: int) -> tuple[tuple[str, str, float], ...]:
    request = {"lon": lon, "lat": lat, "within_m": NEAR_M, "limit": CAMERAS}
    with _guard():
        found = call_command("cctv.nearest", caller=SERVICE, actor=HOUSE, now=None, request=request)
    return tuple((one.id, one.name, one.distance_m) for one in found)


def _guard() -> AbstractContextManager[None]:
    """Return what keeps a fault of the database from the transaction around it, where there is one."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()
