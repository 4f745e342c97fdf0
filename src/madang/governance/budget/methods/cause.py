"""What would explain that a stated total is not the sum of its parts."""

from __future__ import annotations

from collections.abc import Sequence

from madang.governance.budget.records import Cause

UNIT_FACTORS = (10**3, 10**6)
MIN_DIGITS = 4
"""Of shorter amounts a digit that differs says nothing."""


def explain_difference(
    stated_krw: int, computed_krw: int, parts: Sequence[tuple[str, int]]
) -> tuple[Cause, str]:
    """Return the one cause that explains the difference, with the part's name where it is a part.

    An explanation that fits two parts fits none, so that nobody is accused by chance. `parts` are the
    amounts that `computed_krw` is the sum of, each with its name.
    """
    if _differs_by_unit(stated_krw, computed_krw):
        return Cause.UNIT, ""
    if _swaps_neighbours(stated_krw, computed_krw):
        return Cause.DIGITS_SWAPPED, ""
    missing = computed_krw - stated_krw
    for cause, amount in (
        (Cause.PART_LEFT_OUT, missing),
        (Cause.PART_TWICE, -missing),
    ):
        names = [name for name, part in parts if part == amount != 0]
        if len(names) == 1:
            return cause, names[0]
    names = [name for name, part in parts if 2 * part == missing]
    if len(names) == 1 and missing:
        return Cause.SIGN, names[0]
    if _differs_in_one_digit(stated_krw, computed_krw):
        return Cause.ONE_DIGIT, ""
    return Cause.NONE, ""


def _differs_by_unit(one: int, two: int) -> bool:
    small, large = sorted((abs(one), abs(two)))
    return small > 0 and large in {small * factor for factor in UNIT_FACTORS} and (one < 0) == (two < 0)


def _swaps_neighbours(one: int, two: int) -> bool:
    first, second = str(one), str(two)
    if len(first) != len(second) or len(first) < MIN_DIGITS:
        return False
    apart = [at for at, (a, b) in enumerate(zip(first, second, strict=True)) if a != b]
    return (
        len(apart) == 2
        and apart[1] == apart[0] + 1
        and first[apart[0]] == second[apart[1]]
        and first[apart[1]] == second[apart[0]]
    )


def _differs_in_one_digit(one: int, two: int) -> bool:
    first, second = str(one), str(two)
    return (
        len(first) == len(second) >= MIN_DIGITS
        and sum(a != b for a, b in zip(first, second, strict=True)) == 1
    )
