"""The way to 119: one HTTP POST of a CAP alert."""

from __future__ import annotations

from functools import cache

import httpx

TIMEOUT_S = 5.0


class NotReceived(Exception):
    """119 didn't say that it has the message; the reason is the message."""


def post_alert(address: str, identifier: str, body: bytes) -> None:
    """Send an alert; return once the receiver says that it has it, else raise NotReceived."""
    headers = {"Content-Type": "application/cap+xml", "Idempotency-Key": identifier}
    try:
        reply = _get_client().post(address, content=body, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotReceived(f"{type(error).__name__}: {error}") from error
    if not reply.is_success:
        raise NotReceived(f"HTTP {reply.status_code}: {reply.text[:200]}")


@cache
def _get_client() -> httpx.Client:
    return httpx.Client(timeout=TIMEOUT_S, trust_env=False, follow_redirects=False)
