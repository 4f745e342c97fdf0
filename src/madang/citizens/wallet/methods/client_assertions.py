"""How a program shows who it is by its own key: a signed assertion, good once (RFC 7523, `private_key_jwt`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from joserfc.jwk import Key

from .refusals import Part, Reason, Refused
from .signatures import Signed, peek, verify
from .times import check_times, read_time
from .trust_list import pick_key

KIND = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TYPES = ("client-authentication+jwt", "JWT", None)
MOST_BYTES = 8_192
LONGEST_S = 3_600
"""An assertion is remembered until it is over, so that it can't come twice: none lasts longer."""
LONGEST_ID = 200


class Assertion(msgspec.Struct, frozen=True):
    """An assertion that was verified: whose it is, its `jti`, and when it is over (seconds since 1970)."""

    program: str
    id: str
    expires_at: int


def name_program(text: str) -> str:
    """Return who an assertion says made it, before anything of it was checked; raise Refused where it can't be read."""
    said = peek(text, Part.ASSERTION, MOST_BYTES).claims.get("sub")
    if not isinstance(said, str):
        raise Refused(Part.ASSERTION, Reason.SUBJECT, "it names no program")
    return said


def read_assertion(
    text: str,
    program: str,
    keys: Iterable[Mapping[str, Any]],
    audiences: Iterable[str],
    now: int,
    leeway_s: int = 60,
) -> Assertion:
    """Return an assertion that one of a `program`'s keys signed for one of the `audiences`, and for nobody else.

    `now` is in seconds since 1970. Raises Refused (assertion): what `signatures.verify` says, holder_key (it names
    none of the keys), subject, audience, missing (no `jti`), time, expired, freshness (it would last too long).
    """

    def find(said: Signed) -> Key:
        key = pick_key(keys, said.header.get("kid"))
        if key is None:
            raise Refused(Part.ASSERTION, Reason.HOLDER_KEY, "it names no key of this program")
        return key

    claims = verify(text, find, TYPES, Part.ASSERTION, MOST_BYTES).claims
    if (claims.get("iss"), claims.get("sub")) != (program, program):
        raise Refused(Part.ASSERTION, Reason.SUBJECT, "it is another program's")
    audience = claims.get("aud")
    if (audience if isinstance(audience, list) else [audience]) not in [[one] for one in audiences]:
        raise Refused(Part.ASSERTION, Reason.AUDIENCE, f"it is for {audience!r}")
    check_times(claims, Part.ASSERTION, now, leeway_s)
    ends, number = read_time(claims, "exp", Part.ASSERTION), claims.get("jti")
    if ends is None or ends > now + LONGEST_S + leeway_s:
        raise Refused(Part.ASSERTION, Reason.FRESHNESS, f"it lasts until {ends}, now is {now}")
    if not isinstance(number, str) or not 0 < len(number) <= LONGEST_ID:
        raise Refused(Part.ASSERTION, Reason.MISSING, "it has no number (jti) of its own")
    return Assertion(program, number, int(ends) + leeway_s + 1)
