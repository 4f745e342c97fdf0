"""The holder's proof: a signature over exactly what is presented, for one verifier, once (RFC 9901, section 4.3)."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import Key, import_key

from .disclosures import digest
from .refusals import Part, Reason, Refused
from .signatures import Signed, sign, verify
from .times import check_times, read_time

TYPE = "kb+jwt"
SECRET_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


class Binding(msgspec.Struct, frozen=True, kw_only=True):
    """What a verifier asked for: its own name, its nonce, and how old (seconds) the proof may be.

    `audience` is the verifier's client identifier; `now` is in seconds since 1970.
    """

    audience: str
    nonce: str
    now: int
    most_age_s: int = 300
    leeway_s: int = 60


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What a holder signs with: the private key of the credential's `cnf`, for whom, when (seconds since 1970)."""

    key: Key
    audience: str
    nonce: str
    issued_at: int
    algorithm: str = "ES256"


def make_key_binding(presented: str, proof: Proof, hash_algorithm: str) -> str:
    """Return the key binding of `presented`: the credential with its disclosures up to the last tilde."""
    claims = {
        "iat": proof.issued_at,
        "aud": proof.audience,
        "nonce": proof.nonce,
        "sd_hash": digest(presented, hash_algorithm),
    }
    return sign(claims, {"alg": proof.algorithm, "typ": TYPE}, proof.key)


def read_holder_key(payload: Mapping[str, Any]) -> Key:
    """Return the public key that a credential is bound to, its `cnf.jwk`.

    Raises Refused (credential.holder_key) where there is none, or it is a secret or not a key for signatures.
    """
    confirmation = payload.get("cnf")
    jwk = confirmation.get("jwk") if isinstance(confirmation, dict) else None
    if not isinstance(jwk, dict):
        raise Refused(Part.CREDENTIAL, Reason.HOLDER_KEY, "the credential names no key of its holder")
    if jwk.get("kty") not in ("EC", "OKP") or SECRET_MEMBERS & jwk.keys():
        raise Refused(
            Part.CREDENTIAL, Reason.HOLDER_KEY, "the holder's key isn't a public key for signatures"
        )
    try:
        return import_key(jwk)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise Refused(
            Part.CREDENTIAL, Reason.HOLDER_KEY, f"the holder's key can't be read: {error}"
        ) from None


def verify_key_binding(text: str, presented: str, key: Key, hash_algorithm: str, asked: Binding) -> Signed:
    """Return the key binding that a holder signed over `presented` as it was `asked` for.

    Raises Refused (key_binding): too_large, malformed, type, critical, algorithm, signature, audience, nonce,
    time (a time isn't a number), freshness, expired, not_yet_valid, digest.
    """
    said = verify(text, key, TYPE, Part.KEY_BINDING)
    claims = said.claims
    if claims.get("aud") != asked.audience:
        raise Refused(Part.KEY_BINDING, Reason.AUDIENCE, f"it is for {claims.get('aud')!r}")
    if not _is_same(claims.get("nonce"), asked.nonce):
        raise Refused(Part.KEY_BINDING, Reason.NONCE, "it answers another request")
    issued_at = read_time(claims, "iat", Part.KEY_BINDING)
    if issued_at is None or not -asked.leeway_s <= asked.now - issued_at <= asked.most_age_s:
        raise Refused(Part.KEY_BINDING, Reason.FRESHNESS, f"made at {issued_at}, now is {asked.now}")
    check_times(claims, Part.KEY_BINDING, asked.now, asked.leeway_s)
    if not _is_same(claims.get("sd_hash"), digest(presented, hash_algorithm)):
        raise Refused(Part.KEY_BINDING, Reason.DIGEST, "something else is presented than the holder signed")
    return said


def _is_same(said: object, expected: str) -> bool:
    return isinstance(said, str) and hmac.compare_digest(said.encode(), expected.encode())
