"""What the watch found, and what people said to it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.db.models import Case, Count, Q, QuerySet, Value, When

from madang.core.base.interface import Actor, NotFound, Severity, Text
from madang.infrastructure.cctv.models import EventRow
from madang.infrastructure.cctv.records import SEVERITIES, EventKind, EventRecord, Verdict

EVENT_SORTS = ("begun_at", "kind", "camera_name", "strength", "verdict", "recorded_at")
SEVEREST_FIRST = "-severity"
RANKS = list(Severity)


def list_events(
    actor: Actor, *, search: str = "", verdict: str = "", kind: str = "", camera_id: str = "", sort: str = "-begun_at",
    offset: int = 0, limit: int = 50,
) -> tuple[list[EventRecord], int]:  # fmt: skip
    """Return events that the actor may know of, the newest first unless `sort` says otherwise, and how many.

    By SEVEREST_FIRST the newest stand first among those of one severity.
    """
    rows = EventRow.objects.all()
    equal = {"verdict": verdict, "kind": kind, "camera_id": camera_id}
    rows = rows.filter(**{name: value for name, value in equal.items() if value})
    for word in search.split():
        rows = rows.filter(
            Q(camera_name__icontains=word) | Q(reason_ko__icontains=word) | Q(uid__icontains=word)
        )
    rows = _only_own(rows, actor)
    order = sort if sort.lstrip("-") in EVENT_SORTS else "-begun_at"
    orders = [_rank_severity().desc(), order] if sort == SEVEREST_FIRST else [order]
    return [read_event(row) for row in rows.order_by(*orders, "uid")[offset : offset + limit]], rows.count()


def _rank_severity() -> Case:
    return Case(*(When(kind=kind.value, then=Value(RANKS.index(one))) for kind, one in SEVERITIES.items()))


def _only_own(rows: QuerySet[EventRow], actor: Actor) -> QuerySet[EventRow]:
    """Leave the events of the agencies whose cameras the actor may see."""
    if actor.may("cctv.view", "*"):
        return rows
    return rows.filter(agency_code__in=[code for name, code in actor.grants if name == "cctv.view"])


def get_event(actor: Actor, uid: str) -> EventRecord:
    """Return one event; raise NotFound where there is none that the actor may know of."""
    return read_event(get_event_row(actor, uid))


def get_event_row(actor: Actor, uid: str, *, for_update: bool = False) -> EventRow:
    """Return the row of an event; raise NotFound where there is none that the actor may know of."""
    rows = EventRow.objects.select_for_update() if for_update else EventRow.objects
    row = rows.filter(pk=uid).first()
    if row is None or not actor.may("cctv.view", row.agency_code):
        raise NotFound("cctv.event", "그런 사건이 없습니다", "there is no such event")
    return row


def list_answers(camera_id: str, kind: str) -> list[tuple[float, bool]]:
    """Return strength, and whether it was right, of each event of a camera and kind that was judged."""
    rows = EventRow.objects.filter(camera_id=camera_id, kind=kind).exclude(verdict=Verdict.OPEN)
    return [
        (strength, verdict == Verdict.CONFIRMED)
        for strength, verdict in rows.values_list("strength", "verdict")
    ]


def count_by_verdict(actor: Actor, since: datetime) -> dict[Verdict, int]:
    """Return how many events since a moment have each verdict."""
    rows = (
        _only_own(EventRow.objects.filter(begun_at__gte=since), actor)
        .values("verdict")
        .annotate(n=Count("uid"))
    )
    counted = {row["verdict"]: row["n"] for row in rows.order_by("verdict")}
    return {verdict: counted.get(verdict.value, 0) for verdict in Verdict}


def count_events_by_hour(since: datetime) -> Counter[tuple[str, int]]:
    """Return how many events that nobody called false began at each camera in each hour (UTC) of the day."""
    rows = EventRow.objects.filter(begun_at__gte=since).exclude(verdict=Verdict.FALSE)
    return Counter(
        (camera_id, begun_at.hour) for camera_id, begun_at in rows.values_list("camera_id", "begun_at")
    )


def read_event(row: EventRow) -> EventRecord:
    """Return the record of a row."""
    return EventRecord(
        uid=row.uid,
        camera_id=row.camera_id,
        camera_name=row.camera_name,
        agency_code=row.agency_code,
        kind=EventKind(row.kind),
        begun_at=row.begun_at,
        ended_at=row.ended_at,
        recorded_at=row.recorded_at,
        strength=row.strength,
        reason=Text(ko=row.reason_ko, en=row.reason_en),
        place=row.place,
        verdict=Verdict(row.verdict),
        judged_by=row.judged_by,
        judged_at=row.judged_at,
        note=row.note,
        incident=row.incident,
        repeats=row.repeats,
        has_clip=bool(row.masked_sha256) and row.purged_at is None,
        expires_at=row.expires_at,
        purged_at=row.purged_at,
    )
