"""A proof by the wallet on its way through browsers: begun in one, gone on with in the one that the wallet opens."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from madang.citizens.voting.queries.enrolments import get_enrolment
from madang.citizens.voting.queries.polls import get_poll
from madang.citizens.voting.queries.proofs import find_asker, list_rules, read_proof, say_missing
from madang.citizens.voting.records.enrolments import Enrolment
from madang.citizens.voting.records.polls import Poll, ProofState
from madang.core.base.interface import now
from madang.core.pages.interface import draw_qr, page

from .words import TITLE, address_of

PROOF_LASTS = timedelta(minutes=25)
"""How long a browser keeps what leads to its proof: a little longer than the wallet does, which is twice ten minutes."""


@page("public", title=TITLE)
def go_on(request: HttpRequest) -> HttpResponse:
    """Go on in the browser that a wallet opened once it had answered; the secret leaves the address."""
    moment = now()
    poll, election = find_asker(request.GET.get("scope", ""))
    asker = get_enrolment(election) if election else get_poll(poll, now=moment)
    code = f"{request.GET.get('check', '')}.{request.GET.get('response_code', '')}"
    response = HttpResponseRedirect(f"{place_of(asker)}#ballot")
    if read_proof(asker, code, moment).is_answerer:
        keep_proof(response, asker, code, moment)
    return response


def place_of(asker: Poll | Enrolment) -> str:
    """Return the address of the page that a proof is for."""
    return f"/voting/{asker.uuid}/credential/" if isinstance(asker, Enrolment) else address_of(asker)


def keep_proof(response: HttpResponse, asker: Poll | Enrolment, code: str, moment: datetime) -> None:
    """Let this browser keep what leads to its proof."""
    keep(response, place_of(asker), _name_cookie(asker), code, moment + PROOF_LASTS)


def read_kept(request: HttpRequest, asker: Poll | Enrolment) -> str:
    """Return what leads to this browser's proof, "" where it has begun none."""
    return request.COOKIES.get(_name_cookie(asker), "")


def forget_kept(response: HttpResponse, asker: Poll | Enrolment) -> None:
    """Let this browser forget a proof that was used."""
    response.delete_cookie(_name_cookie(asker), path=place_of(asker))


def keep(response: HttpResponse, path: str, name: str, value: str, until: datetime) -> None:
    """Let this browser keep something for one page and those below it alone."""
    response.set_cookie(
        name,
        value,
        expires=until,
        path=path,
        httponly=True,
        samesite="Lax",
        secure=settings.MADANG.behind_tls,
    )


def find_house(request: HttpRequest) -> str:
    """Return the house's address as others reach it."""
    return (settings.MADANG.public_url or request.build_absolute_uri("/")).rstrip("/")


def draw_proof(asker: Poll | Enrolment, code: str, moment: datetime, *, is_open: bool) -> dict[str, Any]:
    """Return the rule in words, and where this browser's proof stands."""
    rule, proof = list_rules(moment).get(asker.rule), read_proof(asker, code, moment)
    waits = proof.state is ProofState.WAITING
    missing = say_missing(proof) if code and not proof.pseudonym else None
    return {
        "rule": rule,
        "proof": proof,
        "waits": waits and is_open,
        "missing": None if waits else missing,
        "proof_qr": draw_qr(proof.link) if waits else "",
    }


def _name_cookie(asker: Poll | Enrolment) -> str:
    return f"proof-{asker.uuid if isinstance(asker, Enrolment) else asker.id}"
