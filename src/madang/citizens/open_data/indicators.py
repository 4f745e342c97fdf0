"""Indicators of open data."""

from __future__ import annotations

from madang.core.base.interface import Aim, Indicator, Text

from .queries.calls import count_uses, list_public

SOURCE = Text(ko="열린데이터광장", en="Open data plaza")


def count_published() -> float:
    """Return how many datasets are open to everyone."""
    return len(list_public())


INDICATORS = [
    Indicator(
        name="open_data.datasets",
        title=Text(ko="개방한 데이터", en="Datasets published"),
        unit="count",
        measure=count_published,
        source=SOURCE,
        href="/open_data/",
        aim=Aim.HIGHER,
    ),
    Indicator(
        name="open_data.uses",
        title=Text(ko="개방 데이터 이용", en="Uses of open data"),
        unit="count",
        measure=count_uses,
        source=SOURCE,
        href="/open_data/",
        aim=Aim.HIGHER,
    ),
]
