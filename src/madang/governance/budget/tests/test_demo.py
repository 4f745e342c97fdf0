"""The demonstration's budget: the report's figures where they are facts, and a ledger that balances everywhere."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import transaction

from madang.governance.budget import demo
from madang.governance.budget.models import BookRow, EntryRow
from madang.governance.budget.queries.history import forecast_year_end, list_risks, measure_forecasts
from madang.governance.budget.queries.ledger import find_ledger_faults, list_transfers
from madang.governance.budget.queries.nodes import get_months, get_node, list_books, list_children
from madang.governance.budget.queries.reviews import list_reviews
from madang.governance.budget.records.ledger import Side

NOW = datetime(2026, 11, 29, 3, tzinfo=UTC)
TODAY = NOW.date()
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def budgets(django_db_setup, django_db_blocker):
    """Lay the demonstration's budgets out once for these tests, and take them away again."""
    del django_db_setup
    with django_db_blocker.unblock():
        hold = transaction.atomic()
        hold.__enter__()
        demo.lay_out(NOW)
        demo.lay_out(NOW)
        yield {(one.side, one.fiscal_year): one for one in list_books()}
        transaction.set_rollback(True)
        hold.__exit__(None, None, None)


def test_the_reports_figures_of_2022_stand_in_the_ledger(budgets):
    fact = budgets[Side.EXPENDITURE, 2022]
    root = get_node(fact.id)
    assert root.balance.current_budget_krw == 126_603_968_000
    months = get_months(root.id)
    assert sum(months.committed_krw[:6]) == 73_836_110_000
    assert sum(months.disbursed_krw[:6]) == 48_097_206_000
    divisions = {one.name: one.balance.current_budget_krw // 1000 for one in list_children(root)}
    assert divisions["데이터센터"] == 46_756_936
    assert divisions["정보통신보안담당관"] == 33_716_436
    assert get_node(budgets[Side.REVENUE, 2022].id).balance.current_budget_krw == 11_714_010_000


def test_the_reports_totals_of_2021_stand_in_the_ledger(budgets):
    root = get_node(budgets[Side.EXPENDITURE, 2021].id)
    assert root.balance.current_budget_krw == 109_838_396_000
    divisions = {one.name: one.balance.current_budget_krw for one in list_children(root)}
    assert divisions["스마트도시담당관"] == 27_739_845_000
    assert get_node(budgets[Side.REVENUE, 2021].id).balance.current_budget_krw == 15_225_533_000


def test_s_plex_moved_on_its_day_with_its_ground(budgets):
    (transfer,), _ = list_transfers(budgets[Side.EXPENDITURE, 2022].id)
    assert (transfer.amount_krw, str(transfer.booked_on)) == (11_200_000_000, "2022-01-01")
    assert "조례 시행규칙" in transfer.legal_ground
    assert {line.node_path[0] for line in transfer.lines} == {"스마트도시담당관", "데이터센터"}


def test_every_ledger_balances_says_it_is_simulated_and_ends_today(budgets):
    assert len(budgets) == 12
    assert all(one.is_simulated for one in budgets.values())
    assert [one.is_open for one in BookRow.objects.order_by("fiscal_year")] == [False] * 10 + [True] * 2
    assert all(find_ledger_faults(book.id) == () for book in budgets.values())
    assert EntryRow.objects.filter(booked_on__gt=TODAY).count() == 0


def test_the_running_year_has_a_forecast_and_risks(budgets):
    this = budgets[Side.EXPENDITURE, 2026]
    forecast = forecast_year_end(this, get_node(this.id), TODAY)
    assert forecast is not None
    assert (forecast.month, forecast.past_years) == (10, 5)
    amounts = [
        forecast.spent_krw,
        forecast.low_krw,
        forecast.year_end_krw,
        forecast.high_krw,
        forecast.budget_krw,
    ]
    assert amounts == sorted(amounts)
    assert forecast_year_end(this, get_node(this.id), date(2026, 1, 15)) is None
    assert (
        forecast_year_end(
            budgets[Side.EXPENDITURE, 2022], get_node(budgets[Side.EXPENDITURE, 2022].id), TODAY
        )
        is None
    )
    assert measure_forecasts(this, "organization").tested > 100
    risks = list_risks(this, TODAY)
    assert [risk.at_risk_krw for risk, _ in risks] == sorted(
        (risk.at_risk_krw for risk, _ in risks), reverse=True
    )
    assert risks[0][0].reasons


def test_requests_stand_at_every_step(budgets):
    del budgets
    reviews, total = list_reviews()
    assert (total, len({one.state for one in reviews})) == (5, 5)
    wifi = next(one for one in reviews if one.title.startswith("공공 와이파이"))
    assert any("공공 와이파이" in one.title for one in wifi.matches)
