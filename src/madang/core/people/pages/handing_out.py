"""Tokens for other systems: a code works once, and one that is shown again ends what it was given for."""

from __future__ import annotations

import json
from http import HTTPStatus

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client, Token
from allauth.idp.oidc.views import TokenView
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from madang.core.base.interface import HOUSE, now
from madang.core.pages.interface import page
from madang.core.people.audit import record_audit

CODE = "authorization_code"
"""Where a token keeps the digest of the code that it goes back to."""


class OnceForACode(TokenView):
    """The token endpoint of the login library, which forgets what it gave for a code (RFC 6749, 4.1.2)."""

    @transaction.atomic
    def post(self, request: HttpRequest) -> HttpResponse:
        """Answer a code or a refresh token; of a code that was used before, every token ends."""
        code = _find_code(request)
        response = super().post(request)
        answer = json.loads(response.content)
        if code and response.status_code == HTTPStatus.OK:
            _note(code, [answer[name] for name in ("access_token", "refresh_token") if name in answer])
        elif code and _is_code(request) and answer.get("error") == "invalid_grant":
            _end(code)
        return response


def _is_code(request: HttpRequest) -> bool:
    return request.POST.get("grant_type") == Client.GrantType.AUTHORIZATION_CODE


def _find_code(request: HttpRequest) -> str:
    """Return the digest of the code that is shown, or that the refresh token shown goes back to; "" without one."""
    if _is_code(request):
        return get_adapter().hash_token(request.POST.get("code", ""))
    shown = Token.objects.lookup(Token.Type.REFRESH_TOKEN, request.POST.get("refresh_token", ""))
    return str((shown.data or {}).get(CODE, "")) if shown else ""


def _note(code: str, values: list[str]) -> None:
    for token in Token.objects.filter(hash__in=map(get_adapter().hash_token, values)):
        token.data = {**(token.data or {}), CODE: code}
        token.save(update_fields=["data"])


def _end(code: str) -> None:
    tokens = Token.objects.filter(**{f"data__{CODE}": code})
    client = tokens.values_list("client_id", flat=True).first()
    if client is not None:
        ended, _ = tokens.delete()
        record_audit(
            actor=HOUSE,
            now=now(),
            action="people.end_reused_code",
            subject=client,
            details={"tokens": ended},
        )


hand_out = page("public", methods=("POST",))(OnceForACode.as_view())
