"""The budget of a report as a table that a budget service reads: one line an item, its stated totals beside."""

from __future__ import annotations

from collections.abc import Sequence

from madang.core.base.interface import NotFound
from madang.governance.briefing.records import BudgetItem, Report, TableKind

TABLES = {"expenditure": TableKind.EXPENDITURE_DETAIL, "revenue": TableKind.REVENUE}
LEVELS = {"expenditure": ("부서", "회계", "세부사업"), "revenue": ("구분", "관·항", "목", "세부 세입")}
AMOUNTS = {
    "expenditure": {
        "current_budget_krw": "예산현액(원)",
        "committed_krw": "원인행위액(원)",
        "disbursed_krw": "지출액(원)",
    },
    "revenue": {"current_budget_krw": "예산현액(원)"},
}


def tabulate_budget(report: Report, side: str) -> list[list[str]]:
    """Return the longest table of a report's "expenditure" or "revenue", the headings first, amounts in won.

    A row that others stand under is a stated total (합계, 소계); one that doesn't reach the last level has empty
    names, an amount that wasn't read an empty cell: whoever reads the table refuses such a row and says so.

    Raises
    ------
    NotFound
        the report has no such table
    """
    items = _find_longest(
        [one for one in report.budget if side in TABLES and one.table == TABLES[side].value]
    )
    if not items:
        raise NotFound(
            "briefing.no_table", "그런 예산표가 보고서에 없습니다", "the report has no such budget table"
        )
    levels, year = LEVELS[side], report.as_of_on or report.published_on
    above = {(*one.path, one.name) for one in items} & {one.path for one in items}
    head = (["회계연도"] if year else []) + [*levels, *AMOUNTS[side].values()]
    return [
        head,
        *(
            ([f"{year.year}"] if year else [])
            + _write_names(one, len(levels), is_total=(*one.path, one.name) in above)
            + ["" if (won := getattr(one, name)) is None else f"{won}" for name in AMOUNTS[side]]
            for one in items
        ),
    ]


def _find_longest(items: Sequence[BudgetItem]) -> list[BudgetItem]:
    """Return the longest run of items that begins with a whole: a report may give a summary before."""
    runs: list[list[BudgetItem]] = []
    for one in items:
        if not one.path or not runs:
            runs.append([])
        runs[-1].append(one)
    return max(runs, key=len, default=[])


def _write_names(item: BudgetItem, depth: int, *, is_total: bool) -> list[str]:
    """Return the names below the whole, filled up to `depth` cells; more levels than that are joined in the last."""
    names = [*item.path, item.name][1:]
    if is_total:
        names = [*names, "소계" if names else "합계"]
    if len(names) > depth:
        names = [*names[: depth - 1], " · ".join(names[depth - 1 :])]
    return names + [""] * (depth - len(names))
