"""Detectors that are silent, weak or badly heard are found before they are needed."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from madang.core.base.interface import Finding, Severity, Text
from madang.core.incidents.interface import open_or_update
from madang.infrastructure.fire_safety.methods.health import find_trouble
from madang.infrastructure.fire_safety.methods.naming import say_place
from madang.infrastructure.fire_safety.models import (
    AlarmRow,
    DecisionRow,
    DetectorRow,
    RefusedRow,
    RelayRow,
    SignalRow,
)
from madang.infrastructure.fire_safety.queries import describe_detector
from madang.infrastructure.fire_safety.records import RelayState, Verdict

from .deciding import SERVICE

SAID_BY_PERSONS = [one.value for one in (Verdict.HAND_OVER, Verdict.STAND_DOWN, Verdict.CLOSE)]
SIGNALS_KEPT, REFUSED_KEPT = timedelta(days=365), timedelta(days=30)


def check_detectors(*, now: datetime) -> int:
    """Raise an incident for each detector that needs care and clear it once it doesn't; return how many changed."""
    findings, changed = [], []
    for row in DetectorRow.objects.select_related("facility").iterator():
        trouble = find_trouble(describe_detector(row), now)
        if (trouble is not None) != row.has_trouble:
            row.has_trouble = trouble is not None
            changed.append(row)
            findings.append(_find(row, trouble, now))
    if findings:
        open_or_update(findings=findings, now=now, source=SERVICE)
        DetectorRow.objects.bulk_update(changed, ["has_trouble"], batch_size=500)
    return len(changed)


def settle_removed(*, row: DetectorRow, now: datetime) -> None:
    """Clear the incident of a detector that is taken from the register."""
    if row.has_trouble:
        gone = Text(ko="대장에서 지워졌습니다", en="is no longer in the register")
        finding = msgspec.structs.replace(_find(row, gone, now), cleared=True)
        open_or_update(findings=[finding], now=now, source=SERVICE)


def forget_old_messages(*, now: datetime) -> int:
    """Delete signals after a year, and unreadable messages after a month; return how many rows changed.

    Alarms and decisions stay, without the words that name a person: who said it, messages to 119, notes.
    """
    old = now - SIGNALS_KEPT
    signals, _ = SignalRow.objects.filter(heard_at__lt=old).delete()
    refused, _ = RefusedRow.objects.filter(received_at__lt=now - REFUSED_KEPT).delete()
    said = DecisionRow.objects.filter(at__lt=old, verdict__in=SAID_BY_PERSONS).exclude(reason_en="")
    forgotten = said.update(reason_ko="", reason_en="", sources=[])
    forgotten += DecisionRow.objects.filter(at__lt=old).exclude(told="").update(told="")
    relays = RelayRow.objects.filter(created_at__lt=old, state=RelayState.RECEIVED.value).exclude(body="")
    forgotten += relays.update(body="")
    forgotten += AlarmRow.objects.filter(begun_at__lt=old).exclude(note="").update(note="")
    return signals + refused + forgotten


def _find(row: DetectorRow, trouble: Text | None, now: datetime) -> Finding:
    place = say_place(row.floor, row.room, before=row.facility.name, after=row.pk)
    said = trouble or Text(ko="다시 정상입니다", en="is well again")
    return Finding(
        key=f"fire-detector:{row.pk}",
        kind="fire_detector_trouble",
        severity=Severity.MODERATE,
        found_at=now,
        reason=Text(ko=f"{place.ko}: {said.ko}", en=f"{place.en}: {said.en}"),
        agency_code=row.facility.agency_code,
        lon=row.facility.lon,
        lat=row.facility.lat,
        cleared=trouble is None,
    )
