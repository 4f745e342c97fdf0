"""Changes of the budget itself: supplementary budgets, transfers, money carried over to the next year."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from madang.core.base.interface import Actor, BadInput, Conflict, NotFound
from madang.core.people.interface import record_audit, require
from madang.governance.budget.methods.posting import make_move
from madang.governance.budget.models import BookRow, NodeRow
from madang.governance.budget.queries.ledger import get_entry, measure_open
from madang.governance.budget.queries.nodes import get_node_row
from madang.governance.budget.records.ledger import Account, Draft, EntryKind, Move

from .posting import find_written, lock_whole, post_once

CHANGE = "budget.change"


@transaction.atomic
def set_original(
    *, actor: Actor, now: datetime, node_id: int, amount_krw: int, note: str = "", reference: str = ""
) -> int:
    """Give an item its original budget, once, and return the entry's id; a wrong one is reversed first.

    `reference` is the caller's own number: what was written under it before is returned, and not written again.
    """
    node = get_node_row(node_id)
    require(actor, CHANGE, node.agency_code or "city")
    lock_whole(node.book_id)
    draft = Draft(
        kind=EntryKind.ORIGINAL,
        booked_on=date(node.book.fiscal_year, 1, 1),
        moves=(make_move(EntryKind.ORIGINAL, node_id, amount_krw),),
        note=note,
    )
    done = find_written(node.book_id, draft, reference)
    if done:
        return done
    node.refresh_from_db()
    if node.original_krw:
        raise Conflict(
            "budget.original",
            "이 항목에는 당초예산이 이미 있습니다. 잘못 적었으면 그 기입을 취소하고 다시 적으세요.",
            "this item has its original budget already; reverse that entry first if it is wrong",
            field="amount_krw",
        )
    return _write(actor, now, node.book_id, draft, ("budget.original", amount_krw, reference))


@transaction.atomic
def add_supplementary(
    *,
    actor: Actor,
    now: datetime,
    node_id: int,
    amount_krw: int,
    booked_on: date,
    legal_ground: str,
    note: str = "",
    reference: str = "",
) -> int:
    """Raise (or, below 0, lower) an item's budget by a supplementary one, and return the entry's id."""
    node = get_node_row(node_id)
    require(actor, CHANGE, node.agency_code or "city")
    _require_ground(legal_ground)
    kind = EntryKind.SUPPLEMENTARY
    draft = Draft(
        kind=kind,
        booked_on=booked_on,
        moves=(make_move(kind, node_id, amount_krw),) if amount_krw else (),
        note=note,
        legal_ground=legal_ground,
    )
    lock_whole(node.book_id)
    return _write(actor, now, node.book_id, draft, ("budget.supplement", amount_krw, reference))


@transaction.atomic
def transfer_money(
    *,
    actor: Actor,
    now: datetime,
    between: tuple[int, int],
    amount_krw: int,
    booked_on: date,
    legal_ground: str,
    note: str = "",
    reference: str = "",
) -> int:
    """Move budget that isn't committed from the first to the second of two items of a book; return the entry's id."""
    giving, taking = (get_node_row(node_id) for node_id in between)
    for node in (giving, taking):
        require(actor, CHANGE, node.agency_code or "city")
    _require_ground(legal_ground)
    if giving.book_id != taking.book_id or giving.pk == taking.pk or amount_krw <= 0:
        raise BadInput(
            "budget.transfer",
            "같은 예산의 다른 두 항목 사이에서 0보다 큰 금액을 옮깁니다",
            "an amount above 0 goes between two items of one budget",
            field="to_id",
        )
    kind = EntryKind.TRANSFER
    draft = Draft(
        kind=kind,
        booked_on=booked_on,
        moves=(make_move(kind, giving.pk, -amount_krw), make_move(kind, taking.pk, amount_krw)),
        note=note,
        legal_ground=legal_ground,
    )
    lock_whole(giving.book_id)
    return _write(actor, now, giving.book_id, draft, ("budget.transfer", amount_krw, reference))


@transaction.atomic
def carry_over(
    *,
    actor: Actor,
    now: datetime,
    node_id: int,
    amount_krw: int,
    legal_ground: str,
    commitment_id: int | None = None,
    reference: str = "",
) -> tuple[int, int]:
    """Carry money of an item into the next year's budget; return the entries that leave and that arrive.

    Foreseen carry-over (명시이월) takes what is available; with `commitment_id` (사고이월) what of that commitment
    is unpaid. The item must be in next year's book of the same series.
    """
    node = get_node_row(node_id)
    require(actor, CHANGE, node.agency_code or "city")
    _require_ground(legal_ground)
    coming = _find_next(node)
    left_in = Account.AVAILABLE if commitment_id is None else Account.OUTSTANDING
    lock_whole(node.book_id)
    leaving = Draft(
        kind=EntryKind.CARRIED_OUT,
        booked_on=date(node.book.fiscal_year, 12, 31),
        moves=(Move(node_id=node_id, debit=Account.CARRIED_OUT, credit=left_in, amount_krw=amount_krw),),
        note=f"{coming.book.fiscal_year}년으로 이월",
        legal_ground=legal_ground,
        settles=commitment_id,
    )
    arriving = Draft(
        kind=EntryKind.CARRIED_IN,
        booked_on=date(coming.book.fiscal_year, 1, 1),
        moves=(make_move(EntryKind.CARRIED_IN, coming.pk, amount_krw),),
        note=f"{node.book.fiscal_year}년에서 이월",
        legal_ground=legal_ground,
    )
    if commitment_id is not None and not find_written(node.book_id, leaving, reference):
        _refuse_not_open(node_id, commitment_id, amount_krw)
    out_id, _ = post_once(actor=actor, now=now, book_id=node.book_id, draft=leaving, reference=reference)
    in_id, is_new = post_once(
        actor=actor, now=now, book_id=coming.book_id, draft=arriving, reference=reference
    )
    if is_new:
        details = {"amount_krw": amount_krw, "arrives": in_id}
        record_audit(
            actor=actor, now=now, action="budget.carry_over", subject=f"entry {out_id}", details=details
        )
    return out_id, in_id


def _refuse_not_open(node_id: int, commitment_id: int, amount_krw: int) -> None:
    entry = get_entry(commitment_id)
    if entry.lines[0].node_id != node_id or amount_krw > measure_open(commitment_id):
        raise Conflict(
            "budget.not_committed",
            "이 원인행위에 그만큼 남아 있지 않습니다",
            "less than that is open",
            field="amount_krw",
        )


def _write(actor: Actor, now: datetime, book_id: str, draft: Draft, said: tuple[str, int, str]) -> int:
    """Write an entry under its reference, with its audit; `said` is (action, amount, reference)."""
    action, amount_krw, reference = said
    entry_id, is_new = post_once(actor=actor, now=now, book_id=book_id, draft=draft, reference=reference)
    if is_new:
        details = {"amount_krw": amount_krw, "ground": draft.legal_ground}
        record_audit(actor=actor, now=now, action=action, subject=f"entry {entry_id}", details=details)
    return entry_id


def _find_next(node: NodeRow) -> NodeRow:
    series, year = node.book.series, node.book.fiscal_year + 1
    book = BookRow.objects.filter(series=series, fiscal_year=year).first()
    found = NodeRow.objects.filter(book=book, path=node.path, is_leaf=True).first() if book else None
    if found is None:
        raise NotFound(
            "budget.no_next",
            f"{year}년 예산에 같은 항목이 없습니다",
            f"the budget of {year} has no such item",
        )
    return found


def _require_ground(legal_ground: str) -> None:
    if not legal_ground.strip():
        raise BadInput(
            "budget.ground",
            "법적 근거를 적어 주세요",
            "say which law or decision allows it",
            field="legal_ground",
        )
