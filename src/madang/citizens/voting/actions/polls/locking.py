"""Votes go on side by side; the count waits for those under way and lets no other in."""

from __future__ import annotations

import zlib

from django.db import connection

from madang.citizens.voting.models import PollRow

_LOCKS = 0x706F6C6C  # "poll" in ASCII: the space of this service's advisory locks


def hold_open(poll_id: str) -> None:
    """Keep the count of a poll away until the caller's transaction ends. SQLite's writers wait in any case."""
    _lock("pg_advisory_xact_lock_shared", poll_id)


def shut(poll_id: str) -> PollRow:
    """Wait for votes under way, keep others out until the caller's transaction ends, and return the row."""
    _lock("pg_advisory_xact_lock", poll_id)
    return PollRow.objects.select_for_update().get(id=poll_id)


def _lock(function: str, poll_id: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s, %s)", [_LOCKS, zlib.crc32(poll_id.encode()) - 2**31])
