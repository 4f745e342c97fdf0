"""Money that may be left at the year's end is found, with the reasons; money that is spent is left in peace."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.core.base.interface import BadInput
from madang.governance.budget.methods.carry_over import score_items
from madang.governance.budget.records import RISK_NAMES, ItemStatus, RiskReason

YEAR_END = date(2022, 12, 31)


def item(item_id="A", **change):
    """An item that goes as it should: in September 60 % paid, the rest committed."""
    usual = {"month": 9, "budget_krw": 1000, "committed_krw": 950, "disbursed_krw": 800}
    return ItemStatus(item_id=item_id, year_end_on=YEAR_END, **usual | change)


amounts = st.integers(0, 2000)
ratios = st.one_of(st.none(), st.floats(0, 1))
statuses = st.builds(
    lambda **fields: item(**fields),
    month=st.integers(1, 12), budget_krw=st.integers(0, 2000), committed_krw=amounts, disbursed_krw=st.integers(-50, 2000),
    carried_in_krw=amounts, late_money_krw=amounts, ends_on=st.one_of(st.none(), st.dates(date(2022, 6, 1), date(2023, 6, 1))),
    usual_ratio=ratios, usual_year_end_ratio=ratios,
)  # fmt: skip


@settings(deadline=None)
@given(statuses)
def test_a_score_is_a_chance_and_has_its_reasons(status):
    (risk,) = score_items([status])
    assert 0 <= risk.score_ratio <= 1
    assert 0 <= risk.at_risk_krw <= risk.remaining_krw
    assert bool(risk.reasons) == (risk.score_ratio > 0)
    assert len(set(risk.reasons)) == len(risk.reasons)


@settings(deadline=None)
@given(statuses, st.integers(0, 500))
def test_spending_more_never_raises_the_risk(status, more):
    """What is paid is committed too."""
    spent = status.disbursed_krw + more
    paid = msgspec.structs.replace(
        status, disbursed_krw=spent, committed_krw=max(status.committed_krw, spent)
    )
    before, after = score_items([status])[0], score_items([paid])[0]
    assert after.score_ratio <= before.score_ratio + 1e-12
    assert after.at_risk_krw <= before.at_risk_krw


@settings(deadline=None)
@given(statuses)
def test_what_is_spent_is_no_risk(status):
    (risk,) = score_items([msgspec.structs.replace(status, disbursed_krw=status.budget_krw)])
    assert (risk.score_ratio, risk.at_risk_krw, risk.reasons) == (0, 0, ())


@settings(deadline=None)
@given(st.lists(statuses, max_size=6))
def test_the_most_money_comes_first(items):
    risks = score_items(items)
    assert len(risks) == len(items)
    assert [one.at_risk_krw for one in risks] == sorted((one.at_risk_krw for one in risks), reverse=True)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"month": 7, "committed_krw": 0, "disbursed_krw": 0}, RiskReason.NOT_STARTED),
        ({"disbursed_krw": 750, "committed_krw": 950, "usual_ratio": 0.9}, RiskReason.BEHIND_USUAL),
        ({"committed_krw": 800}, RiskReason.NOT_COMMITTED), ({"committed_krw": 1000, "disbursed_krw": 700}, RiskReason.PAID_LATE),
        ({"ends_on": date(2023, 2, 28)}, RiskReason.ENDS_AFTER_YEAR), ({"carried_in_krw": 900}, RiskReason.CARRIED_BEFORE),
        ({"late_money_krw": 300}, RiskReason.LATE_MONEY), ({"usual_year_end_ratio": 0.7}, RiskReason.USUALLY_LEFT),
    ],
)  # fmt: skip
def test_each_reason_is_found_alone(change, reason):
    (risk,) = score_items([item(**change)])
    assert risk.reasons == (reason,)
    assert RISK_NAMES[reason].ko and RISK_NAMES[reason].en


@pytest.mark.parametrize(
    "change",
    [
        {}, {"month": 3, "committed_krw": 0, "disbursed_krw": 0}, {"disbursed_krw": 750, "usual_ratio": 0.84},
        {"ends_on": YEAR_END}, {"carried_in_krw": 800}, {"late_money_krw": 199}, {"usual_year_end_ratio": 0.9}, {"month": 8, "committed_krw": 0},
        {"month": 12, "disbursed_krw": 991, "committed_krw": 991, "ends_on": date(2023, 1, 31)}, {"budget_krw": 0, "disbursed_krw": 0},
    ],
)  # fmt: skip
def test_what_looks_late_and_is_not(change):
    assert score_items([item(**change)])[0].reasons == ()


def test_the_weightiest_reason_comes_first_and_nothing_started_by_december_is_certain():
    (risk,) = score_items([item(month=12, committed_krw=0, disbursed_krw=0, ends_on=date(2023, 2, 1))])
    assert risk.score_ratio == 1
    assert risk.reasons[0] == RiskReason.NOT_STARTED and RiskReason.ENDS_AFTER_YEAR in risk.reasons


def test_a_month_that_is_none_is_refused():
    with pytest.raises(BadInput):
        score_items([item(month=13)])


def test_every_reason_has_its_words():
    assert set(RISK_NAMES) == set(RiskReason)
