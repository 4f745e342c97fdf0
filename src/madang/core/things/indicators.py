"""Indicators of the register of things."""

from __future__ import annotations

from madang.core.base.interface import Aim, Indicator, Text

from .queries import summarize_states
from .records import ThingState

SOURCE = Text(ko="시설물 대장", en="Register of things")


def count_registered() -> float:
    """Return how many things there are, without retired ones."""
    return sum(one.count for one in summarize_states() if one.state is not ThingState.RETIRED)


def count_faulty() -> float:
    """Return how many things are faulty."""
    return sum(one.count for one in summarize_states() if one.state is ThingState.FAULTY)


INDICATORS = [
    Indicator(
        name="things.registered",
        title=Text(ko="등록된 시설물", en="Things registered"),
        unit="count",
        measure=count_registered,
        source=SOURCE,
        href="/desk/things/",
    ),
    Indicator(
        name="things.faulty",
        title=Text(ko="고장난 시설물", en="Things out of order"),
        unit="count",
        measure=count_faulty,
        source=SOURCE,
        href="/desk/things/?state=faulty",
        target=0,
        aim=Aim.LOWER,
    ),
]
