"""Past years' spending by month, as shares of each year's budget."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from madang.core.base.interface import BadInput

Floats = NDArray[np.float64]
MONTHS = 12
FEWEST_YEARS = 3
"""Fewer years can't show how far years differ."""


def estimate_usual_curve(past_krw: Floats, past_budgets_krw: Floats) -> Floats:
    """Return (12,) the share of the budget usually disbursed by the end of each month: the mean of past years."""
    return np.asarray(scale_history(past_krw, past_budgets_krw, fewest=1).mean(axis=0))


def scale_history(past_krw: Floats, past_budgets_krw: Floats, fewest: int = FEWEST_YEARS) -> Floats:
    """Return (year, 12) what share of each year's budget was disbursed by the end of each month.

    `past_krw` (year, 12) is cumulated, `past_budgets_krw` (year,) in the same unit.

    Raises
    ------
    BadInput
        `history_shape` (not these shapes, a budget not above 0, or an amount missing), `history_short` (fewer than
        `fewest` years).
    """
    past, budgets = np.asarray(past_krw, dtype=float), np.asarray(past_budgets_krw, dtype=float)
    if past.ndim != 2 or past.shape[1] != MONTHS or budgets.shape != past.shape[:1]:
        raise BadInput(
            "history_shape",
            "지난 해마다 열두 달의 누계와 예산현액이 있어야 합니다.",
            "Each past year needs twelve monthly sums and a budget.",
            shape=past.shape,
        )
    if len(past) < fewest:
        raise BadInput(
            "history_short",
            f"지난 {fewest}년 이상의 기록이 있어야 예측할 수 있습니다.",
            f"A forecast needs {fewest} past years or more.",
            years=len(past),
        )
    if not (np.isfinite(past).all() and np.isfinite(budgets).all() and (budgets > 0).all()):
        raise BadInput(
            "history_shape",
            "지난 해의 금액에 빈 값이 있거나 예산현액이 0 이하입니다.",
            "A past amount is missing or a past budget isn't above 0.",
        )
    return np.asarray(past / budgets[:, None], dtype=np.float64)
