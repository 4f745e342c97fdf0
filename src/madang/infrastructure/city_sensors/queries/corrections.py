"""Corrections by calibration."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from madang.core.base.interface import Kept
from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.records import Correction

kept = Kept()


def map_corrections() -> Mapping[tuple[str, str], Sequence[Correction]]:
    """Return the corrections of each (station, property) that has any; what is known may be 5 s old."""
    return kept.get("corrections", _read_all)


def list_corrections(thing_id: str) -> tuple[Correction, ...]:
    """Return a station's corrections, the newest first."""
    rows = models.Calibration.objects.filter(thing_id=thing_id).order_by("-valid_from", "-made_at")
    return tuple(map(_read, rows))


def list_made_since(moment: datetime) -> tuple[Correction, ...]:
    """Return the corrections made since a moment."""
    return tuple(map(_read, models.Calibration.objects.filter(made_at__gte=moment)))


def forget_corrections() -> None:
    """Forget what is kept in this process."""
    kept.forget()


def _read_all() -> dict[tuple[str, str], list[Correction]]:
    found: dict[tuple[str, str], list[Correction]] = defaultdict(list)
    for row in models.Calibration.objects.all():
        found[row.thing_id, row.property].append(_read(row))
    return dict(found)


def _read(row: models.Calibration) -> Correction:
    names = Correction.__struct_fields__
    return Correction(**{name: getattr(row, name) for name in names})
