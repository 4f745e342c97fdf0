"""A holder's proof of the key that a certificate is to be bound to (OpenID4VCI 1.0, appendix F.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from .key_binding import read_holder_key
from .refusals import Part, Reason, Refused
from .signatures import Signed, verify
from .times import read_time

TYPE = "openid4vci-proof+jwt"
MOST_AGE_S = 300
OTHER_KEYS = frozenset({"kid", "x5c", "trust_chain"})
"""What may not stand beside the key itself: whose key is it then?"""


class KeyProof(msgspec.Struct, frozen=True):
    """A proof that was verified: the holder's public key as JWK, and the nonce it answers."""

    key: Mapping[str, Any]
    nonce: str


def verify_key_proof(text: str, issuer: str, now: int, leeway_s: int = 60) -> KeyProof:
    """Return what a holder proved to `issuer` (its URL); the nonce is the caller's to check.

    `now` is in seconds since 1970. Raises Refused (key_proof): what `signatures.verify` says, holder_key,
    audience, nonce (there is none), time, freshness.
    """

    def find(said: Signed) -> Any:
        if others := said.header.keys() & OTHER_KEYS:
            raise Refused(Part.KEY_PROOF, Reason.HOLDER_KEY, f"beside jwk stands {sorted(others)}")
        try:
            return read_holder_key({"cnf": {"jwk": said.header.get("jwk")}})
        except Refused as refused:
            raise Refused(Part.KEY_PROOF, Reason.HOLDER_KEY, refused.detail) from None

    said = verify(text, find, TYPE, Part.KEY_PROOF)
    if said.claims.get("aud") != issuer:
        raise Refused(Part.KEY_PROOF, Reason.AUDIENCE, f"it is for {said.claims.get('aud')!r}")
    made_at = read_time(said.claims, "iat", Part.KEY_PROOF)
    if made_at is None or not -leeway_s <= now - made_at <= MOST_AGE_S:
        raise Refused(Part.KEY_PROOF, Reason.FRESHNESS, f"made at {made_at}, now is {now}")
    nonce = said.claims.get("nonce")
    if not isinstance(nonce, str):
        raise Refused(Part.KEY_PROOF, Reason.NONCE, "it answers no nonce")
    return KeyProof(said.header["jwk"], nonce)
