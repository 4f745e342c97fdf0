"""Where a holder's wallet fetches a certificate with its token (OpenID4VCI 1.0, section 8)."""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from madang.citizens.wallet.actions.issuing import issue_certificate
from madang.core.base.interface import MadangError, now
from madang.core.pages.interface import page

BEARER = "Bearer "
STATUSES = {"invalid_token": 401}


class Proofs(msgspec.Struct):
    """Proofs of keys; one certificate is issued to one key."""

    jwt: tuple[str]


class CredentialRequest(msgspec.Struct):
    """What is asked for."""

    credential_configuration_id: str
    proofs: Proofs


@csrf_exempt
@page("public", methods=("POST",))
def send_credential(request: HttpRequest) -> HttpResponse:
    """Issue a certificate to who holds a token; without one nothing is done, whatever the browser's cookies are."""
    sent = request.headers.get("Authorization", "")
    if not sent.startswith(BEARER):
        return _refuse("invalid_token", "wallet.no_token", "a token is needed", 403)
    try:
        asked = msgspec.json.decode(request.body, type=CredentialRequest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return _refuse("invalid_credential_request", "wallet.request", str(error), 400)
    try:
        text = issue_certificate(
            now=now(),
            token=sent.removeprefix(BEARER),
            kind=asked.credential_configuration_id,
            proof=asked.proofs.jwt[0],
        )
    except MadangError as error:
        name = str(error.details.get("error", "credential_request_denied"))
        return _refuse(name, error.code, error.text.say(request.language), STATUSES.get(name, 400))
    return _send({"credentials": [{"credential": text}]}, 200)


def _refuse(error: str, code: str, message: str, status: int) -> HttpResponse:
    said = {"error": error, "error_description": message, "code": code, "message": message}
    answer = _send(said, status)
    if status == STATUSES["invalid_token"]:
        answer.headers["WWW-Authenticate"] = f'Bearer error="{error}"'
    return answer


def _send(value: dict[str, Any], status: int) -> HttpResponse:
    return JsonResponse(value, status=status, headers={"Cache-Control": "no-store"})
