"""Budgets, nodes, ledger lines and entries as programs get them: names in Korean, and beside them in English.

An English name is "" where the name is Korean and nobody wrote it in English.
"""

from __future__ import annotations

import msgspec

from madang.governance.budget.queries.names import Names
from madang.governance.budget.records.ledger import Book, Entry, Line, Node


class ShownBook(Book, frozen=True, kw_only=True):
    """A budget."""

    name_en: str


class ShownNode(Node, frozen=True, kw_only=True):
    """A node of a budget's tree; `path_en` has a name for each of `path`."""

    name_en: str
    path_en: tuple[str, ...]


class ShownLine(Line, frozen=True, kw_only=True):
    """A line of the ledger; `node_path_en` has a name for each of `node_path`."""

    node_name_en: str
    node_path_en: tuple[str, ...]


class ShownEntry(Entry, frozen=True, kw_only=True):
    """An entry of the ledger with its lines."""

    lines: tuple[ShownLine, ...]


def show_book(book: Book, names: Names) -> ShownBook:
    """Return a budget with its name in English."""
    return ShownBook(**msgspec.structs.asdict(book), name_en=names.find(book.name))


def show_node(node: Node, names: Names) -> ShownNode:
    """Return a node with its names in English."""
    path = tuple(map(names.find, node.path))
    return ShownNode(**msgspec.structs.asdict(node), name_en=names.find(node.name), path_en=path)


def show_line(line: Line, names: Names) -> ShownLine:
    """Return a line with its names in English."""
    path = tuple(map(names.find, line.node_path))
    return ShownLine(
        **msgspec.structs.asdict(line), node_name_en=names.find(line.node_name), node_path_en=path
    )


def show_entry(entry: Entry, names: Names) -> ShownEntry:
    """Return an entry with the names of its lines in English."""
    said = msgspec.structs.asdict(entry)
    return ShownEntry(**said | {"lines": tuple(show_line(one, names) for one in entry.lines)})
