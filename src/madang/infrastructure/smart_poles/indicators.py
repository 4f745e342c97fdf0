"""Indicators of smart poles."""

from __future__ import annotations

from madang.core.base.interface import Aim, Indicator, Text

from .queries import list_poles, list_targets

SOURCE = Text(ko="스마트폴 대장", en="Register of smart poles")
STANDING = {"installed", "active", "faulty"}


def count_built() -> float:
    """Return how many poles stand."""
    return sum(one.state in STANDING for one in list_poles())


def measure_built_share() -> float | None:
    """Return the poles that stand in percent of those planned in all years; None without a plan."""
    planned = sum(list_targets().values())
    return round(100 * count_built() / planned, 1) if planned else None


INDICATORS = [
    Indicator(
        name="smart_poles.built",
        title=Text(ko="구축한 스마트폴", en="Smart poles built"),
        unit="count",
        measure=count_built,
        source=SOURCE,
        href="/smart_poles/",
        aim=Aim.HIGHER,
    ),
    Indicator(
        name="smart_poles.built_share",
        title=Text(ko="스마트폴 구축률", en="Smart poles built of those planned"),
        unit="%",
        measure=measure_built_share,
        source=SOURCE,
        href="/smart_poles/",
        target=100,
        aim=Aim.HIGHER,
    ),
]
