"""The whole house on one port: Starlette for the hot paths outside, Django's pages inside."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount, Router
from starlette.routing import Route as StarletteRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# isort: off
# Django is set up first: the interfaces below import models.
from madang.project.wsgi import application as django_application
from madang.core.base.interface import collect
from madang.core.pages.interface import (
    KeptPages,
    Route,
    Watch,
    build_starlette_routes,
    build_static_mount,
    render_error,
)
from madang.core.people.interface import authenticate_request
# isort: on

_django = WSGIMiddleware(django_application, workers=settings.MADANG.django_threads)


async def serve_django(scope: Scope, receive: Receive, send: Send) -> None:
    """Pass a request to Django; granian's `receive` is no coroutine function, and a2wsgi needs one."""

    async def receive_message() -> Message:
        return await receive()

    await _django(scope, receive_message, send)


def collect_routes() -> list[Route]:
    """Return every Route of every room's `api.py` and `hot.py`."""
    return [route for part in ("hot", "api") for _, route in collect(part, "ROUTES")]


def collect_watches() -> list[Watch]:
    """Return every Watch of every room's `hot.py`."""
    return [watch for _, watch in collect("hot", "WATCHES")]


class FirstWord:
    """Routes by the first word of their path: a request is compared with the few that begin as it does.

    What no route takes is the rest's, but not below `closed` words: programs ask there, and get the house's errors.
    """

    def __init__(
        self, routes: Sequence[StarletteRoute | Mount], rest: Mount, closed: Collection[str] = ()
    ) -> None:
        shelves: dict[str, list[BaseRoute]] = defaultdict(list)
        for route in routes:
            shelves[_read_first_word(route.path)].append(route)
        self._rest = Router([rest])
        self._shelves = {word: Router([*those, rest]) for word, those in shelves.items()}
        self._shelves |= {word: Router(shelves[word], redirect_slashes=False) for word in closed}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request to the routes that begin as its path does, and to the rest where none does."""
        word = _read_first_word(scope.get("path", ""))
        await self._shelves.get(word, self._rest)(scope, receive, send)


def _read_first_word(path: str) -> str:
    return path.removeprefix("/").partition("/")[0]


class NoGuessing:
    """Tells browsers to take every answer for what it says it is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, with the header where it isn't there yet."""

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("X-Content-Type-Options", "nosniff")
            await send(message)

        await self.app(scope, receive, send_named)


class OwnNames:
    """Leaves a request for a host name that isn't the house's to Django, which refuses it with its own page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what is asked by a name of the house, by Django's own rule."""
        is_ours = scope["type"] != "http" or _is_own_name(scope)
        await (self.app if is_ours else serve_django)(scope, receive, send)


def _is_own_name(scope: Scope) -> bool:
    server, port = scope.get("server") or ("", 0)
    request = HttpRequest()
    request.META = {"SERVER_NAME": server, "SERVER_PORT": str(port)}
    host = Headers(scope=scope).get("host")
    if host is not None:
        request.META["HTTP_HOST"] = host
    try:
        request.get_host()
    except DisallowedHost:
        return False
    return True


application = Starlette(
    middleware=[Middleware(NoGuessing), Middleware(OwnNames)],
    exception_handlers={HTTPException: render_error},
)
application.router = FirstWord(  # type: ignore[assignment]
    [
        *build_starlette_routes(collect_routes(), authenticate_request, collect_watches()),
        build_static_mount(),
    ],
    Mount("/", KeptPages(serve_django)),
    closed=("api",),
)
