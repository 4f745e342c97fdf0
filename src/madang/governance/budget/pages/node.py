"""The page of one node, for everyone and for the desk: what it holds, its parts, its year."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import NotFound, Text, now, read_pair
from madang.core.pages.interface import page
from madang.governance.budget.methods.posting import list_ancestors
from madang.governance.budget.queries.history import find_history, forecast_year_end, list_risks
from madang.governance.budget.queries.ledger import list_lines
from madang.governance.budget.queries.names import Names, read_names
from madang.governance.budget.queries.nodes import (
    find_before,
    get_book,
    get_months,
    get_node,
    get_plan,
    has_next,
    list_above,
    list_books,
    list_children,
)
from madang.governance.budget.queries.reviews import count_waiting
from madang.governance.budget.records import RISK_NAMES
from madang.governance.budget.records.ledger import LEVEL_WORDS, Account, Book, Node, Side

from .drawing import draw_curve, draw_rates, draw_treemap
from .words import (
    HOME,
    TITLE,
    VIEW,
    choose_book,
    find_today,
    link_node,
    name_accounts,
    name_committed,
    name_disbursed,
    name_kinds,
    read_unit,
    write_percent,
)

PUBLIC = "/budget/"
RECENT, RISKY = 10, 5


@page("public", title=TITLE)
def show_public(request: HttpRequest, book_id: str = "", code: str = "") -> HttpResponse:
    """Show everyone what the budget is and how far it is spent."""
    try:
        book = get_book(book_id) if book_id else choose_book(public_only=True)
    except NotFound:
        if book_id:
            raise
        return render(request, "budget/public.html", {"title": TITLE})
    if not book.is_public:
        raise Http404
    node = get_node(book.id, code)
    return render(request, "budget/public.html", describe_node(request, book, node, PUBLIC))


@page(VIEW, title=TITLE)
def show_desk(request: HttpRequest, book_id: str = "", code: str = "") -> HttpResponse:
    """Show a node with what can be done, its risks and its newest ledger lines."""
    try:
        book = get_book(book_id) if book_id else choose_book()
    except NotFound:
        if book_id:
            raise
        return render(
            request, "budget/node.html", {"title": TITLE, "may_import": request.actor.may("budget.import")}
        )
    node = get_node(book.id, code)
    kinds, accounts, names = name_kinds(book.side), name_accounts(book.side), read_names()
    lines, total = list_lines(book.id, below=node.code, limit=RECENT)
    agency = node.agency_code or "city"
    context = describe_node(request, book, node, HOME) | {
        "lines": [
            (one, names.join(one.node_path[-2:]), kinds[one.kind], accounts[one.debit], accounts[one.credit])
            for one in lines
        ],
        "line_count": total,
        "risks": _list_risks(book, node, names),
        "waiting": count_waiting(),
        "may_spend": book.is_open and node.is_leaf and request.actor.may("budget.spend", agency),
        "may_change": book.is_open and node.is_leaf and request.actor.may("budget.change", agency),
        "may_plan": book.is_open and request.actor.may("budget.change", agency),
        "may_close": book.is_open and not node.code and request.actor.may("budget.change", "city"),
        "may_import": request.actor.may("budget.import"),
        "may_name": request.actor.may("budget.change"),
        "has_next": has_next(book),
        "own": link_node(node),
    }
    return render(request, "budget/node.html", context)


def describe_node(request: HttpRequest, book: Book, node: Node, base: str) -> dict[str, Any]:
    """Return what both templates draw of a node; amounts are in the page's unit."""
    today, moment = find_today(), now()
    unit = read_unit(request)
    children = list_children(node)
    before = find_before(book, node)
    forecast, history = forecast_year_end(book, node, today), find_history(book, node)
    balance, names = node.balance, read_names()
    is_revenue = book.side is Side.REVENUE
    return {
        "title": names.say_node(node, book),
        "book": book,
        "book_title": names.say_book(book),
        "node": node,
        "purpose": read_pair(node.purpose),
        "level": LEVEL_WORDS[node.level],
        "crumbs": [(names.say_node(one, book), link_node(one, base)) for one in list_above(node)],
        "base": base,
        "unit": "천원" if unit > 1 else "원",
        "unit_en": "thousand won" if unit > 1 else "won",
        "is_revenue": is_revenue,
        "committed_name": name_committed(book.side),
        "disbursed_name": name_disbursed(book.side),
        "figures": _list_figures(book, node, unit),
        "parts": [
            (name_accounts(book.side)[one], _scale(getattr(balance, f"{one}_krw"), unit))
            for one in (Account.ORIGINAL, Account.CARRIED_IN, Account.TRANSFERRED, Account.SUPPLEMENTARY)
        ],
        "current": _scale(balance.current_budget_krw, unit),
        "children": [_describe_child(one, names, before.get(one.path), base, unit) for one in children],
        "child_level": LEVEL_WORDS[children[0].level] if children else None,
        "treemap": draw_treemap(book, node, children, names, base, moment),
        "rates": draw_rates(book, children, names, base, moment),
        "curve": draw_curve(
            book, node, get_months(node.id), get_plan(node.id), history, forecast, today, moment
        ),
        "forecast": forecast if forecast and forecast.month < 12 else None,
        "years": _list_years(book, base),
        "others": _list_others(book, names, base),
        "as_of": moment,
        "has_before": bool(before),
    }


def _list_figures(book: Book, node: Node, unit: int) -> list[tuple[Text, int, float | None]]:
    balance = node.balance
    committed, disbursed = name_committed(book.side), name_disbursed(book.side)
    rest = (
        Text(ko="예산보다 덜 부과됨", en="Not yet levied")
        if book.side is Side.REVENUE
        else Text(ko="잔액", en="Available")
    )
    return [
        (Text(ko="예산현액", en="Current budget"), _scale(balance.current_budget_krw, unit), None),
        (committed, _scale(balance.committed_krw, unit), write_percent(balance.commitment_ratio)),
        (disbursed, _scale(balance.disbursed_krw, unit), write_percent(balance.disbursement_ratio)),
        (rest, _scale(balance.available_krw, unit), None),
    ]


def _describe_child(child: Node, names: Names, before: int | None, base: str, unit: int) -> dict[str, Any]:
    balance = child.balance
    change = None if not before else write_percent((balance.current_budget_krw - before) / before)
    return {
        "name": names.say(child.name),
        "href": link_node(child, base),
        "current": _scale(balance.current_budget_krw, unit),
        "committed": _scale(balance.committed_krw, unit),
        "commitment": write_percent(balance.commitment_ratio),
        "disbursed": _scale(balance.disbursed_krw, unit),
        "disbursement": write_percent(balance.disbursement_ratio),
        "available": _scale(balance.available_krw, unit),
        "change": change,
        "is_new": not before and balance.current_budget_krw > 0,
    }


def _scale(amount_krw: int, unit: int) -> int:
    return round(amount_krw / unit) if unit > 1 else amount_krw


def _list_years(book: Book, base: str) -> list[tuple[int, str, bool]]:
    same = [one for one in list_books(public_only=base == PUBLIC) if one.series == book.series]
    return [(one.fiscal_year, f"{base}{one.id}/", one.id == book.id) for one in reversed(same)]


def _list_others(book: Book, names: Names, base: str) -> list[tuple[Text, str, bool]]:
    """Return the newest budget of each series: where the side or the body changes."""
    newest: dict[str, Book] = {}
    for one in list_books(public_only=base == PUBLIC):
        is_nearer = one.series not in newest or one.fiscal_year == book.fiscal_year
        if is_nearer:
            newest[one.series] = one
    return [
        (names.say(one.name), f"{base}{one.id}/", one.series == book.series)
        for one in sorted(newest.values(), key=lambda one: (one.side is Side.REVENUE, one.series))
    ]


def _list_risks(book: Book, node: Node, names: Names) -> list[Any]:
    """Return the items below a node with the most money at risk; none of a year that is over."""
    if book.side is Side.REVENUE or not book.is_open or book.fiscal_year != find_today().year:
        return []
    found = [
        (risk, item)
        for risk, item in list_risks(book, find_today())
        if node.code in list_ancestors(item.code)
    ]
    return [
        (
            risk,
            names.join(item.path[-2:]),
            link_node(item),
            write_percent(risk.score_ratio),
            [RISK_NAMES[one] for one in risk.reasons],
        )
        for risk, item in found[:RISKY]
    ]
