"""Indicators: figures the city steers by, that a room measures and the lake keeps."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import msgspec

from .text import Text


class Aim(StrEnum):
    """Which way is better; NONE for what is only counted."""

    HIGHER = "higher"
    LOWER = "lower"
    NONE = "none"


class Indicator(msgspec.Struct, frozen=True, kw_only=True):
    """One indicator, declared in a room's `indicators.py` INDICATORS.

    `name` begins with the room's own and a dot. `measure()` returns the value now, or None where there is
    nothing to say; it is called every minute and only reads. `unit` is a UCUM symbol or one of the house's
    words (count, person, krw). `href` is the page that shows more, `source` where the value comes from.
    """

    name: str
    title: Text
    unit: str
    measure: Callable[[], float | None]
    source: Text
    href: str = ""
    target: float | None = None
    aim: Aim = Aim.NONE
