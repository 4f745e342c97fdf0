"""Webhooks: POST with an idempotency key and a signature."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from urllib.parse import urlsplit

import httpx

from madang.core.incidents.methods import sign_body
from madang.core.incidents.records import Target

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
    headers = {"Content-Type": "application/json", "Idempotency-Key": message_id}
    if target.secret:
        headers["Madang-Signature"] = sign_body(target.secret, body, sent_at)
    post_outside(target.address, body, headers=headers, timeout_s=timeout_s)


def post_outside(address: str, body: bytes, *, headers: dict[str, str], timeout_s: float) -> None:
    """POST to an address that somebody named; any 2xx means received.

    It must be public or in a network that the setting `hand_over_networks` names. Redirects aren't followed,
    proxies of the environment aren't used. Raises Failed (try again) or Refused (no use).
    """
    parts = urlsplit(address)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    url = httpx.URL(address).copy_with(host=find_address(host, port), port=port)
    try:
        with _get_client(host).stream(
            "POST",
            url,
            content=body,
            headers={"Host": parts.netloc, "User-Agent": "Madang"} | headers,
            timeout=timeout_s,
            extensions={"sni_hostname": host},
        ) as reply:
            _judge(reply)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Failed(f"{type(error).__name__}: {error}") from error


def _judge(reply: httpx.Response) -> None:
    if reply.is_success:
        return
    reason = f"HTTP {reply.status_code}"
    if reply.status_code in FINAL:
        raise Refused(reason)
    asked = reply.headers.get("Retry-After", "")
    raise Failed(reason, float(asked) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 0)


@lru_cache(maxsize=64)
def _get_client(host: str) -> httpx.Client:
    """One client for each name, so that a connection checked for one name never serves another."""
    return httpx.Client(trust_env=False, follow_redirects=False)
