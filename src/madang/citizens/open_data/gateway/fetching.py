"""Getting other catalogues' answers: only from addresses that may be reached, only so much and only so long."""

from __future__ import annotations

import ipaddress
import socket
import time
from pathlib import PurePosixPath
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

import httpx

from madang.core.base.interface import BadInput
from madang.core.incidents.interface import check_webhook_address

MOST_BYTES = 50 * 2**20
MOST_S = 60.0
QUIET_S = 15.0
MOST_REDIRECTS = 3
TRIES = 3
PAUSE_S = 1.0
TEMPORARY = frozenset({408, 425, 429, 500, 502, 503, 504})


class NotFetched(Exception):
    """Nothing usable came; the text says why. Trying again may help where it is `temporary`."""

    def __init__(self, reason: str, *, temporary: bool = False) -> None:
        self.temporary = temporary
        super().__init__(reason)


def fetch(
    address: str,
    *,
    accept: str = "*/*",
    most_bytes: int = MOST_BYTES,
    most_s: float = MOST_S,
    pause_s: float = PAUSE_S,
) -> bytes:
    """Return what is at an address, tried three times where that may help; raise NotFetched.

    The address, each one it redirects to, and every address its name leads to must be public or in a network that
    the house may reach; the connection goes to the very address that was judged.
    """
    for attempt in range(TRIES):
        try:
            return _follow(address, accept, most_bytes, time.monotonic() + most_s)
        except NotFetched as error:
            if not error.temporary or attempt == TRIES - 1:
                raise
            time.sleep(pause_s * 2**attempt)
    raise AssertionError


def name_file(address: str) -> str:
    """Return what the file at an address is called, "" where the address ends with none."""
    return PurePosixPath(unquote(urlsplit(address).path)).name[:200]


def _follow(address: str, accept: str, most_bytes: int, until: float) -> bytes:
    for _ in range(MOST_REDIRECTS + 1):
        found = _get(address, accept, most_bytes, until)
        if isinstance(found, bytes):
            return found
        address = urljoin(address, found)
    raise NotFetched(f"more than {MOST_REDIRECTS} redirects")


def _get(address: str, accept: str, most_bytes: int, until: float) -> bytes | str:
    """Return the body, or the address that is redirected to."""
    parts = _check(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = parts.hostname or ""
    url = httpx.URL(address).copy_with(host=_resolve(parts.scheme, host, port), port=port)
    try:
        with (
            httpx.Client(trust_env=False, follow_redirects=False, timeout=QUIET_S) as client,
            client.stream(
                "GET",
                url,
                headers={"Host": parts.netloc, "User-Agent": "Madang", "Accept": accept},
                extensions={"sni_hostname": host},
            ) as reply,
        ):
            if reply.is_redirect:
                return reply.headers["location"]
            if not reply.is_success:
                raise NotFetched(f"HTTP {reply.status_code}", temporary=reply.status_code in TEMPORARY)
            return _read(reply, most_bytes, until)
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        raise NotFetched(f"{type(error).__name__}: {error}", temporary=True) from error


def _read(reply: httpx.Response, most_bytes: int, until: float) -> bytes:
    body = bytearray()
    for chunk in reply.iter_bytes(65_536):
        body += chunk
        if len(body) > most_bytes:
            raise NotFetched(f"more than {most_bytes:,} bytes")
        if time.monotonic() > until:
            raise NotFetched("took too long", temporary=True)
    return bytes(body)


def _check(address: str) -> SplitResult:
    try:
        check_webhook_address(address)
    except BadInput as error:
        raise NotFetched(f"{address}: {error.text.en}") from error
    return urlsplit(address)


def _resolve(scheme: str, host: str, port: int) -> str:
    """Return the address to connect to; every one that the name leads to must be allowed."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotFetched(f"{host}: {error}", temporary=True) from error
    addresses = [ipaddress.ip_address(item[4][0].split("%")[0]) for item in found]
    for one in addresses:
        written = f"[{one}]" if isinstance(one, ipaddress.IPv6Address) else str(one)
        _check(f"{scheme}://{written}:{port}/")
    return str(addresses[0])
