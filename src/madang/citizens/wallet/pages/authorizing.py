"""Where a wallet sends its user to allow it to fetch a certificate (OpenID4VCI 1.0, section 5)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import urlencode

from madang.citizens.wallet.actions.granting import allow_request, end_request
from madang.citizens.wallet.methods.authorizing import refuse
from madang.citizens.wallet.queries.authorizations import find_pushed
from madang.citizens.wallet.queries.certificates import list_entries_of
from madang.citizens.wallet.queries.kinds import get_kind, list_clients
from madang.citizens.wallet.records import Authorization
from madang.core.base.interface import Text, now
from madang.core.pages.interface import page

from .addresses import find_address


@page(
    "signed-in",
    title=Text(ko="지갑에 허락하기", en="Allow a wallet"),
    methods=("GET", "POST"),
    leads_outside=True,
)
def ask_citizen(request: HttpRequest) -> HttpResponse:
    """Ask a citizen who signed in whether a wallet may fetch a certificate, and send them back to it."""
    uri, issuer = request.GET.get("request_uri", ""), find_address(request)
    asked = find_pushed(uri, now(), issuer).asked
    if request.GET.get("client_id") != asked.client:
        raise refuse("invalid_request", "다른 지갑의 요청입니다", "the request is another wallet's")
    has_entry = asked.kind in list_entries_of(request.actor.id)
    if request.method == "POST":
        if "allow" in request.POST and has_entry:
            asked, code = allow_request(actor=request.actor, now=now(), request_uri=uri, issuer=issuer)
            return send_back(asked, code=code)
        end_request(now=now(), request_uri=uri, issuer=issuer)
        return send_back(asked, error="access_denied")
    kind = get_kind(asked.kind)
    context = {
        "title": Text(ko="지갑에 허락하기", en="Allow a wallet"),
        "client": list_clients()[asked.client].title,
        "address": asked.redirect_uri,
        "kind": kind,
        "has_entry": has_entry,
    }
    answer = render(request, "wallet/allow.html", context)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def send_back(asked: Authorization, **said: str) -> HttpResponse:
    """Send a citizen back to who asked, with what they said; an address may have a query of its own already."""
    said |= {"iss": asked.issuer, **({"state": asked.state} if asked.state else {})}
    join = "&" if "?" in asked.redirect_uri else "?"
    return HttpResponseRedirect(f"{asked.redirect_uri}{join}{urlencode(said)}")
