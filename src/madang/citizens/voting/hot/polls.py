"""Polls for other people's programs: what is asked, casting a vote, what was counted."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request

from madang.citizens.voting.actions.polls.casting import cast_vote
from madang.citizens.voting.queries.polls import get_outcome, get_poll, list_polls
from madang.citizens.voting.records.polls import Outcome, Poll, PollKind, PollState
from madang.core.base.interface import Text, now
from madang.core.pages.interface import Route

_TAGS = ("voting",)
_SECRET = {"maker_id": "", "invited": 0}


class PollsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which polls."""

    kind: PollKind | None = None
    state: PollState | None = None
    offset: Annotated[int, Meta(ge=0, le=10**6)] = 0
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class Polls(msgspec.Struct, frozen=True):
    """A page of the polls that everybody may find, and how many there are."""

    total: int
    polls: list[Poll]


class VoteBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A vote: choice number → mark; `receipt` of an earlier one changes that, `code` is an invitation's."""

    marks: Annotated[dict[str, Annotated[int, Meta(ge=-(10**15), le=10**15)]], Meta(max_length=100)]
    district: Annotated[str, Meta(max_length=10)] = ""
    code: Annotated[str, Meta(max_length=40)] = ""
    receipt: Annotated[str, Meta(max_length=40)] = ""


class Receipt(msgspec.Struct, frozen=True):
    """What changes the vote later; the house keeps no copy that leads to it."""

    receipt: str


class Shown(msgspec.Struct, frozen=True):
    """A poll, and its outcome once it is counted."""

    poll: Poll
    outcome: Outcome | None


def send_polls(_request: Request, query: PollsQuery, _body: None) -> Polls:
    """Answer a page of polls, open ones first."""
    polls, total = list_polls(
        now=now(), kind=query.kind or "", state=query.state or "", offset=query.offset, limit=query.limit
    )
    return Polls(total, [msgspec.structs.replace(poll, **_SECRET) for poll in polls])


def send_poll(request: Request, _query: None, _body: None) -> Shown:
    """Answer one poll and its outcome."""
    poll = get_poll(request.path_params["poll_id"], now=now())
    return Shown(msgspec.structs.replace(poll, **_SECRET), get_outcome(poll))


def cast(request: Request, _query: None, body: VoteBody) -> Receipt:
    """Put a vote into the box."""
    marks = {int(name): mark for name, mark in body.marks.items() if name.isascii() and name.isdigit()}
    receipt = cast_vote(
        actor=request.state.actor,
        now=now(),
        poll_id=request.path_params["poll_id"],
        marks=marks if len(marks) == len(body.marks) else {-1: 1},
        district=body.district,
        code=body.code,
        receipt=body.receipt,
    )
    return Receipt(receipt)


ROUTES = [
    Route(
        "GET", "/api/polls", send_polls, "public", Text(ko="투표 목록", en="Polls"),
        query=PollsQuery, returns=Polls, tags=_TAGS,
    ),
    Route(
        "GET", "/api/polls/{poll_id}", send_poll, "public", Text(ko="투표와 결과", en="A poll and its outcome"),
        returns=Shown, tags=_TAGS,
    ),
    Route(
        "POST", "/api/polls/{poll_id}/votes", cast, "public", Text(ko="투표하기", en="Vote"),
        body=VoteBody, returns=Receipt, tags=_TAGS,
    ),
]  # fmt: skip
