"""What explains several disagreements at once: one wrong cell, or two whose values stand in each other's place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

import msgspec

from madang.core.base.interface import Text
from madang.governance.briefing.methods.figures import write_number
from madang.governance.briefing.methods.sums import build_tree, find_gap, get_slack, list_additive
from madang.governance.briefing.records import Fault, FaultKind, Grid, Role, Row

from .tables import find_row_faults
from .wording import place_in_table

SWAPPED = Text(ko="두 칸의 값이 서로 바뀐 것으로 보임", en="the values of two columns are swapped, it seems")
NEAR = 3


def explain_cells(faults: Sequence[Fault], grids: Sequence[Grid]) -> list[Fault]:
    """Return the faults with one in place of several that one cell, or one exchange of two, explains."""
    return drop_settled_sums(blame_cells(blame_exchanges(faults, grids), grids), grids)


def drop_settled_sums(faults: Sequence[Fault], grids: Iterable[Grid]) -> list[Fault]:
    """Return the faults without sums that hold with the value which another place gives to one of their parts."""
    off = {(one.line, one.column): one.delta for one in faults if one.kind == FaultKind.REPEAT and one.delta}
    settled = {
        (grid.rows[parent].line, grid.columns[column].role.value)
        for grid in grids
        for column in list_additive(grid)
        for parent, parts in build_tree(grid).items()
        if (gap := find_gap(grid, parent, column))
        for part in parts
        if (delta := off.get((grid.rows[part].line, grid.columns[column].role.value)))
        if abs(gap + delta) <= get_slack(grid)
    }
    return [one for one in faults if one.kind != FaultKind.SUM or (one.line, one.column) not in settled]


def blame_exchanges(faults: Sequence[Fault], grids: Iterable[Grid]) -> list[Fault]:
    """Return the faults, those of one row (or of two near each other) that two values in each other's place settle as one."""
    found = list(faults)
    lines = {one.line for one in found}
    for grid in grids:
        rows = [row for row in grid.rows if row.line in lines and any(find_row_faults(grid, row))]
        for at, one in enumerate(rows):
            for two in rows[at : at + NEAR + 1]:
                exchanges = list(_list_exchanges(grid, one, two)) if two.line - one.line <= NEAR else []
                if len(exchanges) != 1:
                    continue
                own = [one] if one is two else [one, two]
                settled = [fault for row in own for fault in find_row_faults(grid, row)]
                settled += _list_sums(grid, exchanges[0], found)
                kept = [fault for fault in found if not any(_is_same(fault, other) for other in settled)]
                if len(settled) > 1 and len(kept) == len(found) - len(settled):
                    found = [*kept, *_tell_exchange(grid, one, two, *exchanges[0], settled[0].kind)]
    return found


def _list_exchanges(grid: Grid, one: Row, two: Row) -> Iterator[tuple[int, int]]:
    """Yield columns whose values, the first row's in the one and the second's in the other, settle all when exchanged."""
    columns = [n for n, column in enumerate(grid.columns) if column.role != Role.TEXT]
    for i in columns:
        for j in [n for n in columns if n > i] if one is two else [i]:
            first, second = list(one.cells), list(two.cells)
            if first[i].text == second[j].text or not (first[i].value and second[j].value):
                continue
            if one is two:
                first[i], first[j] = first[j], first[i]
                second = first
            else:
                first[i], second[j] = second[j], first[i]
            mended = [
                msgspec.structs.replace(row, cells=tuple(cells))
                for row, cells in ((one, first), (two, second))
            ]
            is_mended = not any(fault for row in mended for fault in find_row_faults(grid, row))
            if is_mended and _adds_up(grid, mended, (i, j)):
                yield i, j


def _adds_up(grid: Grid, mended: Sequence[Row], columns: Sequence[int]) -> bool:
    """Return whether all sums of some columns hold with mended rows in place of their own."""
    by_line = {row.line: row for row in mended}
    whole = msgspec.structs.replace(grid, rows=tuple(by_line.get(row.line, row) for row in grid.rows))
    additive = {*columns} & {*list_additive(whole)}
    return not any(find_gap(whole, parent, column) for parent in build_tree(whole) for column in additive)


def _list_sums(grid: Grid, columns: Sequence[int], faults: Iterable[Fault]) -> list[Fault]:
    """Return those faults that are sums of a table in these columns."""
    lines, roles = {row.line for row in grid.rows}, {grid.columns[column].role.value for column in columns}
    return [one for one in faults if one.kind == FaultKind.SUM and one.line in lines and one.column in roles]


def _tell_exchange(grid: Grid, one: Row, two: Row, i: int, j: int, kind: FaultKind) -> Iterator[Fault]:
    for row, column, other, there in ((one, i, two, j), (two, j, one, i))[: 1 if one is two else 2]:
        ko, en = (
            f"{other.line}번째 줄의 값과 서로 바뀐 것으로 보임",
            f"in the place of the value on line {other.line}, it seems",
        )
        yield msgspec.structs.replace(
            _tell(grid, row, column, other.cells[there].text.strip(), Decimal(0)),
            kind=kind,
            delta=None,
            cause=SWAPPED if one is two else Text(ko=ko, en=en),
        )


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
                whole = _tell(grid, above, column, write_number((above.cells[column].value or 0) - gap), gap)
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
    computed = write_number((row.cells[column].value or 0) + gap)
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
