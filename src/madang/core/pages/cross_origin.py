"""Addresses that pages of other sites call too: as nobody, without a cookie, which browsers are told (the Fetch standard)."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response

from .records import Route

METHODS = ("DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT")
EXPOSED = "Accept-Ranges, Content-Crs, Content-Range, ETag, Link, WWW-Authenticate, X-Dataset-Version"
PREFLIGHT_LASTS_S = 86_400


def open_to_sites(headers: MutableHeaders) -> None:
    """Let pages of every site read an answer."""
    headers["Access-Control-Allow-Origin"] = "*"
    headers["Access-Control-Expose-Headers"] = EXPOSED


def answer_preflight(allowed: Iterable[str]) -> Response:
    """Answer a browser that asks whether another site's page may call an address by one of `allowed` methods."""
    answer = Response(status_code=204)
    open_to_sites(answer.headers)
    answer.headers["Access-Control-Allow-Methods"] = ", ".join(allowed)
    answer.headers["Access-Control-Allow-Headers"] = (
        "Authorization, Content-Type, If-None-Match, If-Range, Range"
    )
    answer.headers["Access-Control-Max-Age"] = str(PREFLIGHT_LASTS_S)
    return answer


def comes_from_elsewhere(request: Request) -> bool:
    """Return whether a page of another site asks."""
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host", "")


def list_open(routes: Iterable[Route]) -> dict[str, list[Route]]:
    """Return the routes that are open to other sites, by their path."""
    found: dict[str, list[Route]] = {}
    for route in routes:
        if route.cross_origin or route.readable_anywhere:
            found.setdefault(route.path, []).append(route)
    return found
