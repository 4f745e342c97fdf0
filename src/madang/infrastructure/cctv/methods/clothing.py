"""The colours that somebody wears, by name: what a report says, and what a picture shows."""

from __future__ import annotations

from enum import StrEnum

import cv2
import numpy as np

from madang.core.base.interface import Text
from madang.infrastructure.cctv.records import Floats, Picture


class Wear(StrEnum):
    """Colours that people name."""

    BLACK = "black"
    GREY = "grey"
    WHITE = "white"
    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    GREEN = "green"
    BLUE = "blue"
    PURPLE = "purple"
    PINK = "pink"
    BROWN = "brown"


WEAR_NAMES = {
    Wear.BLACK: Text(ko="검정", en="black"),
    Wear.GREY: Text(ko="회색", en="grey"),
    Wear.WHITE: Text(ko="흰색", en="white"),
    Wear.RED: Text(ko="빨강", en="red"),
    Wear.ORANGE: Text(ko="주황", en="orange"),
    Wear.YELLOW: Text(ko="노랑", en="yellow"),
    Wear.GREEN: Text(ko="초록", en="green"),
    Wear.BLUE: Text(ko="파랑", en="blue"),
    Wear.PURPLE: Text(ko="보라", en="purple"),
    Wear.PINK: Text(ko="분홍", en="pink"),
    Wear.BROWN: Text(ko="갈색", en="brown"),
}
NAMES = tuple(Wear)
TOP, BOTTOM = (0.2, 0.5), (0.52, 0.9)
"""Parts of a person's height, from above."""
MIDDLE = 0.28
NEIGHBOUR = 0.5
NEIGHBOURS = {
    Wear.BLACK: {Wear.GREY, Wear.BLUE}, Wear.GREY: {Wear.BLACK, Wear.WHITE}, Wear.WHITE: {Wear.GREY},
    Wear.RED: {Wear.PINK, Wear.ORANGE, Wear.BROWN}, Wear.ORANGE: {Wear.RED, Wear.YELLOW, Wear.BROWN},
    Wear.YELLOW: {Wear.ORANGE}, Wear.GREEN: set(), Wear.BLUE: {Wear.PURPLE, Wear.BLACK},
    Wear.PURPLE: {Wear.BLUE, Wear.PINK}, Wear.PINK: {Wear.RED, Wear.PURPLE}, Wear.BROWN: {Wear.ORANGE, Wear.RED},
}  # fmt: skip
"""What light and cameras make of a colour: half of it counts."""


def describe_wear(picture: Picture, box: Floats) -> tuple[dict[Wear, float], dict[Wear, float]]:
    """Return the shares of colours of the upper and the lower clothes of whoever stands in a box."""
    x1, y1, x2, y2 = (float(value) for value in box)
    left, right = x1 + MIDDLE * (x2 - x1), x2 - MIDDLE * (x2 - x1)
    parts = []
    for low, high in (TOP, BOTTOM):
        upper, lower = y1 + low * (y2 - y1), y1 + high * (y2 - y1)
        parts.append(
            name_colours(picture[max(0, int(upper)) : int(lower) + 1, max(0, int(left)) : int(right) + 1])
        )
    return parts[0], parts[1]


def name_colours(part: Picture) -> dict[Wear, float]:
    """Return the share of each named colour in a part of a picture; empty for an empty part."""
    if part.size == 0:
        return {}
    hue, saturation, value = (
        one.astype(int).ravel() for one in cv2.split(cv2.cvtColor(part, cv2.COLOR_BGR2HSV))
    )
    named = np.full(len(hue), NAMES.index(Wear.GREY))
    is_dull = (saturation < 55) | (value < 45)
    named[is_dull & (value >= 190)] = NAMES.index(Wear.WHITE)
    named[is_dull & (value < 70)] = NAMES.index(Wear.BLACK)
    limits = (
        (9, Wear.RED),
        (20, Wear.ORANGE),
        (34, Wear.YELLOW),
        (86, Wear.GREEN),
        (128, Wear.BLUE),
        (150, Wear.PURPLE),
        (170, Wear.PINK),
        (181, Wear.RED),
    )
    low = 0
    for high, name in limits:
        chosen = ~is_dull & (hue >= low) & (hue < high)
        named[chosen] = NAMES.index(name)
        low = high
    named[~is_dull & (hue >= 5) & (hue < 22) & (value < 150)] = NAMES.index(Wear.BROWN)
    counts = np.bincount(named, minlength=len(NAMES)) / len(named)
    return {name: round(float(share), 3) for name, share in zip(NAMES, counts, strict=True) if share >= 0.02}  # noqa: PLR2004


def match(wanted: Wear | None, worn: dict[Wear, float]) -> float:
    """Return how well worn colours fit the one that is asked for, 0 to 1; 0.5 where none is asked for."""
    if wanted is None:
        return 0.5
    near = sum(worn.get(other, 0.0) for other in NEIGHBOURS[wanted])
    return min(1.0, worn.get(wanted, 0.0) + NEIGHBOUR * near)
