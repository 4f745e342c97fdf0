"""The first page, the list of polls, and the desk's list of an agency's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.citizens.voting.queries.enrolments import list_enrolments
from madang.citizens.voting.queries.polls import (
    count_tasks,
    is_subscribed,
    list_made_by,
    list_own_agencies,
    list_polls,
    list_unvoted,
)
from madang.citizens.voting.records.polls import (
    BALLOT_NAMES,
    KIND_NAMES,
    STATE_NAMES,
    Poll,
    PollKind,
    PollState,
)
from madang.core.base.interface import Actor, ColumnType, Text, now, read_pair
from madang.core.pages.interface import ListColumn, ListFilter, ListPage, page
from madang.core.people.interface import find_email

from .words import POLLS, TITLE, address_of, name_agencies, name_asker

SHOWN = 6
REMINDED = 3


@page("public", title=TITLE)
def show_home(request: HttpRequest) -> HttpResponse:
    """Show what one hasn't voted on yet, what one can vote on now, what was decided last, and one's own polls."""
    moment, agencies = now(), name_agencies()
    asked = {
        "policy": list_polls(now=moment, kind=PollKind.POLICY, state=PollState.OPEN, limit=SHOWN),
        "group": list_polls(now=moment, kind=PollKind.GROUP, state=PollState.OPEN, limit=SHOWN),
        "counted": list_polls(now=moment, state=PollState.COUNTED, limit=SHOWN),
        "unvoted": list_unvoted(request.actor, now=moment, limit=REMINDED) if request.actor.id else ([], 0),
    }
    context: dict[str, Any] = {
        name: [_draw(poll.say(request.language), agencies) for poll in polls]
        for name, (polls, _) in asked.items()
    }
    context |= {
        "title": TITLE,
        "totals": {name: total for name, (_, total) in asked.items()},
        "as_of": moment,
        "enrolments": list_enrolments(),
        "is_signed_in": bool(request.actor.id),
        "has_email": bool(request.actor.id and find_email(request.actor.id)),
        "is_subscribed": bool(request.actor.id) and is_subscribed(request.actor),
        "own": [
            _draw(poll.say(request.language), agencies)
            for poll in list_made_by(request.actor, now=moment)[:SHOWN]
        ]
        if request.actor.id
        else [],
    }
    return render(request, "voting/home.html", context)


def _draw(poll: Poll, agencies: dict[str, Text]) -> dict[str, Any]:
    return {
        "poll": poll,
        "href": address_of(poll),
        "asker": name_asker(poll, agencies),
        "ballot": BALLOT_NAMES[poll.ballot],
        "state": STATE_NAMES[poll.state],
    }


def _query_listed(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[Poll], int]:
    del actor, sort
    return list_polls(
        now=now(),
        search=search,
        kind=filters.get("kind", ""),
        state=filters.get("state", ""),
        offset=offset,
        limit=limit,
    )


def _query_own(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[list[dict[str, Any]], int]:
    del sort
    agencies = tuple(agency.code for agency in list_own_agencies(actor))
    polls, total = list_polls(
        now=now(),
        search=search,
        state=filters.get("state", ""),
        agencies=agencies,
        offset=offset,
        limit=limit,
    )
    tasks, names = count_tasks([poll.id for poll in polls]), name_agencies()
    rows = [
        {
            "id": poll.id,
            "question": read_pair(poll.question),
            "asker": name_asker(poll, names),
            "state": STATE_NAMES[poll.state],
            "voters": poll.voters,
            "closes_at": poll.closes_at,
            "tasks": tasks.get(poll.id, 0),
            "reply": _say_reply(poll),
        }
        for poll in polls
    ]
    return rows, total


def _say_reply(poll: Poll) -> Text:
    if poll.replied_at is not None:
        return Text(ko="답변함", en="replied")
    waits = poll.state is PollState.COUNTED
    return Text(ko="답변 기다림", en="awaits a reply") if waits else Text(ko="아직", en="not yet")


_STATE = ListFilter(
    name="state",
    title=Text(ko="상태", en="State"),
    choices=[(state.value, words) for state, words in STATE_NAMES.items()],
)
LISTED = ListPage(
    title=Text(ko="모든 투표", en="All polls"),
    permission="public",
    columns=(
        ListColumn(
            name="question",
            title=Text(ko="질문", en="Question"),
            sortable=False,
            value=lambda poll: read_pair(poll.question),
            href=address_of,
        ),
        ListColumn(
            name="kind",
            title=Text(ko="종류", en="Kind"),
            sortable=False,
            value=lambda poll: KIND_NAMES[poll.kind],
        ),
        ListColumn(
            name="state",
            title=Text(ko="상태", en="State"),
            sortable=False,
            value=lambda poll: STATE_NAMES[poll.state],
        ),
        ListColumn(
            name="voters", title=Text(ko="투표한 사람", en="Voters"), type=ColumnType.INTEGER, sortable=False
        ),
        ListColumn(
            name="closes_at", title=Text(ko="마감", en="Closes"), type=ColumnType.TIME, sortable=False
        ),
    ),
    query=_query_listed,
    filters=(
        ListFilter(
            name="kind",
            title=Text(ko="종류", en="Kind"),
            choices=[(kind.value, words) for kind, words in KIND_NAMES.items()],
        ),
        _STATE,
    ),
    empty=Text(
        ko="여기에 투표가 모여요. 첫 투표를 만들어 보세요.", en="Polls gather here. Make the first one."
    ),
    create=(f"{POLLS}new/", Text(ko="투표 만들기", en="Make a poll"), "signed-in"),
)
OWN = ListPage(
    title=Text(ko="정책투표 관리", en="Policy polls"),
    permission="voting.hold",
    about=Text(
        ko="우리 기관의 투표와 답변, 살펴볼 의견입니다.",
        en="Polls of your agencies, their replies, and what waits to be judged.",
    ),
    columns=(
        ListColumn(
            name="question",
            title=Text(ko="질문", en="Question"),
            sortable=False,
            href=lambda row: f"{POLLS}{row['id']}/",
        ),
        ListColumn(name="asker", title=Text(ko="기관", en="Agency"), sortable=False),
        ListColumn(name="state", title=Text(ko="상태", en="State"), sortable=False),
        ListColumn(
            name="voters", title=Text(ko="투표한 사람", en="Voters"), type=ColumnType.INTEGER, sortable=False
        ),
        ListColumn(
            name="closes_at", title=Text(ko="마감", en="Closes"), type=ColumnType.TIME, sortable=False
        ),
        ListColumn(name="reply", title=Text(ko="답변", en="Reply"), sortable=False),
        ListColumn(
            name="tasks", title=Text(ko="살펴볼 것", en="To judge"), type=ColumnType.INTEGER, sortable=False
        ),
    ),
    query=_query_own,
    filters=(_STATE,),
    empty=Text(
        ko="우리 기관의 투표가 여기에 모입니다. 첫 투표를 만드십시오.",
        en="Your agencies’ polls gather here. Make the first one.",
    ),
    create=(f"{POLLS}new/", Text(ko="투표 만들기", en="Make a poll"), "voting.hold"),
)
