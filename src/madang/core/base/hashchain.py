"""Hash chains: each row's hash covers its content and the hash before it."""

from __future__ import annotations

import hashlib

import msgspec

GENESIS = "0" * 64


def hash_row(previous: str, content: dict[str, object]) -> str:
    """Return SHA-256 (64 hex digits) over `previous` and the canonical JSON of `content`."""
    body = msgspec.json.encode(content, order="deterministic")
    return hashlib.sha256(previous.encode() + b"\n" + body).hexdigest()
