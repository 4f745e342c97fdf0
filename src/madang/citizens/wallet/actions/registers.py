"""What registers say of people, from which certificates are issued."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from madang.citizens.wallet import models
from madang.citizens.wallet.queries.kinds import get_kind
from madang.core.base.interface import Actor, BadInput
from madang.core.people.interface import record_audit, require


def save_entry(
    *, actor: Actor, now: datetime, kind: str, subject: str, content: Mapping[str, Any], source: str
) -> None:
    """Write down what a register says of a person, as the content of one kind of certificate."""
    require(actor, "wallet.issue")
    missing = [words.path for words in get_kind(kind).claims if not _has(content, words.path)]
    if missing:
        raise BadInput("wallet.content", f"빠진 것이 있습니다: {missing}", f"something is missing: {missing}")
    with transaction.atomic():
        models.RegisterRow.objects.update_or_create(
            kind=kind,
            subject=subject,
            defaults={"content": dict(content), "source": source, "updated_at": now},
        )
        record_audit(actor=actor, now=now, action="wallet.save_entry", subject=f"{kind}/{subject}")


def _has(content: Any, path: tuple[str, ...]) -> bool:
    for step in path:
        if not isinstance(content, Mapping) or step not in content:
            return False
        content = content[step]
    return True
