"""Which rows of a table of numbers are the parts of which, when some of the numbers may be wrong."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

KEPT = 24
GAP, FAR = 4, 40
LONG_NUMBER = 5
SURE = 2
Values = Sequence[Decimal | None]


class _Tree(NamedTuple):
    """Branches found so far: the rows that no row above has taken yet, and how far each branch is off."""

    score: float
    loose: tuple[int, ...]
    branches: tuple[tuple[int, tuple[int, ...]], ...]
    gaps: dict[int, tuple[Decimal | None, ...]]


class _Check(NamedTuple):
    score: float
    agreeing: int
    failing: int
    longest: int
    digits: int
    off: float
    is_near: bool
    gaps: tuple[Decimal | None, ...]


def find_branches(rows: Sequence[Values], slack: Decimal, *, has_top: bool) -> dict[int, list[int]]:
    """Return {row: its parts}: every branch stands below its row, and with `has_top` the first row has all.

    `rows` are the independent numbers of each row (None where there is none). Of all trees the one is taken
    in which most sums hold and fewest fail. Where a row is wrong, the sum above it holds with what the
    row's own parts add up to, and counts as holding. A number that equals another counts for little.
    """
    trees = [_Tree(0, (), (), {})]
    for index in range(len(rows) - 1, -1, -1):
        grown: list[_Tree] = []
        for tree in trees:
            is_top = has_top and index == 0
            if not is_top:
                grown.append(tree._replace(loose=(index, *tree.loose)))
            for count, check in _list_checks(rows, index, tree, slack, is_top=is_top):
                if is_top or _is_likely(check, count, has_top=has_top):
                    grown.append(_take(tree, index, count, check))
        trees = _keep_best(grown or trees)
    best = trees[0]
    return {index: list(parts) for index, parts in _list_sure(rows, best, slack, has_top=has_top)}


def _keep_best(trees: Sequence[_Tree]) -> list[_Tree]:
    """Return the best trees, and only one of those that leave the same to be taken."""
    best: dict[object, _Tree] = {}
    for tree in sorted(trees, key=lambda one: -one.score):
        best.setdefault((tree.loose, *(tree.gaps.get(one) for one in tree.loose)), tree)
    return list(best.values())[:KEPT]


def _take(tree: _Tree, index: int, count: int, check: _Check) -> _Tree:
    return _Tree(
        tree.score + check.score,
        (index, *tree.loose[count:]),
        (*tree.branches, (index, tree.loose[:count])),
        {**tree.gaps, index: check.gaps} if check.failing else tree.gaps,
    )


def _list_checks(
    rows: Sequence[Values], index: int, tree: _Tree, slack: Decimal, *, is_top: bool
) -> list[tuple[int, _Check]]:
    """Return (how many of the loose rows are taken, how the sums are then), most first."""
    own = rows[index]
    totals: list[Decimal | None] = [Decimal(0)] * len(own)
    several = [0] * len(own)
    found = []
    for count, part in enumerate(tree.loose, 1):
        totals = [None if a is None or b is None else a + b for a, b in zip(totals, rows[part], strict=True)]
        several = [n + bool(one) for n, one in zip(several, rows[part], strict=True)]
        if is_top and count < len(tree.loose):
            continue
        known = [tree.gaps[one] for one in tree.loose[:count] if one in tree.gaps]
        check = _check(own, totals, several, known, slack)
        if is_top:
            check = check._replace(score=check.score - FAR * check.off)
        elif count == 1 and check.agreeing >= SURE and not check.failing:
            check = check._replace(score=check.digits / 2)
        found.append((count, check))
    return found[::-1]


def _check(
    own: Values,
    totals: Values,
    several: Sequence[int],
    below: Sequence[tuple[Decimal | None, ...]],
    slack: Decimal,
) -> _Check:
    score, agreeing, failing, longest, all_digits, all_off = 0.0, 0, 0, 0, 0, 0.0
    is_near = True
    gaps: list[Decimal | None] = []
    for column, (stated, total) in enumerate(zip(own, totals, strict=True)):
        gap = None if stated is None or total is None else stated - total
        gaps.append(gap)
        if gap is None or (stated == 0 and total == 0):
            continue
        if abs(gap) <= slack or any(
            one[column] and abs(gap + one[column]) <= slack for one in below if one[column] is not None
        ):
            digits = len(str(abs(stated)).replace(".", ""))
            score += digits if several[column] > 1 else 1
            agreeing, longest, all_digits = agreeing + 1, max(longest, digits), all_digits + digits
        else:
            off = min(1.0, float(abs(gap) / (abs(stated) or 1)))
            score, failing, all_off = score - GAP - off, failing + 1, all_off + off
            is_near = is_near and 2 * abs(gap) <= abs(stated)
    return _Check(score, agreeing, failing, longest, all_digits, all_off, is_near, tuple(gaps))


def _is_likely(check: _Check, count: int, *, has_top: bool) -> bool:
    """Return whether a row may be the sum of the next `count`, not by chance.

    Under a row that has all, what is taken by chance makes the sum above fail, so a gap is let pass.
    """
    if has_top:
        return bool(check.agreeing) or (bool(check.failing) and check.is_near)
    if count == 1:
        return check.agreeing >= SURE and check.agreeing > check.failing
    return check.agreeing > check.failing and (check.longest >= LONG_NUMBER or check.agreeing >= SURE)


def _list_sure(
    rows: Sequence[Values], tree: _Tree, slack: Decimal, *, has_top: bool
) -> list[tuple[int, tuple[int, ...]]]:
    """Return branches without those in which no sum holds, unless most others hold entirely."""
    whole = [index for index, _ in tree.branches if index not in tree.gaps]
    broken = [index for index, _ in tree.branches if index in tree.gaps]
    may_gape = len(broken) <= SURE and len(whole) >= SURE
    sure = []
    for index, parts in tree.branches:
        totals = [
            None if None in column else sum(column, Decimal(0))
            for column in zip(*(rows[part] for part in parts), strict=True)
        ]
        below = [tree.gaps[one] for one in parts if one in tree.gaps]
        check = _check(rows[index], totals, [0] * len(totals), below, slack)
        if check.agreeing or may_gape or (has_top and index == 0 and check.is_near and len(parts) > 1):
            sure.append((index, parts))
    return sure
