"""What the tree of a `$filter` is about: its paths, and the link that all of them begin with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from odata_query import ast

_INDEX = re.compile(r"\[(\d{1,9})\]")
_AS_NAME = "place_in_list_"


def hide_indices(text: str) -> str:
    """Return a `$filter` with places in lists (`names[0]`) as names of a path, which is what the library reads."""
    return _INDEX.sub(rf"/{_AS_NAME}\1", text)


def split_path(text: str) -> tuple[str, ...]:
    """Return the names of a path as it is written, each place in a list as one: `x/names[0]` → x, names, [0]."""
    return tuple(_INDEX.sub(r"/[\1]", text).split("/"))


def join_path(names: tuple[str, ...]) -> str:
    """Return the names of a path as it is written."""
    return "/".join(names).replace("/[", "[")


def flatten(node: ast._Node) -> tuple[str, ...] | None:
    """Return the names of a path like `Datastream/Thing/id`, places in lists as `[0]`; None where the node is none."""
    if isinstance(node, ast.Identifier):
        return (node.name,)
    if isinstance(node, ast.Attribute):
        owner = flatten(node.owner)
        name = node.attr
        place = f"[{name.removeprefix(_AS_NAME)}]" if name.startswith(_AS_NAME) else name
        return None if owner is None else (*owner, place)
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


def enter(node: Any, steps: int = 1) -> Any:
    """Return a tree as one about what a link leads to: without the first `steps` names of each path."""
    if isinstance(node, list):
        return [enter(one, steps) for one in node]
    if not isinstance(node, ast._Node):
        return node
    path = flatten(node)
    if path is not None:
        return make_path(path[steps:])
    if isinstance(node, ast.Call):
        return ast.Call(node.func, enter(node.args, steps))
    return type(node)(**{name: enter(value, steps) for name, value in vars(node).items()})


def make_path(names: tuple[str, ...]) -> ast._Node:
    """Return names as the node of a path."""
    node: ast._Node = ast.Identifier(names[0])
    for name in names[1:]:
        node = ast.Attribute(node, name)
    return node
