"""Indicators of CCTV."""

from __future__ import annotations

from functools import partial

from madang.core.base.interface import Aim, Indicator, Text
from madang.core.things.interface import ThingFilter, count_things

from .records import BELL_KIND, CAMERA_KIND, SIGN_KIND


def _count(name: str, kind: str, ko: str, en: str) -> Indicator:
    """Return how many things of a kind are registered."""
    return Indicator(
        name=f"cctv.{name}",
        title=Text(ko=ko, en=en),
        unit="count",
        measure=partial(count_things, ThingFilter(kind=kind)),
        source=Text(ko="시설물 대장", en="Register of things"),
        href="/cctv/",
        aim=Aim.HIGHER,
    )


INDICATORS = [
    _count("cameras", CAMERA_KIND, "등록된 CCTV", "Cameras registered"),
    _count("bells", BELL_KIND, "등록된 비상벨", "Emergency bells registered"),
    _count("signs", SIGN_KIND, "등록된 LED 안내판", "LED signs registered"),
]
