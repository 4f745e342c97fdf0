"""From a session or a token to the actor whom the rest of the house knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module
from types import SimpleNamespace

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware

from madang.core.base.interface import ANONYMOUS, Actor, NotAllowed

from .models import Account, Agency, Grant
from .roles import list_role_permissions

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def actor_of(account: Account) -> Actor:
    """Return the actor of `account` with all that its grants allow."""
    return Actor(
        id=account.public_id,
        name=account.get_full_name(),
        agency_code=account.agency_code,
        grants=_read_grants(account.grants.all()),
        is_superuser=account.is_superuser,
    )


def authenticate_request(*, method: str, headers: Mapping[str, str], cookies: Mapping[str, str]) -> Actor:
    """Return who sends a request: by session cookie, by `Authorization: Bearer`, or ANONYMOUS.

    Reads the database unless neither is sent, so call it in a thread. `headers` are looked up by
    lower-case names.

    Raises
    ------
    NotAllowed
        a session's unsafe method without the matching X-CSRFToken
    """
    session_key = cookies.get(settings.SESSION_COOKIE_NAME)
    if not session_key:
        return ANONYMOUS
    engine = import_module(settings.SESSION_ENGINE)
    account = get_user(SimpleNamespace(session=engine.SessionStore(session_key)))
    if not isinstance(account, Account):
        return ANONYMOUS
    if method.upper() not in SAFE_METHODS:
        _check_csrf(method, headers, cookies)
    return actor_of(account)


def _read_grants(grants: Iterable[Grant]) -> frozenset[tuple[str, str]]:
    held = list(grants)
    below = _list_agencies_below() if any(grant.agency_code != "*" for grant in held) else {}
    return frozenset(
        (permission, agency_code)
        for grant in held
        for permission in list_role_permissions(grant.role, grant.service)
        for agency_code in below.get(grant.agency_code, {grant.agency_code})
    )


def _list_agencies_below() -> dict[str, set[str]]:
    parents = dict(Agency.objects.values_list("code", "parent_code"))
    below: dict[str, set[str]] = {code: {code} for code in parents}
    for code in parents:
        seen, above = {code}, parents[code]
        while above in parents and above not in seen:
            below[above].add(code)
            seen.add(above)
            above = parents[above]
    return below


def _check_csrf(method: str, headers: Mapping[str, str], cookies: Mapping[str, str]) -> None:
    """Let Django's own middleware judge token, origin and referer."""
    request = HttpRequest()
    request.method = method.upper()
    request.COOKIES = dict(cookies)
    request.META = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    middleware = CsrfViewMiddleware(lambda _: None)
    middleware.process_request(request)
    if middleware.process_view(request, None, (), {}) is not None:
        raise NotAllowed(
            "csrf",
            "보낸 곳을 확인할 수 없어 처리하지 않았습니다. 화면을 새로 고친 뒤 다시 해 주세요.",
            "The request's origin couldn't be checked, so nothing was changed. Reload the page and try again.",
        )
