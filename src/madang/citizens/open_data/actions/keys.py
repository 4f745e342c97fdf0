"""Keys: who holds one, and who no longer does."""

from __future__ import annotations

import secrets
from datetime import date, datetime

from django.db import transaction

from madang.citizens.open_data import models
from madang.citizens.open_data.queries.calls import describe_key, forget, hash_key
from madang.citizens.open_data.records.calls import NewKey
from madang.core.base.interface import Actor, Conflict, NotFound, new_id
from madang.core.people.interface import record_audit, require

MOST_KEYS = 10


def issue_key(*, actor: Actor, now: datetime, purpose: str, written: date | None = None) -> NewKey:
    """Give the actor a key of their own; it is returned once and only its hash is kept.

    With `written` its calls are answered with the field names of that day.
    """
    require(actor, "signed-in")
    with transaction.atomic():
        held = models.KeyRow.objects.filter(account_id=actor.id, revoked_at=None).count()
        if held >= MOST_KEYS:
            raise Conflict(
                "open_data.keys_full",
                f"인증키는 {MOST_KEYS}개까지 가질 수 있어요. 쓰지 않는 것을 먼저 없애 주세요.",
                f"you may hold {MOST_KEYS} keys; remove one first",
            )
        secret = secrets.token_hex(20)
        row = models.KeyRow.objects.create(
            id=new_id(),
            key_hash=hash_key(secret),
            hint=secret[:6],
            account_id=actor.id,
            purpose=purpose,
            created_at=now,
            written=written,
        )
        record_audit(actor=actor, action="open_data.issue_key", subject=row.id, now=now)
    return NewKey(key=describe_key(row), secret=secret)


def revoke_key(*, actor: Actor, now: datetime, key_id: str) -> None:
    """End one of the actor's own keys."""
    with transaction.atomic():
        changed = models.KeyRow.objects.filter(id=key_id, account_id=actor.id, revoked_at=None).update(
            revoked_at=now
        )
        if not changed:
            raise NotFound("open_data.key_unknown", "그런 인증키가 없습니다", "there is no such key")
        record_audit(actor=actor, action="open_data.revoke_key", subject=key_id, now=now)
    forget()
