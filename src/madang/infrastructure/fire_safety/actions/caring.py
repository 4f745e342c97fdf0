"""Detectors that are silent, weak or badly heard are found before they are needed."""

from __future__ import annotations

from datetime import datetime, timedelta

from madang.core.base.interface import Finding, Severity, Text
from madang.core.incidents.interface import open_or_update
from madang.infrastructure.fire_safety.methods.health import find_trouble
from madang.infrastructure.fire_safety.models import DetectorRow, RefusedRow, SignalRow
from madang.infrastructure.fire_safety.queries import describe_detector

from .deciding import SERVICE

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


def forget_old_messages(*, now: datetime) -> int:
    """Delete signals after a year and unreadable messages after a month; alarms and decisions stay."""
    signals, _ = SignalRow.objects.filter(heard_at__lt=now - SIGNALS_KEPT).delete()
    refused, _ = RefusedRow.objects.filter(received_at__lt=now - REFUSED_KEPT).delete()
    return signals + refused


def _find(row: DetectorRow, trouble: Text | None, now: datetime) -> Finding:
    place = " ".join(filter(None, (row.facility.name, row.floor, row.room, row.pk)))
    said = trouble or Text(ko="다시 정상입니다", en="is well again")
    return Finding(
        key=f"fire-detector:{row.pk}",
        kind="fire_detector_trouble",
        severity=Severity.MODERATE,
        found_at=now,
        reason=Text(ko=f"{place}: {said.ko}", en=f"{place}: {said.en}"),
        agency_code=row.facility.agency_code,
        lon=row.facility.lon,
        lat=row.facility.lat,
        cleared=trouble is None,
    )
