"""The audit log: a hash chain that grows in the transaction of what it records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
from django.db import connection, transaction

from madang.core.base.interface import GENESIS, Actor, hash_row, insert_rows

from .models import AuditRow

_LOCK = 0x6D6164616E67  # "madang" in ASCII: one advisory lock for the head of the chain
_FIELDS = ("seq", "actor_id", "actor_name", "action", "subject", "purpose", "details_json")


def record_audit(
    *,
    actor: Actor,
    now: datetime,
    action: str,
    subject: str,
    purpose: str = "",
    details: Mapping[str, object] | None = None,
) -> int:
    """Append one row to the audit log in the caller's transaction; return its number.

    Writers wait for each other until they commit, so call it last. `details` must be JSON.

    Raises
    ------
    TransactionManagementError
        outside a transaction, where the row could be kept and the change lost
    """
    _lock_head()
    seq, previous_hash = _read_head()
    row = AuditRow(
        seq=seq + 1,
        at=now.astimezone(UTC),
        actor_id=actor.id,
        actor_name=_clean(actor.name),
        action=action,
        subject=_clean(subject),
        purpose=_clean(purpose),
        details_json=msgspec.json.encode(dict(details or {}), order="deterministic").decode(),
        previous_hash=previous_hash,
    )
    row.hash = hash_audit_row(row)
    insert_rows([row])
    return row.seq


def hash_audit_row(row: AuditRow) -> str:
    """Return the hash that `row` must carry: over every field of it and the hash before it."""
    content: dict[str, object] = {name: getattr(row, name) for name in _FIELDS}
    content["at"] = row.at.astimezone(UTC).isoformat(timespec="microseconds")
    return hash_row(row.previous_hash, content)


def _read_head() -> tuple[int, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, hash FROM people_auditrow ORDER BY seq DESC LIMIT 1")
        return cursor.fetchone() or (0, GENESIS)


def _lock_head() -> None:
    """Let one transaction at a time append: SQLite by BEGIN IMMEDIATE, PostgreSQL by a lock."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("record_audit must be called inside a transaction")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _clean(text: str) -> str:
    return text.replace("\x00", "\ufffd")  # PostgreSQL keeps no NUL
