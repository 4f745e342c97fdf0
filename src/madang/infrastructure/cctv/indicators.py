"""Indicators of CCTV."""

from __future__ import annotations

from madang.core.base.interface import Aim, Indicator, Text
from madang.core.things.interface import ThingFilter, count_things

from .records import BELL_KIND, CAMERA_KIND, SIGN_KIND


def count_cameras() -> float:
    """Return how many cameras are registered."""
    return count_things(ThingFilter(kind=CAMERA_KIND))


def count_bells() -> float:
    """Return how many emergency bells are registered."""
    return count_things(ThingFilter(kind=BELL_KIND))


def count_signs() -> float:
    """Return how many LED signs are registered."""
    return count_things(ThingFilter(kind=SIGN_KIND))


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
    Indicator(
        name="cctv.bells",
        title=Text(ko="등록된 비상벨", en="Emergency bells registered"),
        unit="count",
        measure=count_bells,
        source=Text(ko="시설물 대장", en="Register of things"),
        href="/cctv/",
        aim=Aim.HIGHER,
    ),
    Indicator(
        name="cctv.signs",
        title=Text(ko="등록된 LED 안내판", en="LED signs registered"),
        unit="count",
        measure=count_signs,
        source=Text(ko="시설물 대장", en="Register of things"),
        href="/cctv/",
        aim=Aim.HIGHER,
    ),
]
