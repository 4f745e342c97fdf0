"""Indicators of CCTV."""

from __future__ import annotations

from madang.core.base.interface import Aim, Indicator, Text
from madang.core.things.interface import ThingFilter, count_things

from .records import CAMERA_KIND


def count_cameras() -> float:
    """Return how many cameras are registered."""
    return count_things(ThingFilter(kind=CAMERA_KIND))


INDICATORS = [
    Indicator(
        name="cctv.cameras",
        title=Text(ko="등록된 CCTV", en="Cameras registered"),
        unit="count",
        measure=count_cameras,
        source=Text(ko="시설물 대장", en="Register of things"),
        href="/cctv/",
        aim=Aim.HIGHER,
    ),
]
