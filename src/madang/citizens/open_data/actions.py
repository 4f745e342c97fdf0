"""Every change of this service: how tables answer, who holds a key, what was used."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import datetime

import msgspec
import pyarrow as pa
from django.db import transaction

from madang.core.base.interface import ANONYMOUS, HOUSE, Actor, BadInput, Conflict, NotFound, new_id
from madang.core.lake.interface import append, authorize
from madang.core.people.interface import record_audit, require

from . import models
from .queries import describe_key, forget, hash_key
from .records import NewKey, OpenService
from .tables import USES

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
MOST_KEYS = 10


def declare_service(*, actor: Actor, now: datetime, service: OpenService) -> None:
    """Let a public table answer the Open API under its own name, fields and arguments."""
    require(actor, "open_data.declare")
    _check_service(service)
    with transaction.atomic():
        models.ServiceRow.objects.update_or_create(
            name=service.name, defaults={"declaration": msgspec.to_builtins(service), "declared_at": now}
        )
        record_audit(actor=actor, action="open_data.declare", subject=service.name, now=now)
    forget()


def withdraw_service(*, actor: Actor, now: datetime, name: str) -> None:
    """Take a declaration back; the table answers under its own name again."""
    require(actor, "open_data.declare")
    with transaction.atomic():
        removed, _ = models.ServiceRow.objects.filter(name=name).delete()
        if not removed:
            raise NotFound(
                "open_data.unknown", f"서비스 {name}이(가) 없습니다", f"there is no service {name}"
            )
        record_audit(actor=actor, action="open_data.withdraw", subject=name, now=now)
    forget()


def issue_key(*, actor: Actor, now: datetime, purpose: str) -> NewKey:
    """Give the actor a key of their own; it is returned once and only its hash is kept."""
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


def write_uses(*, now: datetime, counted: Mapping[tuple[str, str], tuple[int, int]]) -> None:
    """Write down (uses, rows sent) by (service, key) since the last time."""
    names = list(counted)
    table = pa.table(
        {
            "service": pa.array([service for service, _ in names]),
            "key_id": pa.array([key_id for _, key_id in names]),
            "counted_at": pa.array([now] * len(names), pa.timestamp("us", "UTC")),
            "uses": pa.array([uses for uses, _ in counted.values()], pa.int64()),
            "sent_rows": pa.array([rows for _, rows in counted.values()], pa.int64()),
        }
    )
    append(USES.name, table, actor=HOUSE)


def _check_service(service: OpenService) -> None:
    names = [service.name, *(field.name for field in service.fields), *filter(None, [service.envelope])]
    wrong = [name for name in names if not NAME.fullmatch(name)]
    if wrong:
        raise BadInput(
            "open_data.name",
            f"영문자, 숫자, 밑줄로 적어 주세요: {', '.join(wrong)}",
            f"use letters, digits and underscores: {', '.join(wrong)}",
            field="name",
        )
    columns = {column.name for column in authorize(ANONYMOUS, service.table).columns}
    used = [*(field.column for field in service.fields), *service.arguments]
    used += [service.order_by.removeprefix("-")] if service.order_by else []
    unknown = sorted(set(used) - columns)
    if unknown:
        raise BadInput(
            "open_data.column",
            f"공개된 열이 아닙니다: {', '.join(unknown)}",
            f"not a public column: {', '.join(unknown)}",
            field="fields",
        )
