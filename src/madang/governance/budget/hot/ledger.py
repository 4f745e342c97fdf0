"""The ledger for other people's programs: reading it, committing, paying, undoing, and changes of the budget."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from starlette.requests import Request

from madang.core.base.interface import Text, now
from madang.core.pages.interface import Route
from madang.governance.budget.actions.changing import (
    CHANGE,
    add_supplementary,
    carry_over,
    set_original,
    transfer_money,
)
from madang.governance.budget.actions.spending import SPEND, commit_money, pay_commitment, reverse_entry
from madang.governance.budget.queries.ledger import get_entry, list_lines
from madang.governance.budget.queries.names import read_names
from madang.governance.budget.queries.nodes import get_book, get_node

from .books import TAGS, VIEW, Code, PageQuery, Won
from .shown import ShownEntry, ShownLine, show_entry, show_line

_Note = Annotated[str, Meta(min_length=1, max_length=500)]
_Remark = Annotated[str, Meta(max_length=500)]
_Reference = Annotated[str, Meta(max_length=100)]
_ItemCode = Annotated[str, Meta(min_length=1, max_length=200)]


class LinesQuery(PageQuery, frozen=True, kw_only=True):
    """Which lines: those below a node, newest first."""

    code: Code = ""


class Lines(msgspec.Struct, frozen=True):
    """A page of ledger lines and how many there are."""

    total: int
    lines: list[ShownLine]


class CommitBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A commitment (of revenue: a levy) of one item; sent again under its `reference`, it is written once."""

    code: _ItemCode
    amount_krw: Won
    booked_on: date
    note: _Note
    reference: _Reference = ""


class ReverseBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why an entry is undone; sent again under its `reference`, it is undone once."""

    booked_on: date
    reason: _Note
    reference: _Reference = ""


class OriginalBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The original budget of one item, booked on the first day of the year."""

    code: _ItemCode
    amount_krw: Won
    note: _Remark = ""
    reference: _Reference = ""


class SupplementBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A supplementary budget of one item; below 0 it is taken away."""

    code: _ItemCode
    amount_krw: Annotated[int, Meta(ge=-(10**16), le=10**16)]
    booked_on: date
    legal_ground: _Note
    note: _Remark = ""
    reference: _Reference = ""


class TransferBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Money that isn't committed, from one item to another of the same budget."""

    code: _ItemCode
    to_code: _ItemCode
    amount_krw: Won
    booked_on: date
    legal_ground: _Note
    note: _Remark = ""
    reference: _Reference = ""


class CarryOverBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Money of an item for the next year: what is available, or what of `commitment_id` is unpaid."""

    code: _ItemCode
    amount_krw: Won
    legal_ground: _Note
    commitment_id: int | None = None
    reference: _Reference = ""


class PayBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A payment (of revenue: a receipt) on a commitment; sent again under its `reference`, it is written once."""

    amount_krw: Won
    booked_on: date
    note: _Note
    reference: _Reference = ""


def send_lines(request: Request, query: LinesQuery, _body: None) -> Lines:
    """Answer lines of a budget's ledger."""
    book = get_book(request.path_params["book_id"])
    node = get_node(book.id, query.code)
    lines, total = list_lines(book.id, below=node.code, offset=query.offset, limit=query.limit)
    names = read_names()
    return Lines(total, [show_line(one, names) for one in lines])


def send_entry(request: Request, _query: None, _body: None) -> ShownEntry:
    """Answer one entry with its lines."""
    return _answer(request.path_params["entry_id"])


def commit(request: Request, _query: None, body: CommitBody) -> ShownEntry:
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
    return _answer(entry_id)


def pay(request: Request, _query: None, body: PayBody) -> ShownEntry:
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
    return _answer(entry_id)


def reverse(request: Request, _query: None, body: ReverseBody) -> ShownEntry:
    """Undo an entry by another."""
    entry_id = request.path_params["entry_id"]
    said = msgspec.structs.asdict(body)
    return _answer(reverse_entry(actor=request.state.actor, now=now(), entry_id=entry_id, **said))


def give_original(request: Request, _query: None, body: OriginalBody) -> ShownEntry:
    """Give an item its original budget."""
    return _answer(set_original(**_read(request, body)))


def supplement(request: Request, _query: None, body: SupplementBody) -> ShownEntry:
    """Raise or lower an item's budget."""
    return _answer(add_supplementary(**_read(request, body)))


def transfer(request: Request, _query: None, body: TransferBody) -> ShownEntry:
    """Move money to another item."""
    said = _read(request, body)
    to = get_node(request.path_params["book_id"], said.pop("to_code"))
    return _answer(transfer_money(between=(said.pop("node_id"), to.id), **said))


def carry(request: Request, _query: None, body: CarryOverBody) -> ShownEntry:
    """Carry money into the next year; the answer is the entry that leaves."""
    return _answer(carry_over(**_read(request, body))[0])


def _answer(entry_id: int) -> ShownEntry:
    return show_entry(get_entry(entry_id), read_names())


def _read(request: Request, body: msgspec.Struct) -> dict[str, Any]:
    """Return what a body says of an item as an action takes it."""
    said = msgspec.structs.asdict(body)
    node = get_node(request.path_params["book_id"], said.pop("code"))
    return said | {"actor": request.state.actor, "now": now(), "node_id": node.id}


ROUTES = [
    Route(
        "GET", "/api/budget/books/{book_id}/lines", send_lines, VIEW,
        Text(ko="장부의 줄", en="Ledger lines"), query=LinesQuery, returns=Lines, tags=TAGS,
    ),
    Route(
        "GET", "/api/budget/entries/{entry_id:int}", send_entry, VIEW,
        Text(ko="장부 기입", en="A ledger entry"), returns=ShownEntry, tags=TAGS,
    ),
    *(
        Route("POST", f"/api/budget/{path}", endpoint, permission, title, body=body, returns=ShownEntry, tags=TAGS)
        for path, endpoint, permission, body, title in (
            ("books/{book_id}/commitments", commit, SPEND, CommitBody, Text(ko="원인행위·징수결정", en="Commit or levy")),
            ("entries/{entry_id:int}/payments", pay, SPEND, PayBody, Text(ko="지출·수납", en="Pay or receive")),
            ("entries/{entry_id:int}/reversal", reverse, VIEW, ReverseBody, Text(ko="취소 기입", en="Reverse an entry")),
            ("books/{book_id}/originals", give_original, CHANGE, OriginalBody, Text(ko="당초예산", en="Original budget")),
            ("books/{book_id}/supplements", supplement, CHANGE, SupplementBody, Text(ko="추가경정", en="Supplementary budget")),
            ("books/{book_id}/transfers", transfer, CHANGE, TransferBody, Text(ko="이용·전용·이체", en="Transfer")),
            ("books/{book_id}/carry-overs", carry, CHANGE, CarryOverBody, Text(ko="다음 해로 이월", en="Carry over")),
        )
    ),
]  # fmt: skip
