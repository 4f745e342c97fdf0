"""The year's end is forecast with an interval that keeps its promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.core.base.interface import BadInput
from madang.governance.budget.methods.back_test import run_back_test
from madang.governance.budget.methods.forecast import estimate_year_end
from madang.governance.budget.methods.history import estimate_usual_curve
from madang.governance.budget.methods.student_t import find_reach, measure_coverage

SHAPE = np.array([1, 3, 6, 5, 6, 9, 6, 6, 8, 9, 12, 29], dtype=float)
"""Korean local spending by month: little in January, a rush in June and in December."""


def simulate(rng, years, *, rate=0.93, wobble=0.02, steadiness=250.0, budget=10**10):
    """Budgets (year,) and cumulated spending (year, 12) of one city whose habits don't change."""
    budgets = np.round(budget * np.cumprod(rng.normal(1.04, 0.08, years)))
    finals = budgets * np.clip(rng.normal(rate, wobble, years), 0.3, 1)
    shares = rng.dirichlet(SHAPE / SHAPE.sum() * steadiness, years)
    return budgets, np.round(np.cumsum(shares, axis=1) * finals[:, None])


@st.composite
def histories(draw):
    years = draw(st.integers(3, 7))
    steps = draw(
        st.lists(st.lists(st.integers(-50, 900), min_size=12, max_size=12), min_size=years, max_size=years)
    )
    budgets = draw(st.lists(st.integers(5_000, 20_000), min_size=years, max_size=years))
    return np.cumsum(np.array(steps, dtype=float), axis=1), np.array(budgets, dtype=float)


@settings(deadline=None)
@given(histories(), st.integers(-100, 9_000), st.integers(1, 12), st.floats(0.05, 0.99))
def test_a_forecast_lies_in_its_interval_and_never_passes_the_budget(history, spent, month, coverage):
    found = estimate_year_end(
        *history, spent_krw=spent, budget_krw=9_000, month=month, coverage_ratio=coverage
    )
    assert found.low_krw <= found.year_end_krw <= found.high_krw <= 9_000
    assert 0 <= found.weight_ratio <= 1
    if month == 12:
        assert found.low_krw == found.year_end_krw == found.high_krw == spent


@settings(deadline=None)
@given(histories(), st.integers(0, 9_000), st.integers(1, 11), st.sampled_from([3, 1000]))
def test_money_in_another_unit_gives_the_same_rate(history, spent, month, factor):
    past, budgets = history
    one = estimate_year_end(past, budgets, spent_krw=spent, budget_krw=9_000, month=month)
    other = estimate_year_end(
        past * factor, budgets * factor, spent_krw=spent * factor, budget_krw=9_000 * factor, month=month
    )
    assert other.year_end_ratio == pytest.approx(one.year_end_ratio, abs=1e-9)


@settings(deadline=None)
@given(histories(), st.integers(1, 11), st.randoms())
def test_the_order_of_past_years_doesnt_matter(history, month, random):
    past, budgets = history
    order = list(range(len(past)))
    random.shuffle(order)
    one, other = (
        estimate_year_end(a, b, spent_krw=700, budget_krw=9_000, month=month)
        for a, b in ((past, budgets), (past[order], budgets[order]))
    )
    assert (one.low_krw, one.high_krw) == pytest.approx((other.low_krw, other.high_krw), abs=1)


@settings(deadline=None)
@given(histories(), st.integers(1, 11), st.floats(0.1, 0.8), st.floats(0.01, 0.19))
def test_more_certainty_takes_a_wider_interval(history, month, coverage, more):
    few, many = (
        estimate_year_end(*history, spent_krw=900, budget_krw=9_000, month=month, coverage_ratio=one)
        for one in (coverage, coverage + more)
    )
    assert many.low_krw <= few.low_krw and few.high_krw <= many.high_krw


@settings(deadline=None)
@given(st.integers(1, 11), st.floats(0.2, 1.0))
def test_years_of_one_shape_are_forecast_exactly(month, rate):
    done = np.cumsum(SHAPE) / SHAPE.sum()
    past = np.array([0.5, 0.7, 0.9])[:, None] * done * 10**9
    found = estimate_year_end(
        past,
        np.full(3, 10.0**9),
        spent_krw=round(rate * done[month - 1] * 10**9),
        budget_krw=10**9,
        month=month,
    )
    assert found.year_end_krw == pytest.approx(rate * 10**9, rel=1e-6)
    assert found.completion_ratio == pytest.approx(done[month - 1])
    assert found.high_krw - found.low_krw <= 10


def test_before_anything_is_spent_the_usual_rate_counts():
    budgets, past = simulate(np.random.default_rng(1), 5)
    found = estimate_year_end(past, budgets, spent_krw=0, budget_krw=10**10, month=1)
    assert found.weight_ratio == 0
    assert found.year_end_ratio == pytest.approx((past[:, -1] / budgets).mean())


def test_revenue_may_pass_its_budget():
    budgets, past = simulate(np.random.default_rng(2), 5, rate=0.98, wobble=0.01, steadiness=2000.0)
    found = estimate_year_end(past, budgets, spent_krw=8 * 10**9, budget_krw=10**10, month=6, is_capped=False)
    assert found.year_end_krw > 10**10


def test_the_usual_curve_is_the_mean_of_past_years():
    past = np.array([[10.0 * m for m in range(1, 13)], [20.0 * m for m in range(1, 13)]])
    assert estimate_usual_curve(past, np.array([120.0, 480.0]))[[5, 11]] == pytest.approx([0.375, 0.75])


@pytest.mark.parametrize(
    ("habits", "error", "against_usual"),
    [
        ({"rate": 0.93, "wobble": 0.02, "steadiness": 250.0}, 0.02, 1.05),
        ({"rate": 0.9, "wobble": 0.04, "steadiness": 600.0}, 0.035, 0.87),
        ({"rate": 0.75, "wobble": 0.12, "steadiness": 1500.0}, 0.055, 0.4),
    ],
)
def test_forecasts_keep_their_promise(habits, error, against_usual):
    """200 divisions of ten years: an 80 % interval holds about 80 % of what came, whatever a division's habits.

    Where year-end rates hardly differ, the usual rate is as good as anything and the forecast follows it; the more
    they differ, the more the curve is worth.
    """
    rng = np.random.default_rng(20220701)
    drawn = [simulate(rng, 10, **habits) for _ in range(200)]
    found = run_back_test(np.array([past for _, past in drawn]), np.array([budgets for budgets, _ in drawn]))
    assert found.tested == 200 * 7 * 11
    assert 0.77 <= found.covered_ratio <= 0.87
    assert all(0.74 <= month.covered_ratio <= 0.9 for month in found.months)
    assert found.error_ratio < error and found.error_ratio < found.usual_rate_error_ratio * against_usual
    assert found.months[-1].error_ratio < found.months[0].error_ratio


def test_years_without_spending_have_no_percentage():
    past = np.zeros((1, 5, 12))
    found = run_back_test(past, np.full((1, 5), 100.0))
    assert (found.tested, found.covered_ratio, found.months[0].skipped) == (22, 1.0, 2)


@pytest.mark.parametrize(
    ("past", "budgets", "change", "code"),
    [
        (np.ones((2, 12)), np.ones(2), {}, "history_short"), (np.ones((4, 11)), np.ones(4), {}, "history_shape"),
        (np.ones((4, 12)), np.ones(3), {}, "history_shape"), (np.ones((4, 12)), np.zeros(4), {}, "history_shape"),
        (np.full((4, 12), np.nan), np.ones(4), {}, "history_shape"), (np.ones((4, 12)), np.ones(4), {"month": 0}, "month_unknown"),
        (np.ones((4, 12)), np.ones(4), {"budget_krw": 0}, "budget_not_positive"),
        (np.ones((4, 12)), np.ones(4), {"coverage_ratio": 1.0}, "coverage_unknown"),
    ],
)  # fmt: skip
def test_a_question_that_has_no_answer_is_refused(past, budgets, change, code):
    with pytest.raises(BadInput) as why:
        estimate_year_end(past, budgets, **{"spent_krw": 1, "budget_krw": 9, "month": 3} | change)
    assert why.value.code == code


@pytest.mark.parametrize(
    ("coverage", "degrees", "reach"),
    [
        (0.95, 1, 12.7062),
        (0.95, 2, 4.3027),
        (0.8, 4, 1.5332),
        (0.9, 9, 1.8331),
        (0.95, 30, 2.0423),
        (0.8, 120, 1.2886),
    ],
)
def test_students_t_of_the_printed_tables(coverage, degrees, reach):
    assert find_reach(coverage, degrees) == pytest.approx(reach, abs=5e-5)


@settings(deadline=None)
@given(st.floats(0.01, 0.995), st.integers(1, 60))
def test_students_t_and_its_coverage_are_inverse(coverage, degrees):
    assert measure_coverage(find_reach(coverage, degrees), degrees) == pytest.approx(coverage, abs=1e-9)
