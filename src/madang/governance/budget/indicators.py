"""Indicators of the budget in force."""

from __future__ import annotations

from madang.core.base.interface import Aim, Indicator, Text, now, to_city_time

from .queries.history import forecast_year_end
from .queries.nodes import find_current_book, get_node
from .queries.reviews import count_waiting
from .records.ledger import Balance, Side

SOURCE = Text(ko="예산 장부", en="Budget ledger")


def _percent(ratio: float | None) -> float | None:
    return None if ratio is None else round(100 * ratio, 2)


def _get_balance(side: Side) -> Balance:
    book = find_current_book(to_city_time(now()).date(), side=side, public_only=True)
    return get_node(book.id).balance if book else Balance()


def measure_committed() -> float | None:
    """Return the expenditure that is committed, in percent of the current budget."""
    return _percent(_get_balance(Side.EXPENDITURE).commitment_ratio)


def measure_disbursed() -> float | None:
    """Return the expenditure that is disbursed, in percent of the current budget."""
    return _percent(_get_balance(Side.EXPENDITURE).disbursement_ratio)


def measure_received() -> float | None:
    """Return the revenue that is received, in percent of the current budget."""
    return _percent(_get_balance(Side.REVENUE).disbursement_ratio)


def measure_forecast() -> float | None:
    """Return what is expected to be disbursed by the year's end, in percent of the current budget."""
    today = to_city_time(now()).date()
    book = find_current_book(today, side=Side.EXPENDITURE, public_only=True)
    forecast = forecast_year_end(book, get_node(book.id), today) if book else None
    return _percent(forecast.year_end_ratio) if forecast else None


INDICATORS = [
    Indicator(
        name="budget.committed",
        title=Text(ko="원인행위율", en="Budget committed"),
        unit="%",
        measure=measure_committed,
        source=SOURCE,
        href="/budget/",
    ),
    Indicator(
        name="budget.disbursed",
        title=Text(ko="지출률", en="Budget disbursed"),
        unit="%",
        measure=measure_disbursed,
        source=SOURCE,
        href="/budget/",
        aim=Aim.HIGHER,
    ),
    Indicator(
        name="budget.received",
        title=Text(ko="세입 수납률", en="Revenue received"),
        unit="%",
        measure=measure_received,
        source=SOURCE,
        href="/budget/",
        aim=Aim.HIGHER,
    ),
    Indicator(
        name="budget.forecast",
        title=Text(ko="연말 지출률 예측", en="Year-end disbursement forecast"),
        unit="%",
        measure=measure_forecast,
        source=SOURCE,
        href="/budget/",
        aim=Aim.HIGHER,
    ),
    Indicator(
        name="budget.reviews_waiting",
        title=Text(ko="결정을 기다리는 정보화사업 심사", en="Reviews of IT projects that wait"),
        unit="count",
        measure=count_waiting,
        source=Text(ko="정보화사업 심사", en="Review of IT projects"),
        href="/desk/budget/reviews/",
        aim=Aim.LOWER,
    ),
]
