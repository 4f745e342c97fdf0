"""Typed records out of the tables: staff, duties, budget, indicators, floor area."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import pairwise

import msgspec

from madang.governance.briefing.methods.counted import name_counted
from madang.governance.briefing.methods.figures import UNIT_WON, read_quantities
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
                said = read_quantities(f"{cell.text} {column.group} {grid.place}")
                group = re.sub(r"\s*[\d,]+[가-힣]*", "", column.group)
                yield Indicator(
                    line=row.line,
                    task_code=grid.task_code,
                    name=f"{group} {column.title}".strip(),
                    value=cell.value,
                    unit=said[0].unit if said else "개",
                )
    for sentence in sentences:
        if sentence.heading == "추진실적" and sentence.task_code:
            for one in sentence.quantities:
                yield Indicator(
                    line=sentence.line,
                    task_code=sentence.task_code,
                    name=name_counted(sentence, one),
                    value=one.value,
                    unit=one.unit,
                )


def list_occupancy(grids: Iterable[Grid]) -> tuple[Occupancy, ...]:
    """Return floor area by use, with the parts printed inside the cell and who is there.

    A row that only goes on with who is there belongs to the one above it.
    """
    found: list[Occupancy] = []
    for grid, row in _list_rows(grids, {TableKind.OCCUPANCY}):
        share, area = (grid.find(role) for role in (Role.SHARE, Role.PART))
        if share is None or area is None:
            continue
        tenants = _read_tenants(grid, row)
        if row.cells[share].value is not None and row.cells[area].value is not None:
            parts = BREAKDOWN.findall(row.cells[area].text)
            found.append(
                Occupancy(
                    line=row.line,
                    use=row.name,
                    share_percent=row.cells[share].value,
                    area_m2=row.cells[area].value,
                    parts_m2={name: Decimal(digits.replace(",", "")) for name, digits in parts},
                    tenants=tenants,
                )
            )
        elif found and not row.name:
            found[-1] = msgspec.structs.replace(found[-1], tenants={**found[-1].tenants, **tenants})
    return tuple(found)


def _read_tenants(grid: Grid, row: Row) -> dict[str, str]:
    """Return who is there by kind: a kind, and under the empty heading beside it who."""
    return {
        row.cells[at].text.strip(): row.cells[at + 1].text.strip()
        for at, (one, beside) in enumerate(pairwise(grid.columns))
        if one.role == beside.role == Role.TEXT
        and one.title
        and not beside.title
        and row.cells[at].text.strip()
    }


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
