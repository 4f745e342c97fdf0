"""CQL2 JSON as the same tree as its text."""

from __future__ import annotations

from typing import Any

import msgspec
import shapely

from .text import OPERATORS, make_box, make_shape, read_date, read_instant, read_number
from .tree import (
    DEEPEST,
    MOST_LETTERS,
    SPATIAL,
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

PAIR = 2


def read_json(text: str) -> Any:
    """Return the tree of a filter in CQL2 JSON; raise Wrong for what isn't served."""
    if len(text) > MOST_LETTERS:
        raise Wrong("filter", f"at most {MOST_LETTERS} letters")
    try:
        document = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        raise Wrong("filter", "this is no JSON") from None
    return _read(document, 1)


def _read(node: Any, depth: int) -> Any:
    if depth > DEEPEST:
        raise Wrong("filter", f"at most {DEEPEST} deep")
    if isinstance(node, bool):
        return Truth(node)
    if not isinstance(node, dict) or set(node) != {"op", "args"} or not isinstance(node["args"], list):
        raise Wrong("filter", 'a condition is {"op": …, "args": […]}')
    op, args = node["op"], node["args"]
    if not isinstance(op, str) or not args:
        raise Wrong("filter", f"{op!r:.40} is not served")
    if op in {"and", "or"} and len(args) >= PAIR:
        parts = tuple(_read(one, depth + 1) for one in args)
        return And(parts) if op == "and" else Or(parts)
    if op == "not" and len(args) == 1:
        return Not(_read(args[0], depth + 1))
    return _read_condition(op, args)


def _read_condition(op: str, args: list[Any]) -> Any:
    if op in SPATIAL and len(args) == PAIR:
        if args[0] != {"property": "geometry"}:
            raise Wrong("filter", f"the first argument of {op} is geometry")
        found = _read_geometry(args[1])
        return Spatial(found.geometry, found.box, op)
    left = _read_property(args[0])
    if op in OPERATORS and len(args) == PAIR:
        return Compare(op, left, _read_literal(args[1]))
    if op == "isNull" and len(args) == 1:
        return IsNull(left)
    if op == "like" and len(args) == PAIR:
        return Like(left, _read_literal(args[1]))
    if op == "between" and len(args) == PAIR + 1:
        return Between(left, _read_literal(args[1]), _read_literal(args[2]))
    if op == "in" and len(args) == PAIR and isinstance(args[1], list) and args[1]:
        return In(left, tuple(_read_literal(one) for one in args[1]))
    raise Wrong("filter", f"{op[:40]} with {len(args)} arguments is not served")


def _read_property(node: Any) -> Property:
    if isinstance(node, dict) and node.get("op") == "casei" and _has_one(node):
        return Property(_read_property(node["args"][0]).name, is_folded=True)
    if isinstance(node, dict) and set(node) == {"property"} and isinstance(node["property"], str):
        return Property(node["property"])
    raise Wrong("filter", 'the first argument is {"property": …}')


def _read_literal(node: Any) -> Literal:
    if isinstance(node, str | bool):
        return Literal(node)
    if isinstance(node, int | float):
        return Literal(read_number(repr(node)))
    if isinstance(node, dict):
        if node.get("op") == "casei" and _has_one(node):
            return Literal(_read_literal(node["args"][0]).value, is_folded=True)
        for name, read in (("date", read_date), ("timestamp", read_instant)):
            if set(node) == {name} and isinstance(node[name], str):
                return Literal(read(node[name]))
    raise Wrong("filter", "a text, number, truth value, date or timestamp is needed")


def _has_one(node: dict[str, Any]) -> bool:
    return isinstance(node.get("args"), list) and len(node["args"]) == 1


def _read_geometry(node: Any) -> Spatial:
    if isinstance(node, dict) and set(node) == {"bbox"} and isinstance(node["bbox"], list):
        if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in node["bbox"]):
            raise Wrong("filter", "a box is made of numbers")
        return make_box([float(one) for one in node["bbox"]])
    try:
        found = shapely.from_geojson(msgspec.json.encode(node))
    except (shapely.errors.GEOSException, ValueError, TypeError):
        raise Wrong("filter", "a GeoJSON geometry or a box is needed") from None
    if found is None:
        raise Wrong("filter", "a GeoJSON geometry or a box is needed")
    return make_shape(found)
