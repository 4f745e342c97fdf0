"""What registers say of people, from which certificates are issued."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from madang.citizens.wallet import models
from madang.citizens.wallet.queries.certificates import find_subjects
from madang.citizens.wallet.queries.kinds import get_kind
from madang.core.base.interface import Actor, BadInput, Conflict, NotFound
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


def look_up(*, actor: Actor, now: datetime, name: str, born_on: date) -> str:
    """Return the number of the resident of this name and date of birth, as whose papers staff hold; it is on record who asked.

    Raises NotFound where there is none, Conflict where there are several, whom these two don't tell apart.
    """
    require(actor, "wallet.issue")
    found = find_subjects(name.strip(), born_on)
    subject = found[0] if len(found) == 1 else ""
    with transaction.atomic():
        details = {"found": len(found)}
        record_audit(actor=actor, now=now, action="wallet.look_up", subject=subject, details=details)
    if subject:
        return subject
    if found:
        raise Conflict(
            "wallet.namesakes",
            "이름과 생년월일이 같은 사람이 여럿이라 가려낼 수 없습니다. 본인이 로그인해 직접 받아야 합니다",
            "several people have this name and date of birth: they need to sign in and fetch it themselves",
        )
    raise NotFound(
        "wallet.nobody",
        "그런 이름과 생년월일의 주민이 대장에 없습니다. 신분증과 견주어 보십시오",
        "the register has no resident of this name and date of birth; compare them with the papers",
    )


def _has(content: Any, path: tuple[str, ...]) -> bool:
    for step in path:
        if not isinstance(content, Mapping) or step not in content:
            return False
        content = content[step]
    return True
