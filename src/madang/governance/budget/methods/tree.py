"""The tree of a budget: where each amount of a table stands, and what every node adds up to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from madang.governance.budget.records import AnyLevel, BudgetLine, Measure, TreeAmount


def place_lines(
    lines: Iterable[BudgetLine], levels: Sequence[AnyLevel], measure: Measure
) -> tuple[TreeAmount, ...]:
    """Return each line's amount with its path along `levels`, outermost first; a dash adds nothing and is 0."""
    return tuple(
        TreeAmount(
            row=line.row,
            path=tuple(line.names.get(level, "") for level in levels),
            amount_krw=line.amounts[measure] or 0,
        )
        for line in lines
    )


def place_totals(
    totals: Iterable[BudgetLine], levels: Sequence[AnyLevel], measure: Measure
) -> tuple[TreeAmount, ...]:
    """Return each stated total with its path: the names before the level that says 합계, () for the grand total.

    `levels` are those of the table, in its order.
    """
    return tuple(
        TreeAmount(
            row=total.row,
            path=tuple(total.names[level] for level in levels if level in total.names),
            amount_krw=total.amounts[measure],
        )
        for total in totals
    )


def sum_nodes(parts: Iterable[TreeAmount]) -> dict[tuple[str, ...], int]:
    """Return the sum below every node that has a part, the root () included; unknown parts add nothing."""
    sums: dict[tuple[str, ...], int] = defaultdict(int)
    sums[()] = 0
    for part in parts:
        for depth in range(len(part.path) + 1):
            sums[part.path[:depth]] += part.amount_krw or 0
    return dict(sums)
