"""The ballot box: votes that come at the same time go in together, in one transaction.

Whoever gets the turn writes for everybody who waits, so a crowd costs one commit, not one each; and rows of
many voters carry the same transaction, shuffled, which tells even the database's keeper little.
"""

from __future__ import annotations

import secrets
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from datetime import datetime

from django.db import IntegrityError, transaction

from madang.citizens.voting.models import BallotRow, PollRow, VoterRow
from madang.citizens.voting.queries.polls import read_state
from madang.citizens.voting.records.polls import PollState
from madang.core.base.interface import Conflict

from .locking import hold_open

MOST_AT_ONCE = 200
_turn = threading.Lock()
_waiting: deque[Entry] = deque()


class Entry:
    """A vote on its way: the names of voter and ballot, and what goes into the box."""

    def __init__(self, *, poll_id: str, now: datetime, voter: str, ballot: str, marks: str, district: str):
        self.poll_id, self.now = poll_id, now
        self.voter, self.ballot = voter, ballot
        self.marks, self.district = marks, district
        self.done: Future[None] = Future()


def put_in(entry: Entry) -> None:
    """Return once the vote is kept; Conflict where the poll isn't open or this voter has voted."""
    _waiting.append(entry)
    with _turn:
        while not entry.done.done():
            _write([_waiting.popleft() for _ in range(min(len(_waiting), MOST_AT_ONCE))])
    entry.done.result()


def replace(entry: Entry) -> bool:
    """Put new marks in the place of a ballot's; return whether there is such a ballot."""
    with _turn, transaction.atomic():
        refusal = _find_refusal(_hold(entry.poll_id), entry.now)
        if refusal is not None:
            raise refusal
        ballot = BallotRow.objects.filter(poll_id=entry.poll_id, key=entry.ballot)
        return bool(ballot.update(marks=entry.marks, district=entry.district))


def _write(entries: Sequence[Entry]) -> None:
    try:
        with transaction.atomic():
            refusals = _add(entries)
    except Exception as error:
        # One of them can't be written, such as a voter whom another process let in just now: each by itself.
        if len(entries) > 1:
            for entry in entries:
                _write([entry])
            return
        refusals = {0: _refuse_again() if isinstance(error, IntegrityError) else error}
    for at, entry in enumerate(entries):
        if at in refusals:
            entry.done.set_exception(refusals[at])
        else:
            entry.done.set_result(None)


def _add(entries: Sequence[Entry]) -> dict[int, Exception]:
    """Add what may be added; return why which of the others may not."""
    refusals: dict[int, Exception] = {}
    polls = {poll_id: _hold(poll_id) for poll_id in sorted({entry.poll_id for entry in entries})}
    keys = [entry.voter for entry in entries]
    known = set(VoterRow.objects.filter(poll_id__in=polls, key__in=keys).values_list("poll_id", "key"))
    voters, ballots = [], []
    for at, entry in enumerate(entries):
        refusal = _find_refusal(polls[entry.poll_id], entry.now)
        if refusal is None and (entry.poll_id, entry.voter) in known:
            refusal = _refuse_again()
        if refusal is not None:
            refusals[at] = refusal
            continue
        known.add((entry.poll_id, entry.voter))
        voters.append(VoterRow(id=secrets.randbits(63), poll_id=entry.poll_id, key=entry.voter))
        ballots.append(
            BallotRow(
                id=secrets.randbits(63),
                poll_id=entry.poll_id,
                key=entry.ballot,
                district=entry.district,
                marks=entry.marks,
            )
        )
    secrets.SystemRandom().shuffle(ballots)
    VoterRow.objects.bulk_create(voters)
    BallotRow.objects.bulk_create(ballots)
    return refusals


def _hold(poll_id: str) -> PollRow:
    """Return a poll that can't be counted until the caller's transaction ends."""
    hold_open(poll_id)
    return PollRow.objects.get(id=poll_id)


def _find_refusal(poll: PollRow, now: datetime) -> Conflict | None:
    if not poll.hidden_reason and read_state(poll, now) is PollState.OPEN:
        return None
    return Conflict("voting.not_open", "지금은 투표할 수 없어요", "this poll isn't open now")


def _refuse_again() -> Conflict:
    return Conflict(
        "voting.already",
        "이미 투표했어요. 한 사람이 한 번만 투표할 수 있어요.",
        "you have voted already; everyone votes once",
    )
