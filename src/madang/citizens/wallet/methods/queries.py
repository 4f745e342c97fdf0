"""DCQL queries as verifiers write them: which certificates, which claims of them (OpenID4VP 1.0, section 6)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import msgspec

from .claim_paths import Path, is_path
from .refusals import Part, Reason, Refused

IDENTIFIER = re.compile(r"[A-Za-z0-9_-]+")


class ClaimQuery(msgspec.Struct, frozen=True, kw_only=True):
    """One claim that is asked for; `values` are those that would do, none given: any."""

    path: Path
    id: str | None = None
    values: tuple[str | int | bool, ...] = ()


class AuthorityQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Authorities of one type ("aki", "openid_federation", …), any of which would do."""

    type: str
    values: tuple[str, ...]


class CredentialQuery(msgspec.Struct, frozen=True, kw_only=True):
    """One certificate that is asked for, in a format and of one of `kinds` (none given: any).

    Of a W3C credential `types` are the sets of types of which it has all of one (none given: any).

    `claim_sets` hold ids of claims, the verifier's favourite first; none given: all claims are asked for.
    """

    id: str
    format: str
    kinds: tuple[str, ...] = ()
    types: tuple[frozenset[str], ...] = ()
    claims: tuple[ClaimQuery, ...] = ()
    claim_sets: tuple[tuple[str, ...], ...] = ()
    authorities: tuple[AuthorityQuery, ...] = ()
    may_be_several: bool = False
    must_be_bound: bool = True


class SetQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A purpose that any of `options` serves, each a set of ids of certificates asked for."""

    options: tuple[tuple[str, ...], ...]
    is_required: bool = True


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """A DCQL query."""

    credentials: tuple[CredentialQuery, ...]
    sets: tuple[SetQuery, ...] = ()


def read_query(said: object) -> Query:
    """Return the query that a request's `dcql_query` is, already read from JSON; unknown members are ignored.

    Raises Refused (query): malformed, repeated (an id stands twice), reference (an id names nothing).
    """
    message = _need_object(said, "the query")
    credentials = tuple(_read_credential(one) for one in _need_list(message, "credentials"))
    _need_different([one.id for one in credentials], "certificates")
    sets = tuple(_read_set(one) for one in _read_list(message, "credential_sets"))
    for one in sets:
        _need_known(one.options, {other.id for other in credentials})
    return Query(credentials=credentials, sets=sets)


def _read_credential(said: object) -> CredentialQuery:
    message = _need_object(said, "a certificate's query")
    meta = _need_object(message.get("meta"), "meta")
    claims = tuple(_read_claim(one) for one in _read_list(message, "claims"))
    _need_different([one.id for one in claims if one.id is not None], "claims")
    claim_sets = _read_options(message, "claim_sets")
    _need_known(claim_sets, {one.id for one in claims if one.id is not None})
    if claim_sets and not all(one.id for one in claims):
        _refuse("every claim has an id where there are claim_sets")
    return CredentialQuery(
        id=_need_identifier(message),
        format=_need_text(message.get("format"), "format"),
        kinds=tuple(_need_text(one, "a vct") for one in _read_list(meta, "vct_values")),
        types=tuple(frozenset(one) for one in _read_options(meta, "type_values")),
        claims=claims,
        claim_sets=claim_sets,
        authorities=tuple(_read_authority(one) for one in _read_list(message, "trusted_authorities")),
        may_be_several=_read_flag(message, "multiple", otherwise=False),
        must_be_bound=_read_flag(message, "require_cryptographic_holder_binding", otherwise=True),
    )


def _read_claim(said: object) -> ClaimQuery:
    message = _need_object(said, "a claim's query")
    path = message.get("path")
    if not is_path(path):
        _refuse("a path is a list of names, indexes from 0 and nulls")
    values = tuple(_read_list(message, "values"))
    if not all(isinstance(one, (str, int)) for one in values):
        _refuse("values are texts, whole numbers and yes or no")
    identifier = _need_identifier(message) if "id" in message else None
    return ClaimQuery(path=tuple(path), id=identifier, values=values)  # type: ignore[arg-type]


def _read_authority(said: object) -> AuthorityQuery:
    message = _need_object(said, "an authority's query")
    values = tuple(_need_text(one, "an authority") for one in _need_list(message, "values"))
    return AuthorityQuery(type=_need_text(message.get("type"), "type"), values=values)


def _read_set(said: object) -> SetQuery:
    message = _need_object(said, "a set's query")
    _need_list(message, "options")
    return SetQuery(
        options=_read_options(message, "options"),
        is_required=_read_flag(message, "required", otherwise=True),
    )


def _read_options(message: Mapping[str, Any], name: str) -> tuple[tuple[str, ...], ...]:
    options = _read_list(message, name)
    if not all(isinstance(one, list) and one for one in options):
        _refuse(f"{name} are lists of ids")
    return tuple(tuple(_need_text(inner, "an id") for inner in one) for one in options)


def _read_list(message: Mapping[str, Any], name: str) -> Sequence[Any]:
    return _need_list(message, name) if name in message else ()


def _need_list(message: Mapping[str, Any], name: str) -> Sequence[Any]:
    value = message.get(name)
    if not isinstance(value, list) or not value:
        _refuse(f"{name} is a list that isn't empty")
    return value


def _need_object(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        _refuse(f"{what} is an object")
    return value


def _need_text(value: object, what: str) -> str:
    if not isinstance(value, str) or not value:
        _refuse(f"{what} is a text")
    return value


def _need_identifier(message: Mapping[str, Any]) -> str:
    value = message.get("id")
    if not isinstance(value, str) or not IDENTIFIER.fullmatch(value):
        _refuse("an id is made of letters, digits, underscores and hyphens")
    return value


def _read_flag(message: Mapping[str, Any], name: str, *, otherwise: bool) -> bool:
    value = message.get(name, otherwise)
    if not isinstance(value, bool):
        _refuse(f"{name} is yes or no")
    return value


def _need_different(values: Sequence[object], what: str) -> None:
    if len(set(values)) != len(values):
        raise Refused(Part.QUERY, Reason.REPEATED, f"two {what} of the query are the same")


def _need_known(options: Sequence[Sequence[str]], known: set[str]) -> None:
    for one in options:
        if not known.issuperset(one):
            raise Refused(Part.QUERY, Reason.REFERENCE, f"{sorted(set(one) - known)} are not in the query")


def _refuse(detail: str) -> NoReturn:
    raise Refused(Part.QUERY, Reason.MALFORMED, detail)
