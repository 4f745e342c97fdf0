"""What will be spent by the year's end, from the curves of past years.

Two forecasts are weighed against each other. The first divides what is spent by the share of a year's spending
that is usually done by now (the empirical completion ratio, the chain ladder of Mack, ASTIN Bulletin 23(2), 1993,
with every development year known). It is poor early in the year, when little is spent. The second is the usual
year-end rate times the budget. Each is tried on every past year with that year left out; the weights are inverse
to the squared errors (Bates and Granger, Operational Research Quarterly 20(4), 1969), and the errors of the
weighted forecast give the interval.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from madang.core.base.interface import BadInput
from madang.governance.budget.methods.history import MONTHS, Floats, scale_history
from madang.governance.budget.methods.student_t import find_reach
from madang.governance.budget.records import Forecast

LEARNED = 2
"""Two things are learned from past years, the level and the weight; so many degrees of freedom are lost."""


class _Fit(NamedTuple):
    """Ratios to the budget: the forecast, how far its tries were off, and the lowest that can come of it."""

    year_end: float
    error: float
    floor: float
    completion: float
    weight: float


def estimate_year_end(
    past_krw: Floats,
    past_budgets_krw: Floats,
    *,
    spent_krw: int,
    budget_krw: int,
    month: int,
    coverage_ratio: float = 0.8,
    is_capped: bool = True,
) -> Forecast:
    """Return the year-end spending to expect, and the interval it falls into with `coverage_ratio`.

    `past_krw` (year, 12) is what had been disbursed by the end of each month, net of returns; `past_budgets_krw`
    (year,) each year's current budget (예산현액). `spent_krw` is disbursed by the end of `month` (1-12) of this
    year's `budget_krw`. Spending can't pass its budget and is cut there; revenue can:
    `is_capped` False. The forecast doesn't fall below what is spent, less the largest net return after that month
    in any past year.

    Raises
    ------
    BadInput
        `history_short` (fewer than three years), `history_shape` (not (year, 12) with a budget above 0 each, or not
        finite), `month_unknown`, `budget_not_positive`, `coverage_unknown`.
    """
    ratios = scale_history(past_krw, past_budgets_krw)
    _refuse_question(budget_krw, month, coverage_ratio)
    now = spent_krw / budget_krw
    fit = _fit(ratios, now, month)
    reach = 0.0
    if month < MONTHS:
        reach = find_reach(coverage_ratio, len(ratios) - LEARNED) * fit.error
    top = max(1.0, now) if is_capped else np.inf
    floor = min(fit.floor, top)
    year_end, low, high = (
        min(max(one, floor), top) for one in (fit.year_end, fit.year_end - reach, fit.year_end + reach)
    )
    return Forecast(
        month=month,
        spent_krw=spent_krw,
        budget_krw=budget_krw,
        year_end_krw=round(year_end * budget_krw),
        low_krw=round(low * budget_krw),
        high_krw=round(high * budget_krw),
        year_end_ratio=year_end,
        completion_ratio=fit.completion,
        weight_ratio=fit.weight,
        coverage_ratio=coverage_ratio,
        past_years=len(ratios),
    )


def _refuse_question(budget_krw: int, month: int, coverage_ratio: float) -> None:
    if budget_krw <= 0:
        raise BadInput("budget_not_positive", "예산현액이 0 이하입니다.", "The budget isn't above 0.")
    if not 1 <= month <= MONTHS:
        raise BadInput("month_unknown", "월은 1부터 12까지입니다.", "A month is 1 to 12.", month=month)
    if not 0 < coverage_ratio < 1:
        raise BadInput(
            "coverage_unknown", "구간의 확률은 0과 1 사이입니다.", "An interval's chance is between 0 and 1."
        )


def _fit(ratios: Floats, now: float, month: int) -> _Fit:
    done, final = ratios[:, month - 1], ratios[:, -1]
    fallen = min(0.0, float((final - done).min()))
    completion = _divide(done.sum(), final.sum())
    if month == MONTHS:
        return _Fit(now, 0.0, now, 1.0, 1.0)
    weight, errors = _try_past(done, final)
    if now <= 0 or completion <= 0:
        weight, errors = 0.0, _leave_out_mean(final) - final
    by_completion = _divide(now, completion)
    year_end = weight * by_completion + (1 - weight) * float(final.mean())
    return _Fit(year_end, float(np.sqrt((errors**2).mean())), now + fallen, completion, weight)


def _try_past(done: Floats, final: Floats) -> tuple[float, Floats]:
    """Return the weight of the completion forecast, and the weighted forecast's error for each year left out.

    The error of a year uses the weight that the other years give, else errors would look smaller than they are.
    """
    others_done, others_final = done.sum() - done, final.sum() - final
    completion = np.divide(others_done, others_final, out=np.zeros_like(done), where=others_final > 0)
    by_completion = np.divide(done, completion, out=np.zeros_like(done), where=completion > 0)
    squares = np.stack([(by_completion - final) ** 2, (_leave_out_mean(final) - final) ** 2])
    weight = _weigh(squares.sum(axis=1, keepdims=True))
    weights = _weigh(squares.sum(axis=1, keepdims=True) - squares)
    tried = weights * by_completion + (1 - weights) * _leave_out_mean(final)
    return float(weight[0]), tried - final


def _weigh(squares: Floats) -> Floats:
    """Return the weight of the first of two forecasts, (2, n) sums of squared errors; 1 where it never erred."""
    one, other = np.maximum(squares, 0.0)
    return np.asarray(np.divide(other, one + other, out=np.ones_like(one), where=one > 0))


def _leave_out_mean(values: Floats) -> Floats:
    return np.asarray((values.sum() - values) / (len(values) - 1))


def _divide(one: float, other: float) -> float:
    return float(one / other) if other > 0 else 0.0
