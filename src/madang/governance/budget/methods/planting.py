"""The tree of a new budget from the names of its items."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from madang.core.base.interface import BadInput
from madang.governance.budget.methods.posting import list_ancestors, make_code
from madang.governance.budget.records.ledger import ItemPlan


class PlannedNode(NamedTuple):
    """A node to be made; `parent_code` is None for the root."""

    code: str
    parent_code: str | None
    level: str
    name: str
    path: str
    is_leaf: bool
    agency_code: str
    purpose: str
    ends_on: date | None
    proposed_krw: int


def plan_nodes(levels: Sequence[str], items: Iterable[ItemPlan], root_name: str) -> tuple[PlannedNode, ...]:
    """Return the root and every node that the items' names make, parents first, in the order of the items.

    A level without a name is passed over. Items of the same names are one leaf, and what they propose is added.

    Raises
    ------
    BadInput
        `budget.levels` (not as many names as levels, or no name at all), `budget.leaf_above_leaf` (one item's names
        are the beginning of another's).
    """
    nodes: dict[str, PlannedNode] = {"": PlannedNode("", None, "", root_name, "", False, "", "", None, 0)}
    codes: dict[str, str] = {"": ""}
    children: dict[str, int] = {}
    shared: dict[str, set[str]] = {}
    for item in items:
        leaf = _plant(levels, item, nodes, codes, children)
        for code in list_ancestors(leaf):
            shared.setdefault(code, set()).add(item.agency_code)
            nodes[code] = nodes[code]._replace(proposed_krw=nodes[code].proposed_krw + item.proposed_krw)
    for code, node in nodes.items():
        agencies = shared.get(code, set())
        nodes[code] = node._replace(
            agency_code=next(iter(agencies)) if len(agencies) == 1 else "",
            is_leaf=bool(code) and code not in children,
        )
    return tuple(nodes.values())


def make_path(levels: Sequence[str], names: Sequence[str]) -> str:
    """Return the kept path of a node: its named levels, divided by tabs."""
    return "\t".join(f"{level}:{name}" for level, name in zip(levels, names, strict=True) if name)


def _plant(
    levels: Sequence[str],
    item: ItemPlan,
    nodes: dict[str, PlannedNode],
    codes: dict[str, str],
    children: dict[str, int],
) -> str:
    """Add what is missing of one item's nodes and return its leaf's code."""
    named = [(level, name) for level, name in zip(levels, item.names, strict=False) if name]
    if len(item.names) != len(levels) or not named:
        raise BadInput(
            "budget.levels",
            f"예산의 단계({len(levels)})와 이름의 수가 맞지 않습니다",
            f"an item needs a name for each of {len(levels)} levels",
        )
    path, code = "", ""
    for at, (level, name) in enumerate(named):
        is_last = at == len(named) - 1
        path = f"{path}\t{level}:{name}" if path else f"{level}:{name}"
        if path not in codes:
            _refuse_below_leaf(code, nodes)
            children[code] = children.get(code, 0) + 1
            codes[path] = make_code(code, children[code])
            nodes[codes[path]] = PlannedNode(
                code=codes[path],
                parent_code=code,
                level=level,
                name=name,
                path=path,
                is_leaf=is_last,
                agency_code="",
                purpose=item.purpose if is_last else "",
                ends_on=item.ends_on if is_last else None,
                proposed_krw=0,
            )
        elif is_last and not nodes[codes[path]].is_leaf:
            raise refuse_leaf(name)
        code = codes[path]
    return code


def _refuse_below_leaf(code: str, nodes: dict[str, PlannedNode]) -> None:
    if code and nodes[code].is_leaf:
        raise refuse_leaf(nodes[code].name)


def refuse_leaf(name: str) -> BadInput:
    """Return the refusal of an item below one that has an amount of its own."""
    return BadInput(
        "budget.leaf_above_leaf",
        f"'{name}'에 금액과 하위 항목이 함께 있습니다",
        f"'{name}' has an amount of its own and items below it",
    )
