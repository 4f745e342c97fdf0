"""What people do with an incident. Each is one transaction: permission → change → timeline → audit."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction

from madang.core.base.interface import Actor, BadInput, Conflict, NotFound
from madang.core.incidents.models import ClockRow, IncidentRow, TargetRow
from madang.core.incidents.queries import list_rules, read_incident
from madang.core.incidents.records import (
    ACTIVE,
    RESOLUTION_NAMES,
    ClockKind,
    Event,
    Incident,
    IncidentState,
    Resolution,
)
from madang.core.people.interface import record_audit, require

from .clocks import fire_due_clocks, make_clocks, stop_clocks
from .intake import absorb, close_row, match_rule, reopen_row
from .ledger import Ledger, lock_incident

WORK = "incidents.work"
NOTE_LIMIT = 4000
FILLERS = " \n\t\u115f\u1160\u3164\uffa0"
"""Hangul's fillers count as letters, and show nothing."""


def acknowledge(*, actor: Actor, now: datetime, number: int, note: str = "") -> Incident:
    """Say that somebody has it; the clocks of acknowledgement and escalation stop.

    Doing it again changes nothing. Who acknowledges an incident that nobody has, has it.
    """
    with _working_on(number, permission=WORK, actor=actor, now=now, action="acknowledge") as (row, ledger):
        _check_active(row)
        if row.state == IncidentState.OPEN:
            _acknowledge(row, actor, now)
            ledger.note(row, Event.ACKNOWLEDGED, _check_note(note))
    return read_incident(row)


def start_work(*, actor: Actor, now: datetime, number: int, note: str = "") -> Incident:
    """Say that work has begun; it acknowledges, too."""
    with _working_on(number, permission=WORK, actor=actor, now=now, action="start_work") as (row, ledger):
        _check_active(row)
        if row.state != IncidentState.IN_PROGRESS:
            _acknowledge(row, actor, now)
            row.state = IncidentState.IN_PROGRESS.value
            ledger.note(row, Event.STARTED, _check_note(note))
    return read_incident(row)


def assign(
    *,
    actor: Actor,
    now: datetime,
    number: int,
    agency_code: str = "",
    role: str = "",
    assignee: str = "",
    assignee_name: str = "",
    note: str = "",
) -> Incident:
    """Give an incident to an agency (empty: leave it there), a role or a person (empty: nobody)."""
    with _working_on(number, permission=WORK, actor=actor, now=now, action="assign") as (row, ledger):
        _check_active(row)
        row.agency_code = agency_code[:40] or row.agency_code
        row.role, row.assignee, row.assignee_name = role[:60], assignee[:64], assignee_name[:150]
        details = {"agency_code": row.agency_code, "role": role, "assignee": assignee, "name": assignee_name}
        ledger.note(row, Event.ASSIGNED, _check_note(note), details=details)
    return read_incident(row)


def comment(*, actor: Actor, now: datetime, number: int, note: str) -> Incident:
    """Add a remark to the timeline; a closed incident can still be remarked on."""
    with _working_on(number, permission=WORK, actor=actor, now=now, action="comment") as (row, ledger):
        ledger.note(row, Event.COMMENTED, _need_note(note))
    return read_incident(row)


def hand_over(*, actor: Actor, now: datetime, number: int, target_id: int, note: str = "") -> Incident:
    """Send an incident to one target; the outbox delivers it once, whatever happens."""
    with _working_on(number, permission=WORK, actor=actor, now=now, action="hand_over") as (row, ledger):
        target = TargetRow.objects.filter(pk=target_id, is_active=True).first()
        if target is None:
            raise NotFound("target.unknown", "그런 전달처가 없습니다.", "there is no such target")
        ledger.ask(target.pk, row, _check_note(note))
        ledger.note(row, Event.HANDED_OVER, note, details={"target": target.name})
    return read_incident(row)


def close(
    *,
    actor: Actor,
    now: datetime,
    number: int,
    reason: str,
    resolution: Resolution = Resolution.RESOLVED,
) -> Incident:
    """End an incident with its reason; all its clocks stop."""
    if resolution in {Resolution.CLEARED, Resolution.MERGED}:
        raise BadInput("incident.resolution", "고를 수 없는 결과입니다.", "this resolution can't be chosen")
    reason = _need_note(reason)
    details = {"resolution": resolution.value}
    with _working_on(number, permission=WORK, actor=actor, now=now, action="close", details=details) as (
        row,
        ledger,
    ):
        _check_active(row)
        close_row(row, now, resolution, reason)
        ledger.note(row, Event.CLOSED, reason, details=details)
    return read_incident(row)


def reopen(*, actor: Actor, now: datetime, number: int, reason: str) -> Incident:
    """Open a closed incident again, with its clocks started anew."""
    reason = _need_note(reason)
    with _working_on(number, permission=WORK, actor=actor, now=now, action="reopen") as (row, ledger):
        if row.state != IncidentState.CLOSED:
            raise Conflict("incident.open", "이미 열려 있는 상황입니다.", "the incident is open already")
        states = [state.value for state in ACTIVE]
        other = IncidentRow.objects.filter(key=row.key, state__in=states).values_list("number", flat=True)
        if other:
            raise Conflict(
                "incident.doubled",
                f"같은 원인의 상황 {other[0]}번이 열려 있습니다.",
                f"incident {other[0]} of the same cause is open",
                number=other[0],
            )
        reopen_row(row, now)
        ClockRow.objects.bulk_create(make_clocks(row, match_rule(row, list_rules(), now), now))
        ledger.note(row, Event.REOPENED, reason)
    return read_incident(row)


def merge(*, actor: Actor, now: datetime, number: int, into: int, note: str = "") -> Incident:
    """Close one incident into another; findings of both go to the other from now on."""
    if number == into:
        raise BadInput(
            "incident.merge", "자기 자신에게 병합할 수 없습니다.", "an incident can't merge into itself"
        )
    with transaction.atomic():
        for each in sorted((number, into)):
            lock_incident(each)
        with _working_on(
            into, permission=WORK, actor=actor, now=now, action="merge", details={"from": number}
        ) as (
            target,
            ledger,
        ):
            row = lock_incident(number)
            require(actor, WORK, row.agency_code or None)
            _check_active(row)
            _check_active(target)
            close_row(row, now, Resolution.MERGED, note)
            row.merged_into = target
            row.updated_at = now
            row.save()
            absorb(target, row)
            ledger.note(row, Event.MERGED, _check_note(note), details={"into": into})
            ledger.note(target, Event.MERGED, note, details={"from": number})
    return read_incident(target)


@contextmanager
def _working_on(
    number: int,
    *,
    permission: str,
    actor: Actor,
    now: datetime,
    action: str,
    details: dict[str, Any] | None = None,
) -> Generator[tuple[IncidentRow, Ledger]]:
    """Open one transaction on one incident: lock, permission, clocks up to now, change, audit."""
    with transaction.atomic():
        row = lock_incident(number)
        require(actor, permission, row.agency_code or None)
        ledger = Ledger(actor, now)
        fire_due_clocks(row, ledger)
        yield row, ledger
        row.updated_at = now
        row.save()
        ledger.flush()
        record_audit(
            actor=actor,
            now=now,
            action=f"incidents.{action}",
            subject=f"incident:{number}",
            details=details or {},
        )


def _acknowledge(row: IncidentRow, actor: Actor, now: datetime) -> None:
    row.state = IncidentState.ACKNOWLEDGED.value
    row.acknowledged_at = row.acknowledged_at or now
    if not row.assignee and actor.kind == "person":
        row.assignee, row.assignee_name = actor.id[:64], actor.name[:150]
    stop_clocks(row, now, (ClockKind.ACKNOWLEDGE, ClockKind.ESCALATE))
    # What was late is told by the timeline; now only the closing can be.
    row.is_overdue = row.close_due_at is not None and row.close_due_at <= now


def _check_active(row: IncidentRow) -> None:
    if row.state == IncidentState.CLOSED:
        how = RESOLUTION_NAMES[Resolution(row.resolution)]
        raise Conflict(
            "incident.closed",
            f"상황 {row.number}번은 종결되었습니다 ({how.ko}). 필요하면 다시 여십시오.",
            f"incident {row.number} is closed ({how.en}); reopen it if needed",
        )


def _check_note(note: str) -> str:
    return note.replace("\x00", "\ufffd").strip()[:NOTE_LIMIT]


def _need_note(note: str) -> str:
    clean = _check_note(note)
    if not any(one.isprintable() and one not in FILLERS for one in clean):
        raise BadInput("incident.note", "내용을 적어 주십시오.", "write a reason")
    return clean
