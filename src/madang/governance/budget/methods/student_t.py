"""Student's t: how many standard errors a two-sided interval reaches, for few observations."""

from __future__ import annotations

from math import atan, cos, pi, sin, sqrt, tan

STEPS = 80
"""Halvings of the angle; more than a double can tell apart."""


def find_reach(coverage_ratio: float, degrees: int) -> float:
    """Return t with P(|T| ≤ t) = `coverage_ratio` (between 0 and 1, ends excluded) for `degrees` ≥ 1 of freedom."""
    if not 0 < coverage_ratio < 1 or degrees < 1:
        raise ValueError(f"no t for coverage {coverage_ratio} and {degrees} degrees of freedom")
    low, high = 0.0, pi / 2
    for _ in range(STEPS):
        middle = (low + high) / 2
        if _cover(middle, degrees) < coverage_ratio:
            low = middle
        else:
            high = middle
    return sqrt(degrees) * tan(low)


def measure_coverage(reach: float, degrees: int) -> float:
    """Return P(|T| ≤ `reach`)."""
    return _cover(atan(reach / sqrt(degrees)), degrees)


def _cover(angle: float, degrees: int) -> float:
    """Return the finite sums 26.7.3 and 26.7.4 of Abramowitz and Stegun, Handbook of Mathematical Functions."""
    is_odd = degrees % 2 == 1
    term = cos(angle) if is_odd else 1.0
    total = 0.0
    for power in range(1 if is_odd else 0, degrees - 1, 2):
        total += term
        term *= (power + 1) / (power + 2) * cos(angle) ** 2
    if is_odd:
        return 2 / pi * (angle + sin(angle) * total)
    return sin(angle) * total
