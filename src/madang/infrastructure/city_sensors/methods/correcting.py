"""Corrections by calibration: which one holds at a moment, and what a reading becomes by it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from madang.infrastructure.city_sensors.records import Correction

ORIGINAL = "uncalibrated"
"""Where a corrected reading keeps what was measured, in its details."""


def find_correction(corrections: Sequence[Correction], moment: datetime) -> Correction | None:
    """Return the correction in force at a moment: the newest begun, of equal beginnings the last made."""
    begun = [one for one in corrections if one.valid_from <= moment]
    return max(begun, key=lambda one: (one.valid_from, one.made_at), default=None)


def correct(
    corrections: Sequence[Correction], moment: datetime, value: float | None
) -> tuple[float | None, str | None]:
    """Return (value, details) of a reading as it was measured; details are None where nothing corrects it."""
    one = find_correction(corrections, moment)
    if one is None or value is None:
        return value, None
    return one.apply(value), msgspec.json.encode({ORIGINAL: value}).decode()


def find_original(value: float | None, details: str | None) -> float | None:
    """Return what was measured, of a reading that may be corrected."""
    return msgspec.json.decode(details).get(ORIGINAL, value) if details else value
