"""Indicators of the fire-safety net."""

from __future__ import annotations

from madang.core.base.interface import HOUSE, Aim, Indicator, Text

from .queries import count_waiting_relays, list_detectors, list_places

SOURCE = Text(ko="이동약자 화재안전망", en="Fire-safety net")


def count_facilities() -> float:
    """Return how many facilities are in the net."""
    return len(list_places())


def measure_sound_share() -> float | None:
    """Return the detectors without trouble, in percent; None where there are none."""
    detectors, trouble = len(list_detectors(HOUSE)), len(list_detectors(HOUSE, only_trouble=True))
    return round(100 - 100 * trouble / detectors, 1) if detectors else None


INDICATORS = [
    Indicator(
        name="fire_safety.facilities",
        title=Text(ko="화재안전망 시설", en="Facilities in the fire-safety net"),
        unit="count",
        measure=count_facilities,
        source=SOURCE,
        href="/fire_safety/",
        aim=Aim.HIGHER,
    ),
    Indicator(
        name="fire_safety.sound_share",
        title=Text(ko="정상인 화재감지기 비율", en="Fire detectors without trouble"),
        unit="%",
        measure=measure_sound_share,
        source=SOURCE,
        href="/fire_safety/",
        target=98,
        aim=Aim.HIGHER,
    ),
    Indicator(
        name="fire_safety.relays_waiting",
        title=Text(ko="119에 아직 닿지 않은 전달", en="Messages 119 doesn't have yet"),
        unit="count",
        measure=count_waiting_relays,
        source=SOURCE,
        href="/fire_safety/",
        target=0,
        aim=Aim.LOWER,
    ),
]
