"""Assignment rules and mutes: data that managers change."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from django.db import transaction

from madang.core.base.interface import Actor, BadInput, NotFound, find_mismatch, list_manifests, say_mismatch
from madang.core.incidents.models import MuteRow, RuleRow
from madang.core.incidents.queries import read_mute, read_rule
from madang.core.incidents.records import Mute, Rule
from madang.core.people.interface import record_audit, require

LONGEST_MUTE = timedelta(days=30)
COLUMNS = {"id", "name", "position", "is_active"}


def save_rule(*, actor: Actor, now: datetime, rule: Rule) -> Rule:
    """Add a rule (id 0) or replace one; incidents that are open keep the clocks they have."""
    require(actor, "incidents.change_rules")
    rule = _check_rule(rule)
    with transaction.atomic():
        before = None
        row = RuleRow()
        if rule.id:
            row = _get_rule(rule.id)
            before = msgspec.to_builtins(read_rule(row))
        row.name, row.position, row.is_active = rule.name, rule.position, rule.is_active
        row.terms = {k: v for k, v in msgspec.to_builtins(rule).items() if k not in COLUMNS}
        row.save()
        saved = read_rule(row)
        details = {"before": before, "after": msgspec.to_builtins(saved)}
        record_audit(
            actor=actor, now=now, action="incidents.save_rule", subject=f"rule:{row.pk}", details=details
        )
    return saved


def delete_rule(*, actor: Actor, now: datetime, rule_id: int) -> None:
    """Remove a rule; the audit log keeps what it said."""
    require(actor, "incidents.change_rules")
    with transaction.atomic():
        row = _get_rule(rule_id)
        details = {"before": msgspec.to_builtins(read_rule(row))}
        row.delete()
        record_audit(
            actor=actor, now=now, action="incidents.delete_rule", subject=f"rule:{rule_id}", details=details
        )


def mute_kind(
    *, actor: Actor, now: datetime, kind: str, reason: str, until: datetime, thing_id: str = ""
) -> Mute:
    """Open no new incidents of `kind` (of one thing, where given) until `until`, at most 30 days.

    Open incidents go on being updated, and what is kept out is counted.
    """
    require(actor, "incidents.mute")
    if not reason.strip():
        raise BadInput("mute.reason", "알림을 멈추는 까닭을 적어 주십시오.", "say why it is muted")
    if not now < until <= now + LONGEST_MUTE:
        raise BadInput("mute.until", "멈춤은 30일 안에 끝나야 합니다.", "a mute ends within 30 days from now")
    if kind not in {name for manifest in list_manifests() for name in manifest.incident_kinds}:
        raise BadInput("mute.kind", f"상황 종류 {kind}이(가) 없습니다.", f"there is no incident kind {kind}")
    with transaction.atomic():
        row = MuteRow.objects.create(
            kind=kind,
            thing_id=thing_id[:64],
            reason=reason.strip()[:500],
            until=until,
            created_at=now,
            actor_id=actor.id,
            actor_name=actor.name[:150],
        )
        details = {"reason": reason, "until": until.isoformat(), "thing_id": thing_id}
        record_audit(actor=actor, now=now, action="incidents.mute", subject=f"kind:{kind}", details=details)
    return read_mute(row)


def unmute_kind(*, actor: Actor, now: datetime, mute_id: int) -> None:
    """End a mute now."""
    require(actor, "incidents.mute")
    with transaction.atomic():
        row = MuteRow.objects.filter(pk=mute_id, until__gt=now).first()
        if row is None:
            raise NotFound(
                "mute.unknown", "그런 멈춤이 없거나 이미 끝났습니다.", "no such mute, or it is over"
            )
        row.until = now
        row.save(update_fields=["until"])
        record_audit(actor=actor, now=now, action="incidents.unmute", subject=f"kind:{row.kind}")


def _check_rule(rule: Rule) -> Rule:
    try:
        checked = msgspec.convert(msgspec.to_builtins(rule), Rule)
    except msgspec.ValidationError as error:
        said = say_mismatch(*find_mismatch(error))
        raise BadInput("rule.value", said.ko, said.en) from error
    if not checked.name.strip() or len(checked.name) > 100:
        raise BadInput(
            "rule.name", "규칙의 이름을 100자 안으로 적어 주십시오.", "name the rule, in 100 characters"
        )
    return checked


def _get_rule(rule_id: int) -> RuleRow:
    row = RuleRow.objects.select_for_update().filter(pk=rule_id).first()
    if row is None:
        raise NotFound("rule.unknown", "그런 규칙이 없습니다.", "there is no such rule")
    return row
