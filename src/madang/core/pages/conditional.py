"""Conditional requests: what a client holds already isn't sent again (RFC 9110, section 13)."""

from __future__ import annotations

from starlette.requests import Request


def is_held(request: Request, tag: str) -> bool:
    """Return whether the client holds what `tag` names: any of its If-None-Match, compared weakly."""
    given = ",".join(request.headers.getlist("if-none-match"))
    held = {part.strip().removeprefix("W/") for part in given.split(",")}
    return "*" in held or tag.removeprefix("W/") in held
