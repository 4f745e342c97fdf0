"""The register of emergency bells, and when each was pressed or tried out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max

from madang.core.things.interface import Thing, ThingFilter, get_things, list_things
from madang.infrastructure.cctv.models import RingRow
from madang.infrastructure.cctv.records import BELL_KIND, Bell

from .devices import describe_device, list_devices

TRIED_EVERY = timedelta(days=92)
"""A bell that nobody tried out for a quarter is to be tried."""


def get_bells(ids: Sequence[str]) -> dict[str, Bell]:
    """Return those of `ids` that are bells."""
    things = [one for one in get_things(ids).values() if one.kind == BELL_KIND]
    return {one.id: one for one in _describe(things)}


def list_bells(**chosen: Any) -> tuple[list[Bell], int]:
    """Return bells, chosen as by `list_devices`, and how many there are."""
    things, count = list_devices(BELL_KIND, **chosen)
    return _describe(things), count


def list_untried(now: datetime, *, search: str = "", district: str = "", state: str = "") -> list[Bell]:
    """Return bells at work that nobody tried out for TRIED_EVERY."""
    where = ThingFilter(kind=BELL_KIND, text=search, district_code=district, state=state or "active")
    bells = _describe(list_things(where, limit=None))
    return [one for one in bells if one.tested_at is None or now - one.tested_at > TRIED_EVERY]


def _describe(things: Sequence[Thing]) -> list[Bell]:
    found = RingRow.objects.filter(bell_id__in=[one.id for one in things]).values_list("bell_id", "is_test")
    newest = {(bell_id, is_test): at for bell_id, is_test, at in found.annotate(Max("at"))}
    return [
        Bell(
            **describe_device(one),
            pressed_at=newest.get((one.id, False)),
            tested_at=newest.get((one.id, True)),
        )
        for one in things
    ]
