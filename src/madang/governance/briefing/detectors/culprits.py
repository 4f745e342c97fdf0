"""One wrong cell that several disagreements point to: its column's sum, and what else follows from it in its row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

import msgspec

from madang.core.base.interface import Text
from madang.governance.briefing.methods.figures import write_number
from madang.governance.briefing.methods.sums import build_tree, find_gap, list_additive
from madang.governance.briefing.records import Fault, FaultKind, Grid, Row

from .tables import find_row_faults
from .wording import place_in_table


def blame_cells(faults: Sequence[Fault], grids: Iterable[Grid]) -> list[Fault]:
    """Return the faults, those that one other value in one cell would settle all together as one of that cell.

    The value is the one with which the column adds up; it has to settle something in the cell's own row as well,
    and break nothing. Where two rows could be the wrong one, nothing is said.
    """
    found = list(faults)
    for grid in grids:
        for fault, settled in _find_culprits(grid):
            kept = [one for one in found if not any(_is_same(one, other) for other in settled)]
            if len(kept) == len(found) - len(settled):
                found = [*kept, fault]
    return found


def _find_culprits(grid: Grid) -> Iterator[tuple[Fault, list[Fault]]]:
    for column in list_additive(grid):
        for parent, parts in build_tree(grid).items():
            gap = find_gap(grid, parent, column)
            if not gap:
                continue
            settling = [
                (grid.rows[part], settled)
                for part in parts
                if (settled := _list_settled(grid, grid.rows[part], column, gap))
            ]
            if len(settling) == 1:
                (row, settled), above = settling[0], grid.rows[parent]
                whole = _tell(grid, above, column, write_number(above.cells[column].value - gap), gap)
                yield _blame(grid, row, column, gap, above), [whole, *settled]


def _list_settled(grid: Grid, row: Row, column: int, gap: Decimal) -> list[Fault]:
    """Return the faults of a row that are gone where a cell is more by `gap`; none where others come up."""
    cell = row.cells[column]
    if cell.value is None:
        return []
    cells = list(row.cells)
    cells[column] = msgspec.structs.replace(cell, value=cell.value + gap)
    before = list(find_row_faults(grid, row))
    after = list(find_row_faults(grid, msgspec.structs.replace(row, cells=tuple(cells))))
    if any(not any(_is_same(one, other) for other in before) for one in after):
        return []
    return [one for one in before if not any(_is_same(one, other) for other in after)]


def _blame(grid: Grid, row: Row, column: int, gap: Decimal, above: Row) -> Fault:
    computed = write_number(row.cells[column].value + gap)
    return msgspec.structs.replace(
        _tell(grid, row, column, computed, -gap),
        cause=Text(
            ko=f"이 값이면 {above.line}번째 줄 ‘{above.name}’의 합도, 이 줄의 증감과 비율도 맞음",
            en=f"with this value line {above.line}, “{above.name}”, adds up, and so do this row's differences and rates",
        ),
    )


def _tell(grid: Grid, row: Row, column: int, computed: str, delta: Decimal) -> Fault:
    return Fault(
        line=row.line,
        place=place_in_table(grid, row, column),
        kind=FaultKind.SUM,
        stated=row.cells[column].text.strip(),
        computed=computed,
        delta=delta,
        column=grid.columns[column].role.value,
    )


def _is_same(one: Fault, other: Fault) -> bool:
    return (one.line, one.kind, one.stated, one.column) == (
        other.line,
        other.kind,
        other.stated,
        other.column,
    )
