"""Whether a filter fits a collection: every property is there, and is compared with its own kind of value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
import shapely

from madang.core.base.interface import Column, ColumnType

from .tree import (
    And,
    Between,
    Compare,
    In,
    IsNull,
    Like,
    Literal,
    Not,
    Or,
    Property,
    Spatial,
    Truth,
    Wrong,
    check_size,
)

NUMBERS = (ColumnType.INTEGER, ColumnType.NUMBER)
MOST_LON, MOST_LAT = 180.0, 90.0
TEXTS = (ColumnType.TEXT, ColumnType.CLOCK)


def check(node: Any, columns: Sequence[Column]) -> None:
    """Raise Wrong unless the filter is small enough and fits the columns."""
    check_size(node)
    types = {one.name: one.type for one in columns}
    for one in _list_leaves(node):
        if isinstance(one, IsNull):
            _know(types, one.left)
        elif not isinstance(one, Spatial | Truth):
            _check_leaf(types, one)


def _check_leaf(types: dict[str, ColumnType], one: Compare | Between | In | Like) -> None:
    for value in _list_values(one):
        _fit(types, one.left, value)
    kind = types[one.left.name]
    if isinstance(one, Between) and kind not in NUMBERS:
        raise Wrong("filter", "BETWEEN is served for numbers")
    if isinstance(one, Like) and kind not in TEXTS:
        raise Wrong("filter", "LIKE is served for text")


def _list_values(one: Compare | Between | In | Like) -> tuple[Literal, ...]:
    if isinstance(one, Compare):
        return (one.right,)
    if isinstance(one, Between):
        return one.low, one.high
    return one.values if isinstance(one, In) else (one.pattern,)


def turn_shapes(node: Any, turn: Callable[[shapely.Geometry], shapely.Geometry]) -> Any:
    """Return the filter with every geometry turned by `turn`; a box becomes the shape it is."""
    if isinstance(node, And | Or):
        return type(node)(tuple(turn_shapes(one, turn) for one in node.parts))
    if isinstance(node, Not):
        return Not(turn_shapes(node.inner, turn))
    if isinstance(node, Spatial):
        turned = turn(node.geometry)
        return node if turned is node.geometry else msgspec.structs.replace(node, geometry=turned, box=None)
    return node


def keep_on_earth(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a geometry in degrees as it is; raise Wrong where no place has its coordinates."""
    west, south, east, north = shapely.bounds(shape)
    if west < -MOST_LON or east > MOST_LON or south < -MOST_LAT or north > MOST_LAT:
        raise Wrong(
            "filter", "degrees of longitude and latitude are expected; name another system by filter-crs"
        )
    return shape


def _list_leaves(node: Any) -> list[Any]:
    if isinstance(node, And | Or):
        return [leaf for one in node.parts for leaf in _list_leaves(one)]
    return _list_leaves(node.inner) if isinstance(node, Not) else [node]


def _know(types: dict[str, ColumnType], one: Property) -> ColumnType:
    if one.name not in types:
        raise Wrong("filter", f"there is no property {one.name[:60]}; see the queryables")
    return types[one.name]


def _fit(types: dict[str, ColumnType], left: Property, right: Literal) -> None:
    kind, value = _know(types, left), right.value
    if left.is_folded or right.is_folded:
        fits = kind in TEXTS and isinstance(value, str)
    elif kind in NUMBERS:
        fits = isinstance(value, int | float) and not isinstance(value, bool)
    elif kind is ColumnType.BOOLEAN:
        fits = isinstance(value, bool)
    elif kind is ColumnType.TIME:
        fits = isinstance(value, datetime)
    elif kind is ColumnType.DATE:
        fits = isinstance(value, date) and not isinstance(value, datetime)
    else:
        fits = isinstance(value, str)
    if not fits:
        raise Wrong("filter", f"{left.name} is of type {kind}, which {str(value)[:40]!r} is not")
    if isinstance(value, str) and "\0" in value:
        raise Wrong("filter", "a NUL character is in it")
