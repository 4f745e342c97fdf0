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
    `Madang-Signature` is there where the target has a secret. Redirects aren't followed, proxies of the
    environment aren't used.
    """
    parts = urlsplit(target.address)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = find_address(host, port)
    url = httpx.URL(target.address).copy_with(host=address, port=port)
    headers = {
        "Host": parts.netloc,
        "Content-Type": "application/json",
        "Idempotency-Key": message_id,
        "User-Agent": "Madang",
    }
    if target.secret:
        headers["Madang-Signature"] = sign_body(target.secret, body, sent_at)
    try:
        with _get_client(host).stream(
            "POST",
            url,
            content=body,
            headers=headers,
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
