"""The page of one poll: the ballot while it is open, the outcome after, and the discussion."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from madang.citizens.voting.actions.polls.casting import cast_vote
from madang.citizens.voting.actions.proving import begin_proof, forget_proof
from madang.citizens.voting.queries.polls import (
    find_vote,
    get_outcome,
    get_picture,
    get_poll,
    list_comments,
    list_waiting,
    may_manage,
    may_moderate,
    may_take_down,
)
from madang.citizens.voting.queries.voters import (
    find_voter,
    has_voted,
    list_invitations,
    name_voter,
    tie_receipt,
    untie_receipt,
)
from madang.citizens.voting.records.polls import (
    BALLOT_NAMES,
    ELIGIBILITY_NAMES,
    KIND_NAMES,
    MOST_STARS,
    STATE_NAMES,
    BallotKind,
    Eligibility,
    Marks,
    Poll,
    PollState,
    Vote,
)
from madang.core.base.interface import BadInput, Conflict, MadangError, NotFound, Text, now
from madang.core.pages.interface import draw_qr, page

from .bars import write_number
from .outcomes import draw_outcome
from .proofs import draw_proof, find_house, forget_kept, keep, keep_proof, read_kept
from .words import TITLE, address_of, name_agencies, name_asker, name_districts

_VOTED_BY_WALLET = Text(
    ko="투표했어요. 누가 무엇을 골랐는지는 남지 않아요. 이 기기에서 지갑으로 다시 보이면 마감 전까지 고칠 수 있어요.",
    en="You have voted. Who chose what isn’t kept. On this device, showing your wallet again lets you change it until the end.",
)
COUNTED_WITHIN = timedelta(minutes=2)
"""Votes are counted within seconds of the end: after this, nobody counts them."""
STANCES = (
    (1, Text(ko="동의", en="Agree")),
    (-1, Text(ko="반대", en="Disagree")),
    (0, Text(ko="넘기기", en="Pass")),
)


@page("public", title=TITLE)
def show_poll(request: HttpRequest, poll_id: str) -> HttpResponse:
    """Show a poll as far as it is."""
    return _draw(request, get_poll(poll_id, now=now()))


@page("public", title=TITLE, methods=("POST",))
def vote(request: HttpRequest, poll_id: str) -> HttpResponse:
    """Cast or change a vote and go back to the poll; what was wrong stands above the ballot, kept as filled in."""
    moment = now()
    poll = get_poll(poll_id, now=moment)
    district, code = request.POST.get("district", ""), _read_code(request, poll)
    marks: Marks = {}
    try:
        marks = read_marks(poll.ballot, request)
        voter = name_voter(poll, request.actor, code, moment)
        kept = _read_receipt(request, poll, voter) if request.POST.get("is_change") else ""
        receipt = cast_vote(
            actor=request.actor,
            now=moment,
            poll_id=poll_id,
            marks=marks,
            district=district,
            code=code,
            receipt=kept,
        )
    except (BadInput, Conflict) as refusal:
        return _draw(request, poll, Vote(marks, district), refusal)
    if poll.eligibility is Eligibility.WALLET:
        forget_proof(now=moment, asker=poll, code=code)
        messages.success(request, _VOTED_BY_WALLET.say(request.language))
        response = HttpResponseRedirect(address_of(poll))
        forget_kept(response, poll)
    else:
        response = HttpResponseRedirect(f"{address_of(poll)}?done=yes{f'&code={code}' if code else ''}#done")
    if poll.may_change:
        keep(
            response, address_of(poll), _name_cookie(poll), tie_receipt(poll, voter, receipt), poll.closes_at
        )
    return response


@page("public", title=TITLE, methods=("POST",))
def begin(request: HttpRequest, poll_id: str) -> HttpResponse:
    """Begin to prove by the wallet that one may vote; whoever's wallet answers votes, in the browser that it opens."""
    moment = now()
    poll = get_poll(poll_id, now=moment)
    response = HttpResponseRedirect(f"{address_of(poll)}#ballot")
    try:
        code = begin_proof(now=moment, poll=poll, house=find_house(request))
        keep_proof(response, poll, code, moment)
    except Conflict as refusal:
        messages.error(request, refusal.text.say(request.language))
    return response


@page("public", title=TITLE)
def show_picture(request: HttpRequest, poll_id: str, number: int) -> HttpResponse:
    """Answer a choice's picture; it never changes."""
    del request
    headers = {"Cache-Control": "public, max-age=86400"}
    return HttpResponse(get_picture(poll_id, number), content_type="image/jpeg", headers=headers)


@page("signed-in", title=Text(ko="초대 주소", en="Invitations"))
def show_invitations(request: HttpRequest, poll_id: str) -> HttpResponse:
    """Show the personal links of a poll to its maker."""
    poll = get_poll(poll_id, now=now())
    if poll.eligibility is not Eligibility.LIST:
        raise NotFound("voting.no_invitations", "초대가 없는 투표예요", "this poll has no invitations")
    links = [f"{find_link(request, poll)}?{query}" for query in list_invitations(request.actor, poll)]
    return render(request, "voting/invitations.html", {"poll": poll.say(request.language), "links": links})


def read_marks(kind: BallotKind, request: HttpRequest) -> Marks:
    """Return the marks of a ballot as the form sends them."""
    if kind in {BallotKind.SINGLE, BallotKind.MULTIPLE}:
        return {_read(value): 1 for value in request.POST.getlist("choice")}
    return {
        _read(name.removeprefix("mark-")): _read(request.POST[name])
        for name in request.POST
        if name.startswith("mark-") and request.POST[name].strip()
    }


def find_link(request: HttpRequest, poll: Poll) -> str:
    """Return the whole address of a poll, to hand on."""
    return find_house(request) + address_of(poll)


def _read(value: str) -> int:
    text = value.strip().removeprefix("-")
    if not text.isascii() or not text.isdigit() or len(text) > 15:  # noqa: PLR2004 - no amount is longer
        raise BadInput("voting.number", "숫자로 적어 주세요", "please write a number")
    return int(value)


def _name_cookie(poll: Poll) -> str:
    return f"vote-{poll.id}"


def _read_code(request: HttpRequest, poll: Poll) -> str:
    """Return what says who the voter is, where no account does: an invitation, or the browser's proof."""
    if poll.eligibility is Eligibility.WALLET:
        return read_kept(request, poll)
    return request.POST.get("code", request.GET.get("code", ""))


def _read_receipt(request: HttpRequest, poll: Poll, voter: str) -> str:
    return untie_receipt(poll, voter, request.COOKIES.get(_name_cookie(poll), ""))


def _draw(
    request: HttpRequest, poll: Poll, filled: Vote | None = None, refusal: MadangError | None = None
) -> HttpResponse:
    moment, code, is_open = now(), _read_code(request, poll), poll.state is PollState.OPEN
    voter = find_voter(poll, request.actor, code, moment) if is_open else ""
    kept = find_vote(poll.id, _read_receipt(request, poll, voter)) if voter else None
    outcome = get_outcome(poll)
    poll = poll.say(request.language)
    districts = name_districts()
    link = find_link(request, poll)
    late = now() - poll.closes_at
    context: dict[str, Any] = {
        "poll": poll,
        "title": Text(ko=poll.question, en=poll.question),
        "asker": name_asker(poll, name_agencies()),
        "kind": KIND_NAMES[poll.kind],
        "state": STATE_NAMES[poll.state],
        "ballot": BALLOT_NAMES[poll.ballot],
        "eligibility": ELIGIBILITY_NAMES[poll.eligibility],
        "districts": [(c, n) for c, n in districts.items() if not poll.districts or c in poll.districts],
        "chosen_districts": [districts[one] for one in poll.districts if one in districts],
        "asks_district": poll.by_district or poll.eligibility is Eligibility.RESIDENCE,
        "code": "" if poll.eligibility is Eligibility.WALLET else code,
        "may_vote": bool(voter) and not poll.hidden_reason,
        "has_voted": has_voted(poll, voter),
        "kept": kept,
        "is_done": "done" in request.GET and kept is not None,
        "choices": _fill(poll, filled or kept),
        "filled": filled or kept,
        "refusal": refusal,
        "ranks": range(1, len(poll.choices) + 1),
        "total": write_number(poll.total),
        "outcome": outcome,
        "drawn": draw_outcome(poll, outcome, districts) if outcome and outcome.lines else None,
        "comments": list_comments(poll.id),
        "is_holder": may_manage(request.actor, poll),
        "is_moderator": may_moderate(request.actor, poll),
        "may_take_down": may_take_down(request.actor, poll) and not poll.hidden_reason,
        "waiting": list_waiting(poll.id) if may_moderate(request.actor, poll) else [],
        "is_late": poll.state is PollState.CLOSED and late > COUNTED_WITHIN,
        "minutes_since_end": int(late.total_seconds() // 60),
        "link": link,
        "qr": draw_qr(link),
    }
    if poll.eligibility is Eligibility.WALLET:
        context |= draw_proof(poll, code, moment, is_open=is_open)
        if context["rule"]:
            context["eligibility"] = context["rule"].title
    response = render(request, "voting/poll.html", context, status=refusal.status if refusal else 200)
    if request.headers.get("HX-Target") == "proof" and not context.get("waits"):
        response.headers["HX-Refresh"] = "true"  # the ballot's script begins with the page
    return response


def _fill(poll: Poll, vote: Vote | None) -> list[dict[str, Any]]:
    """Return the choices with what each of their inputs holds."""
    marks = vote.marks if vote else {}
    scale: list[tuple[int, Text]] = []
    if poll.ballot is BallotKind.RATING:
        scale = [(one, Text(ko=f"{one}점", en=str(one))) for one in range(1, MOST_STARS + 1)]
    if poll.ballot is BallotKind.OPINION:
        scale = list(STANCES)
    return [
        {
            "choice": choice,
            "mark": marks.get(choice.number),
            "scale": [(value, words, marks.get(choice.number) == value) for value, words in scale],
        }
        for choice in poll.choices
    ]
