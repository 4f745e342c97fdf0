"""Another house's log, fetched over the network."""

from __future__ import annotations

import httpx

from madang.core.base.interface import Unavailable

TIMEOUT_S = 30


def fetch_file(address: str, path: str) -> bytes:
    """Return what is served at a path below a log's address; raise Unavailable where it doesn't answer."""
    url = f"{address.rstrip('/')}/{path}"
    try:
        reply = httpx.get(url, timeout=TIMEOUT_S)
        reply.raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unavailable(
            "wallet.log", f"{url}에서 받지 못했습니다: {error}", f"can't fetch {url}: {error}"
        ) from error
    return reply.content
