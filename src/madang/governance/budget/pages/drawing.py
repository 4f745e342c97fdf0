"""Charts of the budget: areas, rates, and the year's curve with its forecast."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import accumulate

from madang.core.base.interface import Text
from madang.core.pages.interface import ChartBlock, ChartKind, Series
from madang.governance.budget.queries.history import History
from madang.governance.budget.queries.names import Names
from madang.governance.budget.records import Forecast
from madang.governance.budget.records.ledger import Book, MonthAmounts, Node

from .words import link_node, name_committed, name_disbursed, write_percent

MOST_TILES, MOST_BARS = 60, 20


def draw_treemap(
    book: Book, node: Node, children: Sequence[Node], names: Names, base: str, as_of: datetime
) -> ChartBlock | None:
    """Draw what a node's budget goes to; a tile leads to its own page."""
    largest = sorted(children, key=lambda one: -one.balance.current_budget_krw)[:MOST_TILES]
    shown = [one for one in largest if one.balance.current_budget_krw > 0]
    if len(shown) < 2:
        return None
    whole = node.balance.current_budget_krw
    first = names.say(shown[0].name)
    share = round(100 * shown[0].balance.current_budget_krw / whole) if whole else 0
    return ChartBlock(
        title=Text(ko="어디에 얼마인가", en="Where the money is"),
        kind=ChartKind.TREEMAP,
        x=tuple(names.say(one.name) for one in shown),
        series=(
            Series(
                name=Text(ko="예산현액", en="Current budget"),
                values=tuple(one.balance.current_budget_krw for one in shown),
            ),
        ),
        hrefs=tuple(link_node(one, base) for one in shown),
        unit="krw",
        x_title=Text(ko="항목", en="Part"),
        summary=Text(
            ko=f"{len(shown)}개 가운데 {first.ko}이(가) {share}%로 가장 커요.",
            en=f"Of {len(shown)} parts the largest is {first.en} with {share} %.",
        ),
        as_of=as_of,
        source=book.told_source,
    )


def draw_rates(
    book: Book, children: Sequence[Node], names: Names, base: str, as_of: datetime
) -> ChartBlock | None:
    """Draw how far each part is committed and disbursed, in percent."""
    shown = sorted(
        (one for one in children if one.balance.current_budget_krw > 0),
        key=lambda one: -(one.balance.disbursement_ratio or 0),
    )[:MOST_BARS]
    if len(shown) < 2:
        return None
    committed, disbursed = name_committed(book.side), name_disbursed(book.side)
    most, least = names.say(shown[0].name), names.say(shown[-1].name)
    return ChartBlock(
        title=Text(
            ko=f"{committed.ko}률과 {disbursed.ko}률",
            en=f"Shares {committed.en.lower()} and {disbursed.en.lower()}",
        ),
        kind=ChartKind.BARS_ACROSS,
        x=tuple(names.say(one.name) for one in shown),
        series=tuple(
            Series(name=name, values=tuple(write_percent(getattr(one.balance, field)) for one in shown))
            for name, field in ((committed, "commitment_ratio"), (disbursed, "disbursement_ratio"))
        ),
        hrefs=tuple(link_node(one, base) for one in shown),
        unit="%",
        x_title=Text(ko="항목", en="Part"),
        summary=Text(
            ko=f"{most.ko}의 {disbursed.ko}률이 가장 높고 {least.ko}이(가) 가장 낮아요.",
            en=f"{most.en} is the furthest {disbursed.en.lower()}, {least.en} the least.",
        ),
        as_of=as_of,
        source=book.told_source,
    )


def draw_curve(
    book: Book,
    node: Node,
    months: MonthAmounts,
    plan: Sequence[int],
    history: History,
    forecast: Forecast | None,
    today: date,
    as_of: datetime,
) -> ChartBlock:
    """Draw what has gone by each month's end, beside the plan (or the usual course) and the forecast."""
    last = 12 if today.year > book.fiscal_year else (today.month if today.year == book.fiscal_year else 0)
    disbursed = list(accumulate(months.disbursed_krw))
    budget = node.balance.current_budget_krw
    gone = tuple(one if at < last else None for at, one in enumerate(disbursed))
    series = [Series(name=name_disbursed(book.side), values=gone)]
    if plan:
        series.append(Series(name=Text(ko="계획", en="Plan"), values=tuple(plan)))
    elif history.curve:
        usual = tuple(round(one * budget) for one in history.curve)
        series.append(Series(name=Text(ko="예년", en="Usual course"), values=usual))
    if forecast is not None and forecast.month < 12:
        series.append(_draw_forecast(forecast, history))
    return ChartBlock(
        title=Text(ko="월별 누계", en="Month by month, cumulated"),
        kind=ChartKind.LINE,
        x=tuple(f"{month}" for month in range(1, 13)),
        series=tuple(series),
        unit="krw",
        x_title=Text(ko="월", en="Month"),
        summary=_say_forecast(forecast),
        as_of=as_of,
        source=book.told_source,
    )


def _draw_forecast(forecast: Forecast, history: History) -> Series:
    """Lead from what is spent to the year's end along the usual course of the months between."""
    curve = history.curve or tuple(month / 12 for month in range(1, 13))
    first = forecast.month - 1
    rest = curve[-1] - curve[first]

    def lead(end: int) -> tuple[float | None, ...]:
        return tuple(
            None
            if at < first
            else round(
                forecast.spent_krw
                + (end - forecast.spent_krw)
                * ((one - curve[first]) / rest if rest > 0 else (at - first) / max(1, 11 - first))
            )
            for at, one in enumerate(curve)
        )

    return Series(
        name=Text(ko="예측", en="Forecast"),
        values=lead(forecast.year_end_krw),
        low=lead(forecast.low_krw),
        high=lead(forecast.high_krw),
    )


def _say_forecast(forecast: Forecast | None) -> Text:
    if forecast is None:
        return Text(
            ko="지난 세 해 이상의 기록과 올해의 온전한 한 달이 있어야 연말을 예측해요.",
            en="A year-end forecast needs three past years and a whole month of this one.",
        )
    if forecast.month == 12:
        return Text(ko="한 해가 끝났어요.", en="The year is over.")
    low, middle, high = (
        round(100 * one / forecast.budget_krw, 1)
        for one in (forecast.low_krw, forecast.year_end_krw, forecast.high_krw)
    )
    return Text(
        ko=f"{forecast.month}월 말까지를 보면 연말에는 예산의 {middle}% (80% 구간 {low}–{high}%)로 예측돼요. "
        f"지난 {forecast.past_years}년의 흐름으로 계산했어요.",
        en=f"From the end of month {forecast.month}, {middle} % of the budget is expected by the year's end "
        f"(80 % interval {low}–{high} %), by the course of {forecast.past_years} past years.",
    )
