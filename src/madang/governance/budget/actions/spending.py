"""Committing and paying; what was wrong is reversed, never changed."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from madang.core.base.interface import Actor, BadInput, Conflict, to_city_time
from madang.core.people.interface import record_audit, require
from madang.governance.budget.methods.posting import make_move, reverse_moves
from madang.governance.budget.models import EntryRow, NodeRow
from madang.governance.budget.queries.ledger import get_entry, measure_open
from madang.governance.budget.queries.nodes import get_node_row
from madang.governance.budget.records.ledger import CARRIED, Draft, Entry, EntryKind, Move

from .posting import find_written, lock_whole, post_once, require_words

SPEND = "budget.spend"


@transaction.atomic
def commit_money(
    *,
    actor: Actor,
    now: datetime,
    node_id: int,
    amount_krw: int,
    booked_on: date,
    note: str,
    reference: str = "",
) -> int:
    """Commit money of an item (원인행위; of revenue: 징수결정) and return the entry's id.

    `reference` is the caller's own number: what was written under it before is returned, and not written again.
    Raises Conflict where less is available (of two who want the last money, one gets it), and where something
    else was written under `reference`.
    """
    node = get_node_row(node_id)
    require(actor, SPEND, node.agency_code or "city")
    require_words("note", note)
    _refuse_day(booked_on, now)
    draft = Draft(
        kind=EntryKind.COMMITMENT,
        booked_on=booked_on,
        moves=(make_move(EntryKind.COMMITMENT, node_id, amount_krw),) if amount_krw > 0 else (),
        note=note,
    )
    lock_whole(node.book_id)
    return _post_one(actor, now, node, draft, "budget.commit", reference)


@transaction.atomic
def pay_commitment(
    *,
    actor: Actor,
    now: datetime,
    entry_id: int,
    amount_krw: int,
    booked_on: date,
    note: str,
    reference: str = "",
) -> int:
    """Disburse on a commitment (지출; of revenue: 수납), in whole or in part, and return the entry's id.

    `reference` as in `commit_money`.
    """
    entry = get_entry(entry_id)
    node = get_node_row(entry.lines[0].node_id)
    require(actor, SPEND, node.agency_code or "city")
    require_words("note", note)
    _refuse_day(booked_on, now, entry.booked_on, "원인행위")
    lock_whole(node.book_id)
    draft = Draft(
        kind=EntryKind.DISBURSEMENT,
        booked_on=booked_on,
        moves=(make_move(EntryKind.DISBURSEMENT, node.pk, amount_krw),) if amount_krw > 0 else (),
        note=note,
        settles=entry_id,
    )
    if done := find_written(node.book_id, draft, reference):
        return done
    left = measure_open(entry_id)
    if entry.kind is not EntryKind.COMMITMENT or amount_krw > left:
        raise Conflict(
            "budget.not_committed",
            f"이 원인행위에 남은 금액은 {left:,}원입니다",
            f"{left:,} won of this commitment are open",
            field="amount_krw",
        )
    return _post_one(actor, now, node, draft, "budget.pay", reference)


@transaction.atomic
def reverse_entry(
    *, actor: Actor, now: datetime, entry_id: int, booked_on: date, reason: str, reference: str = ""
) -> int:
    """Write the entry that undoes another, and return its id; `reference` as in `commit_money`.

    Raises Conflict where it was reversed before, is a reversal itself, is a commitment that was paid on, or
    where the money has been used since.
    """
    entry = get_entry(entry_id)
    node = get_node_row(entry.lines[0].node_id)
    is_spending = entry.kind in {EntryKind.COMMITMENT, EntryKind.DISBURSEMENT}
    for line in entry.lines:
        agency = get_node_row(line.node_id).agency_code or "city"
        require(actor, SPEND if is_spending else "budget.change", agency)
    require_words("reason", reason)
    if is_spending:
        _refuse_day(booked_on, now, entry.booked_on, "기입")
    lock_whole(node.book_id)
    moves = tuple(
        Move(node_id=one.node_id, debit=one.debit, credit=one.credit, amount_krw=one.amount_krw)
        for one in entry.lines
    )
    draft = Draft(
        kind=EntryKind.REVERSAL,
        booked_on=booked_on,
        moves=reverse_moves(moves),
        note=reason,
        legal_ground=entry.legal_ground,
        reverses=entry_id,
    )
    if done := find_written(node.book_id, draft, reference):
        return done
    _refuse_reversal(entry)
    return _post_one(actor, now, node, draft, "budget.reverse", reference)


def _refuse_reversal(entry: Entry) -> None:
    """Judge anew what may have changed before the ledger was locked."""
    if entry.kind is EntryKind.REVERSAL or EntryRow.objects.filter(reverses_id=entry.id).exists():
        raise Conflict(
            "budget.reversed", "이미 취소했거나 취소 기입입니다", "it was reversed already, or is a reversal"
        )
    if entry.kind in CARRIED:
        raise Conflict(
            "budget.carried",
            "이월은 두 해의 장부에 함께 적혀 있어 한쪽만 취소할 수 없습니다. 추가경정이나 이용으로 바로잡아 주세요",
            "money carried over stands in two years' ledgers and can't be undone in one; correct it by a supplementary "
            "budget",
        )
    if entry.kind is EntryKind.COMMITMENT and measure_open(entry.id) < entry.amount_krw:
        raise Conflict(
            "budget.paid_on",
            "지급한 금액이 있는 원인행위입니다. 지출을 먼저 취소해 주세요",
            "this commitment was paid on; reverse its payments first",
        )


def _refuse_day(booked_on: date, now: datetime, since: date | None = None, what: str = "") -> None:
    """Refuse a day to come, and one before what is paid on or undone."""
    if booked_on > to_city_time(now).date():
        raise BadInput(
            "budget.day_to_come",
            "아직 오지 않은 날짜로 적을 수 없습니다",
            "a day to come can't be booked on",
            field="booked_on",
        )
    if since is not None and booked_on < since:
        raise BadInput(
            "budget.day_before",
            f"{what}을(를) 한 {since}보다 앞선 날짜입니다",
            f"the day is before {since}, the day of what it follows from",
            field="booked_on",
        )


def _post_one(
    actor: Actor, now: datetime, node: NodeRow, draft: Draft, action: str, reference: str = ""
) -> int:
    entry_id, is_new = post_once(actor=actor, now=now, book_id=node.book_id, draft=draft, reference=reference)
    if is_new:
        amount = sum(move.amount_krw for move in draft.moves)
        record_audit(
            actor=actor, now=now, action=action, subject=f"entry {entry_id}", details={"amount_krw": amount}
        )
    return entry_id
