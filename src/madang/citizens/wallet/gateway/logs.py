"""Another house's log, over the network: what is too large or too slow is left."""

from __future__ import annotations

import time

import httpx

from madang.citizens.wallet.methods.tiles import WIDTH
from madang.core.base.interface import NotFound, Unavailable

QUIET_S, LASTS_S = 10, 60
"""How long nothing may come, and how long an answer may come altogether."""
MOST_BYTES = WIDTH * (2 + 0xFFFF)
"""The largest file of a log: a bundle full of the longest entries (C2SP tlog-tiles)."""


def fetch_file(address: str, path: str) -> bytes:
    """Return what is served at a path below a log's address.

    Raises NotFound where nothing is there, Unavailable where it doesn't answer as it should.
    """
    return _ask("GET", f"{address.rstrip('/')}/{path}", b"")


def send_cosignature(address: str, note: str) -> None:
    """Send a cosigned checkpoint to its log; raise NotFound or Unavailable where the log doesn't take it."""
    _ask("POST", f"{address.rstrip('/')}/cosignatures", note.encode())


def _ask(method: str, url: str, content: bytes) -> bytes:
    headers = {"Accept-Encoding": "identity"}
    if content:
        headers["Content-Type"] = "text/plain; charset=utf-8"
    until = time.monotonic() + LASTS_S
    try:
        with httpx.stream(method, url, content=content or None, headers=headers, timeout=QUIET_S) as reply:
            if reply.status_code == httpx.codes.NOT_FOUND:
                raise NotFound("wallet.log", f"{url}: 없습니다", f"{url}: there is nothing")
            reply.raise_for_status()
            return _read(reply, url, until)
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        raise Unavailable("wallet.log", f"{url}: 답이 없습니다: {error}", f"{url}: {error}") from error


def _read(reply: httpx.Response, url: str, until: float) -> bytes:
    body = bytearray()
    for chunk in reply.iter_raw():
        body += chunk
        if len(body) > MOST_BYTES:
            raise Unavailable("wallet.log", f"{url}: 너무 큽니다", f"{url}: more than {MOST_BYTES:,} bytes")
        if time.monotonic() > until:
            raise Unavailable("wallet.log", f"{url}: 너무 느립니다", f"{url}: not done in {LASTS_S} seconds")
    return bytes(body)
