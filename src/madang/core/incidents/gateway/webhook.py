"""Webhooks: POST with an idempotency key and a signature."""

from __future__ import annotations

import asyncio
import ssl
from datetime import datetime
from functools import cache
from urllib.parse import urlsplit

import httpx

from madang.core.incidents.methods import sign_body
from madang.core.incidents.records import Channel, Target

from .addresses import find_address
from .outcomes import Failed, Refused

# Answers that the same bytes would meet again.
FINAL = frozenset({400, 410, 413, 422})


def send_webhook(
    target: Target, message_id: str, body: bytes, *, sent_at: datetime, timeout_s: float
) -> None:
    """POST `body`; any 2xx means received.

    `Idempotency-Key` is the hand-over's id: a receiver that has it must answer 2xx and do nothing.
    `Madang-Signature` is there where the target has a secret.
    """
    kind = "application/cap+xml" if target.channel == Channel.CAP else "application/json"
    headers = {"Content-Type": kind, "Idempotency-Key": message_id}
    if target.secret:
        headers["Madang-Signature"] = sign_body(target.secret, body, sent_at)
    post_outside(target.address, body, headers=headers, timeout_s=timeout_s)


def post_outside(address: str, body: bytes, *, headers: dict[str, str], timeout_s: float) -> None:
    """POST to an address that somebody named; any 2xx means received.

    It must be public or in a network that the setting `hand_over_networks` names. Redirects aren't followed,
    proxies of the environment aren't used. `timeout_s` counts from the connection to the answer's last header,
    so that a receiver that answers byte by byte holds nobody up. Raises Failed (try again) or Refused (no use).
    """
    parts = urlsplit(address)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    url = httpx.URL(address).copy_with(host=find_address(host, port), port=port)
    headers = {"Host": parts.netloc, "User-Agent": "Madang"} | headers
    try:
        asyncio.run(asyncio.wait_for(_post(url, body, headers, host), timeout_s))
    except TimeoutError as error:
        raise Failed(f"no answer within {timeout_s:.0f} s") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Failed(f"{type(error).__name__}: {error}") from error


async def _post(url: httpx.URL, body: bytes, headers: dict[str, str], host: str) -> None:
    """Send it by a connection of its own, so that one that was checked for a name never serves another."""
    async with (
        httpx.AsyncClient(trust_env=False, verify=_get_tls(), timeout=None) as client,  # noqa: S113 - all is timed
        client.stream("POST", url, content=body, headers=headers, extensions={"sni_hostname": host}) as reply,
    ):
        _judge(reply)


def _judge(reply: httpx.Response) -> None:
    if reply.is_success:
        return
    reason = f"HTTP {reply.status_code}"
    if reply.status_code in FINAL:
        raise Refused(reason)
    asked = reply.headers.get("Retry-After", "")
    raise Failed(reason, float(asked) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 0)


@cache
def _get_tls() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)
