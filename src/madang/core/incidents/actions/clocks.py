"""Clocks: what is overdue, and who takes over. Each decision is made with the `now` it is given."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import msgspec
from django.db import transaction
from django.db.models import F

from madang.core.base.interface import HOUSE
from madang.core.incidents.methods import plan_clocks
from madang.core.incidents.models import ClockRow, CounterRow, IncidentRow
from madang.core.incidents.records import ClockKind, Event, IncidentState, Rule, Step

from .ledger import Ledger, lock_incident

EVERY_S = 5
"""So often clocks are looked at, and so much later than seen they may have been set back."""
SEEN_AT = "clocks_seen_at"
"""The counter with the moment (ms since 1970) up to which clocks were looked at."""
TOLERATED_MS = 2000
"""So much a clock may be put right: several such steps count together."""
log = logging.getLogger("madang.incidents")


def run_clocks(*, now: datetime) -> int:
    """Fire every clock that has run out by `now`; return how many incidents were touched.

    It may run at any moments, or after a long stop: each clock fires once, in the order they ran
    out, and none that was stopped before its time. Where the house's clock was set back since the last
    time, what began by it runs out by as much earlier.
    """
    _follow_set_back(now)
    due = ClockRow.objects.filter(fired_at__isnull=True, stopped_at__isnull=True, due_at__lte=now)
    numbers = due.order_by("due_at").values_list("incident__number", flat=True)
    touched = list(dict.fromkeys(numbers))
    for number in touched:
        with transaction.atomic():
            row = lock_incident(number)
            ledger = Ledger(HOUSE, now)
            if fire_due_clocks(row, ledger):
                row.updated_at = now
                row.save()
                ledger.flush()
    return len(touched)


def _follow_set_back(now: datetime) -> None:
    """Let what runs out do so by as much earlier as the house's clock was set back since this was called last.

    That is so for what began by the clock as it was: of what wasn't touched since, nobody knows which clock was wrong.
    """
    with transaction.atomic():
        CounterRow.objects.get_or_create(name=SEEN_AT)
        seen = CounterRow.objects.select_for_update().get(name=SEEN_AT)
        moment = max(0, round(now.timestamp() * 1000))
        if seen.value - moment > TOLERATED_MS:
            by = timedelta(milliseconds=seen.value - moment + EVERY_S * 1000)
            log.warning("the clock was set back by %s: what runs out does so earlier", by)
            rows = IncidentRow.objects.exclude(state=IncidentState.CLOSED.value).filter(updated_at__gt=now)
            running = ClockRow.objects.filter(fired_at__isnull=True, stopped_at__isnull=True)
            running.filter(incident__in=rows).update(due_at=F("due_at") - by)
            for name in ("acknowledge_due_at", "close_due_at"):
                rows.filter(**{f"{name}__gt": now}).update(**{name: F(name) - by})
        elif moment <= seen.value:
            return
        seen.value = moment
        seen.save(update_fields=["value"])


def fire_due_clocks(row: IncidentRow, ledger: Ledger) -> int:
    """Fire what has run out on a locked, unsaved `row`; return how many clocks fired."""
    running = ClockRow.objects.filter(incident=row, fired_at__isnull=True, stopped_at__isnull=True)
    clocks = list(running.filter(due_at__lte=ledger.now))
    for clock in clocks:
        _fire(row, clock, ledger)
        clock.fired_at = ledger.now
        clock.save(update_fields=["fired_at"])
    return len(clocks)


def make_clocks(row: IncidentRow, rule: Rule | None, now: datetime) -> list[ClockRow]:
    """Return the unsaved clocks of `row` under `rule`, and note their ends on the row."""
    row.acknowledge_due_at = row.close_due_at = None
    row.is_overdue, row.escalation_level = False, 0
    if rule is None:
        return []
    rows = []
    for clock in plan_clocks(rule, now):
        if clock.kind == ClockKind.ACKNOWLEDGE:
            row.acknowledge_due_at = clock.due_at
        elif clock.kind == ClockKind.CLOSE:
            row.close_due_at = clock.due_at
        step = msgspec.to_builtins(clock.step) if clock.step else None
        rows.append(
            ClockRow(incident=row, kind=clock.kind.value, level=clock.level, due_at=clock.due_at, step=step)
        )
    return rows


def stop_clocks(row: IncidentRow, now: datetime, kinds: tuple[ClockKind, ...] = tuple(ClockKind)) -> None:
    """Stop the running clocks of `row` of these kinds."""
    running = ClockRow.objects.filter(incident=row, fired_at__isnull=True, stopped_at__isnull=True)
    running.filter(kind__in=[kind.value for kind in kinds]).update(stopped_at=now)


def _fire(row: IncidentRow, clock: ClockRow, ledger: Ledger) -> None:
    details = {"clock": clock.kind, "due_at": clock.due_at.isoformat()}
    if clock.kind != ClockKind.ESCALATE:
        row.is_overdue = True
        ledger.note(row, Event.OVERDUE, details=details, actor=HOUSE)
        return
    step = msgspec.convert(clock.step, Step)
    row.escalation_level = clock.level
    row.agency_code = step.agency_code or row.agency_code
    row.role = step.role or row.role
    if step.assignee or step.agency_code:
        row.assignee, row.assignee_name = step.assignee, step.assignee
    details |= {"level": clock.level, "agency_code": row.agency_code, "role": row.role}
    ledger.note(row, Event.ESCALATED, details=details, actor=HOUSE)
