"""Bars that a page draws under words: what each stands for is told beside it, so nothing hangs on the picture."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from madang.core.base.interface import Text


class Part(msgspec.Struct, frozen=True):
    """One piece of a bar, from `x` on, in hundredths of its whole length."""

    x: str
    width: str
    place: int


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """A line of an outcome: `name` and what is `told` of it; `mark` is a place that has to be reached."""

    name: str | Text
    told: Text
    more: Text = Text(ko="", en="")
    parts: tuple[Part, ...]
    mark: str = ""
    is_best: bool = False


def split_bar(values: Sequence[float], whole: float) -> tuple[Part, ...]:
    """Return the parts of a bar whose length is `whole`, one after another."""
    parts, x = [], 0.0
    for place, value in enumerate(values):
        width = 100 * value / whole if whole else 0.0
        parts.append(Part(f"{x:.2f}", f"{width:.2f}", place))
        x += width
    return tuple(parts)


def tell_share(count: float, whole: float) -> Text:
    """Return a count of people with its share of all of them."""
    share = f" ({100 * count / whole:.0f}%)" if whole else ""
    return Text(ko=f"{write_number(count)}명{share}", en=f"{write_number(count)}{share}")


def write_number(value: float) -> str:
    """Return a number with at most two decimals, and none that say nothing."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")
