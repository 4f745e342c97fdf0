"""The count of a closed poll."""

from __future__ import annotations

import secrets
from datetime import datetime

import msgspec
from django.db import transaction

from madang.citizens.voting.methods.polls.counting import count
from madang.citizens.voting.models import BallotRow, ChoiceRow, PollRow, VoterRow
from madang.citizens.voting.queries.polls import count_voters, list_due, list_votes
from madang.citizens.voting.records.polls import BallotKind
from madang.core.base.interface import HOUSE, Conflict
from madang.core.people.interface import record_audit

from .locking import shut

BATCH = 1000


def count_due_polls(*, now: datetime) -> int:
    """Count every poll whose time is over; return how many there were.

    A box that can't be counted doesn't keep the others from it; Conflict names it at the end.
    """
    due, broken = list_due(now), None
    for poll_id in due:
        try:
            count_poll(now=now, poll_id=poll_id)
        except Conflict as conflict:
            broken = conflict
    if broken is not None:
        raise broken
    return len(due)


def count_poll(*, now: datetime, poll_id: str) -> None:
    """Count a closed poll once, forget who voted, and lay the ballots down anew in another order.

    Conflict, and no count, where there are more or fewer ballots than voters: something is wrong with the box.
    """
    with transaction.atomic():
        row = shut(poll_id)
        if row.counted_at is not None or row.closes_at > now:
            return
        votes, voters = list_votes(poll_id), count_voters(poll_id)
        if len(votes) != voters:
            raise Conflict(
                "voting.box",
                f"투표한 사람 {voters}명과 표 {len(votes)}장이 맞지 않습니다 ({poll_id})",
                f"{voters} people voted and {len(votes)} ballots are in the box ({poll_id})",
            )
        outcome = count(
            BallotKind(row.ballot),
            list(_list_numbers(row)),
            votes,
            threshold=row.threshold,
            seats=row.seats,
            by_district=row.by_district,
        )
        row.outcome = msgspec.json.encode(outcome).decode()
        row.voters, row.counted_at = voters, now
        row.save(update_fields=["outcome", "voters", "counted_at"])
        VoterRow.objects.filter(poll=row).delete()
        _lay_down_anew(row)
        record_audit(
            actor=HOUSE, now=now, action="voting.count_poll", subject=poll_id, details={"voters": voters}
        )


def _list_numbers(row: PollRow) -> list[int]:
    rows = ChoiceRow.objects.filter(poll=row, state="shown").order_by("number")
    return list(rows.values_list("number", flat=True))


def _lay_down_anew(row: PollRow) -> None:
    """Write every ballot again in one go, so that no row tells by its place or its transaction when it came."""
    ballots = list(BallotRow.objects.filter(poll=row))
    secrets.SystemRandom().shuffle(ballots)
    BallotRow.objects.filter(poll=row).delete()
    for ballot in ballots:
        ballot.id = secrets.randbits(63)
    BallotRow.objects.bulk_create(ballots, batch_size=BATCH)
