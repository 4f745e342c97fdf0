"""Public pages drawn once for everybody who isn't signed in, and not sent to who holds them already."""

from __future__ import annotations

import asyncio
import gzip
from hashlib import blake2b
from typing import Any

import msgspec
from django.conf import settings
from django.urls import Resolver404, resolve
from starlette.datastructures import Headers
from starlette.requests import Request, cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from madang.core.base.interface import LANGUAGES

from .conditional import is_held
from .context import read_display

KEPT_S = 1.0
"""Within the five seconds in which an edit is seen, and no work at all for a page that many ask for."""
MOST_PAGES = 100
LARGEST_BYTES = 1 << 20
OK = 200
SHAREABLE = frozenset({OK, 404, 410})
OF_THE_HOUSE = ("host", "x-forwarded-proto")
OF_A_PERSON = ("authorization", "hx-request")
UNCHANGED = ("cache-control", "vary", "content-language")


class _Drawn(msgspec.Struct, frozen=True):
    """A page as Django drew it."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    packed: bytes
    tag: str

    @property
    def is_shareable(self) -> bool:
        """Whether it is a page, or says that there is none, and gives nobody a cookie."""
        return (
            self.status in SHAREABLE
            and len(self.body) <= LARGEST_BYTES
            and all(name.lower() != b"set-cookie" for name, _ in self.headers)
        )


class KeptPages:
    """Answers views declared as `kept` from memory: those whose pages hold nothing of a person who isn't signed in.

    A page depends on its address, the language and the display, and on nothing else that was sent: it is drawn
    from a request that brings only those. After KEPT_S it is drawn anew, once however many ask meanwhile, so
    nothing needs to be told of a change. Every other request passes.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._pages: dict[tuple[Any, ...], tuple[float, asyncio.Task[_Drawn]]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory where that is right."""
        key = _name(scope) if scope["type"] == "http" else None
        page = await self._get(key, scope) if key else None
        if page is None:
            await self.app(scope, receive, send)
        else:
            await _answer(Request(scope), page)(scope, receive, send)

    async def _get(self, key: tuple[Any, ...], scope: Scope) -> _Drawn | None:
        now = asyncio.get_running_loop().time()
        drawn_at, task = self._pages.get(key, (0.0, None))
        if task is None or (task.done() and now - drawn_at >= KEPT_S):
            if not _is_declared(scope["path"]):
                return None
            task = asyncio.ensure_future(self._draw(key, scope))
            self._pages.pop(key, None)
            self._pages[key] = (now, task)
            if len(self._pages) > MOST_PAGES:
                del self._pages[next(iter(self._pages))]
        page = await asyncio.shield(task)
        if not page.is_shareable:
            self._pages.pop(key, None)
            return None
        return page

    async def _draw(self, key: tuple[Any, ...], scope: Scope) -> _Drawn:
        """Return the page that Django draws for nobody in particular."""
        language, display = key[-2:]
        headers = Headers(scope=scope)
        kept = [(b"cookie", f"language={language}; display={display}".encode())]
        kept += [(name.encode(), headers[name].encode("latin-1")) for name in OF_THE_HOUSE if name in headers]
        start: dict[str, Any] = {}
        body = bytearray()

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                body.extend(message.get("body", b""))

        await self.app({**scope, "method": "GET", "headers": kept}, receive, send)
        tag = blake2b(body, digest_size=12).hexdigest()
        return _Drawn(
            start["status"], list(start["headers"]), bytes(body), gzip.compress(body, 5, mtime=0), tag
        )


def _name(scope: Scope) -> tuple[Any, ...] | None:
    """Return what a page depends on; None where the request may be somebody's, or changes how pages look."""
    if scope["method"] not in {"GET", "HEAD"} or b"language=" in scope["query_string"]:
        return None
    headers = Headers(scope=scope)
    cookies = cookie_parser("; ".join(headers.getlist("cookie")))
    if any(name in headers for name in OF_A_PERSON) or {settings.SESSION_COOKIE_NAME, "messages"} & {
        *cookies
    }:
        return None
    language = cookies.get("language", "")
    return (
        scope.get("scheme"),
        *(headers.get(name) for name in OF_THE_HOUSE),
        scope["path"],
        scope["query_string"],
        language if language in LANGUAGES else LANGUAGES[0],
        str(read_display(cookies.get("display", ""))),
    )


def _is_declared(path: str) -> bool:
    try:
        return bool(getattr(resolve(path).func, "kept", False))
    except Resolver404:
        return False


def _answer(request: Request, page: _Drawn) -> Response:
    """Return the page, packed for who takes that, or that the client holds it.

    Packing gives nothing away: the page holds no secret that could be guessed by its length.
    """
    is_packed = "gzip" in request.headers.get("accept-encoding", "")
    tag = f'"{page.tag}-gzip"' if is_packed else f'"{page.tag}"'
    held = page.status == OK and is_held(request, tag)
    body = b"" if held else page.packed if is_packed else page.body
    answer = Response(b"" if request.method == "HEAD" else body, 304 if held else page.status)
    answer.raw_headers = [
        (name, value)
        for name, value in page.headers
        if not held or name.decode("latin-1").lower() in UNCHANGED
    ]
    answer.headers.add_vary_header("Accept-Encoding")
    answer.headers["ETag"] = tag
    answer.headers.setdefault("Cache-Control", "no-cache")
    if not held:
        answer.headers["Content-Length"] = str(len(body))
        if is_packed:
            answer.headers["Content-Encoding"] = "gzip"
    return answer
