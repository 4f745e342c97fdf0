"""Every read of incidents, rules, targets and the outbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec
from django.db.models import Case, Count, Max, Q, QuerySet, When

from madang.core.base.interface import Actor, NotFound, Severity, Text
from madang.core.people.interface import require

from .models import (
    ClockRow,
    CounterRow,
    HandOverRow,
    IncidentRow,
    MuteRow,
    RuleRow,
    TargetRow,
    TimelineRow,
)
from .records import (
    SEVERITIES,
    Channel,
    Clock,
    ClockKind,
    Entry,
    Event,
    HandOver,
    HandOverState,
    Incident,
    IncidentFilter,
    IncidentState,
    Mute,
    QueueCount,
    Rule,
    Step,
    Target,
)

VIEW = "incidents.view"
LOUD = (Event.OPENED, Event.REOPENED, Event.SEVERITY_RAISED, Event.ESCALATED)
LARGEST = 2**62  # more is no number that a database has
SORTS = {
    "urgency": ("-severity_rank", "received_at", "number"),
    "must_act": (Case(When(cleared_at=None, then=0), default=1), "-severity_rank", "received_at", "number"),
    "number": ("number",),
    "-number": ("-number",),
    "received_at": ("received_at", "number"),
    "-received_at": ("-received_at", "-number"),
    "last_seen_at": ("last_seen_at", "number"),
    "-last_seen_at": ("-last_seen_at", "-number"),
    "close_due_at": ("close_due_at", "number"),
}


def get_incident(*, actor: Actor, number: int) -> Incident:
    """Return one incident; raises NotFound also where the actor may not know of it."""
    return read_incident(_get_row(actor, number))


def list_incidents(
    *,
    actor: Actor,
    where: IncidentFilter = IncidentFilter(),  # noqa: B008
    sort: str = "urgency",
    limit: int = 50,
    offset: int = 0,
) -> tuple[Incident, ...]:
    """Return incidents the actor may see; "urgency" puts the severest first, then the oldest.

    "must_act" does so too, and puts those last whose cause is gone and that only wait to be closed.
    """
    rows = (
        select_incidents(actor, where)
        .select_related("merged_into")
        .order_by(*SORTS.get(sort, SORTS["urgency"]))
    )
    return tuple(read_incident(row) for row in rows[offset : offset + limit])


def count_incidents(*, actor: Actor, where: IncidentFilter = IncidentFilter()) -> int:  # noqa: B008
    """Return how many incidents the actor may see that `where` means."""
    return select_incidents(actor, where).count()


def summarize_queue(*, actor: Actor, where: IncidentFilter = IncidentFilter()) -> tuple[QueueCount, ...]:  # noqa: B008
    """Return counts by state and severity."""
    rows = select_incidents(actor, where).values("state", "severity_rank")
    rows = rows.annotate(count=Count("id"), overdue=Count("id", filter=Q(is_overdue=True)))
    return tuple(
        QueueCount(
            state=IncidentState(row["state"]),
            severity=SEVERITIES[row["severity_rank"]],
            count=row["count"],
            overdue=row["overdue"],
        )
        for row in rows.order_by("state", "-severity_rank")
    )


def find_loudest(*, actor: Actor) -> int:
    """Return a number that grows with each news a room must hear: severe, and nobody has taken it on; 0 for none."""
    states = IncidentFilter(state=IncidentState.OPEN.value)
    rows = select_incidents(actor, states).filter(severity_rank__gte=SEVERITIES.index(Severity.SEVERE))
    news = TimelineRow.objects.filter(incident__in=rows, event__in=[event.value for event in LOUD])
    return news.aggregate(newest=Max("id"))["newest"] or 0


def list_timeline(*, actor: Actor, number: int) -> tuple[Entry, ...]:
    """Return everything that happened to an incident, oldest first."""
    rows = TimelineRow.objects.filter(incident=_get_row(actor, number))
    return tuple(
        Entry(
            at=row.at,
            actor_id=row.actor_id,
            actor_name=row.actor_name,
            event=Event(row.event),
            note=row.note,
            details=row.details,
        )
        for row in rows
    )


def list_clocks(*, actor: Actor, number: int) -> tuple[Clock, ...]:
    """Return an incident's clocks in the order they run out."""
    rows = ClockRow.objects.filter(incident=_get_row(actor, number))
    return tuple(
        Clock(
            kind=ClockKind(row.kind),
            level=row.level,
            due_at=row.due_at,
            fired_at=row.fired_at,
            stopped_at=row.stopped_at,
            step=msgspec.convert(row.step, Step) if row.step else None,
        )
        for row in rows
    )


def select_incidents(actor: Actor, where: IncidentFilter) -> QuerySet[IncidentRow]:
    """Return the rows that `where` means and `actor` may see, unordered."""
    rows = IncidentRow.objects.filter(_visible_to(actor))
    equal = {
        "kind": where.kind,
        "agency_code": where.agency_code,
        "district_code": where.district_code,
        "thing_id": where.thing_id,
        "assignee": where.assignee,
    }
    rows = rows.filter(**{name: value for name, value in equal.items() if value})
    if where.state == "active":
        rows = rows.exclude(state=IncidentState.CLOSED.value)
    elif where.state:
        rows = rows.filter(state=where.state)
    if where.severity in set(SEVERITIES):
        rows = rows.filter(severity_rank=SEVERITIES.index(Severity(where.severity)))
    if where.overdue:
        rows = rows.filter(is_overdue=True)
    if where.since is not None:
        rows = rows.filter(received_at__gte=where.since)
    return _search(rows, where.text)


def list_rules() -> tuple[Rule, ...]:
    """Return every assignment rule by position."""
    return tuple(read_rule(row) for row in RuleRow.objects.all())


def get_rule(rule_id: int) -> Rule:
    """Return one rule; raises NotFound."""
    row = RuleRow.objects.filter(pk=rule_id).first()
    if row is None:
        raise NotFound("rule.unknown", "그런 규칙이 없습니다.", "there is no such rule")
    return read_rule(row)


def list_mutes(*, now: datetime) -> tuple[Mute, ...]:
    """Return the mutes in force at `now`, newest first."""
    return tuple(read_mute(row) for row in MuteRow.objects.filter(until__gt=now))


def list_targets() -> tuple[Target, ...]:
    """Return every target, without secrets."""
    return tuple(read_target(row) for row in TargetRow.objects.all())


def get_target(target_id: int) -> Target:
    """Return one target without its secret; raises NotFound."""
    row = TargetRow.objects.filter(pk=target_id).first()
    if row is None:
        raise NotFound("target.unknown", "그런 전달처가 없습니다.", "there is no such target")
    return read_target(row)


def list_hand_overs(
    *,
    actor: Actor,
    target_id: int | None = None,
    state: str = "",
    number: int | None = None,
    limit: int = 50,
    offset: int = 0,
) -> tuple[HandOver, ...]:
    """Return hand-overs, newest first."""
    rows = _select_hand_overs(actor, target_id, state, number).order_by("-created_at", "-sequence")
    return tuple(
        _read_hand_over(row) for row in rows.select_related("target", "incident")[offset : offset + limit]
    )


def count_hand_overs(
    *, actor: Actor, target_id: int | None = None, state: str = "", number: int | None = None
) -> int:
    """Return how many hand-overs there are."""
    return _select_hand_overs(actor, target_id, state, number).count()


def get_version() -> int:
    """Return a number that differs after every committed change of incidents."""
    return CounterRow.objects.filter(name="version").values_list("value", flat=True).first() or 0


def iterate_incidents() -> Iterator[Incident]:
    """Yield every incident by number without holding all in memory (for the lake)."""
    for row in IncidentRow.objects.order_by("number").iterator(chunk_size=2000):
        yield read_incident(row)


def read_incident(row: IncidentRow) -> Incident:
    """Return the record of a row."""
    return Incident(
        number=row.number,
        key=row.key,
        kind=row.kind,
        severity=SEVERITIES[row.severity_rank],
        state=IncidentState(row.state),
        reason=Text(ko=row.reason_ko, en=row.reason_en),
        opened_at=row.opened_at,
        last_seen_at=row.last_seen_at,
        cleared_at=row.cleared_at,
        received_at=row.received_at,
        count=row.count,
        thing_id=row.thing_id,
        agency_code=row.agency_code,
        role=row.role,
        assignee=row.assignee,
        assignee_name=row.assignee_name,
        lon=row.lon,
        lat=row.lat,
        district_code=row.district_code,
        evidence=row.evidence,
        source=row.source,
        acknowledged_at=row.acknowledged_at,
        acknowledge_due_at=row.acknowledge_due_at,
        close_due_at=row.close_due_at,
        is_overdue=row.is_overdue,
        escalation_level=row.escalation_level,
        closed_at=row.closed_at,
        resolution=row.resolution,
        close_reason=row.close_reason,
        merged_into=row.merged_into.number if row.merged_into else None,
        updated_at=row.updated_at,
    )


def read_rule(row: RuleRow) -> Rule:
    """Return the record of a row."""
    own = {"id": row.pk, "name": row.name, "position": row.position, "is_active": row.is_active}
    return msgspec.convert({**row.terms, **own}, Rule)


def read_mute(row: MuteRow) -> Mute:
    """Return the record of a row."""
    return Mute(
        id=row.pk,
        kind=row.kind,
        thing_id=row.thing_id,
        reason=row.reason,
        until=row.until,
        created_at=row.created_at,
        actor_name=row.actor_name,
        suppressed=row.suppressed,
    )


def read_target(row: TargetRow, *, with_secret: bool = False) -> Target:
    """Return the record of a row."""
    own = {
        "id": row.pk,
        "name": row.name,
        "channel": Channel(row.channel),
        "address": row.address,
        "secret": row.secret if with_secret else "",
        "is_active": row.is_active,
    }
    return msgspec.convert({**row.terms, **own}, Target)


def _read_hand_over(row: HandOverRow) -> HandOver:
    return HandOver(
        id=row.id,
        target_id=row.target_id,
        target_name=row.target.name,
        sequence=row.sequence,
        number=row.incident.number,
        event=Event(row.event),
        state=HandOverState(row.state),
        created_at=row.created_at,
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        delivered_at=row.delivered_at,
        last_error=row.last_error,
    )


def _get_row(actor: Actor, number: int) -> IncidentRow:
    rows = IncidentRow.objects.filter(_visible_to(actor), number=min(number, LARGEST))
    row = rows.select_related("merged_into").first()
    if row is None:
        raise NotFound("incident.unknown", f"상황 {number}번이 없습니다.", f"there is no incident {number}")
    return row


def _visible_to(actor: Actor) -> Q:
    """Let an actor see incidents of its agencies, those that nobody owns, and those it was given."""
    require(actor, VIEW)
    if actor.may(VIEW, "*"):
        return Q()
    agencies = {agency for permission, agency in actor.grants if permission == VIEW}
    return Q(agency_code__in=[*agencies, ""]) | Q(assignee=actor.id)


def _search(rows: QuerySet[IncidentRow], text: str) -> QuerySet[IncidentRow]:
    for word in text.replace("\x00", " ").split():
        found = Q(reason_ko__icontains=word) | Q(reason_en__icontains=word) | Q(thing_id__icontains=word)
        number = word.removeprefix("#")
        if number.isascii() and number.isdigit() and len(number) < 18:
            found |= Q(number=int(number))
        rows = rows.filter(found)
    return rows


def _select_hand_overs(
    actor: Actor, target_id: int | None, state: str, number: int | None
) -> QuerySet[HandOverRow]:
    require(actor, "incidents.read_hand_overs")
    equal = {"target_id": target_id, "state": state or None, "incident__number": number}
    rows = HandOverRow.objects.filter(**{name: value for name, value in equal.items() if value is not None})
    if actor.may("incidents.read_hand_overs", "*"):
        return rows
    agencies = [agency for held, agency in actor.grants if held == "incidents.read_hand_overs"]
    return rows.filter(incident__agency_code__in=agencies)
