"""How tables answer the Open API under names of their own."""

from __future__ import annotations

import re
from datetime import datetime

import msgspec
from django.db import transaction

from madang.citizens.open_data import models
from madang.citizens.open_data.queries.calls import forget
from madang.citizens.open_data.records.calls import OpenService
from madang.core.base.interface import ANONYMOUS, Actor, BadInput, NotFound
from madang.core.lake.interface import authorize
from madang.core.people.interface import record_audit, require

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


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


def _check_service(service: OpenService) -> None:
    fields = [*service.fields, *(field for one in service.older for field in one.fields)]
    names = [service.name, *(field.name for field in fields), *filter(None, [service.envelope])]
    wrong = [name for name in names if not NAME.fullmatch(name)]
    if wrong:
        raise BadInput(
            "open_data.name",
            f"영문자, 숫자, 밑줄로 적어 주세요: {', '.join(wrong)}",
            f"use letters, digits and underscores: {', '.join(wrong)}",
            field="name",
        )
    columns = {column.name for column in authorize(ANONYMOUS, service.table).columns}
    used = [*(field.column for field in fields), *service.arguments]
    used += [service.order_by.removeprefix("-")] if service.order_by else []
    unknown = sorted(set(used) - columns)
    if unknown:
        raise BadInput(
            "open_data.column",
            f"공개된 열이 아닙니다: {', '.join(unknown)}",
            f"not a public column: {', '.join(unknown)}",
            field="fields",
        )
