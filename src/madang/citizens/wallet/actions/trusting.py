"""Other issuers are trusted and no longer; what a certificate of one of them says is checked with what it publishes.

Keys and status lists are fetched when they are needed, and kept with their ETag: until the issuer says to ask again,
and where it can't be reached for a day at most, as far as its own signature lets. After that nobody knows whether a
certificate still holds, and it isn't taken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec
from django.db import transaction
from joserfc.jwk import Key

from madang.citizens.wallet import models
from madang.citizens.wallet.gateway.outside import ask
from madang.citizens.wallet.methods.credential import Credential
from madang.citizens.wallet.methods.refusals import Part, Reason, Refused
from madang.citizens.wallet.methods.signatures import peek
from madang.citizens.wallet.methods.status_list import Status
from madang.citizens.wallet.methods.status_token import MOST_BYTES, Published, verify_status_list
from madang.citizens.wallet.methods.trust_list import pick_key, read_keys
from madang.citizens.wallet.queries.trust import get_issuer
from madang.citizens.wallet.records import IssuerDraft, TrustedIssuer
from madang.core.base.interface import Actor, BadInput, MadangError, Unavailable, new_id
from madang.core.people.interface import record_audit, require

T = TypeVar("T")
ASK_AGAIN = timedelta(seconds=300)
"""How long keys, and lists that don't say, are kept before they are asked for again."""
TRY_AGAIN = timedelta(seconds=30)
"""After a try that failed, nobody asks again for so long: who shows forged certificates makes no traffic."""
LONGEST = timedelta(days=1)


def trust_issuer(*, actor: Actor, now: datetime, wanted: IssuerDraft, reason: str) -> str:
    """Take another issuer's certificates of some kinds; return the entry's number.

    Where no keys are given they must stand at an address on the issuer's own host, and are fetched first.
    """
    require(actor, "wallet.trust")
    if not wanted.kinds or wanted.valid_until <= max(now, wanted.valid_from):
        raise BadInput(
            "wallet.trust",
            "종류를 하나 이상, 앞으로의 기한과 함께 적어 주십시오",
            "name at least one kind, and an end in the future",
            field="valid_until" if wanted.kinds else "kind",
        )
    if not wanted.keys:
        if not is_same_host(wanted.issuer, wanted.keys_address):
            raise BadInput(
                "wallet.keys_address",
                "열쇠의 주소는 발급자와 같은 곳이어야 합니다",
                "the keys stand on the issuer's own host",
                field="keys_address",
            )
        _fetch_keys(wanted.keys_address, now)
    with transaction.atomic():
        row = models.TrustedIssuerRow.objects.create(
            id=new_id(),
            issuer=wanted.issuer,
            title_ko=wanted.title.ko,
            title_en=wanted.title.en,
            kinds=dict(wanted.kinds),
            keys=list(wanted.keys),
            keys_address="" if wanted.keys else wanted.keys_address,
            valid_from=wanted.valid_from,
            valid_until=wanted.valid_until,
            added_at=now,
        )
        details = {"issuer": row.issuer, "kinds": row.kinds, "reason": reason}
        record_audit(actor=actor, now=now, action="wallet.trust", subject=row.id, details=details)
    return row.id


def withdraw_trust(*, actor: Actor, now: datetime, issuer_id: str, reason: str) -> None:
    """Take an issuer's certificates no longer, from this moment on."""
    require(actor, "wallet.trust")
    get_issuer(issuer_id)
    with transaction.atomic():
        rows = models.TrustedIssuerRow.objects.filter(id=issuer_id, withdrawn_at=None)
        if rows.update(withdrawn_at=now, reason=reason):
            record_audit(
                actor=actor, now=now, action="wallet.distrust", subject=issuer_id, details={"reason": reason}
            )


def find_trusted_key(
    issuers: Sequence[TrustedIssuer], issuer: str, key_id: str | None, now: datetime
) -> Key | None:
    """Return the key of one of these issuers, None where it isn't among them or has no such key.

    Raises Refused (credential.unreachable) where its keys can't be fetched.
    """
    for one in issuers:
        if one.issuer == issuer and (found := pick_key(_list_keys(one, now), key_id)) is not None:
            return found
    return None


def check_trusted(credential: Credential, kind: str, issuers: Sequence[TrustedIssuer], now: datetime) -> None:
    """Check that another issuer may issue this as our `kind`, and that it still holds by the issuer's own status list.

    Raises Refused: credential (kind, reference, revoked, suspended), status_list (unreachable, and what
    `verify_status_list` says).
    """
    allowed = [
        one for one in issuers if one.issuer == credential.issuer and one.kinds.get(kind) == credential.kind
    ]
    if not allowed:
        raise Refused(
            Part.CREDENTIAL, Reason.KIND, f"{credential.issuer} isn't trusted for {credential.kind}"
        )
    place = credential.status
    if place is None or not is_same_host(credential.issuer, place.uri):
        raise Refused(Part.CREDENTIAL, Reason.REFERENCE, "its status doesn't stand with its issuer")
    status = _fetch_list(place.uri, allowed, now).look_up(place.index)
    if status != Status.VALID:
        reason = Reason.SUSPENDED if status == Status.SUSPENDED else Reason.REVOKED
        raise Refused(Part.CREDENTIAL, reason, "its issuer took it back")


def is_same_host(one: str, other: str) -> bool:
    """Return whether two addresses have the scheme, host and port in common."""
    home = "/".join(one.split("/")[:3])
    return other.startswith(f"{home}/")


def _list_keys(one: TrustedIssuer, now: datetime) -> list[dict[str, Any]]:
    if one.keys:
        return list(one.keys)
    try:
        return _fetch_keys(one.keys_address, now)
    except Unavailable as error:
        raise Refused(Part.CREDENTIAL, Reason.UNREACHABLE, f"the issuer's keys: {error}") from error


def _fetch_keys(address: str, now: datetime) -> list[dict[str, Any]]:
    """Return the keys at an address: a JWK set, or metadata of an issuer of SD-JWT VCs that hold or name one."""

    def read(text: str) -> list[dict[str, Any]] | str:
        said = msgspec.json.decode(text, type=dict[str, Any])
        named = said.get("jwks_uri")
        if "keys" not in said and isinstance(named, str) and is_same_host(address, named):
            return named
        return read_keys(said if "keys" in said else said.get("jwks"))

    found = _fetch(address, now, "application/json", read)
    return _fetch_keys(found, now) if isinstance(found, str) else found


def _fetch_list(uri: str, issuers: Sequence[TrustedIssuer], now: datetime) -> Published:
    """Return an issuer's status list, asked for again where it is older than it says itself."""
    seconds = int(now.timestamp())

    def read(text: str) -> Published:
        key_id = peek(text, Part.STATUS_LIST, MOST_BYTES).header.get("kid")
        key = find_trusted_key(issuers, issuers[0].issuer, key_id, now)
        if key is None:
            raise Refused(Part.STATUS_LIST, Reason.ISSUER, f"no key {key_id!r} of its issuer signed it")
        return verify_status_list(text, key, uri, seconds)

    kind = "application/statuslist+jwt"
    try:
        listed = _fetch(uri, now, kind, read)
        if listed.good_until is not None and listed.good_until <= seconds:
            listed = _fetch(uri, now, kind, read, keep=timedelta(0))
    except Unavailable as error:
        raise Refused(Part.STATUS_LIST, Reason.UNREACHABLE, f"{error}") from error
    return listed


def _fetch(
    address: str, now: datetime, kind: str, read: Callable[[str], T], keep: timedelta = ASK_AGAIN
) -> T:
    """Return what `read` makes of what stands at an address, or of what stood there less than a day ago.

    What `read` refuses isn't kept, and isn't better than no answer. Raises Unavailable where neither is to be had.
    """
    row = models.FetchedRow.objects.filter(address=address).first()
    kept_at = row.fetched_at if row else None
    if row is not None and kept_at is not None and now - kept_at < keep:
        return read(row.content)
    failure: Exception
    if row is None or row.tried_at == kept_at or now - row.tried_at >= TRY_AGAIN:
        try:
            return _ask_again(address, now, kind, read, row)
        except (MadangError, ValueError) as error:
            failure = error
            models.FetchedRow.objects.update_or_create(address=address, defaults={"tried_at": now})
    else:
        failure = Unavailable("wallet.outside", "조금 전에 답이 없었습니다", "it didn't answer a moment ago")
    if row is not None and kept_at is not None and now - kept_at <= LONGEST:
        return read(row.content)
    raise Unavailable("wallet.outside", f"{address}: {failure}", f"{address}: {failure}") from failure


def _ask_again(
    address: str, now: datetime, kind: str, read: Callable[[str], T], row: models.FetchedRow | None
) -> T:
    known = {"If-None-Match": row.etag} if row and row.etag and row.content else {}
    answer = ask("GET", address, most_bytes=MOST_BYTES, headers={"Accept": kind, **known})
    if answer.status == 304 and row is not None and known:
        text, etag = row.content, row.etag
    elif answer.status == 200:
        text, etag = answer.body.decode(), answer.headers.get("etag", "")[:200]
    else:
        raise Unavailable("wallet.outside", f"HTTP {answer.status}", f"HTTP {answer.status}")
    found = read(text)
    models.FetchedRow.objects.update_or_create(
        address=address, defaults={"etag": etag, "content": text, "fetched_at": now, "tried_at": now}
    )
    return found
