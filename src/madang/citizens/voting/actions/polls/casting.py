"""Casting a vote: who voted and what was voted are written in one transaction and joined by nothing.

The voter alone holds what leads to the ballot, a receipt. No audit row is written: it would tell when.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from functools import lru_cache

import msgspec

from madang.citizens.voting.methods.polls.marks import check_marks
from madang.citizens.voting.models import ChoiceRow, PollRow
from madang.citizens.voting.queries.voters import name_ballot, name_voter
from madang.citizens.voting.records.polls import BallotKind, Eligibility, Marks
from madang.core.base.interface import Actor, BadInput, Conflict, NotFound
from madang.core.places.interface import list_districts

from .box import Entry, put_in, replace

RECEIPT_BYTES = 15
POLLS_KEPT = 256


def cast_vote(
    *,
    actor: Actor,
    now: datetime,
    poll_id: str,
    marks: Marks,
    district: str = "",
    code: str = "",
    receipt: str = "",
) -> str:
    """Put a vote into the box and return its receipt; with the receipt of an earlier vote, change that one.

    Raises
    ------
    BadInput
        marks that the poll doesn't allow, a district that may not vote, nobody signed in, no invitation, no proof
    Conflict
        a poll that isn't open, or somebody who has voted already
    """
    row, numbers = _find_poll(poll_id)
    if row.ballot == BallotKind.OPINION:
        numbers = _list_numbers(row)
    checked = check_marks(BallotKind(row.ballot), marks, numbers=numbers, most=row.most, total=row.total)
    kept = _keep_district(row, district)
    text = msgspec.json.encode({str(number): mark for number, mark in checked.items()}).decode()
    kept_receipt = receipt or secrets.token_urlsafe(RECEIPT_BYTES)
    entry = Entry(
        poll_id=poll_id,
        now=now,
        voter="" if receipt else name_voter(row, actor, code, now),
        ballot=name_ballot(kept_receipt),
        marks=text,
        district=kept,
    )
    if entry.voter:
        put_in(entry)
    else:
        _change(row, entry)
    return kept_receipt


@lru_cache(maxsize=POLLS_KEPT)
def _find_poll(poll_id: str) -> tuple[PollRow, frozenset[int]]:
    """Return what is fixed when a poll is opened, kept for a crowd; the box reads anew whether it is still open."""
    row = PollRow.objects.filter(id=poll_id).first()
    if row is None:
        raise NotFound("voting.poll_unknown", "그런 투표가 없습니다", "there is no such poll")
    return row, _list_numbers(row)


def _list_numbers(row: PollRow) -> frozenset[int]:
    shown = ChoiceRow.objects.filter(poll=row, state="shown")
    return frozenset(shown.values_list("number", flat=True))


def _change(row: PollRow, entry: Entry) -> None:
    if not row.may_change:
        raise Conflict("voting.final", "이 투표는 고칠 수 없어요", "votes can't be changed in this poll")
    if not replace(entry):
        raise BadInput("voting.receipt", "확인 번호가 맞지 않아요", "the receipt opens no vote here")


def _keep_district(row: PollRow, district: str) -> str:
    """Return the district to keep with the vote: only where counts by district were announced."""
    if row.eligibility == Eligibility.RESIDENCE and district not in row.districts:
        raise BadInput(
            "voting.district",
            "사는 자치구를 골라 주세요. 고른 자치구 주민만 투표할 수 있어요.",
            "choose your district; only residents of the chosen districts may vote",
        )
    if district and district not in {one.code for one in list_districts()}:
        raise BadInput("voting.district", "그런 자치구가 없어요", "there is no such district")
    return district if row.by_district else ""
