"""Signed messages: JSON Web Signatures in compact form over JSON objects (RFC 7515, RFC 8725).

The algorithm is one of few, the type is the one the caller expects, no extension is critical; the key is
always the caller's, whatever the header offers (`jwk`, `jku`, `x5u` are not followed).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import Key

from .messages import decode, read_object, write
from .refusals import Part, Reason, Refused

ALGORITHMS = ("ES256", "ES384", "Ed25519")
MOST_BYTES = 256 * 1024
"""A signed message of a person is smaller; status lists say their own limit."""


class _Registry(jws.JWSRegistry):
    max_header_length = 64 * 1024
    max_payload_length = 64 * 1024 * 1024


_REGISTRY = _Registry(algorithms=ALGORITHMS, strict_check_header=False)


class Signed(msgspec.Struct, frozen=True):
    """A signed message as it was read: its header and its claims."""

    header: dict[str, Any]
    claims: dict[str, Any]


FindKey = Callable[[Signed], Key]
"""Gives the public key for a message that wasn't verified yet; raises Refused where there is none."""


def sign(claims: Mapping[str, Any], header: Mapping[str, Any], key: Key) -> str:
    """Return `claims` signed by a private key; `header` names "typ", and "alg" where it isn't ES256.

    Raises joserfc's JoseError where the key doesn't fit the algorithm.
    """
    return jws.serialize_compact({"alg": "ES256", **header}, write(claims), key, registry=_REGISTRY)


def peek(text: str, part: Part, most_bytes: int = MOST_BYTES) -> Signed:
    """Return what a signed message says before its signature was checked: only good for finding the key.

    Raises Refused: too_large, malformed.
    """
    if len(text) > most_bytes:
        raise Refused(part, Reason.TOO_LARGE, f"{len(text)} characters, at most {most_bytes} are read")
    pieces = text.split(".")
    if len(pieces) != 3:
        raise Refused(part, Reason.MALFORMED, "a signed message has three pieces")
    decode(pieces[2], part)
    return Signed(
        read_object(decode(pieces[0], part), part),
        read_object(decode(pieces[1], part), part),
    )


def verify(
    text: str,
    key: Key | FindKey,
    typ: str | Sequence[str | None],
    part: Part,
    most_bytes: int = MOST_BYTES,
) -> Signed:
    """Return a signed message whose type is `typ` (or one of these, None for none) and whose signature is right under a public key.

    A key that must be found is looked for when the message's form and type are right. Raises Refused of
    `part`: too_large, malformed, type, critical, algorithm, signature, and what finding the key raises.
    """
    said = peek(text, part, most_bytes)
    if said.header.get("typ") not in ((typ,) if isinstance(typ, str) else typ):
        raise Refused(part, Reason.TYPE, f"the type is {said.header.get('typ')!r}, not {typ!r}")
    if "crit" in said.header or "b64" in said.header:
        raise Refused(part, Reason.CRITICAL, "no extension of signatures is understood")
    name = said.header.get("alg")
    if name not in ALGORITHMS:
        raise Refused(part, Reason.ALGORITHM, f"the algorithm is {name!r}")
    found = key if isinstance(key, Key) else key(said)
    if not _is_signed(text, name, found, part):
        raise Refused(part, Reason.SIGNATURE, f"not signed by this key with {name}")
    return said


def _is_signed(text: str, name: str, key: Key, part: Part) -> bool:
    signed, _, signature = text.rpartition(".")
    algorithm = _REGISTRY.get_alg(name)
    try:
        algorithm.check_key(key)
        return algorithm.verify(signed.encode(), decode(signature, part), key)
    except (JoseError, ValueError, TypeError):
        return False
