"""Where a delimited table ends and another one begins below it: a gap, perhaps a title, then names over values."""

from __future__ import annotations

import csv
from collections.abc import Collection
from itertools import takewhile

import numpy as np

from .headers import is_value
from .lines import Lines
from .values import MISSING, MISSING_WORDS

# A table with more gaps than this isn't ended by one.
_MAX_GAPS = 1_000
_MAX_TITLES, _MIN_NAMES = 2, 3
# X is a name where Y stands beside it.
_ABSENT = {"", *MISSING, *MISSING_WORDS} - {"X", "x"}


def find_table_below(lines: Lines, levels: Collection[tuple[str, ...]]) -> int | None:
    """Return the index of the line at which another table begins, None where none does.

    `levels` are the header rows of the table above, which may be repeated below a gap. Another table has names where the
    row above the gap has values, and values under them.
    """
    if lines.layout.width < _MIN_NAMES - 1:
        return None
    short = np.flatnonzero(~lines.usual & (lines.stops - lines.starts <= lines.layout.width + 1))
    blank = {int(index) for index in short[: 2 * _MAX_GAPS] if not any(_read_cells(lines, int(index)))}
    if len(blank) > _MAX_GAPS:
        return None
    above: list[str] = []
    for index in sorted(blank):
        above = _read_cells(lines, index - 1) if index and index - 1 not in blank else above
        is_inside_a_value = lines.odd[:index].sum() % 2
        if index + 1 in blank or not above or is_inside_a_value:
            continue
        rows = [_read_cells(lines, number) for number in range(index + 1, min(index + 5, lines.count))]
        titles = len(list(takewhile(lambda row: sum(map(bool, row)) == 1, rows)))
        if titles <= _MAX_TITLES and _is_header(rows[titles:], above, levels, is_titled=titles > 0):
            return index + 1
    return None


def _is_header(
    rows: list[list[str]], above: list[str], levels: Collection[tuple[str, ...]], *, is_titled: bool
) -> bool:
    """Return whether the first of some rows names the cells of the second, and not those of the row `above` the gap."""
    if len(rows) < 2 or tuple(rows[0]) in levels:
        return False
    names, values = rows[0], rows[1]
    are_names = len(set(names)) == len(names) and not any(name in _ABSENT or is_value(name) for name in names)
    if not are_names or len(names) + is_titled < _MIN_NAMES:
        return False
    return any(map(is_value, above[: len(names)])) and any(map(is_value, values[: len(names)]))


def _read_cells(lines: Lines, index: int) -> list[str]:
    text = lines.text(index, index).replace("\x00", " ").replace("\r", " ")
    return [cell.strip() for cell in next(csv.reader([text], delimiter=lines.layout.delimiter), [])]
