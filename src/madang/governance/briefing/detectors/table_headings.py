"""A heading of a table that differs from the one in tables with otherwise the very same headings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from madang.core.base.interface import Text
from madang.governance.briefing.methods.names import fold, measure_likeness
from madang.governance.briefing.records import Fault

from .wording import accuse_name

USUAL, FEWEST, ALIKE = 2, 3, 0.5
NUMBER = re.compile(r"\d")
SWAPPED = Text(ko="두 제목이 서로 바뀐 것으로 보임", en="two headings in each other's place, it seems")


def find_odd_table_headings(lines: Sequence[str]) -> Iterator[Fault]:
    """Yield the one heading that isn't as in two tables or more whose other headings are all the same, or two that changed places.

    It is alike, and stands over no other table: 증감 beside 증감률 is another column. Years are compared elsewhere.
    """
    rows = {number: [fold(cell) for cell in text.split("\t")] for number, text in _list_headings(lines)}
    counts = Counter(tuple(row) for row in rows.values())
    known = Counter(cell for row in rows.values() for cell in row)
    usual = [row for row, times in counts.items() if times >= USUAL and sum(map(bool, row)) >= FEWEST]
    for number, row in rows.items():
        for other in usual if counts[tuple(row)] == 1 else ():
            apart = [n for n, (a, b) in enumerate(zip(row, other, strict=False)) if a != b]
            if len(row) != len(other) or not apart:
                continue
            odd, right = row[apart[0]], other[apart[0]]
            is_alike = measure_likeness(odd, right) >= ALIKE or sorted(odd) == sorted(right)
            is_one = (
                len(apart) == 1
                and known[odd] == 1
                and is_alike
                and NUMBER.sub("", odd) != NUMBER.sub("", right)
            )
            is_swapped = len(apart) == 2 and [row[n] for n in apart] == [other[n] for n in reversed(apart)]
            if odd and (is_one or is_swapped):
                place = Text(ko=f"{number}번째 줄의 표 제목줄", en=f"headings of the table on line {number}")
                said = lines[number - 1].split("\t")
                fault = accuse_name(number, place, said[apart[0]].strip(), right)
                yield msgspec.structs.replace(fault, cause=SWAPPED) if is_swapped else fault


def _list_headings(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the first line of every table, and the second where it has no name."""
    for number, text in enumerate(lines, 1):
        above = [n for n in (number - 2, number - 3) if n >= 0 and "\t" in lines[n]]
        is_first = number - 2 not in above
        if "\t" in text and (is_first or (len(above) == 1 and not text.split("\t")[0].strip())):
            yield number, text
