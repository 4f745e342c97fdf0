"""Delivery from the outbox: one target at a time, in order, again until it is received."""

from __future__ import annotations

import logging
import random
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from madang.core.base.interface import HOUSE, Actor, Conflict, Finding, NotFound, Severity, Text
from madang.core.incidents.gateway.sending import Failed, NotConfigured, Refused, send
from madang.core.incidents.methods import LONGEST_ASKED_S, estimate_wait_s
from madang.core.incidents.models import HandOverRow, IncidentRow, TargetRow
from madang.core.incidents.queries import read_target
from madang.core.incidents.records import ACTIVE, HandOverState
from madang.core.people.interface import record_audit, require

from .intake import open_or_update

LEASE_S = 30.0
LONGEST_LEASE = timedelta(seconds=2 * LEASE_S)
LONGEST_PAUSE = timedelta(seconds=LONGEST_ASKED_S)
"""What is to be tried later than any pause lasts was written before the clock was set back; so was such a lease."""
SEND_TIMEOUT_S = 10.0
UNCONFIGURED_WAIT_S = 30.0
SILENT_AFTER = timedelta(minutes=2)
"""A target that hasn't taken a message for so long is an incident, though it is tried again."""
WAITING = HandOverState.WAITING.value
log = logging.getLogger("madang.outbox")


def list_ready_targets(*, now: datetime) -> list[int]:
    """Return the active targets whose first waiting hand-over is due and that nobody delivers to."""
    targets = TargetRow.objects.filter(is_active=True).filter(_free(now)).values_list("pk", flat=True)
    return [target for target in targets if (row := _get_head(target)) and _is_due(row, now)]


def deliver_next(
    *, target_id: int, worker: str, now: datetime, lease_s: float = LEASE_S, timeout_s: float = SEND_TIMEOUT_S
) -> bool:
    """Try to deliver the first waiting hand-over of a target; return whether one was received.

    The target is leased to `worker` meanwhile. Where this process dies after sending, the lease runs
    out and the same bytes with the same id are sent again: a receiver that minds the id has it once.
    """
    row = _lease(target_id, worker, now, lease_s)
    if row is None:
        return False
    target = read_target(row.target, with_secret=True)
    try:
        send(target, row.id, row.body.encode(), sent_at=now, timeout_s=timeout_s)
    except NotConfigured as error:
        _postpone(row, str(error), now, counts=False, wait_s=UNCONFIGURED_WAIT_S)
    except Refused as error:
        _bury(row, str(error), now)
    except Failed as error:
        if row.attempts >= target.max_attempts:
            _bury(row, str(error), now)
        else:
            wait_s = estimate_wait_s(row.attempts, random.random(), error.retry_after_s)  # noqa: S311
            _postpone(row, str(error), now, counts=True, wait_s=wait_s)
    else:
        _settle(row, now)
        return True
    return False


def retry_hand_over(*, actor: Actor, now: datetime, hand_over_id: str) -> None:
    """Put a dead hand-over back into the outbox, before those that wait."""
    require(actor, "incidents.change_targets")
    with transaction.atomic():
        row = HandOverRow.objects.select_for_update().filter(pk=hand_over_id).first()
        if row is None:
            raise NotFound("hand_over.unknown", "그런 전달이 없습니다.", "there is no such hand-over")
        if row.state == HandOverState.DELIVERED:
            raise Conflict("hand_over.delivered", "이미 전달되었습니다.", "it was delivered already")
        row.state, row.attempts, row.next_attempt_at = WAITING, 0, now
        row.save(update_fields=["state", "attempts", "next_attempt_at"])
        record_audit(actor=actor, now=now, action="incidents.retry_hand_over", subject=f"hand_over:{row.pk}")


def _free(now: datetime) -> Q:
    is_over = Q(lease_until__lte=now) | Q(lease_until__gt=now + LONGEST_LEASE)
    return Q(lease_until__isnull=True) | is_over


def _is_due(row: HandOverRow, now: datetime) -> bool:
    return not now < row.next_attempt_at <= now + LONGEST_PAUSE


def _get_head(target_id: int) -> HandOverRow | None:
    return HandOverRow.objects.filter(target_id=target_id, state=WAITING).order_by("sequence").first()


def _lease(target_id: int, worker: str, now: datetime, lease_s: float) -> HandOverRow | None:
    """Take the target and count the attempt before it is made, so that a fatal message ends, too."""
    with transaction.atomic():
        targets = TargetRow.objects.filter(_free(now) | Q(lease_by=worker), pk=target_id, is_active=True)
        until = now + timedelta(seconds=lease_s)
        if not targets.update(lease_by=worker, lease_until=until):
            return None
        row = _get_head(target_id)
        if row is None or not _is_due(row, now):
            _release(target_id, worker)
            return None
        row.attempts += 1
        row.save(update_fields=["attempts"])
        return row


def _release(target_id: int, worker: str) -> None:
    TargetRow.objects.filter(pk=target_id, lease_by=worker).update(lease_by="", lease_until=None)


def _settle(row: HandOverRow, now: datetime) -> None:
    with transaction.atomic():
        HandOverRow.objects.filter(pk=row.pk).update(
            state=HandOverState.DELIVERED.value, delivered_at=now, last_error=""
        )
        _release(row.target_id, row.target.lease_by)
        if _is_alarmed(row):
            open_or_update(findings=[_make_alarm(row, "", now, cleared=True)], now=now)


def _postpone(row: HandOverRow, error: str, now: datetime, *, counts: bool, wait_s: float) -> None:
    log.warning("hand-over %s to target %s waits: %s", row.pk, row.target_id, error)
    with transaction.atomic():
        HandOverRow.objects.filter(pk=row.pk, state=WAITING).update(
            last_error=error[:500],
            next_attempt_at=now + timedelta(seconds=wait_s),
            attempts=F("attempts") - (0 if counts else 1),
        )
        _release(row.target_id, row.target.lease_by)
        if now - row.created_at >= SILENT_AFTER and not _is_alarmed(row):
            open_or_update(findings=[_make_alarm(row, error, now)], now=now, source="outbox")


def _bury(row: HandOverRow, error: str, now: datetime) -> None:
    """Set a hand-over aside, with an incident that somebody sees."""
    log.error("hand-over %s to target %s is given up: %s", row.pk, row.target_id, error)
    with transaction.atomic():
        HandOverRow.objects.filter(pk=row.pk, state=WAITING).update(
            state=HandOverState.DEAD.value, last_error=error[:500]
        )
        _release(row.target_id, row.target.lease_by)
        open_or_update(findings=[_make_alarm(row, error, now)], now=now, actor=HOUSE, source="outbox")


def _is_alarmed(row: HandOverRow) -> bool:
    states = [state.value for state in ACTIVE]
    alarms = IncidentRow.objects.filter(key=_alarm_key(row), state__in=states, cleared_at__isnull=True)
    return alarms.exists()


def _alarm_key(row: HandOverRow) -> str:
    return f"hand_over_failed:{row.target_id}"


def _make_alarm(row: HandOverRow, error: str, now: datetime, *, cleared: bool = False) -> Finding:
    name = row.target.name
    return Finding(
        key=_alarm_key(row),
        kind="hand_over_failed",
        severity=Severity.SEVERE,
        found_at=now,
        reason=Text(
            ko=f"'{name}'에 상황을 전달하지 못했습니다: {error}",
            en=f"Incidents couldn't be handed over to '{name}': {error}",
        ),
        evidence={"hand_over": row.pk, "target": name, "error": error[:500]},
        cleared=cleared,
    )
