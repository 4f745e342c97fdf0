"""Rows of cells, as from a sheet or an HTML table, into a spool: one table of what may be several."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

import pyarrow as pa

from .headers import Header, find_header, is_value
from .records import Notes
from .refusals import refuse
from .spool import HIDDEN, SOUND, Spool

_BATCH = 20_000
_MIN_FULL = 0.8
Range = tuple[tuple[int, int], tuple[int, int]]
# How a remark below a table begins, as RE2 and Python read it, and what is one only where it stands alone:
# 주1), 작성자:, 2023. 12. 31. 기준.
FOOTNOTE = r"(?:※|\*|주\)|주 ?:|출처|자료 ?:|자료출처)"
LONE_FOOTNOTE = (
    rf"(?:{FOOTNOTE}|주\s?\d+\s?\)|\d{{1,2}}\)\s|(?:작성|담당|문의|기준|비고|참고)\S{{0,3}}\s?[:：]"
    r"|(?:작성|담당|문의)(?:자|처|부서|일)?\s"
    r"|\(?\d{4}\s?[.년].{0,20}\s기준\)?$|끝\.?$)"
)


def spool_grid(grid: list[list[str]], notes: Notes, merged: Sequence[Range] = ()) -> tuple[Spool, Header]:
    """Spool the first substantial table of a rectangular grid; rows of others are rejected as "other_table".

    Blank rows end a table only where a new header follows. `merged` holds ((top, left), (bottom, right)).
    """
    blocks = _split(grid)
    if not blocks:
        raise refuse("no_table", "표를 찾지 못했습니다", "no table was found", line=1)
    weights = [_weight(grid[begin:end]) for begin, end in blocks]
    start, stop = next(
        block for block, weight in zip(blocks, weights, strict=True) if weight * 2 >= max(weights)
    )
    _fill_merged(grid, [one for one in merged if start <= one[0][0] < stop], notes)
    left, right = _choose_beside(grid[start:stop], start, notes)
    rows = [row[left:right] for row in grid[start:stop]]
    header = find_header(rows[:300])
    if header is None:
        raise refuse("no_table", "표를 찾지 못했습니다", "no table was found", line=start + 1)
    for other_start, other_stop in blocks:
        if other_start != start:
            _reject_other(grid, other_start, other_stop, notes)
    spool = Spool([pa.field(name, pa.string()) for name in header.names])
    kept = _data_rows(rows, header, start, notes)
    for at in range(0, len(kept), _BATCH):
        spool.write(to_batch(header.names, kept[at : at + _BATCH]))
    spool.finish()
    return spool, header


def to_batch(names: Sequence[str], rows: Iterable[tuple[int, Sequence[str | None]]]) -> pa.RecordBatch:
    """Return (line, cells) rows as a batch of a spool."""
    rows = list(rows)
    arrays = [pa.array([cells[number] for _, cells in rows], pa.string()) for number in range(len(names))]
    arrays += [pa.array([line for line, _ in rows], pa.int64()), pa.array([SOUND] * len(rows), pa.int8())]
    return pa.RecordBatch.from_arrays(arrays, names=[*names, *(field.name for field in HIDDEN)])


def _data_rows(
    rows: list[list[str]], header: Header, start: int, notes: Notes
) -> list[tuple[int, Sequence[str | None]]]:
    levels = {tuple(cell.strip() for cell in level) for level in header.levels}
    width, kept = len(header.names), []
    for index, row in enumerate(rows[header.first_data :], header.first_data):
        filled = [cell for cell in row if cell.strip()]
        line = start + index + 1
        if not filled:
            notes.fix("blank_rows_skipped")
        elif tuple(cell.strip() for cell in row) in levels:
            notes.reject(line, "repeated_header", "\t".join(row))
        elif len(filled) == 1 and width > 2 and re.match(LONE_FOOTNOTE, filled[0].strip()):
            notes.reject(line, "footnote", filled[0])
        else:
            kept.append((line, (row + [""] * width)[:width]))
    return kept


def _split(grid: list[list[str]]) -> list[tuple[int, int]]:
    """Return (start, stop) of each table: stretches between blank rows, joined where they go on."""
    stretches, start = [], None
    for index, row in enumerate([*grid, []]):
        blank = not any(cell.strip() for cell in row)
        if blank and start is not None:
            stretches.append((start, index))
            start = None
        elif not blank and start is None:
            start = index
    joined: list[tuple[int, int]] = []
    for stretch in stretches:
        if joined and _goes_on(grid, joined[-1], stretch):
            joined[-1] = (joined[-1][0], stretch[1])
        else:
            joined.append(stretch)
    return joined


def _goes_on(grid: list[list[str]], above: tuple[int, int], below: tuple[int, int]) -> bool:
    """Return whether rows below a gap belong to the table above it: the same columns, no new header."""
    upper, lower = grid[above[0] : above[1]], grid[below[0] : below[1]]
    if max(_filled(row) for row in upper) < 2:
        return True
    if _filled(lower[0]) < 2 and len(lower) > 1 and _filled(lower[1]) >= 2:
        return False
    last, first = upper[-1], lower[0]
    kinds = [(is_value(a), is_value(b)) for a, b in zip(last, first, strict=False) if a.strip() and b.strip()]
    return bool(kinds) and sum(one == other for one, other in kinds) >= 0.8 * len(kinds) or _filled(first) < 2


def _fill_merged(grid: list[list[str]], ranges: Sequence[Range], notes: Notes) -> None:
    """Give every cell of a merged one its value, except where a title spans a whole row."""
    filled = 0
    for (top, left), (bottom, right) in ranges:
        if top >= len(grid) or left >= len(grid[top]) or (top == bottom and _filled(grid[top]) <= 1):
            continue
        for row in range(top, min(bottom, len(grid) - 1) + 1):
            for column in range(left, min(right, len(grid[row]) - 1) + 1):
                if (row, column) != (top, left) and not grid[row][column] and grid[top][left]:
                    grid[row][column] = grid[top][left]
                    filled += 1
    notes.fix("merged_cells_filled", filled)


def _filled(row: list[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _weight(rows: list[list[str]]) -> int:
    return sum(_filled(row) for row in rows)


def _extent(rows: list[list[str]]) -> tuple[int, int]:
    used = [column for row in rows for column, cell in enumerate(row) if cell.strip()]
    return min(used), max(used) + 1


def _choose_beside(rows: list[list[str]], start: int, notes: Notes) -> tuple[int, int]:
    """Return (left, right) of the first substantial of tables that stand side by side; the others' rows are rejected."""
    parts = _part(rows)
    weights = [_weight([row[left:right] for row in rows]) for left, right in parts]
    chosen = next(part for part, weight in zip(parts, weights, strict=True) if weight * 2 >= max(weights))
    for left, right in parts:
        if (left, right) != chosen:
            _reject_other([[""]] * start + [row[left:right] for row in rows], start, start + len(rows), notes)
    return chosen


def _part(rows: list[list[str]]) -> list[tuple[int, int]]:
    """Return (left, right) of each table in a stretch of rows: several only where they can't be one.

    A blank column stands between them, and each is filled throughout but to another depth, or under the same names.
    """
    left, right = _extent(rows)
    used = [any(row[column].strip() for row in rows) for column in range(left, right)]
    blank = [left - 1, *(left + at for at, one in enumerate(used) if not one), right]
    parts = [(a + 1, b) for a, b in pairwise(blank) if b > a + 1]
    if len(parts) < 2 or any(b - a < 2 for a, b in parts):
        return [(left, right)]
    tables = [[row[a:b] for row in rows if any(cell.strip() for cell in row[a:b])] for a, b in parts]
    full = all(_weight(table) >= _MIN_FULL * len(table) * len(table[0]) for table in tables)
    depths, names = {len(table) for table in tables}, {tuple(table[0]) for table in tables}
    is_apart = max(depths) - min(depths) >= 2 or len(names) < len(tables)
    return parts if full and min(depths) > 2 and is_apart else [(left, right)]


def _reject_other(grid: list[list[str]], start: int, stop: int, notes: Notes) -> None:
    rows = grid[start:stop]
    if max(_filled(row) for row in rows) < 2:
        notes.fix("title_lines_skipped", len(rows))
        return
    for index, row in enumerate(rows, start):
        if any(cell.strip() for cell in row):
            notes.reject(index + 1, "other_table", "\t".join(row))
