"""When something signed holds: `iat`, `nbf` and `exp`, seconds since 1970 (RFC 7519, section 4.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .refusals import Part, Reason, Refused

LAST = 253_402_300_799
"""The last second of the year 9999: no time is later."""


def read_time(claims: Mapping[str, Any], name: str, part: Part) -> int | float | None:
    """Return a time of `claims`, None where there is none; raise Refused (time) where it isn't a number."""
    value = claims.get(name)
    if name not in claims:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= LAST:
        raise Refused(part, Reason.TIME, f"{name} is {value!r}, not seconds since 1970")
    return value


def check_times(claims: Mapping[str, Any], part: Part, now: int, leeway_s: int) -> None:
    """Raise Refused unless `claims` hold now: time, from_the_future, not_yet_valid, expired.

    Clocks may differ by `leeway_s` seconds.
    """
    issued_at = read_time(claims, "iat", part)
    begins, ends = read_time(claims, "nbf", part), read_time(claims, "exp", part)
    if issued_at is not None and issued_at > now + leeway_s:
        raise Refused(part, Reason.FROM_THE_FUTURE, f"issued at {issued_at}, now is {now}")
    if begins is not None and begins > now + leeway_s:
        raise Refused(part, Reason.NOT_YET_VALID, f"valid from {begins}, now is {now}")
    if ends is not None and ends <= now - leeway_s:
        raise Refused(part, Reason.EXPIRED, f"expired at {ends}, now is {now}")
