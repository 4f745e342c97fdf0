"""The same item in two tables: by its name, or by its amounts where the name was read wrongly."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from madang.governance.briefing.records import Grid, Role, Row

from .figures import differs_in_one_digit
from .names import ALIKE, drop_suffix, fold, is_same, is_shortened, measure_likeness

AMOUNTS = (Role.CURRENT, Role.PRIOR, Role.CHANGE, Role.COMMITTED, Role.DISBURSED)
SAME, SHORTENED, LIKE = 3, 2, 1


def pair_rows(first: Grid, second: Grid) -> list[tuple[Row, Row]]:
    """Return (row of `first`, row of `second`) that are the same item; each row at most once.

    An equal name is enough where it is unique in both tables; a shortened one needs an equal amount or
    one that differs in a single digit; a name that is merely alike needs two equal amounts, or one of
    at least five digits in a name that differs in a syllable.
    """
    candidates = []
    for one in first.rows:
        for two in second.rows:
            strength = _measure(first, one, second, two)
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


def _measure(first: Grid, one: Row, second: Grid, two: Row) -> tuple[int, int, float] | None:
    """Return how sure it is that two rows are one item, or None."""
    amounts = [
        (a, b)
        for _, i, j in list_common(first, second)
        if (a := one.cells[i].value) is not None and (b := two.cells[j].value) is not None
    ]
    equal = sum(a == b != 0 for a, b in amounts)
    if is_same(one.name, two.name):
        is_one = equal >= 1 or (_is_unique(first.rows, one) and _is_unique(second.rows, two))
        return (equal + 2 * SAME, SAME, 1.0) if is_one else None
    is_slip = any(differs_in_one_digit(a, b) for a, b in amounts)
    if not (equal or is_slip):
        return None
    if is_shortened(drop_suffix(one.name), drop_suffix(two.name)) and _starts_alike(one.name, two.name):
        return equal + 2 * SHORTENED, SHORTENED, measure_likeness(one.name, two.name)
    likeness = measure_likeness(one.name, two.name)
    is_one = likeness >= ALIKE and (equal >= 2 or (equal == 1 and likeness >= 0.8 and _is_long(amounts)))
    return (equal + 2 * LIKE, LIKE, likeness) if is_one else None


def _starts_alike(one: str, two: str) -> bool:
    """Return whether both names open with the same word: 서울서베이 is no 2022 서울서베이 cut short."""
    return fold(one)[:2] == fold(two)[:2]


def _is_unique(rows: Sequence[Row], row: Row) -> bool:
    return sum(is_same(other.name, row.name) for other in rows) == 1


def _is_long(amounts: list[tuple[Decimal, Decimal]]) -> bool:
    return any(a == b and abs(a) >= 10_000 for a, b in amounts)
