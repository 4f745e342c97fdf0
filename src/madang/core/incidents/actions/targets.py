"""Targets of hand-overs: only administrators say where the city's incidents go."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.db import transaction

from madang.core.base.interface import Actor, BadInput, Conflict, NotFound, find_mismatch, say_mismatch
from madang.core.incidents.gateway.addresses import check_target_address
from madang.core.incidents.models import TargetRow
from madang.core.incidents.queries import read_target
from madang.core.incidents.records import Target
from madang.core.people.interface import record_audit, require

COLUMNS = {"id", "name", "channel", "address", "secret", "is_active"}


def save_target(*, actor: Actor, now: datetime, target: Target) -> Target:
    """Add a target (id 0) or replace one; an empty secret keeps the old one.

    A target that is switched off keeps its waiting hand-overs until it is switched on.
    """
    require(actor, "incidents.change_targets")
    target = _check_target(target)
    with transaction.atomic():
        row = _get_row(target.id)
        if TargetRow.objects.filter(name=target.name).exclude(pk=row.pk).exists():
            raise Conflict("target.name", "같은 이름의 전달처가 있습니다.", "a target of that name exists")
        row.name, row.channel, row.address = target.name, target.channel.value, target.address
        row.secret, row.is_active = target.secret or row.secret, target.is_active
        row.terms = {k: v for k, v in msgspec.to_builtins(target).items() if k not in COLUMNS}
        # `last_sequence` and the lease belong to the outbox, which may be changing them now.
        kept = ["name", "channel", "address", "secret", "is_active", "terms"]
        row.save(update_fields=kept if target.id else None)
        saved = read_target(row)
        record_audit(
            actor=actor,
            now=now,
            action="incidents.save_target",
            subject=f"target:{row.pk}",
            details=msgspec.to_builtins(saved) | {"secret_changed": bool(target.secret)},
        )
    return saved


def _get_row(target_id: int) -> TargetRow:
    if not target_id:
        return TargetRow()
    row = TargetRow.objects.select_for_update().filter(pk=target_id).first()
    if row is None:
        raise NotFound("target.unknown", "그런 전달처가 없습니다.", "there is no such target")
    return row


def _check_target(target: Target) -> Target:
    try:
        checked = msgspec.convert(msgspec.to_builtins(target), Target)
    except msgspec.ValidationError as error:
        said = say_mismatch(*find_mismatch(error))
        raise BadInput("target.value", said.ko, said.en) from error
    check_target_address(checked.channel, checked.address)
    return checked
