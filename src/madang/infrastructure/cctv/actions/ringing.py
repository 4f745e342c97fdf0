"""A bell is pressed: an incident at its place with the cameras around it, kept before the bell is answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from madang.core.base.interface import HOUSE, Finding, Severity, Text, hurry, read_pair
from madang.core.incidents.interface import open_or_update
from madang.infrastructure.cctv.models import RingRow
from madang.infrastructure.cctv.queries.bells import get_bells
from madang.infrastructure.cctv.queries.cameras import list_nearest
from madang.infrastructure.cctv.records import Bell, Ring

KIND = "bell_pressed"
UNKNOWN = "cctv:bell:?"
NEAR_M, NEAREST = 150.0, 3


def take_rings(*, now: datetime, rings: Sequence[Ring]) -> list[int]:
    """Open an incident for each bell that was pressed, or add to its open one; return their numbers.

    What was only tried out is noted. The same ring again changes nothing. Bells that aren't registered are one
    incident together, since nobody knows where they hang. When this returns all survives a power cut.
    """
    bells = get_bells([one.bell_id for one in rings])
    pressed = [one for one in rings if not one.is_test]
    with hurry(), transaction.atomic():
        rows = [
            RingRow(bell_id=one.bell_id, at=one.at, is_test=one.is_test)
            for one in rings
            if one.bell_id in bells
        ]
        RingRow.objects.bulk_create(rows, ignore_conflicts=True)
        findings = [_find(one, bells.get(one.bell_id)) for one in pressed]
        if not findings:
            return []
        return list(open_or_update(findings=findings, now=now, actor=HOUSE, source="cctv").numbers)


def _find(ring: Ring, bell: Bell | None) -> Finding:
    if bell is None:
        reason = Text(
            ko=f"등록되지 않은 비상벨 {ring.bell_id}이(가) 눌렸습니다. 어디에 있는지 모릅니다",
            en=f"Emergency bell {ring.bell_id}, which isn't registered, was pressed: nobody knows where it hangs",
        )
        return Finding(
            key=UNKNOWN, kind=KIND, severity=Severity.SEVERE, found_at=ring.at, reason=_add(reason, ring)
        )
    name = read_pair(bell.name)
    cameras = (
        [] if bell.lon is None or bell.lat is None else list_nearest(bell.lon, bell.lat, NEAR_M, NEAREST)
    )
    reason = Text(ko=f"{name.ko}: 비상벨이 눌렸습니다", en=f"{name.en}: the emergency bell was pressed")
    near = " / ".join(f"{one.id} ({one.distance_m:.0f} m)" for one in cameras)
    return Finding(
        key=f"cctv:bell:{bell.id}",
        kind=KIND,
        severity=Severity.SEVERE,
        found_at=ring.at,
        reason=_add(reason, ring),
        thing_id=bell.id,
        agency_code=bell.agency_code or None,
        lon=bell.lon,
        lat=bell.lat,
        evidence={"cameras": near} if near else {},
    )


def _add(reason: Text, ring: Ring) -> Text:
    """Return the reason with what is wrong with the message, if anything."""
    if ring.fault is None:
        return reason
    return Text(ko=f"{reason.ko} ({ring.fault.ko})", en=f"{reason.en} ({ring.fault.en})")
