"""Timed work: the figures the city steers by."""

from __future__ import annotations

from madang.core.base.interface import HOUSE, Job, now, to_city_time
from madang.core.lake.interface import Indicator, publish_indicator

from .queries.history import forecast_year_end
from .queries.nodes import get_node, list_books
from .records.ledger import Side


def publish_indicators() -> int:
    """Publish the shares committed and disbursed, and the forecast, of this year's public budgets."""
    moment = now()
    today = to_city_time(moment).date()
    published = 0
    for book in list_books(public_only=True):
        if book.fiscal_year != today.year:
            continue
        node = get_node(book.id)
        forecast = forecast_year_end(book, node, today)
        words = ("levied", "received") if book.side is Side.REVENUE else ("committed", "disbursed")
        figures = {
            words[0]: node.balance.commitment_ratio,
            words[1]: node.balance.disbursement_ratio,
            "year_end_forecast": forecast.year_end_ratio if forecast else None,
        }
        for name, ratio in figures.items():
            if ratio is not None:
                figure = Indicator(
                    name=f"budget.{book.series}.{name}",
                    value=round(100 * ratio, 2),
                    unit="%",
                    as_of=moment,
                    source=book.source,
                )
                publish_indicator(figure, actor=HOUSE)
                published += 1
    return published


JOBS = [Job(name="budget.indicators", every_s=3600, run=publish_indicators)]
