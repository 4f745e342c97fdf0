"""Which rows of a table are the parts of which: found from the sums that hold."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from madang.governance.briefing.records import RATES, Cell, CellKind, Grid, Role, TableKind

from .branches import find_branches
from .names import ends_like, fold

TREES = {TableKind.REVENUE, TableKind.EXPENDITURE, TableKind.EXPENDITURE_DETAIL}
INCLUDED = re.compile(r"^[(\[※*]|\s중(?:\s|$)")
UNKNOWN = {TableKind.SERIES, TableKind.OTHER}
WHOLE = 100
ROUNDED = re.compile(r"[십백천만억]+[가-힣]")
DERIVED = {
    Role.CHANGE: {Role.CURRENT, Role.PRIOR},
    Role.DIFFERENCE: {Role.AUTHORIZED, Role.IN_POST},
}
TOTAL = re.compile(r"(총|합|소)?합?계")
LEVELS = (("정책관", "본부", "실", "국"), ("담당관", "과", "센터", "사업소"), ("회계",))
DIVISION, ACCOUNT = 1, 2


def get_slack(grid: Grid) -> Decimal:
    """Return how far a sum of amounts that were each rounded to the table's unit may be off."""
    return Decimal(1 if ROUNDED.match(grid.unit) else 0)


def list_additive(grid: Grid) -> list[int]:
    """Return the columns whose numbers add up down the table; a difference is none beside its two amounts."""
    adding_shares = grid.kind == TableKind.OCCUPANCY or any(
        is_total(row.name) and column.role == Role.SHARE and row.cells[index].value == WHOLE
        for row in grid.rows
        for index, column in enumerate(grid.columns)
    )
    roles = {column.role for column in grid.columns}
    derived = {role for role, amounts in DERIVED.items() if amounts <= roles}
    return [
        index
        for index, column in enumerate(grid.columns)
        if column.role != Role.TEXT
        and column.role not in derived
        and (column.role not in RATES or (adding_shares and column.role == Role.SHARE))
    ]


@lru_cache(maxsize=256)
def build_tree(grid: Grid) -> dict[int, list[int]]:
    """Return {row: its parts} for every row that is the sum of rows beside it; not to be changed.

    Reports print no indentation. Spending by division, account and project is known by those words. A row
    named 계 or 합계 at the top (or the bottom) is the sum of all branches. What else is a branch is what
    makes most sums of the whole table hold: a number that is wrong moves no branch, it leaves a gap.
    Projects without a row 계 are a list, no branch.
    """
    by_level = _build_by_level(grid)
    if by_level:
        return by_level
    columns = [n for n in list_additive(grid) if grid.columns[n].role != Role.SHARE]
    order = [
        number
        for number, row in enumerate(grid.rows)
        if not INCLUDED.search(row.name)
        if any(_read(row.cells[column]) is not None for column in columns)
    ]
    ends = [is_total(grid.rows[number].name) for number in (order[:1] + order[-1:])]
    has_top = any(ends)
    if not has_top and grid.kind not in TREES:
        return {}
    if has_top and not ends[0]:
        order.reverse()
    values = [[_read(grid.rows[row].cells[column]) for column in columns] for row in order]
    found = find_branches(values, get_slack(grid), has_top=has_top)
    return {order[index]: sorted(order[part] for part in parts) for index, parts in found.items()}


def is_total(name: str) -> bool:
    """Return whether a row or column is called 계, 합계, 총계 and the like."""
    return TOTAL.fullmatch(fold(name)) is not None


def _build_by_level(grid: Grid) -> dict[int, list[int]]:
    """Return the tree of a table of divisions, accounts and projects, or nothing where its sums deny it.

    Where there are accounts, a division is followed by one: 클라우드센터 among projects is none.
    """
    if grid.kind != TableKind.EXPENDITURE_DETAIL or not grid.is_whole:
        return {}
    levels = [
        next(
            (n for n, words in enumerate(LEVELS) if any(ends_like(row.name, word) for word in words)),
            len(LEVELS),
        )
        for row in grid.rows
    ]
    if ACCOUNT in levels:
        following = [*levels[1:], None]
        levels = [
            len(LEVELS) if level == DIVISION and below != ACCOUNT else level
            for level, below in zip(levels, following, strict=True)
        ]
    tree: dict[int, list[int]] = {}
    for index, level in enumerate(levels):
        above = next((n for n in range(index - 1, -1, -1) if levels[n] < level), None)
        if above is not None:
            tree.setdefault(above, []).append(index)
    checks = [
        abs(own - sum(parts, Decimal(0))) <= get_slack(grid)
        for index, members in tree.items()
        for column in list_additive(grid)
        if (own := _read(grid.rows[index].cells[column])) is not None
        if None not in (parts := [_read(grid.rows[part].cells[column]) for part in members])
    ]
    return tree if checks and 2 * sum(checks) > len(checks) else {}


def find_gap(grid: Grid, index: int, column: int) -> Decimal:
    """Return what a row says in a column minus what its parts add up to; 0 where that may be right.

    In a table of unknown columns one that is off by half is no sum, but a mean or a share.
    """
    tree = build_tree(grid)
    stated = grid.rows[index].cells[column].value
    values = [grid.rows[part].cells[column].value for part in tree.get(index, ())]
    if not values or stated is None or any(value is None for value in values) or _is_torn(grid, tree, index):
        return Decimal(0)
    gap, slack = stated - sum(values, Decimal(0)), get_slack(grid) if len(values) > 1 else Decimal(0)
    if grid.columns[column].role == Role.SHARE:
        places = max(grid.rows[part].cells[column].places for part in tree[index])
        slack = len(values) * Decimal(1).scaleb(-places) / 2
    if grid.kind in UNKNOWN and 2 * abs(gap) > abs(stated):
        return Decimal(0)
    return gap if abs(gap) > slack else Decimal(0)


def _is_torn(grid: Grid, tree: dict[int, list[int]], index: int) -> bool:
    """Return whether a row that couldn't be read may be among a row's parts."""
    last = index
    while tree.get(last):
        last = tree[last][-1]
    if last < index or tree[index][0] < index:
        return bool(grid.lost_lines)
    after = grid.rows[last + 1].line if last + 1 < len(grid.rows) else float("inf")
    return any(grid.rows[index].line < line < after for line in grid.lost_lines)


def _read(cell: Cell) -> Decimal | None:
    return cell.value if cell.kind in {CellKind.NUMBER, CellKind.NONE, CellKind.RATE} else None
