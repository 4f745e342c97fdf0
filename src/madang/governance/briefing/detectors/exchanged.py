"""Two rows of a table whose figures stand in each other's place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec

from madang.core.base.interface import Text
from madang.governance.briefing.methods.pairs import list_common
from madang.governance.briefing.methods.sums import UNKNOWN, build_tree, list_additive
from madang.governance.briefing.records import Fault, FaultKind, Grid, Row

from .repeats import compare_rows, list_pairs
from .tables import find_row_faults, find_table_faults
from .wording import place_in_table

FEWEST, DIGITS, MOST = 2, 8, 40
Pair = tuple[Grid, Row, Grid, Row]


class _Exchange(NamedTuple):
    """Two rows (by their numbers) of one table (by its number)."""

    table: int
    one: int
    two: int


def mend_exchanges(grids: Sequence[Grid]) -> tuple[list[Grid], list[Fault]]:
    """Return the tables with such rows put right, and a finding for each of these rows.

    Two rows are taken for exchanged where each with the other's figures settles more than one disagreement, with the
    table's own sums or with another table, or where only then all rows are parts of a sum; and where they do so more
    than any other two rows would. In a report with very many that could be, nothing is exchanged.
    """
    mended = list(grids)
    told: list[Fault] = []
    pairs = list(list_pairs(mended))
    seen: set[_Exchange] = set()
    for _ in range(len(grids)):
        candidates = set(_list_candidates(mended, pairs)) - seen
        if len(candidates) > MOST:
            break
        settling = sorted(
            (settled, exchange)
            for exchange in candidates
            if (settled := _measure(mended, pairs, exchange)) is not None
        )
        if not settling or (len(settling) > 1 and settling[0][0] == settling[1][0]):
            break
        exchange = settling[0][1]
        seen.add(exchange)
        told += _tell(mended[exchange.table], exchange)
        mended[exchange.table] = _mend(mended[exchange.table], exchange)
        pairs = list(list_pairs(mended))
    return mended, told


def _list_candidates(grids: Sequence[Grid], pairs: Sequence[Pair]) -> Iterator[_Exchange]:
    numbers = {grid.line: number for number, grid in enumerate(grids)}
    for one, first, two, second in pairs:
        common = list_common(one, two)
        if any(first.cells[i].value != second.cells[j].value for _, i, j in common):
            here, there = [i for _, i, _ in common], [j for _, _, j in common]
            for grid, row, columns, other, theirs in (
                (one, first, here, second, there),
                (two, second, there, first, here),
            ):
                for at, each in enumerate(grid.rows):
                    if each is not row and _is_like(each, columns, other, theirs):
                        yield _order(numbers[grid.line], grid.rows.index(row), at)
    for number, grid in enumerate(grids):
        lines = {fault.line for fault in find_table_faults([grid]) if fault.kind == FaultKind.SUM}
        columns = list_additive(grid)
        for at in range(len(grid.rows) - 1):
            near = {row.line for row in grid.rows[at : at + 2]} & lines
            mended = _mend(grid, _Exchange(number, at, at + 1)).rows
            if near or any(_adds_up(mended, start, columns) for start in (at, at + 1)):
                yield _Exchange(number, at, at + 1)


def _order(table: int, one: int, two: int) -> _Exchange:
    return _Exchange(table, min(one, two), max(one, two))


def _is_like(row: Row, columns: Sequence[int], other: Row, theirs: Sequence[int]) -> bool:
    same = [row.cells[i].value == other.cells[j].value for i, j in zip(columns, theirs, strict=True)]
    return all(same) and sum(bool(row.cells[i].value) for i in columns) >= FEWEST


def _adds_up(rows: Sequence[Row], start: int, columns: Sequence[int]) -> bool:
    """Return whether a row is the sum of two or more rows right below it in every column, and by no chance."""
    wanted = [rows[start].cells[column].value or Decimal(0) for column in columns]
    digits = [len(str(abs(value))) for value in wanted if value]
    if len(digits) < FEWEST or sum(digits) < DIGITS:
        return False
    totals = [Decimal(0)] * len(columns)
    for count, row in enumerate(rows[start + 1 :], 1):
        totals = [
            total + (row.cells[column].value or 0) for total, column in zip(totals, columns, strict=True)
        ]
        if count > 1 and totals == wanted:
            return True
    return False


def _mend(grid: Grid, exchange: _Exchange) -> Grid:
    rows = list(grid.rows)
    one, two = rows[exchange.one], rows[exchange.two]
    rows[exchange.one] = msgspec.structs.replace(one, cells=two.cells)
    rows[exchange.two] = msgspec.structs.replace(two, cells=one.cells)
    return msgspec.structs.replace(grid, rows=tuple(rows))


def _measure(grids: Sequence[Grid], pairs: Sequence[Pair], exchange: _Exchange) -> tuple[int, int] | None:
    """Return how many disagreements and rows that are part of no sum there are more after an exchange, None where it settles nothing.

    One that brings up another disagreement, or after which fewer rows are parts of a sum, settles nothing;
    where a row disagrees with itself, one of its own cells is wrong.
    """
    grid = grids[exchange.table]
    if any(fault for at in exchange[1:] for fault in find_row_faults(grid, grid.rows[at])):
        return None
    mended = _mend(grid, exchange)
    loose = _count_parts(grid) - _count_parts(mended)
    if grid.kind in UNKNOWN or loose > 0:
        return None
    before, after = _list_faults(grid, pairs), _list_faults(mended, pairs)
    change = after.total() - before.total()
    becomes_whole = loose < 0 and _count_parts(mended) == len(grid.rows) - 1
    is_settled = change <= -FEWEST or (becomes_whole and change <= 0)
    return (change, loose) if is_settled and after <= before else None


def _count_parts(grid: Grid) -> int:
    return sum(map(len, build_tree(grid).values()))


def _list_faults(grid: Grid, pairs: Sequence[Pair]) -> Counter[tuple[str, ...]]:
    """Return where a table, with other rows of the same lines, disagrees with itself and with others."""
    rows = {row.line: row for row in grid.rows}
    found = list(find_table_faults([grid]))
    for one, first, two, second in pairs:
        if grid.line in {one.line, two.line}:
            found += compare_rows(
                grid if one.line == grid.line else one,
                rows[first.line] if one.line == grid.line else first,
                grid if two.line == grid.line else two,
                rows[second.line] if two.line == grid.line else second,
            )
    return Counter((one.kind.value, one.column, one.stated, one.computed) for one in found)


def _tell(grid: Grid, exchange: _Exchange) -> Iterator[Fault]:
    one, two = grid.rows[exchange.one], grid.rows[exchange.two]
    column = next(n for n in list_additive(grid) if one.cells[n].value != two.cells[n].value)
    for row, other in ((one, two), (two, one)):
        yield Fault(
            line=row.line,
            place=place_in_table(grid, row, column),
            kind=FaultKind.REPEAT,
            stated=row.cells[column].text.strip(),
            computed=other.cells[column].text.strip(),
            cause=Text(
                ko=f"이 줄의 모든 값이 {other.line}번째 줄 ‘{other.name}’의 값과 서로 바뀐 것으로 보임",
                en=f"all figures of this row and of line {other.line}, “{other.name}”, are in each other's place, it seems",
            ),
            column=grid.columns[column].role.value,
        )
