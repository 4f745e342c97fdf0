"""Pseudonyms: the same person has one name in each scope, and names of two scopes have nothing in common."""

from __future__ import annotations

import hashlib
import hmac


def make_pseudonym(key: bytes, scope: str, subject: str) -> str:
    """Return the pseudonym of a person (their number in the registers) in a scope: 64 hexadecimal digits.

    HMAC-SHA256 under a key of the scope's own, which is derived from `key`: nobody without `key` can go back
    to the person, nor from one scope to another.
    """
    scope_key = hmac.digest(key, scope.encode(), hashlib.sha256)
    return hmac.new(scope_key, subject.encode(), hashlib.sha256).hexdigest()
