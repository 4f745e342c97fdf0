"""The same item in two tables: by its name, or by its amounts where the name was read wrongly."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from madang.governance.briefing.records import Grid, Role, Row

from .figures import differs_in_one_digit
from .names import ALIKE, drop_suffix, fold, is_same, is_shortened, measure_likeness

AMOUNTS = (Role.CURRENT, Role.PRIOR, Role.CHANGE, Role.COMMITTED, Role.DISBURSED)
SAME, SHORTENED, LIKE = 3, 2, 1
SLIP_DIGITS = 4


class RowIndex:
    """A table's rows by what another row must have one of in common with them to be the same item.

    Which names are unique isn't known of a table of which rows are lost.
    """

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.unique = set() if grid.lost_lines else _list_unique(grid.rows)
        self.by_key: dict[object, list[Row]] = defaultdict(list)
        for row in grid.rows:
            for key in _list_keys(grid, row):
                self.by_key[key].append(row)


def pair_rows(first: RowIndex, second: RowIndex) -> list[tuple[Row, Row]]:
    """Return (row of `first`, row of `second`) that are the same item; each row at most once.

    An equal name is enough where it is unique in both tables; a shortened one needs an equal amount or
    one that differs in a single digit; a name that is merely alike needs two equal amounts, or one of
    at least five digits in a name that differs in a syllable.
    """
    candidates = []
    common = list_common(first.grid, second.grid)
    for one in first.grid.rows:
        met = {two.line: two for key in _list_keys(first.grid, one) for two in second.by_key.get(key, ())}
        for two in met.values():
            amounts = [
                (a, b)
                for _, i, j in common
                if (a := one.cells[i].value) is not None and (b := two.cells[j].value) is not None
            ]
            are_unique = one.line in first.unique and two.line in second.unique
            strength = _measure(one, two, amounts, are_unique=are_unique)
            if strength:
                candidates.append((strength, -one.line, -two.line, one, two))
    taken: set[int] = set()
    pairs = []
    for _, _, _, one, two in sorted(candidates, key=lambda c: c[:3], reverse=True):
        if one.line not in taken and two.line not in taken:
            taken |= {one.line, two.line}
            pairs.append((one, two))
    return sorted(pairs, key=lambda pair: pair[0].line)


def list_common(first: Grid, second: Grid) -> list[tuple[Role, int, int]]:
    """Return the amounts both tables print: (role, column of first, column of second)."""
    common = []
    for role in AMOUNTS:
        one, two = first.find(role), second.find(role)
        if one is not None and two is not None:
            common.append((role, one, two))
    return common


def _measure(
    one: Row, two: Row, amounts: list[tuple[Decimal, Decimal]], *, are_unique: bool
) -> tuple[int, int, float] | None:
    """Return how sure it is that two rows are one item, or None."""
    equal = sum(a == b != 0 for a, b in amounts)
    if is_same(one.name, two.name):
        is_one = equal >= 1 or are_unique
        return (equal + 2 * SAME, SAME, 1.0) if is_one else None
    if not equal and not any(differs_in_one_digit(a, b) for a, b in amounts):
        return None
    if is_shortened(drop_suffix(one.name), drop_suffix(two.name)) and _starts_alike(one.name, two.name):
        return equal + 2 * SHORTENED, SHORTENED, measure_likeness(one.name, two.name)
    likeness = measure_likeness(one.name, two.name)
    slips = sum(differs_in_one_digit(a, b) for a, b in amounts)
    is_one = likeness >= ALIKE and (
        equal >= 2 or (equal == 1 and (likeness >= 0.8 or slips) and _is_long(amounts))
    )
    return (equal + 2 * LIKE, LIKE, likeness) if is_one else None


def _starts_alike(one: str, two: str) -> bool:
    """Return whether both names open with the same word: 서울서베이 is no 2022 서울서베이 cut short."""
    return fold(one)[:2] == fold(two)[:2]


def _list_unique(rows: Sequence[Row]) -> set[int]:
    """Return the lines of rows whose name no other row has."""
    names = Counter(name for row in rows for name in _list_folded(row.name))
    return {row.line for row in rows if all(names[name] == 1 for name in _list_folded(row.name))}


def _list_keys(grid: Grid, row: Row) -> Iterator[object]:
    """Yield what one item has the same in two tables: its name, an amount, or all but one digit of it."""
    yield from _list_folded(row.name)
    for role in AMOUNTS:
        at = grid.find(role)
        value = row.cells[at].value if at is not None else None
        if value:
            yield role, value
            digits = str(abs(value))
            for place in range(len(digits) if len(digits) >= SLIP_DIGITS else 0):
                yield role, digits[:place], digits[place + 1 :]


def _list_folded(name: str) -> set[str]:
    """Return what a name is compared by: whole, and without its trailing bracket."""
    return {fold(name), fold(drop_suffix(name))}


def _is_long(amounts: list[tuple[Decimal, Decimal]]) -> bool:
    return any(a == b and abs(a) >= 10_000 for a, b in amounts)
