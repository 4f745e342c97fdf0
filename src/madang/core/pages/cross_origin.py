"""Addresses that pages of other sites call too: they read no cookie, and say so to browsers (the Fetch standard)."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.datastructures import MutableHeaders
from starlette.responses import Response

from .records import Route

METHODS = ("DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT")
PREFLIGHT_LASTS_S = 86_400


def open_to_sites(headers: MutableHeaders) -> None:
    """Let pages of every site read an answer."""
    headers["Access-Control-Allow-Origin"] = "*"
    headers["Access-Control-Expose-Headers"] = "ETag, WWW-Authenticate"


def answer_preflight(allowed: Iterable[str]) -> Response:
    """Answer a browser that asks whether another site's page may call an address by one of `allowed` methods."""
    answer = Response(status_code=204)
    open_to_sites(answer.headers)
    answer.headers["Access-Control-Allow-Methods"] = ", ".join(allowed)
    answer.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, If-None-Match"
    answer.headers["Access-Control-Max-Age"] = str(PREFLIGHT_LASTS_S)
    return answer


def list_allowed(routes: Iterable[Route]) -> dict[str, list[str]]:
    """Return the methods that each address which is open to other sites takes, by its path."""
    allowed: dict[str, list[str]] = {}
    for route in routes:
        if route.cross_origin:
            allowed.setdefault(route.path, []).append(route.method)
    return allowed
