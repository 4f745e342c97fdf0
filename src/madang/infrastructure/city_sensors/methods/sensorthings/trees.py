"""What the tree of a `$filter` is about: its paths, and the link that all of them begin with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from odata_query import ast

_INDEX = re.compile(r"\[(\d{1,9})\]")
_AS_NAME = "place_in_list_"
_STEP = re.compile(r"(?<=/)[^\s/()',:\[\]]+(?!\w*\()")
_KNOWN = re.compile(r"(?!any|all|null|true|false|named_)[A-Za-z_]\w*", re.IGNORECASE | re.ASCII)
_NAMED = "named_"
_BEFORE_LAMBDA = re.compile(r"[A-Za-z_][\w/]*(?=/(?:any|all)\()")
_JOINED = "_0joined0_"


def hide_names(text: str) -> str:
    """Return a `$filter` outside of its texts so that the library reads it.

    Places in lists (`names[0]`) become names of a path; names that it takes for something else (`properties/높이`,
    `properties/a-b`, `properties/allowed`) are spelled; a path to a lambda is one name.
    """
    text = _STEP.sub(lambda match: match[0] if _KNOWN.fullmatch(match[0]) else _spell(match[0]), text)
    text = _BEFORE_LAMBDA.sub(lambda match: match[0].replace("/", _JOINED), text)
    return _INDEX.sub(rf"/{_AS_NAME}\1", text)


def _spell(name: str) -> str:
    return _NAMED + re.sub(r"\W|_", lambda match: f"_{ord(match[0]):x}_", name)


def _read_step(name: str) -> str:
    """Return a name of a path as it was written."""
    if name.startswith(_NAMED):
        return re.sub(r"_([0-9a-f]+)_", lambda match: chr(int(match[1], 16)), name.removeprefix(_NAMED))
    return f"[{name.removeprefix(_AS_NAME)}]" if name.startswith(_AS_NAME) else name


def split_path(text: str) -> tuple[str, ...]:
    """Return the names of a path as it is written, each place in a list as one: `x/names[0]` → x, names, [0]."""
    return tuple(_INDEX.sub(r"/[\1]", text).split("/"))


def join_path(names: tuple[str, ...]) -> str:
    """Return the names of a path as it is written."""
    return "/".join(names).replace("/[", "[")


def flatten(node: ast._Node) -> tuple[str, ...] | None:
    """Return the names of a path like `Datastream/Thing/id`, places in lists as `[0]`; None where the node is none."""
    if isinstance(node, ast.Identifier):
        return tuple(_read_step(name) for name in node.name.split(_JOINED))
    if isinstance(node, ast.Attribute):
        owner = flatten(node.owner)
        return None if owner is None else (*owner, _read_step(node.attr))
    return None


def list_paths(node: Any) -> Iterator[tuple[str, ...]]:
    """Return the paths in a tree, in its order."""
    path = flatten(node) if isinstance(node, ast._Node) else None
    if path is not None:
        yield path
        return
    if isinstance(node, ast.Call):
        inner: Any = node.args
    else:
        inner = node if isinstance(node, list) else vars(node).values() if isinstance(node, ast._Node) else ()
    for one in inner:
        yield from list_paths(one)


def find_first(tree: ast._Node) -> str:
    """Return the name that every path of a tree begins with and goes beyond, "" where there is none."""
    paths = list(list_paths(tree))
    firsts = {path[0] for path in paths}
    return firsts.pop() if len(firsts) == 1 and all(len(path) > 1 for path in paths) else ""


def find_prefix(tree: ast._Node, name: str) -> tuple[str, ...] | None:
    """Return the names before `name` in every path of a tree, None where they differ or a path lacks it."""
    paths = list(list_paths(tree))
    prefixes = {path[: path.index(name)] if name in path[:-1] else None for path in paths}
    return prefixes.pop() if len(prefixes) == 1 else None


def enter(tree: Any, steps: int = 1) -> Any:
    """Return a tree as one about what a link leads to: without the first `steps` names of each path."""
    return replace_paths(tree, lambda path: make_path(path[steps:]))


def leave_variable(expression: Any, variable: str, back: tuple[str, ...] = ()) -> Any:
    """Return a lambda's expression as one about what its variable stands for.

    What is outside of the lambda is reached by the links `back`; ValueError where there are none.
    """

    def leave(path: tuple[str, ...]) -> ast._Node:
        if path == (variable,) or (path[0] != variable and not back):
            raise ValueError(f"{join_path(path)} can't be reached from {variable}")
        return make_path(path[1:] if path[0] == variable else (*back, *path))

    return replace_paths(expression, leave)


def replace_paths(node: Any, change: Callable[[tuple[str, ...]], ast._Node]) -> Any:
    """Return a tree with what `change` makes of each path; those of a lambda's own variable stay."""
    if isinstance(node, list):
        return [replace_paths(one, change) for one in node]
    if not isinstance(node, ast._Node):
        return node
    path = flatten(node)
    if path is not None:
        return change(path)
    if isinstance(node, ast.Call):
        return ast.Call(node.func, replace_paths(node.args, change))
    if isinstance(node, ast.Lambda):
        own = node.identifier.name
        kept = replace_paths(
            node.expression, lambda path: make_path(path) if path[0] == own else change(path)
        )
        return ast.Lambda(node.identifier, kept)
    return type(node)(**{name: replace_paths(value, change) for name, value in vars(node).items()})


def make_path(names: tuple[str, ...]) -> ast._Node:
    """Return names as the node of a path."""
    node: ast._Node = ast.Identifier(names[0])
    for name in names[1:]:
        node = ast.Attribute(node, name if _INDEX.fullmatch(name) or _KNOWN.fullmatch(name) else _spell(name))
    return node
