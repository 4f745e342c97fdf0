"""Status lists as issuers publish them: signed, dated, with their own address in them (`statuslist+jwt`).

Source: draft-ietf-oauth-status-list, sections 5.1 and 8.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from joserfc.jwk import Key

from .refusals import Part, Reason, Refused
from .signatures import sign, verify
from .status_list import StatusList, inflate
from .times import check_times, read_time

TYPE = "statuslist+jwt"
MOST_BYTES = 64 * 1024 * 1024


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    """When a list is published, and for how long: seconds since 1970, and seconds until it is fetched anew."""

    uri: str
    issued_at: int
    expires_at: int
    fetch_again_s: int


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """A list that was verified; it may be kept until `good_until`, seconds since 1970, None for as one likes."""

    statuses: StatusList
    issued_at: int | float
    good_until: int | float | None

    def look_up(self, index: int) -> int:
        """Return a certificate's status; raise Refused (status_list.index) where the list doesn't reach it."""
        try:
            return self.statuses[index]
        except IndexError as error:
            raise Refused(Part.STATUS_LIST, Reason.INDEX, str(error)) from None


def publish(statuses: StatusList, edition: Edition, key: Key, header: Mapping[str, Any]) -> str:
    """Return a signed list; `header` adds "kid", "x5c" or "alg" (ES256 where it says nothing)."""
    claims = {
        "sub": edition.uri,
        "iat": edition.issued_at,
        "exp": edition.expires_at,
        "ttl": edition.fetch_again_s,
        "status_list": {"bits": statuses.bits, "lst": statuses.deflate()},
    }
    return sign(claims, {**header, "typ": TYPE}, key)


def verify_status_list(token: str, key: Key, uri: str, now: int, leeway_s: int = 60) -> Published:
    """Return the list that is published at `uri`, the very text of the certificate's reference.

    Raises Refused (status_list): too_large, malformed, type, critical, algorithm, signature, subject (it is
    another list), time, from_the_future, not_yet_valid, expired, bits.
    """
    claims = verify(token, key, TYPE, Part.STATUS_LIST, MOST_BYTES).claims
    if claims.get("sub") != uri:
        raise Refused(Part.STATUS_LIST, Reason.SUBJECT, f"it is the list of {claims.get('sub')!r}")
    issued_at = read_time(claims, "iat", Part.STATUS_LIST)
    if issued_at is None:
        raise Refused(Part.STATUS_LIST, Reason.TIME, "it doesn't say when it was issued")
    check_times(claims, Part.STATUS_LIST, now, leeway_s)
    again = read_time(claims, "ttl", Part.STATUS_LIST)
    ends = [
        one for one in (claims.get("exp"), None if again is None else issued_at + again) if one is not None
    ]
    listed = claims.get("status_list")
    if not isinstance(listed, dict):
        raise Refused(Part.STATUS_LIST, Reason.MALFORMED, "there is no list in it")
    return Published(
        statuses=inflate(listed.get("bits"), listed.get("lst")),
        issued_at=issued_at,
        good_until=min(ends, default=None),
    )
