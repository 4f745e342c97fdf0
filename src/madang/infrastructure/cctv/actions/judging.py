"""What an operator says of an event: it ends or keeps the incident, and tunes the camera's limit."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from madang.core.base.interface import HOUSE, Actor, BadInput, MadangError, publish_live
from madang.core.incidents.interface import (
    IncidentState,
    Resolution,
    acknowledge,
    close,
    get_incident,
    reopen,
)
from madang.core.people.interface import record_audit, require
from madang.infrastructure.cctv.methods.tuning import tune
from madang.infrastructure.cctv.models import EventRow, SourceRow
from madang.infrastructure.cctv.queries.events import get_event_row, list_answers
from madang.infrastructure.cctv.records import Verdict

from .watching import TOPIC

WATCH = "cctv.watch"


def judge_event(*, actor: Actor, now: datetime, uid: str, verdict: Verdict, note: str = "") -> float:
    """Say whether an event was right; return how many times as high its limit is at that camera from now on.

    A confirmed event's incident is acknowledged; a false one's is closed, once every event of it is false. It can
    be said anew: the last word holds.
    """
    if verdict is Verdict.OPEN:
        raise BadInput("cctv.verdict", "맞는지 아닌지 골라 주세요", "say whether it is right or not")
    with transaction.atomic():
        row = get_event_row(actor, uid, for_update=True)
        require(actor, WATCH, row.agency_code)
        row.verdict, row.judged_by, row.judged_at, row.note = (
            verdict.value,
            actor.name[:150],
            now,
            note.strip()[:500],
        )
        row.save(update_fields=["verdict", "judged_by", "judged_at", "note"])
        factor = _tune(row)
        details = {"verdict": verdict.value, "note": row.note, "kind": row.kind, "factor": factor}
        record_audit(actor=actor, now=now, action="cctv.judge_event", subject=uid, details=details)
    _tell_incident(row, verdict, actor, now)
    publish_live(TOPIC, {"judged": uid})
    return factor


def _tune(row: EventRow) -> float:
    factor = tune(list_answers(row.camera_id, row.kind))
    source = SourceRow.objects.select_for_update().filter(pk=row.camera_id).first()
    if source is not None and source.factors.get(row.kind, 1.0) != factor:
        source.factors = {**source.factors, row.kind: factor}
        source.save(update_fields=["factors"])
    return factor


def _tell_incident(row: EventRow, verdict: Verdict, actor: Actor, now: datetime) -> None:
    """Acknowledge or close the incident; one that was closed otherwise than as a false alarm stays as it is."""
    if row.incident is None:
        return
    others = EventRow.objects.filter(incident_key=row.incident_key).exclude(verdict=Verdict.FALSE)
    try:
        if verdict is Verdict.CONFIRMED:
            incident = get_incident(actor=HOUSE, number=row.incident)
            if incident.state is IncidentState.CLOSED and incident.resolution == Resolution.FALSE_ALARM:
                reason = row.note or "오경보로 닫은 것을 맞는 일로 고침"
                reopen(actor=actor, now=now, number=row.incident, reason=reason)
            acknowledge(actor=actor, now=now, number=row.incident, note=row.note)
        elif not others.exists():
            reason = row.note or "관제 요원이 영상에서 오경보로 확인"
            close(actor=actor, now=now, number=row.incident, reason=reason, resolution=Resolution.FALSE_ALARM)
    except MadangError:
        return
