"""What is sent of a bundle, and the receipt that both sides keep of it.

A receipt is a signed message of type `transfer-receipt+jwt`: it says when what kind of content went to whom, and
the SHA-256 of what was sent with a salt. The receiver has both and can show that it is what was sent; to anyone else
the digest tells nothing of the person, not even whether a guess is right.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from joserfc.jwk import Key

from madang.citizens.wallet.records import Bundle, Transfer

from .messages import write
from .papers import find_value
from .refusals import Part
from .signatures import sign, verify

RECEIPT = "transfer-receipt+jwt"


def select_bundle(bundle: Bundle, entries: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return what a bundle names of register entries (by kind), and no more; a kind without an entry is left out."""
    return {
        part.kind: {".".join(path): find_value(entries[part.kind], path) for path in part.paths}
        for part in bundle.parts
        if part.kind in entries
    }


def digest_content(content: Mapping[str, Any], salt: str) -> str:
    """Return the SHA-256 of [salt, what is sent], as compact JSON with sorted names, in hexadecimal."""
    ordered = {kind: dict(sorted(values.items())) for kind, values in sorted(content.items())}
    return hashlib.sha256(write([salt, ordered])).hexdigest()


def write_receipt(transfer: Transfer, issuer: str, key: Key, key_id: str) -> str:
    """Return the receipt of a transfer, signed by the house."""
    claims = {
        "iss": issuer,
        "iat": int(transfer.at.timestamp()),
        "jti": transfer.id,
        "consent": transfer.consent,
        "bundle": transfer.bundle,
        "receiver": transfer.receiver,
        "kinds": list(transfer.kinds),
        "sha256": transfer.digest,
    }
    return sign(claims, {"typ": RECEIPT, "kid": key_id}, key)


def read_receipt(text: str, key: Key) -> dict[str, Any]:
    """Return what a receipt says; raise Refused (receipt) where it isn't signed by this key."""
    return verify(text, key, RECEIPT, Part.RECEIPT).claims
