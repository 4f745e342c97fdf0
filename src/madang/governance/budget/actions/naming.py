"""English names of what stands in the budgets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from madang.core.base.interface import Actor, BadInput
from madang.core.people.interface import record_audit, require
from madang.governance.budget.models import NameRow

from .books import CHANGE

LONGEST_NAME = 300


@transaction.atomic
def save_names(*, actor: Actor, now: datetime, pairs: Sequence[tuple[str, str]]) -> int:
    """Keep what Korean names are in English, and return how many; BadInput for one that is empty or too long."""
    require(actor, CHANGE)
    for ko, en in pairs:
        said = tuple(" ".join(one.split()) for one in (ko, en))
        if not all(0 < len(one) <= LONGEST_NAME for one in said):
            raise BadInput(
                "budget.name_length",
                f"이름은 1자부터 {LONGEST_NAME}자까지 적습니다: {ko[:40]}",
                f"a name has 1 to {LONGEST_NAME} characters: {ko[:40]}",
            )
        values = {"en": said[1], "entered_by": actor.name, "entered_at": now}
        NameRow.objects.update_or_create(ko=said[0], defaults=values)
    details = {"count": len(pairs)} if len(pairs) != 1 else {"ko": pairs[0][0], "en": pairs[0][1]}
    record_audit(actor=actor, now=now, action="budget.names", subject="names", details=details)
    return len(pairs)
