"""The list of issuers that the city trusts, as it is published: a signed message of type `trust-list+jwt`.

It says in the manner of ETSI's lists of trusted entities who may issue what, from when until when, and by which
keys; its number grows with every change, and `exp` is when whoever keeps it fetches it anew at the latest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import Key, import_key

from madang.citizens.wallet.records import TrustedIssuer

from .refusals import Part
from .signatures import sign, verify

TYPE = "trust-list+jwt"
LASTS_S = 86_400
SECRET = frozenset({"d", "p", "q", "dp", "dq", "qi", "k", "oth"})


def write_list(
    issuers: Iterable[TrustedIssuer],
    *,
    own: Mapping[str, Any],
    number: int,
    issued_at: int,
    key: Key,
    key_id: str,
) -> str:
    """Return the signed list; `own` is the entry of whoever publishes it, and `own["issuer"]` signs."""
    claims = {
        "iss": own["issuer"],
        "iat": issued_at,
        "exp": issued_at + LASTS_S,
        "sequence_number": number,
        "trusted_issuers": [dict(own), *map(_describe, issuers)],
    }
    return sign(claims, {"typ": TYPE, "kid": key_id}, key)


def read_list(text: str, key: Key) -> dict[str, Any]:
    """Return what a list says; raise Refused (trust_list) where it isn't signed by this key."""
    return verify(text, key, TYPE, Part.TRUST_LIST).claims


def read_keys(said: object) -> list[dict[str, Any]]:
    """Return the keys of a JWK set that check signatures here; raise ValueError where there is none, or a secret one."""
    keys = said.get("keys") if isinstance(said, dict) else None
    if not isinstance(keys, list) or not all(isinstance(one, dict) for one in keys):
        raise ValueError("a JWK set has a list of keys")
    if any(SECRET & one.keys() for one in keys):
        raise ValueError("a secret key stands in it")
    usable = [one for one in keys if one.get("use", "sig") == "sig" and _can_check(one)]
    if not usable:
        raise ValueError("no key of P-256, P-384 or Ed25519 is in it")
    return usable


def pick_key(keys: Iterable[Mapping[str, Any]], key_id: str | None) -> Key | None:
    """Return the key with an id; without one the only key there is, None where that isn't clear."""
    known = list(keys)
    found = [one for one in known if one.get("kid") == key_id] if key_id is not None else known
    return import_key(dict(found[0])) if len(found) == 1 else None


def _can_check(jwk: Mapping[str, Any]) -> bool:
    try:
        return jwk.get("crv") in {"P-256", "P-384", "Ed25519"} and import_key(dict(jwk)) is not None
    except (JoseError, ValueError, TypeError, KeyError):
        return False


def _describe(one: TrustedIssuer) -> dict[str, Any]:
    keys = {"jwks": {"keys": list(one.keys)}} if one.keys else {"keys_address": one.keys_address}
    return {
        "issuer": one.issuer,
        "names": [{"value": one.title.ko, "locale": "ko"}, {"value": one.title.en, "locale": "en"}],
        "vct_values": sorted(set(one.kinds.values())),
        "valid_from": int(one.valid_from.timestamp()),
        "valid_until": int(one.valid_until.timestamp()),
        **keys,
    }
