"""A heading of a table that differs from the one in tables with otherwise the very same headings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from madang.core.base.interface import Text
from madang.governance.briefing.methods.jamo import differ_in_one_letter
from madang.governance.briefing.methods.names import are_sides, fold
from madang.governance.briefing.records import Fault

from .terms import HEADINGS
from .wording import accuse_name

USUAL, FEWEST, SURE, SHORT = 2, 3, 10, 3


def find_odd_table_headings(lines: Sequence[str]) -> Iterator[Fault]:
    """Yield the one heading that isn't as in two tables or more whose other headings are all the same.

    It is that heading but for a slip in a syllable, and stands over no other table. One that is a usual heading
    itself (예산액, 예산현액) is wrong only beside ten others.
    """
    rows = {number: [fold(cell) for cell in text.split("\t")] for number, text in _list_headings(lines)}
    counts = Counter(tuple(row) for row in rows.values())
    known = Counter(cell for row in rows.values() for cell in row)
    usual = [row for row, times in counts.items() if times >= USUAL and sum(map(bool, row)) >= FEWEST]
    for number, row in rows.items():
        for other in usual if counts[tuple(row)] == 1 else ():
            apart = [n for n, (a, b) in enumerate(zip(row, other, strict=False)) if a != b]
            if len(row) != len(other) or len(apart) != 1:
                continue
            odd, right = row[apart[0]], other[apart[0]]
            is_sure = odd not in HEADINGS or counts[other] >= SURE
            if known[odd] == 1 and is_sure and _is_slip(odd, right):
                place = Text(ko=f"{number}번째 줄의 표 제목줄", en=f"headings of the table on line {number}")
                yield accuse_name(number, place, lines[number - 1].split("\t")[apart[0]].strip(), right)


def _is_slip(odd: str, right: str) -> bool:
    """Return whether a heading is another but for one letter, two syllables swapped, or one too many or too few inside it."""
    if min(len(odd), len(right)) < SHORT:
        return False
    if len(odd) == len(right):
        apart = [(a, b) for a, b in zip(odd, right, strict=True) if a != b]
        is_letter = len(apart) == 1 and differ_in_one_letter(*apart[0]) and not are_sides(*apart[0])
        return is_letter or (len(apart) == 2 and apart[0] == apart[1][::-1])
    short, long = sorted((odd, right), key=len)
    doubled = {long[:at] + long[at + 1 :] for at in range(1, len(long)) if long[at] == long[at - 1]}
    inside = {long[:at] + long[at + 1 :] for at in range(1, len(long) - 1)} if short == odd else set()
    return short in doubled | inside


def _list_headings(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the first line of every table, and the second where it has no name."""
    for number, text in enumerate(lines, 1):
        above = [n for n in (number - 2, number - 3) if n >= 0 and "\t" in lines[n]]
        is_first = number - 2 not in above
        if "\t" in text and (is_first or (len(above) == 1 and not text.split("\t")[0].strip())):
            yield number, text
