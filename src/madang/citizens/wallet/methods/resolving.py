"""The reader's side of selective disclosure: digests become the claims whose disclosures are at hand.

Source: RFC 9901, section 7.1, steps 3 to 5. Every disclosure must be called for by exactly one digest,
no digest may stand twice, no disclosed claim may stand over another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from .claim_paths import Place
from .disclosures import ALGORITHM, DIGESTS, ELEMENT, HASHES, Disclosure, digest
from .refusals import Part, Reason, Refused


class Resolved(msgspec.Struct, frozen=True):
    """Claims as they are after disclosure, and the place in them that each disclosure filled.

    Indexes in places count the elements that were disclosed; outer disclosures come before inner ones.
    """

    claims: dict[str, Any]
    places: tuple[tuple[Place, Disclosure], ...]


def get_algorithm(payload: Mapping[str, Any]) -> str:
    """Return the hash algorithm that a payload names; raise Refused (credential.hash_algorithm)."""
    name = payload.get(ALGORITHM, "sha-256")
    if not isinstance(name, str) or name not in HASHES:
        raise Refused(Part.CREDENTIAL, Reason.HASH_ALGORITHM, f"no digests are made by {name!r}")
    return name


def resolve(payload: Mapping[str, Any], disclosures: Iterable[Disclosure]) -> Resolved:
    """Return the claims of a payload with these disclosures.

    Raises Refused: credential.hash_algorithm, credential.structure (a digest isn't where or what it should
    be), credential.repeated (a digest stands twice), disclosure.repeated, disclosure.structure (a claim where
    an element belongs or the other way round), disclosure.collision, disclosure.unreferenced.
    """
    algorithm = get_algorithm(payload)
    by_digest: dict[str, Disclosure] = {}
    for one in disclosures:
        if by_digest.setdefault(digest(one.text, algorithm), one) is not one:
            raise Refused(Part.DISCLOSURE, Reason.REPEATED, "a disclosure is there twice")
    reading = _Reading(by_digest)
    claims = reading.go_over_object({name: payload[name] for name in payload if name != ALGORITHM}, ())
    if len(reading.places) != len(by_digest):
        raise Refused(Part.DISCLOSURE, Reason.UNREFERENCED, "the issuer never signed a disclosure's digest")
    return Resolved(claims, tuple(reading.places))


class _Reading:
    def __init__(self, by_digest: Mapping[str, Disclosure]) -> None:
        self.by_digest = by_digest
        self.seen: set[str] = set()
        self.places: list[tuple[Place, Disclosure]] = []

    def go_over(self, value: Any, place: Place) -> Any:
        if isinstance(value, dict):
            return self.go_over_object(value, place)
        return self.go_over_array(value, place) if isinstance(value, list) else value

    def go_over_object(self, value: Mapping[str, Any], place: Place) -> dict[str, Any]:
        if ELEMENT in value or ALGORITHM in value:
            raise Refused(Part.CREDENTIAL, Reason.STRUCTURE, f"a reserved name stands at {list(place)}")
        digests = value.get(DIGESTS, [])
        if not isinstance(digests, list):
            raise Refused(Part.CREDENTIAL, Reason.STRUCTURE, f"{DIGESTS} isn't a list of digests")
        claims = {
            name: self.go_over(inner, (*place, name)) for name, inner in value.items() if name != DIGESTS
        }
        for one in digests:
            disclosure = self.find(one)
            if disclosure is None:
                continue
            if disclosure.name is None:
                raise Refused(Part.DISCLOSURE, Reason.STRUCTURE, "an element stands where a claim belongs")
            if disclosure.name in claims:
                raise Refused(Part.DISCLOSURE, Reason.COLLISION, f"{disclosure.name!r} is there already")
            at = (*place, disclosure.name)
            self.places.append((at, disclosure))
            claims[disclosure.name] = self.go_over(disclosure.value, at)
        return claims

    def go_over_array(self, value: list[Any], place: Place) -> list[Any]:
        elements: list[Any] = []
        for inner in value:
            at = (*place, len(elements))
            if not isinstance(inner, dict) or ELEMENT not in inner:
                elements.append(self.go_over(inner, at))
                continue
            if len(inner) != 1:
                raise Refused(Part.CREDENTIAL, Reason.STRUCTURE, f"{ELEMENT!r} doesn't stand alone")
            disclosure = self.find(inner[ELEMENT])
            if disclosure is None:
                continue
            if disclosure.name is not None:
                raise Refused(Part.DISCLOSURE, Reason.STRUCTURE, "a claim stands where an element belongs")
            self.places.append((at, disclosure))
            elements.append(self.go_over(disclosure.value, at))
        return elements

    def find(self, one: Any) -> Disclosure | None:
        """Return the disclosure that a digest calls for, None for a decoy or what stays hidden."""
        if not isinstance(one, str):
            raise Refused(Part.CREDENTIAL, Reason.STRUCTURE, "a digest is a text")
        if one in self.seen:
            raise Refused(Part.CREDENTIAL, Reason.REPEATED, "a digest stands twice")
        self.seen.add(one)
        return self.by_digest.get(one)
