"""A CQL2 filter as a tree: what it may be made of, and nothing else."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec
import shapely

Value = str | int | float | bool | date | datetime
MOST_LETTERS, MOST_NODES, DEEPEST = 8_000, 300, 30
SPATIAL = frozenset(
    {
        "s_intersects",
        "s_disjoint",
        "s_equals",
        "s_touches",
        "s_within",
        "s_contains",
        "s_overlaps",
        "s_crosses",
    }
)


class Wrong(ValueError):
    """A parameter that can't be taken: `name` says which."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name


class Property(msgspec.Struct, frozen=True):
    """A feature's property; with `is_folded` its case is ignored (CASEI)."""

    name: str
    is_folded: bool = False


class Literal(msgspec.Struct, frozen=True):
    """A value as it was written; with `is_folded` its case is ignored (CASEI)."""

    value: Any
    is_folded: bool = False


class Compare(msgspec.Struct, frozen=True):
    """A property compared with a value: `op` is =, <>, <, <=, > or >=."""

    op: str
    left: Property
    right: Literal


class Like(msgspec.Struct, frozen=True):
    """A text like a pattern of % and _ with a backslash to escape them."""

    left: Property
    pattern: Literal


class Between(msgspec.Struct, frozen=True):
    """A number between two, both included."""

    left: Property
    low: Literal
    high: Literal


class In(msgspec.Struct, frozen=True):
    """A property that is one of some values."""

    left: Property
    values: tuple[Literal, ...]


class IsNull(msgspec.Struct, frozen=True):
    """A property without a value."""

    left: Property


class Spatial(msgspec.Struct, frozen=True):
    """How a feature lies to a geometry in degrees; `box` is west, south, east, north where it is just that.

    `op` is one of SPATIAL.
    """

    geometry: shapely.Geometry
    box: tuple[float, float, float, float] | None = None
    op: str = "s_intersects"


class Truth(msgspec.Struct, frozen=True):
    """TRUE or FALSE."""

    value: bool


class Not(msgspec.Struct, frozen=True):
    """What doesn't hold."""

    inner: Any


class And(msgspec.Struct, frozen=True):
    """Where all hold."""

    parts: tuple[Any, ...]


class Or(msgspec.Struct, frozen=True):
    """Where one holds."""

    parts: tuple[Any, ...]


def check_size(node: Any) -> None:
    """Raise Wrong for a filter that is too large or too deep to answer."""
    count, level = 0, [(node, 1)]
    while level:
        one, depth = level.pop()
        count += 1
        if count > MOST_NODES or depth > DEEPEST:
            raise Wrong("filter", f"at most {MOST_NODES} conditions, {DEEPEST} deep")
        inner = one.parts if isinstance(one, And | Or) else (one.inner,) if isinstance(one, Not) else ()
        if isinstance(one, In):
            count += len(one.values) // 10
        level += [(each, depth + 1) for each in inner]
