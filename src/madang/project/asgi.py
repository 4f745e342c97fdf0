"""The whole house on one port: Starlette for the hot paths outside, Django's pages inside."""

from a2wsgi import WSGIMiddleware
from django.conf import settings
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import Message, Receive, Scope, Send

from madang.core.base.interface import collect
from madang.core.pages.interface import Route, build_starlette_routes, build_static_mount
from madang.project.wsgi import application as django_application

from madang.core.people.interface import authenticate_request  # isort: skip (needs Django set up)


_django = WSGIMiddleware(django_application, workers=settings.MADANG.django_threads)


async def serve_django(scope: Scope, receive: Receive, send: Send) -> None:
    """Pass a request to Django; granian's `receive` is no coroutine function, and a2wsgi needs one."""

    async def receive_message() -> Message:
        return await receive()

    await _django(scope, receive_message, send)


def collect_routes() -> list[Route]:
    """Return every Route of every room's `api.py` and `hot.py`."""
    return [route for part in ("hot", "api") for _, route in collect(part, "ROUTES")]


application = Starlette(
    routes=[
        *build_starlette_routes(collect_routes(), authenticate_request),
        build_static_mount(),
        Mount("/", serve_django),
    ]
)
