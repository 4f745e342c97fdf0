"""A filter as conditions that the lake itself can judge, where it can."""

from __future__ import annotations

from itertools import product
from typing import Any

from madang.citizens.city_map.methods.cql.tree import (
    And,
    Between,
    Compare,
    In,
    IsNull,
    Not,
    Or,
    Spatial,
    Truth,
)
from madang.citizens.city_map.records import Collection
from madang.core.base.interface import ColumnType
from madang.core.lake.interface import AnyOf, Filter, Op

Branch = tuple[Filter, ...]
OPPOSITE = {"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
OPS = {"=": Op.EQ, "<>": Op.NE, "<": Op.LT, "<=": Op.LE, ">": Op.GT, ">=": Op.GE}
MOST_BRANCHES = 64


def push(node: Any, collection: Collection) -> list[Filter | AnyOf] | None:
    """Return the lake's conditions that hold where the filter does, None where the lake can't judge it."""
    branches = _Pushing(collection).read(node, wanted=True)
    if branches is None:
        return None
    return list(branches[0]) if len(branches) == 1 else [AnyOf(tuple(branches))]


class _Pushing:
    """Reads a filter as branches of which one must hold, each a row of conditions that all must."""

    def __init__(self, collection: Collection) -> None:
        self.types = {one.name: one.type for one in collection.columns}
        self.lon, self.lat, self.has_shapes = collection.lon, collection.lat, bool(collection.shape)

    def read(self, node: Any, *, wanted: bool) -> list[Branch] | None:
        """Return the branches where the filter is `wanted`; what is unknown is neither."""
        if isinstance(node, Not):
            return self.read(node.inner, wanted=not wanted)
        if isinstance(node, Truth):
            return [()] if node.value == wanted else []
        if isinstance(node, And | Or):
            parts = [self.read(one, wanted=wanted) for one in node.parts]
            if any(part is None for part in parts):
                return None
            known = [part for part in parts if part is not None]
            return _join(known) if isinstance(node, And) == wanted else _either(known)
        return self._leaf(node, wanted=wanted)

    def _leaf(self, node: Any, *, wanted: bool) -> list[Branch] | None:
        if isinstance(node, IsNull):
            return [(Filter(node.left.name, Op.IS_NULL if wanted else Op.NOT_NULL),)]
        if isinstance(node, Spatial):
            is_pushed = node.box and node.op == "s_intersects" and not self.has_shapes
            return self._box(node.box, wanted=wanted) if is_pushed else None
        if isinstance(node, Compare):
            op = node.op if wanted else OPPOSITE[node.op]
            return self._conditions([(node.left, op, node.right)])
        if isinstance(node, Between):
            if wanted:
                return self._conditions([(node.left, ">=", node.low), (node.left, "<=", node.high)])
            below = self._conditions([(node.left, "<", node.low)])
            above = self._conditions([(node.left, ">", node.high)])
            return None if below is None or above is None else [*below, *above]
        if isinstance(node, In):
            one_by_one = [
                self._conditions([(node.left, "=" if wanted else "<>", one)]) for one in node.values
            ]
            known = [one for one in one_by_one if one is not None]
            if len(known) < len(one_by_one):
                return None
            return _either(known) if wanted else _join(known)
        return None

    def _conditions(self, asked: list[tuple[Any, str, Any]]) -> list[Branch] | None:
        for left, _, right in asked:
            is_whole = self.types[left.name] is ColumnType.INTEGER
            if left.is_folded or right.is_folded or (is_whole and isinstance(right.value, float)):
                return None
        return [tuple(Filter(left.name, OPS[op], right.value) for left, op, right in asked)]

    def _box(self, box: tuple[float, float, float, float], *, wanted: bool) -> list[Branch]:
        west, south, east, north = box
        if wanted:
            return [
                (Filter(self.lon, Op.BETWEEN, [west, east]), Filter(self.lat, Op.BETWEEN, [south, north]))
            ]
        placed = (Filter(self.lon, Op.NOT_NULL), Filter(self.lat, Op.NOT_NULL))
        return [
            (*placed, Filter(name, op, value))
            for name, op, value in (
                (self.lon, Op.LT, west),
                (self.lon, Op.GT, east),
                (self.lat, Op.LT, south),
                (self.lat, Op.GT, north),
            )
        ]


def _join(parts: list[list[Branch]]) -> list[Branch] | None:
    """Return the branches where all parts hold, None where they are too many."""
    count = 1
    for part in parts:
        count *= len(part)
    if count > MOST_BRANCHES:
        return None
    return [tuple(one for branch in chosen for one in branch) for chosen in product(*parts)]


def _either(parts: list[list[Branch]]) -> list[Branch] | None:
    branches = [branch for part in parts for branch in part]
    return branches if len(branches) <= MOST_BRANCHES else None
