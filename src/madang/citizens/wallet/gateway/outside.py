"""What other providers and issuers serve: only from addresses that may be reached, only so much and only so long."""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx
import msgspec

from madang.core.base.interface import BadInput, Unavailable
from madang.core.incidents.interface import check_webhook_address

QUIET_S, LASTS_S = 10, 20
"""How long nothing may come, and how long an answer may come altogether."""


class Answer(msgspec.Struct, frozen=True):
    """What was answered; names of `headers` are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def ask(
    method: str,
    url: str,
    *,
    most_bytes: int,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    login: tuple[str, str] | None = None,
) -> Answer:
    """Return what an address answers, whatever its status; redirects aren't followed.

    Every address that its name leads to must be public or in a network that the setting `hand_over_networks`
    names; the connection goes to the very address that was judged. Raises Unavailable where no answer comes.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    until = time.monotonic() + LASTS_S
    try:
        check_webhook_address(url)
        target = httpx.URL(url).copy_with(host=_resolve(parts.scheme, host, port), port=port)
        with (
            httpx.Client(trust_env=False, follow_redirects=False, timeout=QUIET_S) as client,
            client.stream(
                method,
                target,
                data=form,
                auth=login,
                headers={"Host": parts.netloc, "User-Agent": "Madang", **(headers or {})},
                extensions={"sni_hostname": host},
            ) as reply,
        ):
            body = _read(reply, most_bytes, until)
            return Answer(reply.status_code, {k.lower(): v for k, v in reply.headers.items()}, body)
    except BadInput as error:
        raise Unavailable("wallet.outside", f"{url}: {error.text.ko}", f"{url}: {error.text.en}") from error
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, UnicodeError) as error:
        raise Unavailable("wallet.outside", f"{url}: 답이 없습니다: {error}", f"{url}: {error}") from error


def _read(reply: httpx.Response, most_bytes: int, until: float) -> bytes:
    body = bytearray()
    for chunk in reply.iter_bytes(65_536):
        body += chunk
        if len(body) > most_bytes:
            raise httpx.StreamError(f"more than {most_bytes:,} bytes")
        if time.monotonic() > until:
            raise httpx.StreamError(f"not done in {LASTS_S} seconds")
    return bytes(body)


def _resolve(scheme: str, host: str, port: int) -> str:
    """Return the address to connect to; every one that the name leads to must be allowed."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(item[4][0].split("%")[0]) for item in found]
    for one in addresses:
        written = f"[{one}]" if one.version == 6 else str(one)
        check_webhook_address(f"{scheme}://{written}:{port}/")
    return str(addresses[0])
