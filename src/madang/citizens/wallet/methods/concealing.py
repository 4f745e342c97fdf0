"""The issuer's side of selective disclosure: claims become digests (RFC 9901, section 4.2)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .claim_paths import Place, Step, select
from .disclosures import (
    DIGESTS,
    ELEMENT,
    RESERVED,
    SALT_BYTES,
    Disclosure,
    digest,
    make_disclosure,
)
from .messages import encode


def conceal(
    claims: Mapping[str, Any],
    hidden: Iterable[Sequence[Step]],
    *,
    algorithm: str = "sha-256",
    decoys: int = 0,
) -> tuple[dict[str, Any], tuple[Disclosure, ...]]:
    """Return (payload, disclosures): what the `hidden` paths point at is replaced by digests.

    Where a path points inside another, the disclosure of the outer holds the digest of the inner. To
    the top level and to every object and array that hides something, `decoys` digests are added that
    belong to nothing. The order of digests tells nothing.

    Raises ValueError where a claim has a reserved name, or a path points at nothing.
    """
    _refuse_reserved(claims)
    places: set[Place] = set()
    for path in hidden:
        found = select(claims, path)
        if not found or not path:
            raise ValueError(f"there is nothing at {list(path)}")
        places |= {place for place, _ in found}
    work = _Work(places, algorithm, decoys)
    return work.go_over_object(claims, (), is_top=True), tuple(work.disclosures)


class _Work:
    def __init__(self, places: set[Place], algorithm: str, decoys: int) -> None:
        self.places, self.algorithm, self.decoys = places, algorithm, decoys
        self.disclosures: list[Disclosure] = []

    def go_over(self, value: Any, place: Place) -> Any:
        if isinstance(value, Mapping):
            return self.go_over_object(value, place)
        return self.go_over_array(value, place) if isinstance(value, list) else value

    def go_over_object(
        self, value: Mapping[str, Any], place: Place, *, is_top: bool = False
    ) -> dict[str, Any]:
        shown, digests = {}, []
        for name, inner in value.items():
            at = (*place, name)
            after = self.go_over(inner, at)
            if at in self.places:
                digests.append(self.hide(make_disclosure(after, name)))
            else:
                shown[name] = after
        if digests or is_top:
            digests += [self.make_decoy() for _ in range(self.decoys)]
        return {DIGESTS: sorted(digests), **shown} if digests else shown

    def go_over_array(self, value: Sequence[Any], place: Place) -> list[Any]:
        elements, hides = [], False
        for index, inner in enumerate(value):
            after = self.go_over(inner, (*place, index))
            if (*place, index) in self.places:
                hides = True
                after = {ELEMENT: self.hide(make_disclosure(after))}
            elements.append(after)
        for _ in range(self.decoys if hides else 0):
            elements.insert(secrets.randbelow(len(elements) + 1), {ELEMENT: self.make_decoy()})
        return elements

    def hide(self, disclosure: Disclosure) -> str:
        self.disclosures.append(disclosure)
        return digest(disclosure.text, self.algorithm)

    def make_decoy(self) -> str:
        return digest(encode(secrets.token_bytes(SALT_BYTES)), self.algorithm)


def _refuse_reserved(value: Any) -> None:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name in RESERVED:
                raise ValueError(f"no claim may be named {name!r}")
            _refuse_reserved(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            _refuse_reserved(inner)
