"""Every read of polls."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.db.models import Count, Max, Q, QuerySet

from madang.citizens.voting.models import BallotRow, ChoiceRow, CommentRow, PollRow, SubscriberRow, VoterRow
from madang.citizens.voting.records.polls import (
    LISTED,
    BallotKind,
    Choice,
    Comment,
    Eligibility,
    Outcome,
    Poll,
    PollKind,
    PollState,
    Vote,
)
from madang.core.base.interface import Actor, NotFound
from madang.core.people.interface import AgencyRecord, list_agencies

from .voters import name_account, name_ballot

HOLD = "voting.hold"
CITY = "city"
BY_ACCOUNT = (Eligibility.EVERYONE, Eligibility.RESIDENCE)
MOST_LOOKED_AT = 500
MOST_TOLD = 20


def get_poll(poll_id: str, *, now: datetime) -> Poll:
    """Return one poll; NotFound where there is none."""
    row = PollRow.objects.filter(id=poll_id).first()
    if row is None:
        raise NotFound("voting.poll_unknown", "그런 투표가 없습니다", "there is no such poll")
    return describe(row, now, _list_choices([row.id]).get(row.id, []))


def list_polls(
    *,
    now: datetime,
    search: str = "",
    kind: str = "",
    state: str = "",
    agencies: tuple[str, ...] | None = None,
    offset: int = 0,
    limit: int = 50,
) -> tuple[list[Poll], int]:
    """Return a page of the polls that everybody may find, and how many there are.

    With `agencies` all policy polls of these, whoever may find them. Open ones come first, soonest closed
    first; then the others, latest first.
    """
    rows = PollRow.objects.filter(question__icontains=search)
    if agencies is None:
        rows = rows.filter(eligibility__in=LISTED, hidden_reason="")
    else:
        rows = rows.filter(kind=PollKind.POLICY, agency_code__in=agencies)
    if kind:
        rows = rows.filter(kind=kind)
    if state:
        rows = _filter_state(rows, state, now)
    is_open = _filter_state(rows, PollState.OPEN, now).order_by("closes_at", "id")
    rest = rows.exclude(opens_at__lte=now, closes_at__gt=now).order_by("-closes_at", "id")
    count_open = is_open.count()
    page = list(is_open[offset : offset + limit])
    left, begin = limit - len(page), max(0, offset - count_open)
    page += rest[begin : begin + left] if left else []
    return _describe_all(page, now), count_open + rest.count()


def list_unvoted(actor: Actor, *, now: datetime, limit: int) -> tuple[list[Poll], int]:
    """Return open polls in which this account may vote and hasn't, soonest closed first, and how many there are.

    These are polls that everybody may find and that go by the account: residents' too, since nobody's district is
    known, but not those by wallet or by invitation, where it isn't known who is meant. At most 500 are looked at.
    """
    rows = PollRow.objects.filter(eligibility__in=BY_ACCOUNT, hidden_reason="")
    by_key = {
        name_account(row.id, actor): row
        for row in _filter_state(rows, PollState.OPEN, now).order_by("closes_at", "id")[:MOST_LOOKED_AT]
    }
    polls = [row.id for row in by_key.values()]
    voted = set(VoterRow.objects.filter(poll__in=polls, key__in=by_key).values_list("key", flat=True))
    left = [row for key, row in by_key.items() if key not in voted]
    return _describe_all(left[:limit], now), len(left)


def list_closing(*, after: datetime, until: datetime, now: datetime) -> list[Poll]:
    """Return the open polls that everybody may find and that close between two moments, soonest first."""
    rows = _filter_state(
        PollRow.objects.filter(eligibility__in=LISTED, hidden_reason=""), PollState.OPEN, now
    )
    rows = rows.filter(closes_at__gt=after, closes_at__lte=until).order_by("closes_at", "id")
    return _describe_all(list(rows[:MOST_TOLD]), now)


def is_subscribed(actor: Actor) -> bool:
    """Return whether this person gets a mail before polls close."""
    return SubscriberRow.objects.filter(person_id=actor.id).exists()


def list_made_by(actor: Actor, *, now: datetime) -> list[Poll]:
    """Return the polls that this person made, latest first."""
    rows = PollRow.objects.filter(maker_id=actor.id).order_by("-made_at", "id")[:50]
    return _describe_all(list(rows), now)


def list_due(now: datetime) -> list[str]:
    """Return the polls that are closed and wait for the count."""
    rows = PollRow.objects.filter(closes_at__lte=now, counted_at=None).order_by("closes_at")
    return list(rows.values_list("id", flat=True))


def get_outcome(poll: Poll) -> Outcome | None:
    """Return what was counted; None before the count."""
    text = PollRow.objects.values_list("outcome", flat=True).get(id=poll.id)
    return msgspec.json.decode(text, type=Outcome) if text else None


def count_voters(poll_id: str) -> int:
    """Return how many have voted so far."""
    return VoterRow.objects.filter(poll_id=poll_id).count()


def list_votes(poll_id: str) -> list[Vote]:
    """Return the votes of a poll, in an order that says nothing."""
    rows = BallotRow.objects.filter(poll_id=poll_id).order_by("key").values_list("marks", "district")
    return [Vote(msgspec.json.decode(marks, type=dict[int, int]), district) for marks, district in rows]


def find_vote(poll_id: str, receipt: str) -> Vote | None:
    """Return the vote that a receipt opens, None where it opens none."""
    row = BallotRow.objects.filter(poll_id=poll_id, key=name_ballot(receipt)).first() if receipt else None
    return Vote(msgspec.json.decode(row.marks, type=dict[int, int]), row.district) if row else None


def get_picture(poll_id: str, number: int) -> bytes:
    """Return a choice's picture (JPEG); NotFound where it has none."""
    rows = ChoiceRow.objects.filter(poll_id=poll_id, number=number, state="shown")
    picture = rows.exclude(picture=None).values_list("picture", flat=True).first()
    if picture is None:
        raise NotFound("voting.no_picture", "그림이 없습니다", "there is no picture")
    return bytes(picture)


def list_waiting(poll_id: str) -> list[Choice]:
    """Return the suggested statements that wait to be let in."""
    rows = ChoiceRow.objects.filter(poll_id=poll_id, state="waiting").order_by("number")
    return [Choice(number=row.number, text=row.text) for row in rows]


def list_comments(poll_id: str, *, limit: int = 200) -> list[Comment]:
    """Return the discussion, newest first; a hidden comment keeps its reason and loses its words."""
    rows = (
        CommentRow.objects.filter(poll_id=poll_id).annotate(reported=Count("reports")).order_by("-at", "-id")
    )
    return [
        Comment(
            id=row.id,
            author_id=row.author_id,
            author_name=row.author_name,
            text="" if row.hidden_reason else row.text,
            at=row.at,
            hidden_reason=row.hidden_reason,
            reports=row.reported,
        )
        for row in rows[:limit]
    ]


def count_tasks(poll_ids: list[str]) -> dict[str, int]:
    """Return how many reported comments and waiting statements each poll has for its holders to judge."""
    comments = CommentRow.objects.filter(poll_id__in=poll_ids, hidden_reason="", reports__isnull=False)
    found = dict(comments.values_list("poll_id").annotate(n=Count("id", distinct=True)))
    waiting = ChoiceRow.objects.filter(poll_id__in=poll_ids, state="waiting").values_list("poll_id")
    for poll_id, count in waiting.annotate(n=Count("id")):
        found[poll_id] = found.get(poll_id, 0) + count
    return found


def may_manage(actor: Actor, poll: Poll) -> bool:
    """Return whether `actor` holds this poll: staff of its agency, or who made a group poll."""
    if poll.kind is PollKind.POLICY:
        return actor.may(HOLD, poll.agency_code)
    return bool(actor.id) and actor.id == poll.maker_id


def may_moderate(actor: Actor, poll: Poll) -> bool:
    """Return whether `actor` may judge what others wrote here: who holds the poll, or the city."""
    return may_manage(actor, poll) or actor.may(HOLD, CITY)


def may_take_down(actor: Actor, poll: Poll) -> bool:
    """Return whether `actor` may take this poll out of sight: the city, or who made a group poll."""
    return actor.may(HOLD, CITY) or (poll.kind is PollKind.GROUP and may_manage(actor, poll))


def list_own_agencies(actor: Actor) -> list[AgencyRecord]:
    """Return the agencies in whose name `actor` may hold polls."""
    return [agency for agency in list_agencies() if actor.may(HOLD, agency.code)]


def describe(row: PollRow, now: datetime, choices: list[Choice]) -> Poll:
    """Return the record of a row."""
    copied = {
        name: getattr(row, name)
        for name in Poll.__struct_fields__
        if name not in {"kind", "ballot", "eligibility", "districts", "choices", "state", "voters"}
    }
    state = read_state(row, now)
    return Poll(
        **copied,
        kind=PollKind(row.kind),
        ballot=BallotKind(row.ballot),
        eligibility=Eligibility(row.eligibility),
        districts=tuple(row.districts),
        choices=tuple(choices),
        state=state,
        voters=row.voters if state is PollState.COUNTED else count_voters(row.id),
    )


def read_state(row: PollRow, now: datetime) -> PollState:
    """Return where a poll is at `now`."""
    if row.counted_at is not None:
        return PollState.COUNTED
    if now < row.opens_at:
        return PollState.PLANNED
    return PollState.OPEN if now < row.closes_at else PollState.CLOSED


def _describe_all(rows: list[PollRow], now: datetime) -> list[Poll]:
    choices = _list_choices([row.id for row in rows])
    return [describe(row, now, choices.get(row.id, [])) for row in rows]


def _list_choices(poll_ids: list[str]) -> dict[str, list[Choice]]:
    rows = ChoiceRow.objects.filter(poll_id__in=poll_ids, state="shown").order_by("number")
    found: dict[str, list[Choice]] = {}
    for poll_id, number, text, alt in rows.values_list("poll_id", "number", "text", "alt"):
        choice = Choice(number=number, text=text, alt=alt, has_picture=bool(alt))
        found.setdefault(poll_id, []).append(choice)
    return found


def _filter_state(rows: QuerySet[PollRow], state: str, now: datetime) -> QuerySet[PollRow]:
    conditions = {
        PollState.PLANNED: Q(opens_at__gt=now),
        PollState.OPEN: Q(opens_at__lte=now, closes_at__gt=now),
        PollState.CLOSED: Q(closes_at__lte=now, counted_at=None),
        PollState.COUNTED: ~Q(counted_at=None),
    }
    return rows.filter(conditions[PollState(state)]) if state in list(PollState) else rows.none()


def get_counted_version() -> tuple[object, ...]:
    """Return what differs after a poll was counted, answered or taken down."""
    rows = PollRow.objects.aggregate(
        counted=Count("counted_at"),
        replied=Max("replied_at"),
        hidden=Count("id", filter=~Q(hidden_reason="")),
    )
    return tuple(rows.values())
