"""Which rows a filter holds for, judged on Arrow columns: true, false, or unknown where a value is missing."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

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
)

COMPARE: dict[str, Callable[..., Any]] = {
    "=": pc.equal,
    "<>": pc.not_equal,
    "<": pc.less,
    "<=": pc.less_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
}
RELATE: dict[str, Callable[..., np.ndarray]] = {
    "s_intersects": shapely.intersects,
    "s_disjoint": shapely.disjoint,
    "s_equals": shapely.equals,
    "s_touches": shapely.touches,
    "s_within": shapely.within,
    "s_contains": shapely.contains,
    "s_overlaps": shapely.overlaps,
    "s_crosses": shapely.crosses,
}
EXACT = 2**53
"""Whole numbers up to this one are the same as floating point numbers."""


def judge(
    node: Any, rows: pa.Table, lon: str, lat: str, shapes: np.ndarray | None = None
) -> pa.ChunkedArray | pa.Array:
    """Return for each row whether the filter holds: null where that can't be known.

    Rows lie where `shapes` say (degrees, None without a place), else at the points of the columns `lon` and `lat`.
    """
    if isinstance(node, And | Or):
        join = pc.and_kleene if isinstance(node, And) else pc.or_kleene
        found = judge(node.parts[0], rows, lon, lat, shapes)
        for one in node.parts[1:]:
            found = join(found, judge(one, rows, lon, lat, shapes))
        return found
    if isinstance(node, Not):
        return pc.invert(judge(node.inner, rows, lon, lat, shapes))
    if isinstance(node, Truth):
        return pa.array([node.value] * rows.num_rows, pa.bool_())
    if isinstance(node, Spatial):
        return _relate(node, rows, lon, lat, shapes)
    return _judge_one(node, rows)


def _judge_one(node: Any, rows: pa.Table) -> pa.ChunkedArray | pa.Array:
    if isinstance(node, IsNull):
        return pc.is_null(rows.column(node.left.name))
    if isinstance(node, Compare):
        return _compare(node.op, rows, node.left, node.right)
    if isinstance(node, Between):
        low = _compare(">=", rows, node.left, node.low)
        return pc.and_kleene(low, _compare("<=", rows, node.left, node.high))
    if isinstance(node, In):
        found = _compare("=", rows, node.left, node.values[0])
        for value in node.values[1:]:
            found = pc.or_kleene(found, _compare("=", rows, node.left, value))
        return found
    if isinstance(node, Like):
        column, pattern = _fold(rows, node.left, node.pattern)
        return pc.match_like(column, pattern)
    raise TypeError(node)


def _compare(op: str, rows: pa.Table, left: Property, right: Literal) -> pa.ChunkedArray | pa.Array:
    column, value = _fold(rows, left, right)
    is_whole = pa.types.is_integer(column.type)
    if is_whole and (isinstance(value, float) or abs(value) > EXACT):
        same = {"=": operator.eq, "<>": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt}
        judge_one = same.get(op, operator.ge)
        return pa.array(
            [None if one is None else judge_one(one, value) for one in column.to_pylist()], pa.bool_()
        )
    if pa.types.is_boolean(column.type):  # in order: false, then true
        column, value = column.cast(pa.uint8()), int(value)
    return COMPARE[op](column, pa.scalar(value, column.type))


def _fold(rows: pa.Table, left: Property, right: Literal) -> tuple[Any, Any]:
    column, value = rows.column(left.name), right.value
    if left.is_folded:
        column = pc.utf8_lower(column)
    return column, value.lower() if right.is_folded else value


def _relate(node: Spatial, rows: pa.Table, lon: str, lat: str, shapes: np.ndarray | None) -> pa.Array:
    if shapes is None and node.op == "s_intersects":
        return _hold_points(node, rows, lon, lat)
    if shapes is None:
        x, y = _read_points(rows, lon, lat)
        shapes = shapely.points(x, y)
        shapes[np.isnan(x) | np.isnan(y)] = None
    try:
        found = RELATE[node.op](shapes, node.geometry)
    except shapely.errors.GEOSException:
        raise Wrong("filter", f"{node.op} can't compare this geometry: it crosses itself") from None
    return pa.array(found, pa.bool_(), mask=shapely.is_missing(shapes))


def _hold_points(node: Spatial, rows: pa.Table, lon: str, lat: str) -> pa.Array:
    x, y = _read_points(rows, lon, lat)
    is_placed = ~(np.isnan(x) | np.isnan(y))
    if node.box is not None:
        west, south, east, north = node.box
        inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    else:
        shapely.prepare(node.geometry)
        inside = shapely.intersects_xy(node.geometry, x, y)
    return pa.array(inside, pa.bool_(), mask=~is_placed)


def _read_points(rows: pa.Table, lon: str, lat: str) -> tuple[np.ndarray, np.ndarray]:
    x, y = (rows.column(name).to_numpy() for name in (lon, lat))
    return x.astype(float), y.astype(float)
