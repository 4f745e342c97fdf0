"""How much may be called."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

Count = Annotated[int, Meta(ge=1, le=10**12)]


class Quota(msgspec.Struct, frozen=True, kw_only=True):
    """Calls a day: of one key, and of one address that calls without a key of its own."""

    key_daily: Count = 100_000
    address_daily: Count = 10_000


class KeyUse(msgspec.Struct, frozen=True, kw_only=True):
    """How much of its day's calls a key has used, and its uses by service and day before."""

    used_today: int
    limit: int
    days: tuple[tuple[date, int], ...] = ()
    services: tuple[tuple[str, int, int], ...] = ()

    @property
    def left(self) -> int:
        """Calls that remain today."""
        return max(0, self.limit - self.used_today)
