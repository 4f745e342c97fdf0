"""Summaries of values for maps."""

from __future__ import annotations

from collections.abc import Iterable

from madang.infrastructure.city_sensors.records import Property, StationValue


def find_step(prop: Property, value: float) -> int:
    """Return the class of a value on the map, 0 to 3."""
    return sum(value >= step for step in prop.steps)


def mean_by_district(values: Iterable[StationValue]) -> dict[str, tuple[float, int]]:
    """Return the mean of good values and how many there are, by district code."""
    sums: dict[str, tuple[float, int]] = {}
    for one in values:
        if one.value is not None:
            total, count = sums.get(one.district_code, (0.0, 0))
            sums[one.district_code] = (total + one.value, count + 1)
    return {code: (total / count, count) for code, (total, count) in sums.items()}
