"""The making of a list of voters as records."""

from __future__ import annotations

from datetime import datetime

import msgspec

from madang.core.base.interface import Text


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """Voters of one election draw their own codes: whoever meets one of the wallet's rules, once.

    `title` is "Korean · English" as elections' names are, `credentials` how many there are, `ended_at` None while it lasts.
    """

    uuid: str
    title: Text
    rule: str
    group: str
    begun_at: datetime
    ended_at: datetime | None
    credentials: int
