"""Getting a voting code: shown the wallet, a browser draws one, and only what the board will show leaves it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from madang.citizens.voting.actions.enrolments import enrol
from madang.citizens.voting.actions.proving import ask_wallet, forget_proof
from madang.citizens.voting.queries.ceremonies import has_election
from madang.citizens.voting.queries.enrolments import get_enrolment, is_enrolled
from madang.citizens.voting.records.elections import GROUPS
from madang.citizens.voting.records.enrolments import Enrolment
from madang.core.base.interface import BadInput, Conflict, MadangError, Text, now
from madang.core.pages.interface import page

from .proofs import draw_proof, find_house, forget_kept, keep_proof, place_of, read_kept
from .words import TITLE

DONE = Text(
    ko="명부에 올랐어요. 적어 둔 코드로 투표해요. 누구의 코드인지는 어디에도 남지 않아요.",
    en="You are on the list. Vote with the code you wrote down; whose it is isn’t kept anywhere.",
)


@page("public", title=TITLE, methods=("GET", "POST"))
def show_enrolment(request: HttpRequest, uuid: str) -> HttpResponse:
    """Lead a voter to a code: show the wallet, then let the browser draw one and put its public side into the list."""
    enrolment, moment = get_enrolment(uuid), now()
    if request.method != "POST" or enrolment.ended_at:
        return _draw(request, enrolment)
    if "credential" not in request.POST:
        response = HttpResponseRedirect(f"{place_of(enrolment)}#ballot")
        keep_proof(
            response, enrolment, ask_wallet(now=moment, asker=enrolment, house=find_house(request)), moment
        )
        return response
    code = read_kept(request, enrolment)
    try:
        enrol(now=moment, uuid=uuid, code=code, credential=request.POST["credential"])
    except (BadInput, Conflict) as refusal:
        return _draw(request, enrolment, refusal)
    forget_proof(now=moment, asker=enrolment, code=code)
    messages.success(request, DONE.say(request.language))
    response = HttpResponseRedirect(place_of(enrolment))
    forget_kept(response, enrolment)
    return response


def _draw(request: HttpRequest, enrolment: Enrolment, refusal: MadangError | None = None) -> HttpResponse:
    moment, code, group = now(), read_kept(request, enrolment), GROUPS[enrolment.group]
    drawn = draw_proof(enrolment, code, moment, is_open=not enrolment.ended_at)
    pseudonym = drawn["proof"].pseudonym
    has_drawn = bool(pseudonym) and is_enrolled(enrolment.uuid, pseudonym)
    context = {
        **drawn,
        "title": enrolment.title,
        "enrolment": enrolment,
        "refusal": refusal,
        "may_draw": bool(pseudonym) and not has_drawn,
        "has_drawn": has_drawn,
        "has_election": has_election(enrolment.uuid),
        "data": {"uuid": enrolment.uuid, "p": str(group.p), "q": str(group.q), "g": str(group.g)},
    }
    response = render(request, "voting/credential.html", context, status=refusal.status if refusal else 200)
    response.headers["Cache-Control"] = "no-store"
    if request.headers.get("HX-Target") == "proof" and not drawn["waits"]:
        response.headers["HX-Refresh"] = "true"
    return response
