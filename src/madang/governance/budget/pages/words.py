"""Words, columns and small readings that the pages share."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest

from madang.core.base.interface import ColumnType, NotFound, Text, now, to_city_time
from madang.core.pages.interface import ListColumn
from madang.governance.budget.queries.nodes import find_current_book
from madang.governance.budget.records.ledger import (
    ACCOUNT_NAMES,
    KIND_NAMES,
    REVENUE_ACCOUNT_NAMES,
    REVENUE_KIND_NAMES,
    Account,
    Book,
    EntryKind,
    Node,
    Side,
)

TITLE = Text(ko="세입·세출 예산", en="Budget")
HOME = "/desk/budget/"
VIEW = "budget.view"
SIMULATED = Text(ko="시뮬레이션", en="simulated")


def find_today() -> date:
    """Return the city's day."""
    return to_city_time(now()).date()


def choose_book(*, public_only: bool = False) -> Book:
    """Return the budget to show first: the open one of this year, else the newest; raises NotFound."""
    book = find_current_book(find_today(), public_only=public_only)
    if book is None:
        raise NotFound("budget.none", "아직 예산이 없습니다", "there is no budget yet")
    return book


def name_kinds(side: Side) -> dict[EntryKind, Text]:
    """Return what entries are called on a side."""
    return REVENUE_KIND_NAMES if side is Side.REVENUE else KIND_NAMES


def name_accounts(side: Side) -> dict[Account, Text]:
    """Return what accounts are called on a side."""
    return REVENUE_ACCOUNT_NAMES if side is Side.REVENUE else ACCOUNT_NAMES


def name_committed(side: Side) -> Text:
    """Return what money is called that is bound."""
    return Text(ko="징수결정", en="Levied") if side is Side.REVENUE else Text(ko="원인행위", en="Committed")


def name_disbursed(side: Side) -> Text:
    """Return what money is called that has gone or come."""
    return Text(ko="수납", en="Received") if side is Side.REVENUE else Text(ko="지출", en="Disbursed")


def link_node(node: Node, base: str = HOME) -> str:
    """Return where a node's page is."""
    return f"{base}{node.book_id}/{node.code}/" if node.code else f"{base}{node.book_id}/"


def write_percent(ratio: float | None) -> float | None:
    """Return a ratio in percent with one decimal."""
    return None if ratio is None else round(100 * ratio, 1)


def read_unit(request: HttpRequest) -> int:
    """Return how many won the page's amounts are shown in: 1 or (unless asked) 1,000."""
    return 1 if request.GET.get("unit") == "won" else 1000


def won(name: str, title: Text, **more: Any) -> ListColumn:
    """Return a column of whole won."""
    return ListColumn(name=name, title=title, type=ColumnType.INTEGER, unit="krw", **more)


def percent(name: str, title: Text, **more: Any) -> ListColumn:
    """Return a column of percents."""
    return ListColumn(name=name, title=title, type=ColumnType.NUMBER, unit="%", **more)


def text_column(name: str, ko: str, en: str, **more: Any) -> ListColumn:
    """Return a column of words that isn't sorted by."""
    return ListColumn(name=name, title=Text(ko=ko, en=en), **({"sortable": False} | more))
