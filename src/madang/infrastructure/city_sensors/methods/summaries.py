"""Summaries of values for maps."""

from __future__ import annotations

import cmath
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import fmean

from madang.infrastructure.city_sensors.records import Property, StationValue

OPPOSED = 1e-9


def find_step(prop: Property, value: float) -> int:
    """Return the class of a value on the map, 0 to 3."""
    return sum(value >= step for step in prop.steps)


def mean_by_district(prop: Property, values: Iterable[StationValue]) -> dict[str, tuple[float, int]]:
    """Return the mean of good values and how many there are, by district code.

    Directions are averaged as vectors; a district whose vectors are opposed has no mean.
    """
    good: dict[str, list[float]] = defaultdict(list)
    for one in values:
        if one.value is not None:
            good[one.district_code].append(one.value)
    means = {code: _average(prop, found) for code, found in good.items()}
    return {code: (mean, len(good[code])) for code, mean in means.items() if mean is not None}


def _average(prop: Property, values: Sequence[float]) -> float | None:
    if not prop.is_direction:
        return fmean(values)
    mean = sum(cmath.rect(1, math.radians(one)) for one in values) / len(values)
    return round(math.degrees(cmath.phase(mean)) + 360, 6) % 360 if abs(mean) > OPPOSED else None
