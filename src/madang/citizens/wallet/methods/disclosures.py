"""Disclosures: one claim or one element of an array with its salt, named by its digest (RFC 9901, section 4.2)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from typing import Any

import msgspec

from .messages import decode, encode, read, write
from .refusals import Part, Reason, Refused

DIGESTS = "_sd"
ELEMENT = "..."
ALGORITHM = "_sd_alg"
RESERVED = frozenset({DIGESTS, ELEMENT, ALGORITHM})
"""Names that mean something to SD-JWT itself: no claim has them."""

HASHES: dict[str, Callable[[bytes], Any]] = {
    "sha-256": hashlib.sha256,
    "sha-384": hashlib.sha384,
    "sha-512": hashlib.sha512,
}
"""Hash algorithms by their names in the IANA registry of named information."""

SALT_BYTES = 16


class Disclosure(msgspec.Struct, frozen=True):
    """A disclosure: `text` is what is hashed and sent; an element of an array has no `name`.

    `value` may hold digests of further disclosures.
    """

    text: str
    salt: str
    value: Any
    name: str | None = None


def make_salt() -> str:
    """Return 128 random bits in base64url."""
    return encode(secrets.token_bytes(SALT_BYTES))


def make_disclosure(value: Any, name: str | None = None) -> Disclosure:
    """Return a disclosure of a claim, or of an element where there is no name, with a fresh salt."""
    salt = make_salt()
    parts = [salt, value] if name is None else [salt, name, value]
    return Disclosure(encode(write(parts)), salt, value, name)


def read_disclosure(text: str) -> Disclosure:
    """Return the disclosure that `text` is; raise Refused (disclosure): malformed, reserved."""
    parts = read(decode(text, Part.DISCLOSURE), Part.DISCLOSURE)
    if not isinstance(parts, list) or len(parts) not in {2, 3} or not isinstance(parts[0], str):
        raise Refused(
            Part.DISCLOSURE, Reason.MALFORMED, "a disclosure is [salt, value] or [salt, name, value]"
        )
    if len(parts) == 2:
        return Disclosure(text, parts[0], parts[1])
    if not isinstance(parts[1], str):
        raise Refused(Part.DISCLOSURE, Reason.MALFORMED, "a claim's name is a text")
    if parts[1] in RESERVED:
        raise Refused(Part.DISCLOSURE, Reason.RESERVED, f"no claim is named {parts[1]!r}")
    return Disclosure(text, parts[0], parts[2], parts[1])


def digest(text: str, algorithm: str) -> str:
    """Return the digest of a disclosure's text, or of any ASCII text, in base64url.

    Raises KeyError for an algorithm that isn't in HASHES.
    """
    return encode(HASHES[algorithm](text.encode("ascii")).digest())
