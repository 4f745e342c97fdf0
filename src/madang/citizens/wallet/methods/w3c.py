"""Certificates in the W3C Verifiable Credentials Data Model 2.0, secured by SD-JWT (`vc+sd-jwt`).

Source: W3C Recommendations "Verifiable Credentials Data Model v2.0" and "Securing Verifiable Credentials using JOSE
and COSE", section 3.2. What the certificate says of its holder stands in `credentialSubject`, of which its holder
shows parts; when it holds, who issued it and where its status stands are always shown. The key of the holder (`cnf`) and
the status (`status`, Token Status List) stand beside, as in a certificate of SD-JWT VC.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from joserfc.jwk import Key

from .credential import Credential, Demand, Draft, read_status
from .refusals import Part, Reason, Refused
from .sd_jwt import Rules, SdJwt, issue, parse, verify_sd_jwt
from .signatures import Signed
from .times import check_times

TYPE = "vc+sd-jwt"
SUBJECT = "credentialSubject"
BASE_TYPE = "VerifiableCredential"
CONTEXT = "https://www.w3.org/ns/credentials/v2"
UNDEFINED = "https://www.w3.org/ns/credentials/undefined-terms/v2"
"""Gives terms that no context defines a meaning: those of the certificates' content."""


class W3cCredential(Credential, frozen=True, kw_only=True):
    """A certificate of the W3C data model that was verified."""

    @property
    def content(self) -> dict[str, Any]:
        """What it says of its holder."""
        return self.claims[SUBJECT]


def issue_w3c(draft: Draft, key: Key, header: Mapping[str, Any], *, decoys: int = 0) -> SdJwt:
    """Return a signed certificate; its kind, a URL, is its second type. Raises ValueError as `issue`."""
    claims: dict[str, Any] = {
        "@context": [CONTEXT, UNDEFINED],
        "type": [BASE_TYPE, draft.kind],
        "issuer": draft.issuer,
        "validFrom": _write_time(draft.issued_at if draft.valid_from is None else draft.valid_from),
        "validUntil": _write_time(draft.valid_until),
        SUBJECT: dict(draft.content),
        "iss": draft.issuer,
        "iat": draft.issued_at,
        "exp": draft.valid_until,
    }
    if draft.holder_key is not None:
        claims["cnf"] = {"jwk": dict(draft.holder_key)}
    if draft.status is not None:
        claims["status"] = {"status_list": {"idx": draft.status.index, "uri": draft.status.uri}}
    hidden = [(SUBJECT, *path) for path in draft.hidden]
    return issue(claims, hidden, {**header, "typ": TYPE, "cty": "vc"}, key, decoys=decoys)


def verify_w3c(text: str, demand: Demand) -> W3cCredential:
    """Return the certificate that a presentation proves now; its status is the caller's to look up.

    Raises Refused as `verify_credential`, and of credential structure: it isn't of the data model.
    """

    def find(said: Signed) -> Key:
        issuer, key_id = _read_issuer(said.claims), said.header.get("kid")
        is_known = issuer is not None and (key_id is None or isinstance(key_id, str))
        key = demand.find_key(str(issuer), key_id) if is_known else None
        if key is None:
            raise Refused(Part.CREDENTIAL, Reason.ISSUER, f"{issuer!r} with key {key_id!r} isn't trusted")
        return key

    said = verify_sd_jwt(parse(text), find, Rules(typ=TYPE, binding=demand.binding))
    if any(place[0] != SUBJECT or len(place) < 2 for place in said.shown):
        raise Refused(Part.DISCLOSURE, Reason.NEVER_HIDDEN, "what must always be shown came by a disclosure")
    kind = _check_model(said.claims)
    if demand.kinds and kind not in demand.kinds:
        raise Refused(Part.CREDENTIAL, Reason.KIND, f"the certificate is a {kind!r}")
    ends = _check_validity(said.claims, demand)
    return W3cCredential(
        issuer=str(_read_issuer(said.claims)),
        kind=kind,
        claims=said.claims,
        shown=said.shown,
        valid_until=ends,
        status=read_status(said.claims),
        is_bound=said.proof is not None,
    )


def _read_issuer(claims: Mapping[str, Any]) -> str | None:
    """Return who issued it, None where it doesn't say so, or says two things."""
    said = claims.get("issuer")
    issuer = said.get("id") if isinstance(said, dict) else said
    return issuer if isinstance(issuer, str) and claims.get("iss", issuer) == issuer else None


def _check_model(claims: Mapping[str, Any]) -> str:
    """Return the certificate's kind; raise Refused where it isn't of the data model."""
    contexts, types = claims.get("@context"), claims.get("type")
    if not isinstance(contexts, list) or contexts[:1] != [CONTEXT]:
        raise Refused(Part.CREDENTIAL, Reason.STRUCTURE, "the first context is that of the data model 2.0")
    if (
        not isinstance(types, list)
        or len(types) != 2
        or types[0] != BASE_TYPE
        or not isinstance(types[1], str)
    ):
        raise Refused(Part.CREDENTIAL, Reason.STRUCTURE, f"the types are {types!r}")
    if not isinstance(claims.get(SUBJECT), dict):
        raise Refused(Part.CREDENTIAL, Reason.STRUCTURE, "it speaks of one subject")
    return types[1]


def _check_validity(claims: Mapping[str, Any], demand: Demand) -> int | float | None:
    """Return when it ends, by its own words or its signature's, whichever is first."""
    check_times(claims, Part.CREDENTIAL, demand.now, demand.leeway_s)
    told = {
        name: _read_time(claims[member])
        for name, member in (("nbf", "validFrom"), ("exp", "validUntil"))
        if member in claims
    }
    check_times(told, Part.CREDENTIAL, demand.now, demand.leeway_s)
    return min((one for one in (claims.get("exp"), told.get("exp")) if one is not None), default=None)


def _write_time(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _read_time(said: object) -> float:
    """Return an xsd:dateTimeStamp, which has its time zone, in seconds since 1970."""
    try:
        at = datetime.fromisoformat(said) if isinstance(said, str) and "T" in said else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Refused(Part.CREDENTIAL, Reason.TIME, f"{said!r} is no time with its zone")
    return max(at.timestamp(), 0.0)
