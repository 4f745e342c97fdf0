"""SD-JWT: a signed message of which its holder shows only parts (RFC 9901).

Written as `issuer's message ~ disclosure ~ … ~ key binding`; without a key binding the text ends in a tilde.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from joserfc.jwk import Key

from .claim_paths import Path, Place, Step, covers, leads_to, select
from .concealing import conceal
from .disclosures import ALGORITHM, Disclosure, read_disclosure
from .key_binding import Binding, Proof, make_key_binding, read_holder_key, verify_key_binding
from .refusals import Part, Reason, Refused
from .resolving import Resolved, get_algorithm, resolve
from .signatures import MOST_BYTES, FindKey, Signed, peek, sign, verify

TILDE = "~"
MOST_DISCLOSURES = 1024
BOUND = frozenset({"cnf"})


class SdJwt(msgspec.Struct, frozen=True, kw_only=True):
    """An SD-JWT taken apart; `key_binding` is empty where there is none. Nothing is verified."""

    message: str
    disclosures: tuple[Disclosure, ...]
    key_binding: str = ""

    @property
    def presented(self) -> str:
        """The text that a key binding signs: all up to the last tilde."""
        return TILDE.join([self.message, *(one.text for one in self.disclosures), ""])

    @property
    def text(self) -> str:
        """The whole text."""
        return self.presented + self.key_binding


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What an issuer signed, as far as it is shown.

    `payload` is the issuer's message with its digests, `claims` are the claims after disclosure, `shown` are the
    places that disclosures filled, `proof` is the key binding's claims where one was asked for.
    """

    header: dict[str, Any]
    payload: dict[str, Any]
    claims: dict[str, Any]
    shown: tuple[Place, ...]
    proof: dict[str, Any] | None = None


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader demands: the message's type, and a key binding where `binding` is given.

    Without `binding` a key binding that is there isn't looked at: whether one is needed is the verifier's to
    know, not the presentation's to say (RFC 9901, section 7.3).
    """

    typ: str
    binding: Binding | None = None


def issue(
    claims: Mapping[str, Any],
    hidden: Iterable[Sequence[Step]],
    header: Mapping[str, Any],
    key: Key,
    *,
    decoys: int = 0,
    hash_algorithm: str = "sha-256",
) -> SdJwt:
    """Return an SD-JWT of `claims`, in which what the `hidden` paths point at can be shown or not.

    `header` names "typ", and "alg" where it isn't ES256. The holder's public key is `claims["cnf"]["jwk"]`.
    Raises ValueError where a claim has a reserved name, or a path points at nothing or into `cnf`.
    """
    hidden = [tuple(path) for path in hidden]
    if any(path[:1] and path[0] in BOUND for path in hidden):
        raise ValueError("the holder's key is never hidden")
    payload, disclosures = conceal(claims, hidden, algorithm=hash_algorithm, decoys=decoys)
    if disclosures or decoys:
        payload[ALGORITHM] = hash_algorithm
    return SdJwt(message=sign(payload, header, key), disclosures=disclosures)


def parse(text: str) -> SdJwt:
    """Return an SD-JWT taken apart; raise Refused: credential (too_large, malformed), disclosure (malformed, reserved)."""
    if len(text) > MOST_BYTES:
        raise Refused(
            Part.CREDENTIAL, Reason.TOO_LARGE, f"{len(text)} characters, at most {MOST_BYTES} are read"
        )
    message, *disclosures, binding = text.split(TILDE) if TILDE in text else ("", "")
    if not message or not text.isascii():
        raise Refused(Part.CREDENTIAL, Reason.MALFORMED, "not an SD-JWT: no tilde, no message or not ASCII")
    if len(disclosures) > MOST_DISCLOSURES:
        raise Refused(Part.CREDENTIAL, Reason.TOO_LARGE, f"more than {MOST_DISCLOSURES} disclosures")
    return SdJwt(message=message, disclosures=tuple(map(read_disclosure, disclosures)), key_binding=binding)


def open_all(held: SdJwt) -> Resolved:
    """Return all claims of an SD-JWT that its holder keeps; the signature isn't checked. Raises as `resolve`."""
    return resolve(peek(held.message, Part.CREDENTIAL).claims, held.disclosures)


def present(held: SdJwt, wanted: Iterable[Sequence[Step]], proof: Proof | None = None) -> SdJwt:
    """Return a presentation that shows what the `wanted` paths point at, and signs it where `proof` is given.

    A path shows what it points at with everything inside it, and what must be shown to get there; nothing
    else. Paths point into the claims as the holder keeps them, all disclosed. Raises ValueError where a path
    points at nothing, Refused as `open_all`.
    """
    resolved, paths = open_all(held), [tuple(path) for path in wanted]
    for path in paths:
        if not select(resolved.claims, path):
            raise ValueError(f"there is nothing at {list(path)}")
    shown = {one.text for place, one in resolved.places if _is_wanted(place, paths)}
    plain = SdJwt(
        message=held.message, disclosures=tuple(one for one in held.disclosures if one.text in shown)
    )
    if proof is None:
        return plain
    algorithm = get_algorithm(peek(held.message, Part.CREDENTIAL).claims)
    return msgspec.structs.replace(plain, key_binding=make_key_binding(plain.presented, proof, algorithm))


def verify_sd_jwt(presented: SdJwt, key: Key | FindKey, rules: Rules) -> Verified:
    """Return what a presentation proves under the issuer's public key, which may yet have to be found.

    Raises Refused: of credential what `signatures.verify` says, hash_algorithm, structure, repeated and
    holder_key; of disclosure what `resolve` says and never_hidden; of key_binding what `verify_key_binding`
    says and missing.
    """
    said = verify(presented.message, key, rules.typ, Part.CREDENTIAL)
    resolved = resolve(said.claims, presented.disclosures)
    shown = tuple(place for place, _ in resolved.places)
    if any(place[0] in BOUND for place in shown):
        raise Refused(Part.DISCLOSURE, Reason.NEVER_HIDDEN, "the holder's key came by a disclosure")
    proof = None if rules.binding is None else _verify_binding(presented, said, rules.binding)
    return Verified(
        header=said.header,
        payload=said.claims,
        claims=resolved.claims,
        shown=shown,
        proof=proof.claims if proof else None,
    )


def _verify_binding(presented: SdJwt, said: Signed, asked: Binding) -> Signed:
    holder = read_holder_key(said.claims)
    if not presented.key_binding:
        raise Refused(Part.KEY_BINDING, Reason.MISSING, "the holder signed nothing")
    algorithm = get_algorithm(said.claims)
    return verify_key_binding(presented.key_binding, presented.presented, holder, algorithm, asked)


def _is_wanted(place: Place, paths: Sequence[Path]) -> bool:
    return any(covers(path, place) or leads_to(path, place) for path in paths)
