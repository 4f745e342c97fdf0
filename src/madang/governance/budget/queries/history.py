"""What past years say of this one: usual curves, the year-end forecast, the back-test, carry-over risks."""

from __future__ import annotations

import calendar
from collections import defaultdict
from datetime import date
from itertools import accumulate

import msgspec
import numpy as np

from madang.core.base.interface import BadInput
from madang.governance.budget.methods.back_test import run_back_test
from madang.governance.budget.methods.carry_over import score_items
from madang.governance.budget.methods.forecast import estimate_year_end
from madang.governance.budget.methods.history import FEWEST_YEARS, Floats, estimate_usual_curve
from madang.governance.budget.models import MonthRow, NodeRow
from madang.governance.budget.records import BackTest, CarryOverRisk, Forecast, ItemStatus
from madang.governance.budget.records.ledger import Book, Node, Side

from .ledger import sum_late_money
from .nodes import get_months, list_items

MONTHS = 12
LATE_MONTHS = 3


class History(msgspec.Struct, frozen=True, kw_only=True):
    """Past years of one node, oldest first: cumulated disbursements (year, 12) and current budgets (year,)."""

    years: tuple[int, ...]
    past_krw: Floats
    budgets_krw: Floats

    @property
    def curve(self) -> tuple[float, ...] | None:
        """Share of the budget usually disbursed by each month's end; None without a past year."""
        if not self.years:
            return None
        return tuple(float(one) for one in estimate_usual_curve(self.past_krw, self.budgets_krw))


def find_history(book: Book, node: Node) -> History:
    """Return the past years of a node: those of the same place in earlier books of the series."""
    path = NodeRow.objects.values_list("path", flat=True).get(pk=node.id)
    return _list_histories(book, paths=[path]).get(path, _make_history({}, {}))


def forecast_year_end(book: Book, node: Node, today: date) -> Forecast | None:
    """Return the forecast from the last whole month before `today`; None where there is too little to go by.

    It needs three past years of the same place, a budget and a whole month of this year.
    """
    month = count_whole_months(book, today)
    budget = node.balance.current_budget_krw
    history = find_history(book, node)
    if not month or budget <= 0 or len(history.years) < FEWEST_YEARS:
        return None
    spent = sum(get_months(node.id).disbursed_krw[:month])
    return estimate_year_end(
        history.past_krw,
        history.budgets_krw,
        spent_krw=spent,
        budget_krw=budget,
        month=month,
        is_capped=book.side is Side.EXPENDITURE,
    )


def count_whole_months(book: Book, today: date) -> int:
    """Return how many months of the book's year are over: 0 to 12."""
    if today.year != book.fiscal_year:
        return MONTHS if today.year > book.fiscal_year else 0
    is_last_day = today.day == calendar.monthrange(today.year, today.month)[1]
    return today.month if is_last_day else today.month - 1


def list_risks(book: Book, today: date) -> tuple[tuple[CarryOverRisk, Node], ...]:
    """Return each item with how likely its money stays unspent, the most money at risk first."""
    items, _ = list_items(book.id)
    histories = _list_histories(book)
    paths = dict(NodeRow.objects.filter(book_id=book.id, is_leaf=True).values_list("pk", "path"))
    month = min(MONTHS, max(1, today.month if today.year == book.fiscal_year else MONTHS))
    late = sum_late_money(book.id, date(book.fiscal_year, max(1, month - LATE_MONTHS + 1), 1))
    by_id = {str(one.id): one for one in items}
    statuses = [
        _describe(one, book, month, late.get(one.id, 0), histories.get(paths[one.id])) for one in items
    ]
    scored = score_items(one for one in statuses if one.budget_krw > 0)
    return tuple((risk, by_id[risk.item_id]) for risk in scored if risk.reasons)


def measure_forecasts(book: Book, level: str) -> BackTest:
    """Return how forecasts of the book's past years would have turned out, over its nodes of one level.

    Raises BadInput `history_short` where no node has four past years.
    """
    histories = _list_histories(book, level=level)
    longest = max((len(one.years) for one in histories.values()), default=0)
    whole = [one for one in histories.values() if len(one.years) == longest]
    if longest <= FEWEST_YEARS:
        raise BadInput(
            "history_short",
            "되짚어 예측하려면 지난 네 해 이상의 기록이 있어야 합니다.",
            "A back-test needs four past years or more.",
        )
    return run_back_test(
        np.stack([one.past_krw for one in whole]), np.stack([one.budgets_krw for one in whole])
    )


def _describe(node: Node, book: Book, month: int, late_krw: int, history: History | None) -> ItemStatus:
    curve = history.curve if history else None
    return ItemStatus(
        item_id=str(node.id),
        year_end_on=date(book.fiscal_year, 12, 31),
        month=month,
        budget_krw=node.balance.current_budget_krw,
        committed_krw=node.balance.committed_krw,
        disbursed_krw=node.balance.disbursed_krw,
        carried_in_krw=node.balance.carried_in_krw,
        late_money_krw=late_krw,
        ends_on=node.ends_on,
        usual_ratio=curve[month - 1] if curve else None,
        usual_year_end_ratio=curve[-1] if curve else None,
    )


def _list_histories(book: Book, *, paths: list[str] | None = None, level: str = "") -> dict[str, History]:
    """Return the histories of a book's leaves, of some places, or of the nodes of one level, by path."""
    nodes = NodeRow.objects.filter(
        book__series=book.series, book__side=book.side.value, book__fiscal_year__lt=book.fiscal_year
    )
    if paths is not None:
        nodes = nodes.filter(path__in=paths)
    else:
        nodes = nodes.filter(level=level) if level else nodes.filter(is_leaf=True)
    budgets: dict[str, dict[int, int]] = defaultdict(dict)
    places: dict[int, tuple[str, int]] = {}
    for row in nodes.select_related("book"):
        budget = row.original_krw + row.carried_in_krw + row.transferred_krw + row.supplementary_krw
        if budget > 0:
            budgets[row.path][row.book.fiscal_year] = budget
            places[row.pk] = (row.path, row.book.fiscal_year)
    spent: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0] * MONTHS))
    months = MonthRow.objects.filter(node_id__in=nodes.values("pk"))
    for pk, month, amount in months.values_list("node_id", "month", "disbursed_krw"):
        if pk in places:
            path, year = places[pk]
            spent[path][year][month - 1] = amount
    return {path: _make_history(of_path, spent[path]) for path, of_path in budgets.items()}


def _make_history(budgets: dict[int, int], spent: dict[int, list[int]]) -> History:
    years = tuple(sorted(budgets))
    past = [list(accumulate(spent.get(year, [0] * MONTHS))) for year in years]
    return History(
        years=years,
        past_krw=np.array(past, dtype=float).reshape(len(years), MONTHS),
        budgets_krw=np.array([budgets[year] for year in years], dtype=float),
    )
