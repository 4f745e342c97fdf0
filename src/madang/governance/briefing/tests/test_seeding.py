"""One number is changed in a report that agrees: the change is found, and nothing far from it is accused."""

from __future__ import annotations

import random
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from .fragments import WHOLE, find_in

LINES = WHOLE.split("\n")
CELL = re.compile(r"(?<=\t)△?[\d,]*\d(?:\.\d+)?%?(?=\t|$)")
CELLS = [
    (index, match.start(), match.end())
    for index, line in enumerate(LINES)
    if "\t" in line
    for match in CELL.finditer(line)
]


def change_digit(lines: list[str], cell: tuple[int, int, int], which: int, by: int) -> str:
    index, start, end = cell
    old = lines[index][start:end]
    at = [place for place, letter in enumerate(old) if letter.isdigit()]
    place = at[which % len(at)]
    new = old[:place] + str((int(old[place]) + by) % 10) + old[place + 1 :]
    return "\n".join([*lines[:index], lines[index][:start] + new + lines[index][end:], *lines[index + 1 :]])


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(CELLS), st.integers(0, 2), st.integers(1, 9))
def test_a_leading_digit_changed_in_a_table_is_always_found(cell, which, by):
    index, start, end = cell
    digits = [letter for letter in LINES[index][start:end] if letter.isdigit()]
    which = min(which, max(0, len(digits) - 3))
    found = find_in(change_digit(LINES, cell, which, by))
    assert found, LINES[index]
    near = {index + 1, *_list_kin(index)}
    assert {line for line, *_ in found} <= near, (LINES[index], found)


def _list_kin(index: int) -> set[int]:
    """Return lines that speak of the same item, or are a total of it, or head its table."""
    name = re.sub(r"\s", "", LINES[index].split("\t")[0])
    kin = {
        number for number, line in enumerate(LINES, 1) if name and re.sub(r"\s", "", line).startswith(name)
    }
    short = name.removesuffix("담당관").removesuffix("관")
    kin |= {number for number, line in enumerate(LINES, 1) if short and line.startswith(short)}
    totals = ("계\t", "세외수입\t", "공원하천정책관\t", "일반회계\t", "공원녹지담당관\t", "하천관리담당관\t")
    kin |= {number for number, line in enumerate(LINES, 1) if line.startswith(totals)}
    return kin | {number for number, line in enumerate(LINES, 1) if "합계\t" in line or "총 8,006" in line}


def test_a_figure_changed_in_the_real_report_is_found_and_nothing_else_new(real_report):
    lines = real_report.split("\n")
    base = {(line, kind, stated) for line, kind, stated, _ in find_in(real_report)}
    cells = [
        (index, match.start(), match.end())
        for index, line in enumerate(lines)
        if "\t" in line and index < 1192
        for match in CELL.finditer(line)
    ]
    chosen = random.Random(7).sample(cells, 25)
    missed = []
    for cell in chosen:
        found = {(line, kind, stated) for line, kind, stated, _ in find_in(change_digit(lines, cell, 0, 1))}
        if not found - base:
            missed.append(lines[cell[0]])
        assert len(found - base) <= 6
    assert missed == []
