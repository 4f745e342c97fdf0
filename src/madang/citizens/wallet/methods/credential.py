"""Certificates as SD-JWT VC: who says what about whom, for how long, and where its status stands.

Source: draft-ietf-oauth-sd-jwt-vc (media type `dc+sd-jwt`), as OpenID4VC HAIP 1.0 uses it. What decides
whether a certificate holds is always shown; the rest its holder may keep back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from joserfc.jwk import Key

from .claim_paths import Path, Place
from .key_binding import Binding
from .refusals import Part, Reason, Refused
from .sd_jwt import Rules, SdJwt, issue, parse, verify_sd_jwt
from .signatures import Signed
from .times import check_times

TYPE = "dc+sd-jwt"
DAY_S = 86_400
NEVER_HIDDEN = frozenset({"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "aka_vcts", "status"})
"""Claims that are always shown, with all that is inside them (section 2.2.2.3 of the draft)."""
OWN = NEVER_HIDDEN | {"iat"}
"""Claims that this module writes: a certificate's content has none of these names."""
STATUS_KINDS = frozenset({"status_list"})

FindIssuerKey = Callable[[str, str | None], Key | None]
"""Gives the public key of an issuer (its URL) with this key id; None where the issuer isn't trusted."""


class StatusReference(msgspec.Struct, frozen=True):
    """Where a certificate's status stands: the status list's URL and the index in it, from 0."""

    uri: str
    index: int


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate to be issued. Times are seconds since 1970.

    `issuer` and `kind` (the `vct`) are URLs, `content` are the claims, `hidden` the paths in them that the
    holder may keep back, `holder_key` is the holder's public key as JWK or None where it isn't bound.
    """

    issuer: str
    kind: str
    content: Mapping[str, Any]
    hidden: tuple[Path, ...]
    issued_at: int
    valid_until: int
    valid_from: int | None = None
    holder_key: Mapping[str, Any] | None = None
    status: StatusReference | None = None


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate that was verified: `claims` are all that it says, `shown` the places its holder chose to show."""

    issuer: str
    kind: str
    claims: dict[str, Any]
    shown: tuple[Place, ...]
    valid_until: int | float | None
    status: StatusReference | None
    is_bound: bool

    @property
    def content(self) -> dict[str, Any]:
        """The claims without those that decide whether it holds."""
        return {name: value for name, value in self.claims.items() if name not in OWN}


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """What a verifier demands: trusted issuers, kinds of certificate (none: any), the holder's proof (None: no).

    `now` is in seconds since 1970; clocks may differ by `leeway_s` seconds.
    """

    find_key: FindIssuerKey
    now: int
    kinds: frozenset[str] = frozenset()
    binding: Binding | None = None
    leeway_s: int = 60


def issue_credential(draft: Draft, key: Key, header: Mapping[str, Any], *, decoys: int = 0) -> SdJwt:
    """Return a signed certificate; `header` adds "kid", "x5c" or "alg" (ES256 where it says nothing).

    Raises ValueError where the content has one of this module's names, a path points at nothing, or the
    certificate would end before it begins.
    """
    if taken := OWN & draft.content.keys():
        raise ValueError(f"these are not content: {sorted(taken)}")
    if any(path[:1] and path[0] in OWN for path in draft.hidden):
        raise ValueError("what decides whether it holds is always shown")
    begins = draft.issued_at if draft.valid_from is None else draft.valid_from
    if draft.valid_until <= begins:
        raise ValueError("it would end before it begins")
    claims: dict[str, Any] = {"iss": draft.issuer, "vct": draft.kind, "iat": draft.issued_at}
    if draft.valid_from is not None:
        claims["nbf"] = draft.valid_from
    claims["exp"] = draft.valid_until
    if draft.holder_key is not None:
        claims["cnf"] = {"jwk": dict(draft.holder_key)}
    if draft.status is not None:
        claims["status"] = {"status_list": {"idx": draft.status.index, "uri": draft.status.uri}}
    return issue({**claims, **draft.content}, draft.hidden, {**header, "typ": TYPE}, key, decoys=decoys)


def verify_credential(text: str, demand: Demand) -> Credential:
    """Return the certificate that a presentation proves now; its status is the caller's to look up.

    Raises Refused: what `sd_jwt.parse` and `verify_sd_jwt` say; of credential also issuer (not trusted),
    kind, time, from_the_future, not_yet_valid, expired, reference (its status can't be looked up); of
    disclosure also never_hidden.
    """

    def find(said: Signed) -> Key:
        issuer, key_id = said.claims.get("iss"), said.header.get("kid")
        is_text = isinstance(issuer, str) and (key_id is None or isinstance(key_id, str))
        key = demand.find_key(str(issuer), key_id) if is_text else None
        if key is None:
            raise Refused(Part.CREDENTIAL, Reason.ISSUER, f"{issuer!r} with key {key_id!r} isn't trusted")
        return key

    said = verify_sd_jwt(parse(text), find, Rules(typ=TYPE, binding=demand.binding))
    if any(place[0] in NEVER_HIDDEN for place in said.shown):
        raise Refused(Part.DISCLOSURE, Reason.NEVER_HIDDEN, "what must always be shown came by a disclosure")
    kind = said.claims.get("vct")
    if not isinstance(kind, str) or (demand.kinds and kind not in demand.kinds):
        raise Refused(Part.CREDENTIAL, Reason.KIND, f"the certificate is a {kind!r}")
    check_times(said.claims, Part.CREDENTIAL, demand.now, demand.leeway_s)
    return Credential(
        issuer=said.claims["iss"],
        kind=kind,
        claims=said.claims,
        shown=said.shown,
        valid_until=said.claims.get("exp"),
        status=read_status(said.claims),
        is_bound=said.proof is not None,
    )


def read_status(claims: Mapping[str, Any]) -> StatusReference | None:
    """Return where a certificate's status stands, None where it has none.

    Raises Refused (credential.reference) where it has one that can't be looked up: that isn't a good status.
    """
    if "status" not in claims:
        return None
    status = claims["status"]
    place = status.get("status_list") if isinstance(status, dict) and status.keys() == STATUS_KINDS else None
    uri, index = (place.get("uri"), place.get("idx")) if isinstance(place, dict) else (None, None)
    if not isinstance(uri, str) or type(index) is not int or index < 0:
        raise Refused(Part.CREDENTIAL, Reason.REFERENCE, f"no status can be looked up at {status!r}")
    return StatusReference(uri, index)
