"""What of a holder's certificates answers a query, and whether an answer is what was asked for.

Source: OpenID4VP 1.0, sections 6.4 (selecting claims and credentials) and 8.6 (validating the answer).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from .claim_paths import Path, Place, covers, select
from .queries import ClaimQuery, CredentialQuery, Query
from .refusals import Part, Reason, Refused

FORMAT = "dc+sd-jwt"


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate as a query sees it: all claims its holder keeps, or those that were shown to a verifier.

    `can_be_bound` says whether its holder can sign, or did; `authorities` are (type, value) of who stands
    behind its issuer; `types` are those of a W3C credential; `shown` are the places that disclosures filled, at the verifier's only.
    """

    id: str
    kind: str
    claims: Mapping[str, Any]
    can_be_bound: bool = True
    format: str = FORMAT
    types: frozenset[str] = frozenset()
    authorities: frozenset[tuple[str, str]] = frozenset()
    shown: tuple[Place, ...] = ()


class Candidate(msgspec.Struct, frozen=True):
    """A certificate that answers one query, and the paths that are to be shown of it."""

    held: str
    paths: tuple[Path, ...]


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """What a holder could answer.

    `candidates` are by the query's id, none for what can't be answered. `options` hold for each set of the
    query what can be answered, the verifier's order kept; a query without sets counts as one set that
    wants all. `is_complete` says whether the whole can be answered: otherwise nothing may be sent.
    """

    candidates: dict[str, tuple[Candidate, ...]]
    options: tuple[tuple[tuple[str, ...], ...], ...]
    is_complete: bool


def match(query: Query, held: Iterable[Held]) -> Match:
    """Return what of the `held` certificates answers a query."""
    held = list(held)
    candidates = {
        asked.id: tuple(
            Candidate(one.id, paths) for one in held if (paths := match_one(asked, one)) is not None
        )
        for asked in query.credentials
    }
    can = {name for name, found in candidates.items() if found}
    options = tuple(tuple(one for one in wanted if can.issuperset(one)) for wanted, _ in _list_sets(query))
    is_complete = all(
        answers or not is_required
        for answers, (_, is_required) in zip(options, _list_sets(query), strict=True)
    )
    return Match(candidates=candidates, options=options, is_complete=is_complete)


def match_one(asked: CredentialQuery, held: Held) -> tuple[Path, ...] | None:
    """Return the paths that are to be shown of a certificate, None where it doesn't answer the query."""
    if held.format != asked.format or (asked.kinds and held.kind not in asked.kinds):
        return None
    if asked.types and not any(one <= held.types for one in asked.types):
        return None
    if asked.must_be_bound and not held.can_be_bound:
        return None
    accepted = {(one.type, value) for one in asked.authorities for value in one.values}
    if accepted and not accepted & held.authorities:
        return None
    for claims in list_claim_sets(asked):
        if all(_has(held.claims, one) for one in claims):
            return tuple(dict.fromkeys(one.path for one in claims))
    return None


def list_claim_sets(asked: CredentialQuery) -> list[tuple[ClaimQuery, ...]]:
    """Return the sets of claims that would do, the verifier's favourite first."""
    if not asked.claim_sets:
        return [asked.claims]
    by_id = {one.id: one for one in asked.claims}
    return [tuple(by_id[name] for name in names) for names in asked.claim_sets]


def check_answer(query: Query, answer: Mapping[str, Sequence[Held]]) -> None:
    """Check that the certificates that were verified, by the query's ids, are an answer: enough, and no more.

    `values` of a query only spare holders a vain answer, and are checked too. An index asks for any element here:
    where elements are hidden, those that are shown have moved. Raises Refused (answer): unasked
    (an id that isn't in the query, more certificates than asked for, a claim that nobody asked for),
    unsatisfied (a certificate isn't as asked for), missing (one that is required isn't there).
    """
    asked = {one.id: one for one in query.credentials}
    for name, presented in answer.items():
        if name not in asked or (len(presented) > 1 and not asked[name].may_be_several):
            raise Refused(Part.ANSWER, Reason.UNASKED, f"more is presented than was asked for: {name[:40]!r}")
        for one in presented:
            _check_presented(query, asked[name], one)
    present = {name for name, presented in answer.items() if presented}
    for wanted, is_required in _list_sets(query):
        if is_required and not any(present.issuperset(one) for one in wanted):
            raise Refused(Part.ANSWER, Reason.MISSING, f"none of {[list(one) for one in wanted]} is there")


def _check_presented(query: Query, asked: CredentialQuery, presented: Held) -> None:
    if match_one(_loosen(asked), presented) is None:
        raise Refused(
            Part.ANSWER, Reason.UNSATISFIED, f"what is presented for {asked.id!r} isn't as asked for"
        )
    paths = [claim.path for one in query.credentials for claim in one.claims]
    for place in presented.shown:
        if not any(_touches(path, place) for path in paths):
            raise Refused(Part.ANSWER, Reason.UNASKED, f"nobody asked for {list(place)}")


def _touches(path: Path, place: Place) -> bool:
    """Return whether a place lies inside or around what a path asks for; indexes may have moved."""
    return covers(_loosen_path(path)[: len(place)], place)


def _loosen(asked: CredentialQuery) -> CredentialQuery:
    claims = tuple(msgspec.structs.replace(one, path=_loosen_path(one.path)) for one in asked.claims)
    return msgspec.structs.replace(asked, claims=claims)


def _loosen_path(path: Path) -> Path:
    return tuple(None if isinstance(one, int) else one for one in path)


def _list_sets(query: Query) -> list[tuple[tuple[tuple[str, ...], ...], bool]]:
    if query.sets:
        return [(one.options, one.is_required) for one in query.sets]
    return [((tuple(one.id for one in query.credentials),), True)]


def _has(claims: Mapping[str, Any], asked: ClaimQuery) -> bool:
    try:
        found = select(claims, asked.path)
    except ValueError:
        return False
    if not asked.values:
        return bool(found)
    return any(type(value) is type(one) and value == one for _, value in found for one in asked.values)
