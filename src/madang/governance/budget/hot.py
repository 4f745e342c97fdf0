"""Budgets for other people's programs: books, nodes with what they hold, ledger entries, writing into the ledger."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request

from madang.core.base.interface import Actor, NotFound, Text, now
from madang.core.pages.interface import Route
from madang.governance.budget.actions.spending import SPEND, commit_money, pay_commitment
from madang.governance.budget.queries.ledger import get_entry, list_lines
from madang.governance.budget.queries.nodes import get_book, get_node, list_books, list_children
from madang.governance.budget.records.ledger import Book, Entry, Line, Node

VIEW = "budget.view"
_TAGS = ("budget",)
_Won = Annotated[int, Meta(ge=1, le=10**16)]
_Note = Annotated[str, Meta(min_length=1, max_length=500)]
_Reference = Annotated[str, Meta(max_length=100)]


class PageQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of a long list."""

    offset: Annotated[int, Meta(ge=0, le=10**9)] = 0
    limit: Annotated[int, Meta(ge=1, le=1000)] = 100


class NodeQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which node of a book: the whole where `code` is left out."""

    code: Annotated[str, Meta(max_length=200)] = ""


class LinesQuery(PageQuery, frozen=True, kw_only=True):
    """Which lines: those below a node, newest first."""

    code: Annotated[str, Meta(max_length=200)] = ""


class Books(msgspec.Struct, frozen=True):
    """Budgets, the newest year first."""

    total: int
    books: tuple[Book, ...]


class NodeShown(msgspec.Struct, frozen=True):
    """A node with what it holds in won, and the nodes right below it."""

    node: Node
    children: tuple[Node, ...]


class Lines(msgspec.Struct, frozen=True):
    """A page of ledger lines and how many there are."""

    total: int
    lines: list[Line]


class CommitBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A commitment (of revenue: a levy) of one item; sent again under its `reference`, it is written once."""

    code: Annotated[str, Meta(min_length=1, max_length=200)]
    amount_krw: _Won
    booked_on: date
    note: _Note
    reference: _Reference = ""


class PayBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A payment (of revenue: a receipt) on a commitment; sent again under its `reference`, it is written once."""

    amount_krw: _Won
    booked_on: date
    note: _Note
    reference: _Reference = ""


def _find_book(actor: Actor, book_id: str) -> Book:
    """Return a book this caller may see; NotFound hides the others."""
    book = get_book(book_id)
    if not book.is_public and not actor.may(VIEW):
        raise NotFound("budget.book", "그런 예산이 없습니다", "there is no such budget")
    return book


def send_books(request: Request, query: PageQuery, _body: None) -> Books:
    """Answer the budgets this caller may see."""
    books = list_books(public_only=not request.state.actor.may(VIEW))
    return Books(len(books), books[query.offset : query.offset + query.limit])


def send_node(request: Request, query: NodeQuery, _body: None) -> NodeShown:
    """Answer one node of a budget and its parts."""
    book = _find_book(request.state.actor, request.path_params["book_id"])
    node = get_node(book.id, query.code)
    return NodeShown(node, list_children(node))


def send_lines(request: Request, query: LinesQuery, _body: None) -> Lines:
    """Answer lines of a budget's ledger."""
    book = get_book(request.path_params["book_id"])
    node = get_node(book.id, query.code)
    lines, total = list_lines(book.id, below=node.code, offset=query.offset, limit=query.limit)
    return Lines(total, list(lines))


def send_entry(request: Request, _query: None, _body: None) -> Entry:
    """Answer one entry with its lines."""
    return get_entry(request.path_params["entry_id"])


def commit(request: Request, _query: None, body: CommitBody) -> Entry:
    """Commit money of an item."""
    actor = request.state.actor
    node = get_node(request.path_params["book_id"], body.code)
    entry_id = commit_money(
        actor=actor,
        now=now(),
        node_id=node.id,
        amount_krw=body.amount_krw,
        booked_on=body.booked_on,
        note=body.note,
        reference=body.reference,
    )
    return get_entry(entry_id)


def pay(request: Request, _query: None, body: PayBody) -> Entry:
    """Disburse on a commitment."""
    entry_id = pay_commitment(
        actor=request.state.actor,
        now=now(),
        entry_id=request.path_params["entry_id"],
        amount_krw=body.amount_krw,
        booked_on=body.booked_on,
        note=body.note,
        reference=body.reference,
    )
    return get_entry(entry_id)


ROUTES = [
    Route(
        "GET", "/api/budget/books", send_books, "public", Text(ko="예산 목록", en="Budgets"),
        query=PageQuery, returns=Books, tags=_TAGS,
    ),
    Route(
        "GET", "/api/budget/books/{book_id}", send_node, "public",
        Text(ko="예산의 한 곳과 그 아래 (원)", en="A node of a budget and its parts (won)"),
        query=NodeQuery, returns=NodeShown, tags=_TAGS,
    ),
    Route(
        "GET", "/api/budget/books/{book_id}/lines", send_lines, VIEW,
        Text(ko="장부의 줄", en="Ledger lines"), query=LinesQuery, returns=Lines, tags=_TAGS,
    ),
    Route(
        "POST", "/api/budget/books/{book_id}/commitments", commit, SPEND,
        Text(ko="원인행위·징수결정", en="Commit or levy"), body=CommitBody, returns=Entry, tags=_TAGS,
    ),
    Route(
        "GET", "/api/budget/entries/{entry_id:int}", send_entry, VIEW,
        Text(ko="장부 기입", en="A ledger entry"), returns=Entry, tags=_TAGS,
    ),
    Route(
        "POST", "/api/budget/entries/{entry_id:int}/payments", pay, SPEND,
        Text(ko="지출·수납", en="Pay or receive"), body=PayBody, returns=Entry, tags=_TAGS,
    ),
]  # fmt: skip
