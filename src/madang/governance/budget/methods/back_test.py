"""How forecasts of past years would have turned out, made only from the years before them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from madang.core.base.interface import BadInput
from madang.governance.budget.methods.forecast import estimate_year_end
from madang.governance.budget.methods.history import FEWEST_YEARS, MONTHS, Floats, scale_history
from madang.governance.budget.records import BackTest, MonthError


class _Try(NamedTuple):
    month: int
    error: float | None
    usual_error: float | None
    is_covered: bool


def run_back_test(past_krw: Floats, past_budgets_krw: Floats, *, coverage_ratio: float = 0.8) -> BackTest:
    """Return errors and interval coverage by month (1-11) and together.

    `past_krw` (series, year, 12), oldest year first, is what had been disbursed by each month's end of each series
    (a division, a project); `past_budgets_krw` (series, year). Every year with at least three before it is forecast
    at the end of each month. Errors are mean absolute percentage errors, as ratios; years that ended with nothing
    spent count for coverage only.

    Raises
    ------
    BadInput
        `history_short` (fewer than four years) and `history_shape`, as for `estimate_year_end`.
    """
    past, budgets = np.asarray(past_krw, dtype=float), np.asarray(past_budgets_krw, dtype=float)
    if past.ndim != 3 or budgets.shape != past.shape[:2]:
        raise BadInput(
            "history_shape",
            "계열·연도·월의 누계와 계열·연도의 예산현액이 있어야 합니다.",
            "Needs sums by series, year and month, and budgets by series and year.",
        )
    tries = [
        one
        for series, of_series in zip(past, budgets, strict=True)
        for one in _try_series(series, of_series, coverage_ratio)
    ]
    months = tuple(
        _summarize(month, [one for one in tries if one.month == month]) for month in range(1, MONTHS)
    )
    whole = _summarize(0, tries)
    return BackTest(
        coverage_ratio=coverage_ratio,
        tested=whole.tested,
        error_ratio=whole.error_ratio,
        usual_rate_error_ratio=whole.usual_rate_error_ratio,
        covered_ratio=whole.covered_ratio,
        months=months,
    )


def _try_series(past: Floats, budgets: Floats, coverage_ratio: float) -> list[_Try]:
    ratios = scale_history(past, budgets, fewest=FEWEST_YEARS + 1)
    tries = []
    for year in range(FEWEST_YEARS, len(past)):
        final, budget = round(past[year, -1]), round(budgets[year])
        usual = float(ratios[:year, -1].mean()) * budget
        for month in range(1, MONTHS):
            forecast = estimate_year_end(
                past[:year],
                budgets[:year],
                spent_krw=round(past[year, month - 1]),
                budget_krw=budget,
                month=month,
                coverage_ratio=coverage_ratio,
            )
            tries.append(
                _Try(
                    month=month,
                    error=abs(forecast.year_end_krw - final) / final if final > 0 else None,
                    usual_error=abs(usual - final) / final if final > 0 else None,
                    is_covered=forecast.low_krw <= final <= forecast.high_krw,
                )
            )
    return tries


def _summarize(month: int, tries: list[_Try]) -> MonthError:
    errors = [one.error for one in tries if one.error is not None]
    usual = [one.usual_error for one in tries if one.usual_error is not None]
    return MonthError(
        month=month,
        tested=len(tries),
        skipped=len(tries) - len(errors),
        error_ratio=float(np.mean(errors)) if errors else 0.0,
        usual_rate_error_ratio=float(np.mean(usual)) if usual else 0.0,
        covered_ratio=sum(one.is_covered for one in tries) / len(tries) if tries else 0.0,
    )
