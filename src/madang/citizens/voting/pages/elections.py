"""Elections: the list, one with its board and result, and the booth."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.citizens.voting.queries.ceremonies import get_ceremony, has_ceremony, has_election
from madang.citizens.voting.queries.elections import get_election, get_text, list_board, list_elections
from madang.citizens.voting.records.elections import GROUPS, Election, ElectionState
from madang.core.base.interface import Actor, ColumnType, Text, read_pair
from madang.core.pages.interface import ListColumn, ListPage, page

from .bars import Bar, split_bar, tell_share
from .ceremonies import describe, render_trustees
from .words import TITLE

HOME = "/voting/"
BOARD_ROWS = 50
BLANK = Text(ko="기권", en="Blank")
STATES = {
    ElectionState.OPEN: Text(ko="투표 중", en="open"),
    ElectionState.CLOSED: Text(ko="마감, 여는 중", en="closed, being opened"),
    ElectionState.TALLIED: Text(ko="결과 발표", en="result published"),
}


def _query(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[Election], int]:
    del actor, filters, sort
    return list_elections(search=search, offset=offset, limit=limit)


ELECTIONS = ListPage(
    title=Text(ko="검증되는 투표", en="Verifiable elections"),
    permission="public",
    about=Text(
        ko="표의 내용은 아무도 알 수 없고, 내 표가 세어졌는지와 집계가 맞는지는 누구나 확인할 수 있어요.",
        en="Nobody learns how you voted, and anyone can check that each ballot was counted and the count is right.",
    ),
    columns=(
        ListColumn(
            name="name", title=Text(ko="투표", en="Election"), sortable=False,
            value=lambda row: read_pair(row.name), href=lambda row: f"{HOME}{row.uuid}/",
        ),
        ListColumn(
            name="state", title=Text(ko="상태", en="State"), sortable=False,
            value=lambda row: STATES[row.state],
        ),
        ListColumn(
            name="voters", title=Text(ko="유권자", en="Voters"), type=ColumnType.INTEGER, sortable=False
        ),
        ListColumn(
            name="ballots", title=Text(ko="낸 표", en="Ballots cast"), type=ColumnType.INTEGER, sortable=False
        ),
        ListColumn(name="opened_at", title=Text(ko="연 때", en="Opened"), type=ColumnType.TIME, sortable=False),
    ),
    query=_query,
    row_id="uuid",
    empty=Text(
        ko="아직 열린 투표가 없어요. 투표가 열리면 여기에서 참여하고 확인할 수 있어요.",
        en="No election is open yet. When one opens, you vote and verify here.",
    ),
)  # fmt: skip


@page("public", title=TITLE)
def show_election(request: HttpRequest, uuid: str) -> HttpResponse:
    """Show an election: questions, result, the board to find one's ballot on, how to verify."""
    if has_ceremony(uuid) and not has_election(uuid):
        return render_trustees(request, uuid)
    election = get_election(uuid)
    search = request.GET.get("tracker", "").strip()[:43]
    lines, total = list_board(uuid, search=search, limit=BOARD_ROWS)
    counted = list_board(uuid, limit=0)[1] if search else total
    context = {
        **(describe(get_ceremony(uuid)) if has_ceremony(uuid) else {}),
        "title": read_pair(election.name),
        "election": election,
        "state": STATES[election.state],
        "is_open": election.state == ElectionState.OPEN,
        "is_closed": election.state == ElectionState.CLOSED,
        "results": _draw_results(election, counted),
        "tracker": search,
        "lines": lines,
        "total": counted,
        "is_cut": total > len(lines),
        "address": f"{settings.MADANG.public_url or request.build_absolute_uri('/').rstrip('/')}{HOME}{uuid}.bel",
    }
    return render(request, "voting/election.html", context)


@page("public", title=TITLE)
def show_booth(request: HttpRequest, uuid: str) -> HttpResponse:
    """Show the booth: choices are encrypted in the voter's own browser."""
    election = get_election(uuid)
    if election.state != ElectionState.OPEN:
        return show_election(request, uuid)
    group = GROUPS["BELENIOS-2048"]
    text = get_text(uuid)
    groups = {name: {"p": str(one.p), "q": str(one.q), "g": str(one.g)} for name, one in GROUPS.items()}
    context = {
        "title": read_pair(election.name),
        "election": election,
        "questions": [
            (number, one, "radio" if one.max == 1 and (one.min == 1 or one.blank) else "checkbox")
            for number, one in enumerate(election.questions)
        ],
        "data": {"uuid": uuid, "election": text, "groups": groups, "default": group.name},
    }
    return render(request, "voting/booth.html", context)


def _draw_results(election: Election, counted: int) -> list[tuple[Text, list[Bar]]]:
    """Return each question with a bar for each answer, as a share of the ballots that were counted."""
    drawn = []
    for question, counts in zip(election.questions, election.result or (), strict=False):
        names = [*([BLANK] if question.blank else []), *map(read_pair, question.answers)]
        most = max(counts)
        bars = [
            Bar(
                name=name,
                told=tell_share(count, counted),
                parts=split_bar([count], counted),
                is_best=count == most > 0,
            )
            for name, count in sorted(zip(names, counts, strict=True), key=lambda line: -line[1])
        ]
        drawn.append((read_pair(question.question), bars))
    return drawn
