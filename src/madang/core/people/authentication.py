"""From a session or a token to the actor whom the rest of the house knows."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from importlib import import_module
from types import SimpleNamespace
from typing import Protocol

import msgspec
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import get_user
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from starlette.concurrency import run_in_threadpool

from madang.core.base.interface import ANONYMOUS, Actor, NotAllowed, now
from madang.core.pages.interface import NotSignedIn

from .models import Account, Agency, ApiToken, Grant
from .roles import list_role_permissions
from .tokens import find_token

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def actor_of(account: Account) -> Actor:
    """Return the actor of `account` with all that its grants allow.

    Where `require_second_factor` is set, nothing but a citizen's role holds without one.
    """
    is_trusted = not lacks_second_factor(account)
    return Actor(
        id=account.public_id,
        name=account.get_full_name(),
        agency_code=account.agency_code,
        grants=_read_grants(one for one in account.grants.all() if is_trusted or one.role == "citizen"),
        is_superuser=account.is_superuser and is_trusted,
    )


def lacks_second_factor(account: Account) -> bool:
    """Return whether the house requires a passkey or an authenticator app that `account` hasn't got."""
    return settings.MADANG.require_second_factor and not is_mfa_enabled(account)


class SentRequest(Protocol):
    """What is read of a Starlette request."""

    method: str

    @property
    def headers(self) -> Mapping[str, str]: ...  # noqa: D102
    @property
    def cookies(self) -> Mapping[str, str]: ...  # noqa: D102


async def authenticate_request(request: SentRequest) -> Actor:
    """Return who sends a Starlette request: by token (Bearer, or a Basic password), by session cookie, or ANONYMOUS.

    Asks the database, in a thread, only where one of them is sent.

    Raises
    ------
    NotSignedIn
        a token that is unknown, expired or revoked
    NotAllowed
        a session's unsafe method without its X-CSRFToken
    """
    if "authorization" not in request.headers and settings.SESSION_COOKIE_NAME not in request.cookies:
        return ANONYMOUS
    return await run_in_threadpool(_identify, request)


def _identify(request: SentRequest) -> Actor:
    close_old_connections()
    try:
        scheme, _, sent = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return _identify_by_token(sent.strip())
        if scheme.lower() == "basic":
            return _identify_by_token(_read_password(sent.strip()))
        return _identify_by_session(request)
    finally:
        close_old_connections()


def _read_password(sent: str) -> str:
    """Return the password of Basic credentials, where clients that know nothing else send a token; "" where wrong."""
    try:
        return base64.b64decode(sent, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def _identify_by_token(secret: str) -> Actor:
    token = find_token(secret, now())
    if token is None:
        raise NotSignedIn(
            "people.token",
            "토큰이 맞지 않거나 기한이 지났습니다. 새 토큰을 만들어 주세요.",
            "The token is unknown, expired or revoked. Please make a new one.",
        )
    return narrow_to_token(actor_of(token.account), token)


def _identify_by_session(request: SentRequest) -> Actor:
    session_key = request.cookies.get(settings.SESSION_COOKIE_NAME, "")
    if not session_key.isalnum():
        return ANONYMOUS
    engine = import_module(settings.SESSION_ENGINE)
    account = get_user(SimpleNamespace(session=engine.SessionStore(session_key)))
    if not isinstance(account, Account):
        return ANONYMOUS
    if request.method not in SAFE_METHODS:
        _check_csrf(request)
    return actor_of(account)


def narrow_to_token(owner: Actor, token: ApiToken) -> Actor:
    """Return what the token's owner may do, no wider than the token says."""
    everything = frozenset((scope, "*") for scope in token.scopes)
    held = everything if owner.is_superuser else owner.grants
    grants = {(permission, agency) for permission, agency in held if permission in token.scopes}
    if token.agency_code != "*":
        inside = map_agencies_below().get(token.agency_code, {token.agency_code})
        grants = {
            (permission, one)
            for permission, agency in grants
            for one in (inside if agency == "*" else inside & {agency})
        }
    return msgspec.structs.replace(
        owner,
        name=f"{owner.name} ({token.name})",
        kind="program",
        grants=frozenset(grants),
        is_superuser=False,
    )


def _read_grants(grants: Iterable[Grant]) -> frozenset[tuple[str, str]]:
    held = list(grants)
    below = map_agencies_below() if any(grant.agency_code != "*" for grant in held) else {}
    return frozenset(
        (permission, agency_code)
        for grant in held
        for permission in list_role_permissions(grant.role, grant.service)
        for agency_code in below.get(grant.agency_code, {grant.agency_code})
    )


def map_agencies_below() -> dict[str, set[str]]:
    """Return each agency with itself and those below it, by code."""
    parents = dict(Agency.objects.values_list("code", "parent_code"))
    below: dict[str, set[str]] = {code: {code} for code in parents}
    for code in parents:
        seen, above = {code}, parents[code]
        while above in parents and above not in seen:
            below[above].add(code)
            seen.add(above)
            above = parents[above]
    return below


def _check_csrf(sent: SentRequest) -> None:
    """Let Django's own middleware judge token, origin and referer."""
    request = HttpRequest()
    request.method = sent.method
    request.COOKIES = dict(sent.cookies)
    request.META = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in sent.headers.items()}
    middleware = CsrfViewMiddleware(lambda _: HttpResponse())
    middleware.process_request(request)
    if middleware.process_view(request, None, (), {}) is not None:
        raise NotAllowed(
            "people.csrf",
            "보낸 곳을 확인할 수 없어 처리하지 않았습니다. 화면을 새로 고친 뒤 다시 해 주세요.",
            "The request's origin couldn't be checked, so nothing was changed. Reload the page and try again.",
        )
