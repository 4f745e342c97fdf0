"""Declared routes → Starlette routes: authenticate, check, parse, run, answer, never a bare error."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

import msgspec
from django.conf import settings
from django.core import exceptions as django_errors
from django.db import DataError, close_old_connections
from django.http import Http404
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute
from starlette.types import Receive, Scope, Send

from madang.core.base.interface import (
    ANONYMOUS,
    Actor,
    BadInput,
    MadangError,
    NotAllowed,
    NotFound,
    Text,
    new_id,
)

from .cross_origin import METHODS, answer_preflight, comes_from_elsewhere, list_open, open_to_sites
from .parsing import TooLarge, WrongMediaType, parse_body, parse_query
from .records import ErrorRecord, Route, Watch

Authenticate = Callable[[Request], Any]
BODY_LIMIT = 16 * 2**20
IMPLIED = {"GET": ("HEAD",)}
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OK, SERVER_FAULT = 200, 500
log = logging.getLogger("madang.api")


class NotSignedIn(MadangError):
    """Nobody is signed in, and this address needs somebody."""

    status = 401


def build_starlette_routes(
    routes: Iterable[Route], authenticate: Authenticate, watches: Iterable[Watch] = ()
) -> list[StarletteRoute]:
    """Return Starlette routes for declared `routes`.

    `authenticate(request)` returns the Actor (ANONYMOUS for nobody); it may be sync, with the
    database, or async. It may raise a MadangError. The actor is in `request.state.actor`. `watches` hear of the answers.
    """
    declared, watching = list(routes), list(watches)
    return [
        *[
            _OneMethod(
                route.path,
                _build_endpoint(
                    route, authenticate, [one.heard for one in watching if route.path in one.paths]
                ),
                methods=[route.method],
                name=_name_of(route),
                allowed=_say_methods(route.path, declared),
            )
            for route in declared
        ],
        *[
            StarletteRoute(path, _build_rest(path, opened, declared), methods=METHODS)
            for path, opened in list_open(declared).items()
        ],
    ]


def render_error(request: Request, error: Exception) -> Response:
    """Return the JSON answer to `error`, in the reader's language; use it as an exception handler."""
    refusal = _as_refusal(error)
    record = ErrorRecord(
        code=refusal.code, message=refusal.text.say(read_language(request)), details=refusal.details
    )
    headers = dict(getattr(error, "headers", None) or {})
    if refusal.status == NotSignedIn.status:
        headers["WWW-Authenticate"] = 'Bearer realm="madang"'
    headers["Cache-Control"] = "no-store"
    body = msgspec.json.encode(record, enc_hook=str)
    return Response(body, refusal.status, headers=headers, media_type="application/json")


def read_language(request: Request) -> str:
    """Return "ko" or "en": the `language` cookie first, then Accept-Language, else Korean."""
    chosen = request.cookies.get("language", "")
    if chosen in {"ko", "en"}:
        return chosen
    for part in request.headers.get("accept-language", "").lower().split(","):
        if part.strip()[:2] in {"ko", "en"}:
            return part.strip()[:2]
    return "ko"


def find_address(request: Request) -> str:
    """Return the address that people reach the house by, without a slash at its end."""
    return settings.MADANG.public_url.rstrip("/") or f"{request.url.scheme}://{request.url.netloc}"


class _OneMethod(StarletteRoute):
    """A route of one method, which knows what else its path takes: a refusal says all of it (RFC 9110, 15.5.6)."""

    def __init__(self, *args: Any, allowed: str, **more: Any) -> None:
        super().__init__(*args, **more)
        self.allowed = allowed

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse a method that isn't this route's."""
        if scope["method"] not in (self.methods or ()):
            raise HTTPException(405, headers={"Allow": self.allowed})
        await super().handle(scope, receive, send)


def _say_methods(path: str, declared: list[Route]) -> str:
    methods = [route.method for route in declared if route.path == path]
    return ", ".join(dict.fromkeys(one for method in methods for one in (method, *IMPLIED.get(method, ()))))


def _build_endpoint(
    route: Route, authenticate: Authenticate, hearing: list[Callable[[Request, Response], None]]
) -> Callable[[Request], Any]:
    is_async = asyncio.iscoroutinefunction(route.endpoint)
    is_login_async = asyncio.iscoroutinefunction(authenticate)

    async def identify(request: Request) -> Actor:
        if is_login_async:
            return await authenticate(request)
        return await run_in_threadpool(_with_database, authenticate, request)

    async def answer(request: Request) -> Response:
        answered = await respond(request)
        _open(route, request, answered)
        for hear in hearing if answered.status_code == OK else ():
            _tell(hear, request, answered)
        return answered

    async def respond(request: Request) -> Response:
        try:
            if not route.cross_origin:
                _refuse_cross_site(request)
            raw = await _read_body(request) if route.body is not None else b""
            actor = ANONYMOUS if _is_nobody(route, request) else await identify(request)
            query, body = _admit(route, request, actor, raw)
            if is_async:
                result = await route.endpoint(request, query, body)
            else:
                result = await run_in_threadpool(_with_database, route.endpoint, request, query, body)
            return _render(route, result)
        except ClientDisconnect:
            return Response(status_code=499)
        except Exception as error:
            return _refuse(route, request, error)

    return answer


def _tell(hear: Callable[[Request, Response], None], request: Request, answered: Response) -> None:
    """Tell of an answer; what goes wrong there isn't the caller's trouble."""
    try:
        hear(request, answered)
    except Exception:
        log.exception("%s", request.url.path)


def _open(route: Route, request: Request, answered: Response) -> None:
    """Say whether pages of other sites may read an answer."""
    if route.cross_origin or (route.readable_anywhere and comes_from_elsewhere(request)):
        open_to_sites(answered.headers)
    if route.readable_anywhere:
        answered.headers.add_vary_header("Origin")


def _refuse(route: Route, request: Request, error: Exception) -> Response:
    """Return the answer to `error`, in the form of the route's protocol where that has one of its own."""
    answered = render_error(request, error)
    if route.refuse is None or answered.status_code >= SERVER_FAULT:
        return answered
    refused = route.refuse(request, _as_refusal(error))
    for name in ("WWW-Authenticate", "Cache-Control"):
        if name in answered.headers:
            refused.headers[name] = answered.headers[name]
    return refused


def _is_nobody(route: Route, request: Request) -> bool:
    """Return whether nobody is behind a request, whatever cookie it brings."""
    if route.cross_origin:
        return True
    has_token = "authorization" in request.headers
    if route.own_tokens and has_token:
        return True
    return route.readable_anywhere and not has_token and comes_from_elsewhere(request)


def _build_rest(path: str, opened: list[Route], declared: list[Route]) -> Callable[[Request], Any]:
    """Return what an address open to other sites answers to the methods that it doesn't take."""
    allowed = [route.method for route in opened]
    taken = _say_methods(path, declared)

    async def answer(request: Request) -> Response:
        if request.method == "OPTIONS":
            return answer_preflight(allowed)
        refused = _refuse(opened[0], request, HTTPException(405))
        refused.headers["Allow"] = taken
        open_to_sites(refused.headers)
        return refused

    return answer


def _admit(route: Route, request: Request, actor: Actor, raw: bytes) -> tuple[Any, Any]:
    """Check the permission before a word of the input is judged, then parse."""
    request.state.actor = actor
    if not actor.may(route.permission):
        raise _refuse_actor(actor)
    _refuse_nul(request)
    query = parse_query(request.query_params, route.query) if route.query is not None else None
    body = parse_body(raw, route.body) if route.body is not None else None
    return query, body


def _refuse_actor(actor: Actor) -> MadangError:
    if actor.kind == "anonymous":
        return NotSignedIn("people.not_signed_in", "먼저 로그인해 주세요", "please sign in first")
    return NotAllowed(
        "people.not_allowed", "이 일을 할 권한이 없습니다", "you don't have the permission for this"
    )


def _refuse_nul(request: Request) -> None:
    if any("\0" in str(value) for value in request.path_params.values()):
        raise NotFound("page.unknown", "찾는 것이 없습니다", "there is no such thing")
    for name, value in request.query_params.multi_items():
        if "\0" in name + value:
            field = name.replace("\0", "")
            raise BadInput(
                "input.wrong",
                f"‘{field}’ 값을 받아들일 수 없습니다: NUL 문자가 있습니다",
                f"'{field}' can't be taken: it has a NUL character",
                field=field,
            )


def _refuse_cross_site(request: Request) -> None:
    """Refuse another site's page that uses a visitor's cookie; a token isn't sent by itself."""
    if request.method in SAFE or "authorization" in request.headers:
        return
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    foreign = site not in {"same-origin", "none"} if site else False
    if not site and origin:
        foreign = urlsplit(origin).netloc != request.headers.get("host", "")
    if foreign:
        raise NotAllowed(
            "request.cross_site",
            "다른 사이트에서 보낸 요청은 받지 않습니다",
            "requests from another site's pages aren't taken",
        )


async def _read_body(request: Request) -> bytes:
    kind = request.headers.get("content-type", "application/json").split(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise WrongMediaType("request.media_type", "JSON으로 보내 주세요", "please send JSON")
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > BODY_LIMIT:
            raise TooLarge(
                "request.too_large", "한 번에 16 MB까지 받습니다", "at most 16 MB are taken at once"
            )
    return bytes(raw)


def _with_database(function: Callable[..., Any], *args: Any) -> Any:
    close_old_connections()
    try:
        return function(*args)
    finally:
        close_old_connections()


def _render(route: Route, result: Any) -> Response:
    if isinstance(result, Response):
        return result
    if result is None:
        return Response(status_code=204)
    caching = "no-cache" if route.permission == "public" else "no-store"
    return Response(
        msgspec.json.encode(result), media_type="application/json", headers={"Cache-Control": caching}
    )


def _as_refusal(error: Exception) -> MadangError:
    if isinstance(error, MadangError):
        return error
    if isinstance(error, HTTPException):
        return _from_http(error)
    if isinstance(error, Http404 | django_errors.ObjectDoesNotExist):
        return NotFound("page.unknown", "찾는 것이 없습니다", "there is no such thing")
    if isinstance(error, django_errors.PermissionDenied):
        return NotAllowed("people.not_allowed", "이 일을 할 권한이 없습니다", "you may not do this")
    if isinstance(error, django_errors.ValidationError | DataError | OverflowError):
        return BadInput("input.wrong", "보낸 내용을 받아들일 수 없습니다", "what was sent can't be taken")
    return _from_fault(error)


def _from_http(error: HTTPException) -> MadangError:
    known = {
        404: Text(ko="그런 주소가 없습니다", en="there is no such address"),
        405: Text(ko="이 주소는 그 방법을 받지 않습니다", en="this address doesn't take that method"),
    }
    text = known.get(error.status_code, Text(ko=str(error.detail), en=str(error.detail)))
    refusal = MadangError(f"http.{error.status_code}", text.ko, text.en)
    refusal.status = error.status_code
    return refusal


def _from_fault(error: Exception) -> MadangError:
    reference = new_id()
    log.error("fault %s", reference, exc_info=error)
    refusal = MadangError(
        "house.fault",
        f"우리 쪽에서 문제가 생겼습니다. 다시 해도 안 되면 이 번호를 알려 주세요: {reference}",
        f"something went wrong on our side; if it happens again, tell us this number: {reference}",
        reference=reference,
    )
    refusal.status = 500
    return refusal


def _name_of(route: Route) -> str:
    return f"{route.method.lower()}:{route.path}"
