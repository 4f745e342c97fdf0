"""The way to 119: one HTTP POST of a CAP alert."""

from __future__ import annotations

import codecs
import json
import threading
from typing import Any

import httpx

TIMEOUT_S = 5.0
SLOWEST_S = 40.0
LARGEST_ANSWER = 64 * 1024
ACKNOWLEDGES = ("received", "accepted", "acknowledged", "ok", "success")
FAULTS = ("error", "errors", "fault")
"""By what an answer in JSON says that it has a message, or that it hasn't though its status is a good one."""
_own = threading.local()


class NotReceived(Exception):
    """119 didn't say that it has the message; the reason is the message."""


class NoAnswer(NotReceived):
    """Nobody answered there, or nothing that is an answer."""


def post_alert(address: str, identifier: str, body: bytes, *, timeout_s: float = TIMEOUT_S) -> None:
    """Send an alert; return once the receiver says within `timeout_s` that it has it, else raise NotReceived.

    It has it where it answers 2xx, but not by a web page (that is some other machine's, such as a proxy's), by what
    nobody can read, or in words that deny it. The
    time counts for the whole answer, so that one that comes byte by byte holds nothing up.
    """
    client = _get_client()
    timer = threading.Timer(timeout_s, client.close)
    timer.daemon = True
    timer.start()
    try:
        status, kind, answer = _post(client, address, identifier, body, timeout_s)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, RuntimeError, ValueError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise NoAnswer(f"no answer within {timeout_s:.0f} s" if client.is_closed else reason) from error
    finally:
        timer.cancel()
    if not 200 <= status < 300:
        raise NotReceived(f"HTTP {status}: {answer[:200].decode('utf-8', 'replace')}")
    if "html" in kind or answer.lstrip()[:1] == b"<" and b"<html" in answer[:1000].lower():
        raise NotReceived(f"HTTP {status} with a web page: this is no receiver of alerts")
    if not _is_text(answer):
        raise NotReceived(f"HTTP {status} with bytes that say nothing: {answer[:20]!r}")
    said = _read_object(answer)
    denied = next((name for name in ACKNOWLEDGES if said.get(name) is False), None)
    denied = denied or next((name for name in FAULTS if said.get(name)), None)
    if denied is not None:
        raise NotReceived(f"HTTP {status}, but it says {denied!r}: {str(said[denied])[:100]}")
    other = said.get("received")
    if isinstance(other, str) and other != identifier:
        raise NotReceived(f"HTTP {status}, but what was received is {other[:100]!r}")


def _post(
    client: httpx.Client, address: str, identifier: str, body: bytes, timeout_s: float
) -> tuple[int, str, bytes]:
    headers = {
        "Content-Type": "application/cap+xml",
        "Idempotency-Key": identifier,
        "Connection": "close",
    }
    with client.stream("POST", address, content=body, headers=headers, timeout=timeout_s) as reply:
        answer = b""
        for part in reply.iter_bytes():
            answer += part
            if len(answer) > LARGEST_ANSWER:
                break
        return reply.status_code, reply.headers.get("content-type", "").lower(), answer


def _is_text(answer: bytes) -> bool:
    """Return whether an answer can be read, in UTF-8 or as Korean systems wrote before it."""
    if b"\0" in answer:
        return False
    for encoding in ("utf-8", "cp949"):
        try:
            codecs.getincrementaldecoder(encoding)().decode(answer)  # what was cut off may end within a sign
        except UnicodeDecodeError:
            continue
        return True
    return False


def _read_object(answer: bytes) -> dict[str, Any]:
    """Return what an answer in JSON says, {} of any other answer."""
    try:
        said = json.loads(answer)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _get_client() -> httpx.Client:
    """Return this thread's own client: the one that is late is closed, and no other.

    Each alert has a connection of its own: where a receiver answers one alert twice, the second answer must not be
    taken for that of the next alert.
    """
    client: httpx.Client | None = getattr(_own, "client", None)
    if client is None or client.is_closed:
        client = _own.client = httpx.Client(
            trust_env=False, follow_redirects=False, limits=httpx.Limits(max_keepalive_connections=0)
        )
    return client
