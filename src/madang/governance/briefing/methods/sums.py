"""Which rows of a table are the parts of which: found from the sums that hold."""

from __future__ import annotations

import re
from decimal import Decimal

from madang.governance.briefing.records import RATES, Cell, CellKind, Grid, Role, TableKind

ROUNDED_UNITS = {"천원", "백만원", "억원"}
DERIVED = {Role.CHANGE, Role.DIFFERENCE}
LONG_NUMBER = 5
LEVELS = tuple(map(re.compile, (r"정책관$|본부$|실$|국$", r"담당관$|과$|센터$|사업소$", r"회계$")))


def get_slack(grid: Grid) -> Decimal:
    """Return how far a sum of amounts that were each rounded to the table's unit may be off."""
    return Decimal(1 if grid.unit in ROUNDED_UNITS else 0)


def list_additive(grid: Grid) -> list[int]:
    """Return the columns whose numbers add up down the table."""
    adding_shares = grid.kind == TableKind.OCCUPANCY
    return [
        index
        for index, column in enumerate(grid.columns)
        if column.role != Role.TEXT
        and (column.role not in RATES or (adding_shares and column.role == Role.SHARE))
    ]


def build_tree(grid: Grid) -> dict[int, list[int]]:
    """Return {row: its parts} for every row that is the sum of rows that follow it.

    Reports print no indentation. Spending by division, account and project is known by those words.
    Elsewhere, going from the last row up, a row takes the next k rows (or whole branches) as its parts
    where their sums agree with it in at least half of the columns, so that a wrong number in one
    column doesn't hide the branch, and chance isn't taken for one.
    """
    by_level = _build_by_level(grid)
    if by_level:
        return by_level
    columns, slack = list_additive(grid), get_slack(grid)
    tree: dict[int, list[int]] = {}
    following: list[int] = []
    for index in range(len(grid.rows) - 1, -1, -1):
        count = _count_parts(grid, index, following, columns, slack)
        if count:
            tree[index] = following[:count]
            following = following[count:]
        following.insert(0, index)
    return tree


def _build_by_level(grid: Grid) -> dict[int, list[int]]:
    """Return the tree of a table of divisions, accounts and projects, or nothing where its sums deny it."""
    if grid.kind != TableKind.EXPENDITURE_DETAIL or not grid.is_whole:
        return {}
    levels = [
        next((n for n, words in enumerate(LEVELS) if words.search(row.name)), len(LEVELS))
        for row in grid.rows
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


def _count_parts(grid: Grid, index: int, following: list[int], columns: list[int], slack: Decimal) -> int:
    own = [_read(grid.rows[index].cells[column]) for column in columns]
    weights = [1 if grid.columns[column].role in DERIVED else 2 for column in columns]
    totals: list[Decimal | None] = [Decimal(0)] * len(columns)
    best, best_score = 0, 0
    for count, part in enumerate(following, 1):
        cells = [_read(grid.rows[part].cells[column]) for column in columns]
        totals = [
            None if total is None or cell is None else total + cell
            for total, cell in zip(totals, cells, strict=True)
        ]
        score = _score(own, totals, slack, weights, is_single=count == 1)
        if score and score >= best_score:
            best, best_score = count, score
    return best


def _score(
    own: list[Decimal | None],
    totals: list[Decimal | None],
    slack: Decimal,
    weights: list[int],
    *,
    is_single: bool,
) -> int:
    """Return the digits of the numbers that agree, or 0 where that may be chance."""
    known = [
        (len(str(abs(one)).replace(".", "")), weight, abs(one - total) <= slack)
        for one, total, weight in zip(own, totals, weights, strict=True)
        if one and total is not None
    ]
    agreeing = [(length, weight) for length, weight, agrees in known if agrees]
    longest = max((length for length, _ in agreeing), default=0)
    half = 2 * sum(weight for _, weight in agreeing) >= sum(weight for _, weight, _ in known)
    if is_single:
        is_sure = longest >= LONG_NUMBER or (half and len(agreeing) >= 2)
    else:
        is_sure = half and (longest >= LONG_NUMBER or len(agreeing) >= 2)
    return sum(length * weight for length, weight in agreeing) if is_sure else 0


def _read(cell: Cell) -> Decimal | None:
    return cell.value if cell.kind in {CellKind.NUMBER, CellKind.NONE, CellKind.RATE} else None
