"""Typed records out of the tables: staff, duties, budget, indicators, floor area."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from madang.governance.briefing.methods.figures import UNIT_WON
from madang.governance.briefing.methods.names import drop_suffix
from madang.governance.briefing.methods.sums import build_tree
from madang.governance.briefing.records import (
    BudgetItem,
    CellKind,
    Grid,
    Indicator,
    Occupancy,
    Role,
    Row,
    Sentence,
    StaffRow,
    TableKind,
)

AMOUNTS = {
    Role.CURRENT: "current_budget_krw",
    Role.PRIOR: "prior_budget_krw",
    Role.COMMITTED: "committed_krw",
    Role.DISBURSED: "disbursed_krw",
    Role.FORECAST: "forecast_krw",
}
BUDGETS = {TableKind.REVENUE, TableKind.EXPENDITURE, TableKind.EXPENDITURE_DETAIL, TableKind.PROJECTS}
BREAKDOWN = re.compile(r"-\s+([가-힣]+)\s+([\d,]+)")


def list_staff(grids: Iterable[Grid]) -> Iterator[StaffRow]:
    """Yield posts and people of each division (and of all, the row 계)."""
    for grid, row in _list_rows(grids, {TableKind.STAFF}):
        values = {column.title: _to_int(row, i) for i, column in enumerate(grid.columns)}
        authorized, in_post = (_to_int(row, grid.find(r)) for r in (Role.AUTHORIZED, Role.IN_POST))
        if authorized is None or in_post is None:
            continue
        kinds = {
            column.title: values[column.title] or 0 for column in grid.columns if column.role == Role.PART
        }
        yield StaffRow(
            line=row.line,
            division=row.name,
            authorized_posts=authorized,
            staff_in_post=in_post,
            by_kind=kinds,
        )


def list_duties(grids: Iterable[Grid]) -> dict[str, tuple[str, ...]]:
    """Return each division's duties."""
    duties = {}
    for _, row in _list_rows(grids, {TableKind.DUTIES}):
        said = re.sub(r"<[^>]*>", "", row.cells[0].text)
        duties[re.sub(r"(?<=\S)\s(?=\S(\s|$))", "", row.name)] = tuple(
            part.strip() for part in re.split(r"(?:^|\s)·\s", said) if part.strip()
        )
    return duties


def list_budget(grids: Iterable[Grid]) -> Iterator[BudgetItem]:
    """Yield every line of revenue and expenditure in won; unread amounts are None."""
    for grid in grids:
        if grid.kind not in BUDGETS:
            continue
        factor = UNIT_WON.get(grid.unit)
        paths = _list_paths(grid)
        for row in grid.rows:
            amounts = {
                name: _to_won(row, grid.find(role), factor)
                for role, name in AMOUNTS.items()
                if grid.find(role) is not None
            }
            yield BudgetItem(
                line=row.line,
                table=grid.kind.value,
                task_code=grid.task_code,
                name=drop_suffix(row.name) if row.name.endswith("*") else row.name,
                path=paths.get(row.line, ()),
                **amounts,
            )


def list_indicators(grids: Iterable[Grid], sentences: Iterable[Sentence]) -> Iterator[Indicator]:
    """Yield counts of the tables of counts, then quantities of sentences about results."""
    for grid, row in _list_rows(grids, {TableKind.COUNTS}):
        for column, cell in zip(grid.columns, row.cells, strict=True):
            if cell.value is not None:
                unit = re.sub(r"[\d,.\s]", "", cell.text) or "개"
                name = f"{column.group} {column.title}".strip()
                yield Indicator(
                    line=row.line, task_code=grid.task_code, name=name, value=cell.value, unit=unit
                )
    for sentence in sentences:
        if sentence.heading == "추진실적" and sentence.task_code:
            for one in sentence.quantities:
                before = sentence.text[: one.start].rstrip(" (약총")
                name = re.split(r"[,·(]\s*(?=[^)]*$)|▶", before)[-1].strip()[-60:] or sentence.text[:60]
                yield Indicator(
                    line=sentence.line,
                    task_code=sentence.task_code,
                    name=name,
                    value=one.value,
                    unit=one.unit,
                )


def list_occupancy(grids: Iterable[Grid]) -> Iterator[Occupancy]:
    """Yield floor area by use, with the parts printed inside the cell."""
    for grid, row in _list_rows(grids, {TableKind.OCCUPANCY}):
        share, area = grid.find(Role.SHARE), grid.find(Role.PART)
        if share is None or area is None or row.cells[share].value is None or row.cells[area].value is None:
            continue
        yield Occupancy(
            line=row.line,
            use=row.name,
            share_percent=row.cells[share].value,
            area_m2=row.cells[area].value,
            parts_m2={
                name: Decimal(digits.replace(",", ""))
                for name, digits in BREAKDOWN.findall(row.cells[area].text)
            },
        )


def _list_rows(grids: Iterable[Grid], kinds: set[TableKind]) -> Iterator[tuple[Grid, Row]]:
    for grid in grids:
        if grid.kind in kinds:
            for row in grid.rows:
                yield grid, row


def _list_paths(grid: Grid) -> dict[int, tuple[str, ...]]:
    """Return the names above each row, by line, where the sums tell."""
    paths: dict[int, tuple[str, ...]] = {}

    def walk(index: int, above: tuple[str, ...]) -> None:
        row = grid.rows[index]
        paths[row.line] = above
        for child in tree.get(index, ()):
            walk(child, (*above, row.name))

    tree = build_tree(grid)
    below = {child for children in tree.values() for child in children}
    for index in range(len(grid.rows)):
        if index not in below:
            walk(index, ())
    return paths


def _to_int(row: Row, index: int | None) -> int | None:
    if index is None or row.cells[index].value is None:
        return None
    return int(row.cells[index].value)


def _to_won(row: Row, index: int | None, factor: int | None) -> int | None:
    if index is None or factor is None or row.cells[index].kind == CellKind.RATE:
        return None
    value = row.cells[index].value
    return None if value is None else int(value * factor)
