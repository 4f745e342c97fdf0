"""How things are written before they are hashed: compact JSON in the specification's order of fields."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import msgspec


def write(message: Any) -> str:
    """Return a message as compact JSON."""
    return msgspec.json.encode(message).decode()


def fingerprint(text: str) -> str:
    """Return the SHA-256 of a text in base 64 without padding: an election's hash, a ballot's tracker."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


def hash_number(text: str) -> int:
    """Return the SHA-256 of a text as a big-endian number."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest())
