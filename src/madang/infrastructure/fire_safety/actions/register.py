"""The register: facilities with their rooms, contacts and policy; detectors."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
import numpy as np
from django.db import transaction

from madang.core.base.interface import Actor, BadInput, Conflict
from madang.core.people.interface import record_audit, require
from madang.core.places.interface import locate_points
from madang.infrastructure.fire_safety.models import DetectorRow, FacilityRow, HolidayRow
from madang.infrastructure.fire_safety.queries import find_facility_row, is_decided
from madang.infrastructure.fire_safety.records import (
    ALARMING,
    NEEDS,
    OPEN,
    Detector,
    Facility,
    Holiday,
    Policy,
    WatchState,
)

from .caring import settle_removed

CHANGE = "fire_safety.change"


def register_facility(*, actor: Actor, now: datetime, facility: Facility, is_new: bool = False) -> None:
    """Register a facility, or change what is registered; its watch goes on.

    Raises Conflict where it `is_new` and its code is taken: nobody overwrites another one's rooms and contacts.
    One that was removed comes back with its alarms.
    """
    require(actor, CHANGE, facility.agency_code)
    known = FacilityRow.objects.filter(pk=facility.code).first()
    if is_new and known is not None and known.removed_at is None:
        raise Conflict(
            "fire_safety.code", "이미 다른 시설의 코드입니다", "another facility has this code", field="code"
        )
    if known is not None:
        require(actor, CHANGE, known.agency_code)
    _check_rooms(facility)
    _check_absences(facility)
    located = locate_points(np.array([facility.lon]), np.array([facility.lat]))
    values = msgspec.to_builtins(facility)
    code = values.pop("code")
    values |= {"district_code": str(located.district_code[0]), "removed_at": None}
    with transaction.atomic():
        FacilityRow.objects.update_or_create(code=code, defaults=values)
        action = "fire_safety.change_facility" if known else "fire_safety.register_facility"
        record_audit(actor=actor, now=now, action=action, subject=code)


def remove_facility(*, actor: Actor, now: datetime, code: str, reason: str) -> None:
    """Take a facility with its detectors, plans and contacts from the register; its alarms stay, with the reason in the log.

    A test or drill ends with it. Signals that still name it are an unknown facility's. Raises Conflict while an alarm
    is open there or something said isn't decided on yet.
    """
    with transaction.atomic():
        row = find_facility_row(code, for_update=True)
        require(actor, CHANGE, row.agency_code)
        if not reason.strip():
            raise BadInput(
                "fire_safety.reason", "왜 지우는지 적어 주십시오", "say why it is removed", field="reason"
            )
        if row.alarms.filter(state__in=list(OPEN)).exists() or not is_decided(code):
            raise Conflict(
                "fire_safety.open",
                "진행 중인 경보가 있어 지울 수 없습니다. 경보를 먼저 끝내십시오.",
                "an alarm is open here: end it first, then remove the facility",
            )
        detectors = list(row.detectors.select_related("facility"))
        for one in detectors:
            settle_removed(row=one, now=now)
        row.detectors.all().delete()
        row.plans.all().delete()
        count = msgspec.convert(row.state, WatchState, strict=False).count
        row.state, row.next_due_at = msgspec.to_builtins(WatchState(count=count)), None
        row.contacts, row.absences, row.removed_at = [], [], now
        row.save()
        details = {"reason": reason.strip()[:300], "detectors": [one.pk for one in detectors]}
        record_audit(
            actor=actor, now=now, action="fire_safety.remove_facility", subject=code, details=details
        )


def change_policy(*, actor: Actor, now: datetime, code: str, policy: Policy) -> None:
    """Let a facility's alarms be judged by another policy from now on."""
    with transaction.atomic():
        row = find_facility_row(code, for_update=True)
        require(actor, CHANGE, row.agency_code)
        before, row.policy = row.policy, msgspec.to_builtins(policy)
        row.save(update_fields=["policy"])
        details = {"before": before, "after": row.policy}
        record_audit(actor=actor, now=now, action="fire_safety.change_policy", subject=code, details=details)


def save_detectors(*, actor: Actor, now: datetime, code: str, detectors: Sequence[Detector]) -> None:
    """Register detectors of a facility, or change what is registered of them; others stay."""
    facility = find_facility_row(code)
    require(actor, CHANGE, facility.agency_code)
    for one in detectors:
        if one.kind not in ALARMING:
            raise BadInput(
                "fire_safety.kind",
                f"{one.id}: 감지기 종류가 아닙니다",
                f"{one.id}: this is no kind of detector",
            )
    with transaction.atomic():
        elsewhere = DetectorRow.objects.filter(pk__in=[one.id for one in detectors]).exclude(
            facility=facility
        )
        if other := elsewhere.first():
            raise BadInput(
                "fire_safety.detector",
                f"{other.pk}은(는) 다른 시설에 등록되어 있습니다",
                f"{other.pk} is registered at another facility",
            )
        for one in detectors:
            values = {
                "facility": facility,
                "kind": one.kind.value,
                "floor": one.floor,
                "room": one.room,
                "x": one.x,
                "y": one.y,
                "expected_every_s": one.expected_every_s,
            }
            made = {**values, "registered_at": now}
            DetectorRow.objects.update_or_create(pk=one.id, defaults=values, create_defaults=made)
        details = {"detectors": [one.id for one in detectors]}
        record_audit(actor=actor, now=now, action="fire_safety.save_detectors", subject=code, details=details)


def remove_detector(*, actor: Actor, now: datetime, detector: str) -> None:
    """Take a detector from the register; what it said stays.

    What it still sends alarms only where the message itself names a facility, or as an unknown one's. An incident of
    its trouble is over.
    """
    row = DetectorRow.objects.filter(pk=detector).select_related("facility").first()
    if row is None:
        raise BadInput("fire_safety.detector", "그런 감지기가 없습니다", "there is no such detector")
    require(actor, CHANGE, row.facility.agency_code)
    with transaction.atomic():
        settle_removed(row=row, now=now)
        row.delete()
        record_audit(actor=actor, now=now, action="fire_safety.remove_detector", subject=detector)


def save_holidays(*, actor: Actor, now: datetime, holidays: Sequence[Holiday]) -> None:
    """Let these days, and no others, be the public holidays of every facility."""
    require(actor, CHANGE, "*")
    days = {one.on: one for one in holidays}
    with transaction.atomic():
        HolidayRow.objects.exclude(pk__in=list(days)).delete()
        HolidayRow.objects.bulk_create(
            [HolidayRow(on=one.on, name=one.name) for one in days.values()],
            update_conflicts=True,
            unique_fields=["on"],
            update_fields=["name"],
        )
        details = {"holidays": sorted(map(str, days))}
        record_audit(actor=actor, now=now, action="fire_safety.save_holidays", subject="", details=details)


def _check_absences(facility: Facility) -> None:
    names = {one.name for one in facility.contacts}
    for one in facility.absences:
        wrong = next((name for name in (one.name, one.instead or one.name) if name not in names), None)
        if wrong is not None or one.until <= one.since or one.name == one.instead:
            said = wrong or one.name
            raise BadInput(
                "fire_safety.absence",
                f"{said}: 당직자가 아니거나, 끝이 시작보다 앞서거나, 자기 자신을 대신합니다",
                f"{said}: no contact on duty, or it ends before it begins, or they stand in for themselves",
                field="absences_text",
            )


def _check_rooms(facility: Facility) -> None:
    seen = set()
    for room in facility.rooms:
        unknown = room.needs.keys() - NEEDS.keys()
        if unknown:
            raise BadInput(
                "fire_safety.needs",
                f"{room.name}: 모르는 도움 {', '.join(sorted(unknown))}",
                f"{room.name}: unknown need {', '.join(sorted(unknown))}",
                field="rooms_text",
            )
        if (room.floor, room.name) in seen or any(count > room.people for count in room.needs.values()):
            raise BadInput(
                "fire_safety.rooms",
                f"{room.floor} {room.name}: 방이 두 번 있거나 도움이 필요한 사람이 전체보다 많습니다",
                f"{room.floor} {room.name}: the room stands twice, or more need help than live there",
                field="rooms_text",
            )
        seen.add((room.floor, room.name))
