"""Selections of entities by type (ETSI GS CIM 009, 4.17) and scope (4.19), and their order (4.43)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec

from .contexts import Terms
from .problems import Problem, bad

Tree = tuple[str, Any]
"""("is", leaf), or ("or" | "and", a tuple of trees)."""
_TYPE = re.compile(r"\s*([()|,;]|[^()|,;\s]+)")
_SCOPE = re.compile(r"/?(#|([\w+-]+/)*([\w+-]+|#))", re.ASCII)
DEEPEST, MOST = 20, 200


class Sort(msgspec.Struct, frozen=True):
    """One order: the path of a value (or id, type, createdAt, modifiedAt), and whether it descends."""

    path: str
    descending: bool = False


def read_types(text: str, terms: Terms) -> Tree | None:
    """Return a selection of types: names joined by `,` or `|` (any), `;` (all) and parentheses."""
    return _read(text, terms.expand, "type") if text else None


def read_scope_query(text: str) -> Tree | None:
    """Return a selection of scopes as patterns (regular expressions of a scope): `+` any one level, `#` any below."""
    return _read(text, _read_scope, "scopeQ") if text else None


def match_scopes(tree: Tree, scopes: tuple[str, ...]) -> bool:
    """Return whether the scopes of an entity satisfy a selection."""
    join, inner = tree
    if join == "is":
        return any(re.fullmatch(inner, one) for one in scopes)
    return (any if join == "or" else all)(match_scopes(one, scopes) for one in inner)


def read_order(text: str, terms: Terms) -> tuple[Sort, ...]:
    """Return the orders of `orderBy`: names or paths of values, each with `;asc` or `;desc`."""
    return tuple(_read_sort(part, terms) for part in text.split(",")) if text else ()


def _read_sort(text: str, terms: Terms) -> Sort:
    path, _, direction = (part.strip() for part in text.partition(";"))
    direction = direction.lower() or "asc"
    if direction in {"dist-asc", "dist-desc"}:
        raise Problem("OperationNotSupported", "entities aren't sorted by distance here")
    if direction not in {"asc", "desc"} or not path:
        raise bad(f"can't read orderBy at {text[:50]!r}")
    if path not in {"id", "type", "createdAt", "modifiedAt"}:
        names, _, keys = path.partition("[")
        first, *more = names.split(".")
        iris = [terms.expand(first), *(one if one == "observedAt" else terms.expand(one) for one in more)]
        path = ".".join(iris) + (f"[{keys}" if keys else "")
    return Sort(path, descending=direction == "desc")


def _read_scope(text: str) -> str:
    if not _SCOPE.fullmatch(text):
        raise bad(f"{text[:50]!r} is no scope in scopeQ")
    pattern = ""
    for level in text.strip("/").split("/"):
        pattern += "(/.*)?" if level == "#" else "/" + ("[^/]+" if level == "+" else re.escape(level))
    return pattern


def _read(text: str, read_leaf: Callable[[str], Any], name: str) -> Tree:
    tokens, position = [], 0
    while position < len(text.rstrip()):
        match = _TYPE.match(text, position)
        if match is None or len(tokens) > MOST:
            raise bad(f"can't read {name} at {text[position:][:50]!r}")
        tokens.append(match[1])
        position = match.end()
    tree, rest = _read_any(tokens, read_leaf, name, 0)
    if rest:
        raise bad(f"can't read {name} at {rest[0][:50]!r}")
    return tree


def _read_any(tokens: list[str], leaf: Callable[[str], Any], name: str, depth: int) -> tuple[Tree, list[str]]:
    return _read_joined(
        tokens, {",", "|"}, "or", lambda rest: _read_joined(rest, {";"}, "and", lambda more: _read_one(more, leaf, name, depth))
    )  # fmt: skip


def _read_joined(
    tokens: list[str], marks: set[str], join: str, read: Callable[[list[str]], tuple[Tree, list[str]]]
) -> tuple[Tree, list[str]]:
    first, rest = read(tokens)
    parts = [first]
    while rest and rest[0] in marks:
        one, rest = read(rest[1:])
        parts.append(one)
    return (parts[0] if len(parts) == 1 else (join, tuple(parts))), rest


def _read_one(tokens: list[str], leaf: Callable[[str], Any], name: str, depth: int) -> tuple[Tree, list[str]]:
    if not tokens or depth > DEEPEST:
        raise bad(f"{name} ends too early" if not tokens else f"{name} has too many parentheses")
    first, *rest = tokens
    if first == "(":
        tree, rest = _read_any(rest, leaf, name, depth + 1)
        if not rest or rest[0] != ")":
            raise bad(f"a parenthesis isn't closed in {name}")
        return tree, rest[1:]
    if first in {")", ",", "|", ";"}:
        raise bad(f"can't read {name} at {first!r}")
    return ("is", leaf(first)), rest
