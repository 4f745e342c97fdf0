"""Budgets for other people's programs: what they hold, the year's end, opening and closing them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request

from madang.core.base.interface import Actor, NotFound, Text, now, to_city_time
from madang.core.pages.interface import Route
from madang.governance.budget.actions.books import CHANGE, IMPORT, add_item, close_book, open_next, set_plan
from madang.governance.budget.queries.history import forecast_year_end, list_risks
from madang.governance.budget.queries.names import read_names
from madang.governance.budget.queries.nodes import get_book, get_node, list_books, list_children
from madang.governance.budget.records import CarryOverRisk, Forecast
from madang.governance.budget.records.ledger import Book, ItemPlan

from .shown import ShownBook, ShownNode, show_book, show_node

VIEW = "budget.view"
TAGS = ("budget",)
Won = Annotated[int, Meta(ge=1, le=10**16)]
Code = Annotated[str, Meta(max_length=200)]


class PageQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of a long list."""

    offset: Annotated[int, Meta(ge=0, le=10**9)] = 0
    limit: Annotated[int, Meta(ge=1, le=1000)] = 100


class NodeQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which node of a book: the whole where `code` is left out."""

    code: Code = ""


class Books(msgspec.Struct, frozen=True):
    """Budgets, the newest year first."""

    total: int
    books: tuple[ShownBook, ...]


class NodeShown(msgspec.Struct, frozen=True):
    """A node with what it holds in won, and the nodes right below it."""

    node: ShownNode
    children: tuple[ShownNode, ...]


class Risk(msgspec.Struct, frozen=True):
    """An item whose money may be left at the year's end."""

    item: ShownNode
    risk: CarryOverRisk


class Risks(msgspec.Struct, frozen=True):
    """A page of items whose money may be left, the most money first, and how many there are."""

    total: int
    risks: list[Risk]


class ItemBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new item: a name for each of the budget's levels, "" where it belongs to none."""

    names: Annotated[tuple[Annotated[str, Meta(max_length=300)], ...], Meta(max_length=20)]
    agency_code: Annotated[str, Meta(max_length=40)] = ""
    purpose: Annotated[str, Meta(max_length=5000)] = ""
    ends_on: date | None = None


class PlanBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a node is to have disbursed by the end of each month, cumulated."""

    code: Code
    months_krw: Annotated[
        tuple[Annotated[int, Meta(ge=0, le=10**16)], ...], Meta(min_length=12, max_length=12)
    ]


class CloseBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether commitments that are neither paid nor carried over lapse."""

    lapses: bool = False


def find_book(actor: Actor, book_id: str) -> Book:
    """Return a book this caller may see; NotFound hides the others."""
    book = get_book(book_id)
    if not book.is_public and not actor.may(VIEW):
        raise NotFound("budget.book", "그런 예산이 없습니다", "there is no such budget")
    return book


def send_books(request: Request, query: PageQuery, _body: None) -> Books:
    """Answer the budgets this caller may see."""
    books = list_books(public_only=not request.state.actor.may(VIEW))
    names = read_names()
    shown = (show_book(one, names) for one in books[query.offset : query.offset + query.limit])
    return Books(len(books), tuple(shown))


def send_node(request: Request, query: NodeQuery, _body: None) -> NodeShown:
    """Answer one node of a budget and its parts."""
    book = find_book(request.state.actor, request.path_params["book_id"])
    node = get_node(book.id, query.code)
    names = read_names()
    return NodeShown(show_node(node, names), tuple(show_node(one, names) for one in list_children(node)))


def send_forecast(request: Request, query: NodeQuery, _body: None) -> Forecast:
    """Answer what a node will have spent by the year's end; NotFound where nothing tells."""
    book = find_book(request.state.actor, request.path_params["book_id"])
    found = forecast_year_end(book, get_node(book.id, query.code), to_city_time(now()).date())
    if found is None:
        raise NotFound(
            "budget.forecast",
            "이 자리의 지난 3년이 없거나 올해의 예산이 아니어서 예측하지 않습니다",
            "there is no forecast without three past years of the same place, or of another year",
        )
    return found


def send_risks(request: Request, query: PageQuery, _body: None) -> Risks:
    """Answer items of a budget whose money may be left."""
    book = get_book(request.path_params["book_id"])
    found, names = list_risks(book, to_city_time(now()).date()), read_names()
    shown = found[query.offset : query.offset + query.limit]
    return Risks(len(found), [Risk(show_node(item, names), risk) for risk, item in shown])


def make_item(request: Request, _query: None, body: ItemBody) -> ShownNode:
    """Add an item to an open budget."""
    book_id = request.path_params["book_id"]
    item = ItemPlan(**msgspec.structs.asdict(body))
    code = add_item(actor=request.state.actor, now=now(), book_id=book_id, item=item)
    return show_node(get_node(book_id, code), read_names())


def plan(request: Request, _query: None, body: PlanBody) -> None:
    """Write the plan of a node's months."""
    node = get_node(request.path_params["book_id"], body.code)
    set_plan(actor=request.state.actor, now=now(), node_id=node.id, months_krw=body.months_krw)


def follow(request: Request, _query: None, _body: None) -> ShownBook:
    """Open the next year's budget with the tree of this one."""
    book_id = request.path_params["book_id"]
    following = open_next(actor=request.state.actor, now=now(), book_id=book_id)
    return show_book(get_book(following), read_names())


def close(request: Request, _query: None, body: CloseBody) -> ShownBook:
    """Close a year's budget."""
    book_id = request.path_params["book_id"]
    close_book(actor=request.state.actor, now=now(), book_id=book_id, lapses=body.lapses)
    return show_book(get_book(book_id), read_names())


ROUTES = [
    Route(
        "GET", "/api/budget/books", send_books, "public", Text(ko="예산 목록", en="Budgets"),
        query=PageQuery, returns=Books, tags=TAGS,
    ),
    Route(
        "GET", "/api/budget/books/{book_id}", send_node, "public",
        Text(ko="예산의 한 곳과 그 아래 (원)", en="A node of a budget and its parts (won)"),
        query=NodeQuery, returns=NodeShown, tags=TAGS,
    ),
    Route(
        "GET", "/api/budget/books/{book_id}/forecast", send_forecast, "public",
        Text(ko="연말 예측과 구간", en="The year's end with its interval"), query=NodeQuery, returns=Forecast, tags=TAGS,
    ),
    Route(
        "GET", "/api/budget/books/{book_id}/risks", send_risks, VIEW,
        Text(ko="이월·불용 위험", en="Money that may be left"), query=PageQuery, returns=Risks, tags=TAGS,
    ),
    Route(
        "POST", "/api/budget/books/{book_id}/items", make_item, CHANGE,
        Text(ko="항목 더하기", en="Add an item"), body=ItemBody, returns=ShownNode, tags=TAGS,
    ),
    Route(
        "POST", "/api/budget/books/{book_id}/plans", plan, CHANGE,
        Text(ko="월별 집행 계획", en="Plan by month"), body=PlanBody, tags=TAGS,
    ),
    Route(
        "POST", "/api/budget/books/{book_id}/next", follow, IMPORT,
        Text(ko="다음 해 예산 열기", en="Open next year's budget"), returns=ShownBook, tags=TAGS,
    ),
    Route(
        "POST", "/api/budget/books/{book_id}/close", close, CHANGE,
        Text(ko="회계연도 마감", en="Close the year"), body=CloseBody, returns=ShownBook, tags=TAGS,
    ),
]  # fmt: skip
