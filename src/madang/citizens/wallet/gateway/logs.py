"""Another house's log, over the network."""

from __future__ import annotations

import httpx

from madang.core.base.interface import Unavailable

TIMEOUT_S = 30


def fetch_file(address: str, path: str) -> bytes:
    """Return what is served at a path below a log's address; raise Unavailable where it doesn't answer."""
    return _ask("GET", f"{address.rstrip('/')}/{path}", b"")


def send_cosignature(address: str, note: str) -> None:
    """Send a cosigned checkpoint to its log; raise Unavailable where the log doesn't take it."""
    _ask("POST", f"{address.rstrip('/')}/cosignatures", note.encode())


def _ask(method: str, url: str, content: bytes) -> bytes:
    headers = {"Content-Type": "text/plain; charset=utf-8"} if content else {}
    try:
        reply = httpx.request(method, url, content=content or None, headers=headers, timeout=TIMEOUT_S)
        reply.raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unavailable("wallet.log", f"{url}: 답이 없습니다: {error}", f"{url}: {error}") from error
    return reply.content
