"""Rows with more fields than the header names, where unquoted commas stand inside a value.

Joining neighbours is only believed where something says which: a blank after the comma, an address
that goes on, the groups of a number, or the types of rows that have no such comma. Each row must show
the same sign by itself, or it is rejected: a wrong join would shift its columns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import msgspec

from .districts import is_address
from .headers import is_value
from .values import MISSING, MISSING_WORDS

_ADDRESS_NAME = re.compile(r"주소|소재지|위치|address|addr|location", re.IGNORECASE)
_COUNTER_NAME = re.compile(
    r"^(연번|번호|순번|순서|일련번호|(row|seq)?[_\s]?(no|num|number|idx|index|id|seq)\.?|row|#|key|키)$",
    re.IGNORECASE,
)
# What follows a street and number: 3층, 지하1층, B1, 201호, 101동 502호, 1~3층.
_REST_OF_ADDRESS = re.compile(
    r"^\s*((지하|지상|제)?\s?[BbＢ]?\d+([~,.-]\d+)?\s?(층|호|동(?![가-힣]))|[Bb]\d\b|지하\s?(\d|$))"
)
_HEAD, _GROUP = re.compile(r"^[+-]?\d{1,3}$"), re.compile(r"^\d{3}$")
_MIN_SHARE, _MIN_NARROW = 0.9, 0.1
_ABSENT = {"", *MISSING, *MISSING_WORDS}


class Join(msgspec.Struct, frozen=True, kw_only=True):
    """Where one value was cut: its first field, the sign that each row shows, and the columns of numbers.

    `count` is the number of fields that the header names.
    """

    at: int
    sign: str
    count: int
    typed: tuple[int, ...]

    def read(self, fields: Sequence[str]) -> list[str] | None:
        """Return a row's fields with the value made whole, None where the row doesn't show the sign."""
        extra = len(fields) - self.count
        if not _shows(self.sign, fields, self.at, extra):
            return None
        joined = _join(fields, self.at, extra)
        if not _fits(joined, self.typed):
            return None
        if (
            self.sign == "types"
            and sum(_fits(_join(fields, at, extra), self.typed) for at in range(self.count)) > 1
        ):
            return None
        return joined


class StrayCommas(msgspec.Struct, frozen=True, kw_only=True):
    """How few rows among many sound ones show where their value was cut, each for itself.

    `count` is the number of fields that the header names, `typed` the columns of numbers; with `is_plain`
    no sound row has a value that begins with a blank.
    """

    count: int
    typed: tuple[int, ...]
    is_plain: bool

    def read(self, fields: Sequence[str]) -> list[str] | None:
        """Return a row's fields with the value made whole, None where nothing says which it is."""
        extra = len(fields) - self.count
        places = [at for at in range(self.count) if self._is_cut(fields, at, extra)]
        joined = _join(fields, places[0], extra) if len(places) == 1 else None
        return joined if joined and _fits(joined, self.typed) else None

    def _is_cut(self, fields: Sequence[str], at: int, extra: int) -> bool:
        if self.is_plain and any(map(_begins_blank, fields)):
            # What begins as an address does goes not on with the value before it.
            return _follows_blank(fields, at, extra) and not is_address(fields[at + 1])
        return extra == 1 and is_address(fields[at]) and bool(_REST_OF_ADDRESS.match(fields[at + 1]))


def find_stray_commas(names: Sequence[str], narrow: list[list[str]]) -> StrayCommas:
    """Return how rows with more fields than `names` are read where the most, `narrow`, have as many."""
    is_plain = not any(_begins_blank(cell) for row in narrow for cell in row)
    return StrayCommas(count=len(names), typed=_typed(narrow), is_plain=is_plain)


def find_join(names: Sequence[str], wide: list[list[str]], narrow: list[list[str]]) -> Join | None:
    """Return where the `wide` rows, all of one length, cut a value; None where nothing says so.

    `narrow` are the rows with as many fields as there are `names`.
    """
    count, extra = len(names), len(wide[0]) - len(names)
    for sign in ("space", "address", "thousands"):
        hits = []
        for at in range(count):
            shown = [row for row in wide if _shows(sign, row, at, extra)]
            if len(shown) >= _MIN_SHARE * len(wide) and (
                sign != "address" or _ADDRESS_NAME.search(names[at])
            ):
                hits.append((at, shown))
        if len(hits) > 1:
            return None
        for at, shown in hits:
            # Plain numbers never begin with a zero, so what does is the rest of one.
            if sign == "thousands" and not any(row[at + 1].strip().startswith("0") for row in shown):
                return None
            typed = _typed([*(_join(row, at, extra) for row in shown), *narrow])
            return Join(at=at, sign=sign, count=count, typed=typed)
    if extra > 1 or len(narrow) < max(2, _MIN_NARROW * len(wide)):
        return None
    typed = _typed(narrow)
    places = [at for at in range(count) if all(_fits(_join(row, at, extra), typed) for row in wide)]
    return Join(at=places[0], sign="types", count=count, typed=typed) if len(places) == 1 else None


def are_row_numbers(name: str, cells: list[str]) -> bool:
    """Return whether the first `cells` number the rows, so that the header's first `name` is the next's."""
    if _COUNTER_NAME.match(name.strip()) or len(cells) < 2:
        return False
    if not all(re.fullmatch(r"\d{1,9}", cell.strip()) for cell in cells):
        return False
    numbers = [int(cell) for cell in cells]
    return numbers[0] <= 1 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _shows(sign: str, fields: Sequence[str], at: int, extra: int) -> bool:
    return extra >= 1 and (extra == 1 or sign == "space") and _SIGNS[sign](fields, at, extra)


def _begins_blank(field: str) -> bool:
    return field.startswith(" ") and bool(field.strip())


def _follows_blank(fields: Sequence[str], at: int, extra: int) -> bool:
    blank = [index for index, field in enumerate(fields) if _begins_blank(field)]
    return blank == [*range(at + 1, at + 1 + extra)] and bool(fields[at].strip()) and not is_value(fields[at])


def _is_going_on(fields: Sequence[str], at: int, extra: int) -> bool:
    return is_address(fields[at]) and bool(fields[at + extra].strip())


def _is_grouped(fields: Sequence[str], at: int, extra: int) -> bool:
    return bool(_HEAD.match(fields[at].strip()) and _GROUP.match(fields[at + extra].strip()))


_SIGNS: dict[str, Callable[[Sequence[str], int, int], bool]] = {
    "space": _follows_blank,
    "address": _is_going_on,
    "thousands": _is_grouped,
    "types": lambda fields, at, extra: True,
}


def _join(fields: Sequence[str], at: int, extra: int) -> list[str]:
    stop = at + 1 + extra
    return [*fields[:at], ",".join(fields[at:stop]), *fields[stop:]]


def _fits(fields: Sequence[str], typed: Sequence[int]) -> bool:
    cells = [fields[column].strip() for column in typed]
    return all(cell in _ABSENT or is_value(cell) for cell in cells)


def _typed(rows: list[list[str]]) -> tuple[int, ...]:
    """Return the columns that hold nothing but numbers, dates and times."""
    columns = [
        [cell for cell in map(str.strip, column) if cell not in _ABSENT] for column in zip(*rows, strict=True)
    ]
    return tuple(number for number, cells in enumerate(columns) if cells and all(map(is_value, cells)))
