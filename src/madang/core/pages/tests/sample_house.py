"""The sample service on one port, as the house serves it."""

import django
from a2wsgi import WSGIMiddleware
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from starlette.applications import Starlette
from starlette.routing import Mount

django.setup()
call_command("migrate", verbosity=0)

from madang.core.base.interface import ANONYMOUS, HOUSE, collect  # noqa: E402
from madang.core.pages.interface import build_starlette_routes, build_static_mount  # noqa: E402


def authenticate(request):
    return ANONYMOUS if "x-stranger" in request.headers else HOUSE


django_pages = WSGIMiddleware(get_wsgi_application(), workers=4)


async def serve_pages(scope, receive, send):
    """Pass a request to Django; granian's `receive` is no coroutine function, and a2wsgi needs one."""

    async def receive_message():
        return await receive()

    await django_pages(scope, receive_message, send)


application = Starlette(
    routes=[
        *build_starlette_routes([route for _, route in collect("hot", "ROUTES")], authenticate),
        build_static_mount(),
        Mount("/", serve_pages),
    ]
)
