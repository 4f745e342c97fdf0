"""What persons do: confirm, cancel with a reason, see, test, drill, close."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from madang.core.base.interface import Actor, BadInput, Conflict, hurry, publish_live, to_city_time
from madang.core.people.interface import record_audit, require
from madang.infrastructure.fire_safety.methods.deciding import is_reason
from madang.infrastructure.fire_safety.models import AlarmRow
from madang.infrastructure.fire_safety.queries import find_alarm_row, find_facility_row
from madang.infrastructure.fire_safety.records import ALARMING, OPEN, AlarmState, Signal, SignalKind

from .deciding import TOPIC
from .taking import find_heard, keep_signals

ANSWER = "fire_safety.answer"
STALE = timedelta(minutes=10)
"""So long the word of somebody who saw a fire counts though another one cancelled meanwhile."""


def answer_alarm(
    *,
    actor: Actor,
    now: datetime,
    code: str,
    kind: SignalKind,
    reason: str = "",
    alarm: int = 0,
    expects: Sequence[str] = (),
    tapped_at: datetime | None = None,
) -> datetime:
    """Say something about a facility as a person: it is decided on in the next moment. Return when the house heard it.

    `alarm` is the number of the facility's alarm that is answered (0 the present one): what is said of one that
    is over changes no other, but a fire confirmed there is one where that alarm was. `expects` are the detectors that a test or drill is about.
    `tapped_at` is when it was said where it took long to come; said at the same moment again it changes nothing. Raises
    Conflict where that was before the alarm's end and so is no news any more.
    """
    said_at = min(tapped_at or now, now)
    facility = find_facility_row(code)
    require(actor, ANSWER, facility.agency_code)
    if expects and facility.detectors.filter(pk__in=expects).count() < len(set(expects)):
        raise BadInput(
            "fire_safety.expects",
            "이 시설의 감지기가 아닙니다",
            "that is no detector of this facility",
            field="expects",
        )
    answered = AlarmRow.objects.filter(facility=facility, number=alarm).first() if alarm else None
    if kind in ALARMING or kind is SignalKind.OVER:
        raise BadInput(
            "fire_safety.kind", "사람이 할 수 있는 답이 아닙니다", "this isn't what a person can say here"
        )
    if kind is SignalKind.FALSE_ALARM and not is_reason(reason):
        raise BadInput(
            "fire_safety.reason",
            "오경보인 까닭을 적어 주십시오",
            "say why it is a false alarm",
            field="reason",
        )
    signal = Signal(
        at=said_at, facility=code, kind=kind, source=actor.name[:100], reason=reason.strip()[:300],
        alarm=alarm, expects=tuple(sorted(set(expects))),
        floor=answered.floor if answered else "", room=answered.room if answered else "",
    )  # fmt: skip
    if (heard_at := find_heard(signal, now)) is not None:
        return heard_at
    if alarm:
        _refuse_late(answered, kind, said_at, now)
    with hurry(), transaction.atomic():
        keep_signals([signal], now, "person")
        details = {"reason": signal.reason, "alarm": alarm, "expects": list(signal.expects)}
        details |= {"said_at": said_at.isoformat()} if said_at < now else {}
        record_audit(actor=actor, now=now, action=f"fire_safety.{kind.value}", subject=code, details=details)
    return now


def _refuse_late(answered: AlarmRow | None, kind: SignalKind, said_at: datetime, now: datetime) -> None:
    """Raise Conflict where an answer to an alarm that is over is none any more.

    A fire is news though somebody else cancelled meanwhile, but neither once the alarm was closed nor after STALE.
    """
    if answered is not None and answered.state in [one.value for one in OPEN]:
        return
    said = f"{to_city_time(said_at):%H:%M:%S}"
    if kind is not SignalKind.CONFIRM:
        raise Conflict(
            "fire_safety.state",
            "이미 끝난 경보입니다. 지금 경보를 여십시오.",
            "this alarm is over: open the present one",
        )
    ended_at = answered and (answered.closed_at or answered.stood_down_at)
    if ended_at and said_at < ended_at and (answered.closed_at or now - said_at > STALE):
        raise Conflict(
            "fire_safety.stale",
            f"{said}에 누른 답은 늦게 와서 받지 않았습니다. 그사이 경보가 끝났습니다. 지금도 불이면 다시 알리십시오.",
            f"Your answer of {said} came too late and wasn't taken: the alarm ended meanwhile. If it still burns, say so again.",
        )


def close_alarm(*, actor: Actor, now: datetime, alarm_id: int, note: str) -> None:
    """Close an alarm that was handed over: what there was to do is done."""
    with hurry(), transaction.atomic():
        row = find_alarm_row(alarm_id)
        require(actor, ANSWER, row.facility.agency_code)
        if AlarmState(row.state) not in OPEN - {AlarmState.TOLD}:
            raise Conflict(
                "fire_safety.state",
                "119에 넘긴 경보만 종료할 수 있습니다",
                "only an alarm that was handed over can be closed",
            )
        if not note.strip():
            raise BadInput(
                "fire_safety.note", "무슨 일이었는지 적어 주십시오", "say what it was", field="note"
            )
        AlarmRow.objects.filter(pk=row.pk).update(
            state=AlarmState.CLOSED.value, closed_at=now, note=note.strip()[:2000]
        )
        over = Signal(
            at=now,
            facility=row.facility_id,
            kind=SignalKind.OVER,
            source=actor.name[:100],
            reason=note.strip()[:300],
            alarm=row.number,
        )
        keep_signals([over], now, "person")
        record_audit(
            actor=actor, now=now, action="fire_safety.close", subject=f"{row.facility_id}-{row.number}"
        )
    publish_live(TOPIC, {"closed": alarm_id})
