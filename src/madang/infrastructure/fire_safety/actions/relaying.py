"""Messages go to 119 until they are received; one that isn't soon is an alarm of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from madang.core.base.interface import Finding, Severity, Text, hurry, publish_live, read_pair, update_rows
from madang.core.incidents.interface import open_or_update
from madang.infrastructure.fire_safety.gateway.relaying import (
    SLOWEST_S,
    TIMEOUT_S,
    NoAnswer,
    NotReceived,
    post_alert,
)
from madang.infrastructure.fire_safety.models import AlarmRow, RelayRow
from madang.infrastructure.fire_safety.records import RelayState

from .deciding import SERVICE, TOPIC

AT_ONCE = 64
LONGEST_PAUSE_S = 10.0
SET_BACK = timedelta(seconds=2 * LONGEST_PAUSE_S)
OVERDUE = timedelta(seconds=10)
SILENT_S = 30.0
_silent: dict[str, float] = {}
"""Ways to 119 that gave no answer, and until when (of a clock that only runs on) first tries don't go there."""
CHANGED = ["state", "received_at", "attempts", "last_error", "next_attempt_at"]
WAITING = RelayState.WAITING.value


def deliver_relays(
    *,
    now: datetime,
    addresses: Callable[[], Sequence[str]],
    pool: Executor,
    clock: Callable[[], datetime],
    is_again: bool | None = None,
) -> int:
    """Try every message that is due, each alarm's in order; return how many were received.

    `addresses()` are the ways to 119: where the first gives no answer the next is tried. `is_again` leaves only
    those that were tried before, or only those that weren't: what hangs must not hold up what is new.
    """
    earlier = RelayRow.objects.filter(alarm=OuterRef("alarm"), state=WAITING, id__lt=OuterRef("id"))
    # What is to be tried later than any pause lasts was written before the clock was set back.
    is_due = Q(next_attempt_at__lte=now) | Q(next_attempt_at__gt=now + SET_BACK)
    due = RelayRow.objects.filter(is_due, state=WAITING).exclude(Exists(earlier))
    if is_again is not None:
        due = due.filter(attempts__gt=0) if is_again else due.filter(attempts=0)
    rows = list(due.order_by("id")[:AT_ONCE])
    if not rows:
        return 0
    ways = addresses()
    failures = list(pool.map(lambda row: _send(row, ways), rows))
    moment = clock()
    arrived = [row for row, failure in zip(rows, failures, strict=True) if failure is None]
    for row, failure in zip(rows, failures, strict=True):
        row.attempts += 1
        row.last_error = (failure or "")[:300]
        if failure is None:
            row.state, row.received_at = RelayState.RECEIVED.value, moment
        else:
            pause = min(LONGEST_PAUSE_S, 0.5 * 2 ** min(row.attempts, 6))
            row.next_attempt_at = moment + timedelta(seconds=pause)
    with hurry(), transaction.atomic():
        update_rows(rows, CHANGED)
        alarms = AlarmRow.objects.filter(pk__in=[row.alarm_id for row in arrived], received_at=None)
        alarms.update(received_at=moment)
    if arrived:
        publish_live(TOPIC, {"received": len(arrived)})
    return len(arrived)


def _send(row: RelayRow, addresses: Sequence[str]) -> str | None:
    """Return why 119 doesn't have it, or None."""
    if not addresses:
        return "no address of 119 is set: setting fire_119_url"
    way = addresses[row.attempts % len(addresses)] if row.attempts else _choose_first(addresses)
    patience = min(SLOWEST_S, TIMEOUT_S * 2 ** min(row.attempts // len(addresses), 5))
    try:
        post_alert(way, row.identifier, row.body.encode(), timeout_s=patience)
    except NotReceived as error:
        if isinstance(error, NoAnswer):
            _silent[way] = time.monotonic() + SILENT_S
        return str(error)
    _silent.pop(way, None)
    return None


def _choose_first(addresses: Sequence[str]) -> str:
    """Return the way of a message's first try: one that is known to be silent would cost its whole patience."""
    moment = time.monotonic()
    return next((one for one in addresses if _silent.get(one, 0.0) <= moment), addresses[0])


def warn_of_overdue_relays(*, now: datetime) -> int:
    """Raise an incident for each message that 119 hasn't received in time, and clear it once it has."""
    is_late = Q(created_at__lte=now - OVERDUE) | Q(created_at__gt=now + SET_BACK)
    late = RelayRow.objects.filter(is_late, state=WAITING, is_overdue=False)
    arrived = RelayRow.objects.filter(state=RelayState.RECEIVED.value, is_overdue=True)
    rows = [*late.select_related("alarm__facility"), *arrived.select_related("alarm__facility")]
    if not rows:
        return 0
    open_or_update(findings=[_find(row, now) for row in rows], now=now, source=SERVICE)
    for row in rows:
        RelayRow.objects.filter(pk=row.pk).update(is_overdue=row.state == WAITING)
    return len(rows)


def _find(row: RelayRow, now: datetime) -> Finding:
    facility = row.alarm.facility
    name = read_pair(facility.name)
    return Finding(
        key=f"fire-relay:{row.pk}",
        kind="fire_relay_unanswered",
        severity=Severity.EXTREME,
        found_at=now,
        reason=Text(
            ko=f"{name.ko}: 119가 {row.attempts}번 시도에도 받지 못했습니다. 전화로 알리십시오.",
            en=f"{name.en}: 119 hasn't received it after {row.attempts} tries. Tell them by phone.",
        ),
        agency_code=facility.agency_code,
        lon=facility.lon,
        lat=facility.lat,
        evidence={"error": row.last_error, "identifier": row.identifier},
        cleared=row.state != WAITING,
    )
