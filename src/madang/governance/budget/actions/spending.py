"""Committing and paying; what was wrong is reversed, never changed."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from madang.core.base.interface import Actor, Conflict
from madang.core.people.interface import record_audit, require
from madang.governance.budget.methods.posting import make_move, reverse_moves
from madang.governance.budget.models import EntryRow, NodeRow, ReferenceRow
from madang.governance.budget.queries.ledger import get_entry, measure_open
from madang.governance.budget.queries.nodes import get_node_row
from madang.governance.budget.records.ledger import CARRIED, Draft, Entry, EntryKind, Move

from .posting import lock_whole, post

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
    draft = Draft(
        kind=EntryKind.COMMITMENT,
        booked_on=booked_on,
        moves=(make_move(EntryKind.COMMITMENT, node_id, amount_krw),) if amount_krw > 0 else (),
        note=note,
    )
    lock_whole(node.book_id)
    done = _find_written(node, draft, reference)
    return done or _post_one(actor, now, node, draft, "budget.commit", reference)


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
    lock_whole(node.book_id)
    draft = Draft(
        kind=EntryKind.DISBURSEMENT,
        booked_on=booked_on,
        moves=(make_move(EntryKind.DISBURSEMENT, node.pk, amount_krw),) if amount_krw > 0 else (),
        note=note,
        settles=entry_id,
    )
    if done := _find_written(node, draft, reference):
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
def reverse_entry(*, actor: Actor, now: datetime, entry_id: int, booked_on: date, reason: str) -> int:
    """Write the entry that undoes another, and return its id.

    Raises Conflict where it was reversed before, is a reversal itself, is a commitment that was paid on, or
    where the money has been used since.
    """
    entry = get_entry(entry_id)
    node = get_node_row(entry.lines[0].node_id)
    is_spending = entry.kind in {EntryKind.COMMITMENT, EntryKind.DISBURSEMENT}
    for line in entry.lines:
        agency = get_node_row(line.node_id).agency_code or "city"
        require(actor, SPEND if is_spending else "budget.change", agency)
    lock_whole(node.book_id)
    _refuse_reversal(entry)
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
    return _post_one(actor, now, node, draft, "budget.reverse")


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


def _find_written(node: NodeRow, draft: Draft, reference: str) -> int:
    """Return the entry that was written under `reference`, 0 for none; raise Conflict where it says something else."""
    row = (
        ReferenceRow.objects.filter(book_id=node.book_id, reference=reference).select_related("entry").first()
    )
    if row is None or not reference:
        return 0
    before, amount = row.entry, sum(move.amount_krw for move in draft.moves)
    said = (before.kind, before.booked_on, before.amount_krw, before.settles_id)
    is_same = said == (draft.kind.value, draft.booked_on, amount, draft.settles)
    if not is_same or not before.lines.filter(node=node).exists():
        raise Conflict(
            "budget.reference",
            f"번호 {reference}로 다른 것을 이미 적었습니다 (기입 {before.pk})",
            f"something else was written under {reference} (entry {before.pk})",
            field="reference",
        )
    return before.pk


def _post_one(
    actor: Actor, now: datetime, node: NodeRow, draft: Draft, action: str, reference: str = ""
) -> int:
    (entry_id,) = post(actor=actor, now=now, book_id=node.book_id, drafts=[draft])
    if reference:
        ReferenceRow.objects.create(book_id=node.book_id, reference=reference, entry_id=entry_id)
    amount = sum(move.amount_krw for move in draft.moves)
    record_audit(
        actor=actor, now=now, action=action, subject=f"entry {entry_id}", details={"amount_krw": amount}
    )
    return entry_id
