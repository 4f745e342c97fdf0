"""What the analysis tells becomes events, each once, and incidents; clips and the health of sources are noted."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction

from madang.core.base.interface import (
    HOUSE,
    Finding,
    MadangError,
    Severity,
    Text,
    call_command,
    measure_m,
    publish_live,
    read_pair,
)
from madang.core.incidents.interface import get_incident, open_or_update, prepare_intake
from madang.infrastructure.cctv.gateway.clips import open_files
from madang.infrastructure.cctv.methods.standing import LONGEST, Known, find_same
from madang.infrastructure.cctv.models import EventRow, SightingRow, SourceRow
from madang.infrastructure.cctv.queries.cameras import get_cameras
from madang.infrastructure.cctv.queries.searches import find_searched
from madang.infrastructure.cctv.records import (
    EVENT_NAMES,
    SEVERITIES,
    Camera,
    Clip,
    EventKind,
    Pulse,
    Seen,
    Sighting,
    Told,
)

TOPIC = "cctv"
SOURCE = "cctv"
BURNING = frozenset({EventKind.FIRE.value, EventKind.SMOKE.value})
log = logging.getLogger("madang.cctv")
RETENTION_DAYS = 30
"""Where the register says nothing: the most that the law's standard guideline allows without a reason."""
MERGE_M, MERGE = 60.0, timedelta(seconds=60)
"""The same kind of event at another camera so near and so soon is the same incident."""


def record_told(*, now: datetime, told: Sequence[Told]) -> list[str]:
    """Keep what the analysis told; return the numbers of the events that are new.

    An event that goes on, or that the tracker lost and found again, changes its row and alarms nobody. New ones
    become incidents in the same transaction. Told twice changes nothing.
    """
    cameras = get_cameras([one.seen.camera_id for one in told if one.seen is not None])
    new: list[EventRow] = []
    prepare_intake()
    with transaction.atomic():
        for one in told:
            if one.seen is not None and one.seen.camera_id in cameras:
                row = _take_seen(one.seen, cameras[one.seen.camera_id], now)
                new += [row] if row is not None else []
            if one.clip is not None:
                _take_clip(one.clip)
        _take_sightings([one.sighting for one in told if one.sighting is not None], now)
        pulses = {one.pulse.camera_id: one.pulse for one in told if one.pulse is not None}
        changed = [_take_pulse(pulse) for pulse in pulses.values()]
        findings = [_find(row) for row in new] + [
            _find_lost(row, now) for row, is_news in changed if row is not None and is_news
        ]
        if findings:
            report = open_or_update(findings=findings, now=now, actor=HOUSE, source=SOURCE)
            _note_incidents(new, report.numbers)
    _tell_fire_net(new, now)
    if new:
        publish_live(TOPIC, {"events": len(new)})
    return [row.uid for row in new]


def _tell_fire_net(new: Sequence[EventRow], now: datetime) -> None:
    """Let the fire-safety net know of smoke and fire: it minds the cameras that facilities have registered there."""
    for camera_id in {row.camera_id for row in new if row.kind in BURNING}:
        request = {"camera_id": camera_id}
        try:
            call_command("fire_safety.smoke_seen", caller=SOURCE, actor=HOUSE, now=now, request=request)
        except (MadangError, DatabaseError):
            log.exception("the fire-safety net doesn't know what camera %s saw", camera_id)


def _take_seen(seen: Seen, camera: Camera, now: datetime) -> EventRow | None:
    """Return the row of a new event, None where it goes on with a known one."""
    recent = EventRow.objects.filter(
        camera_id=seen.camera_id, kind=seen.kind.value, ended_at__gte=seen.begun_at - LONGEST
    )
    rows = {row.uid: row for row in recent}
    known = [
        Known(row.uid, row.camera_id, row.kind, row.place, row.x, row.y, row.height, row.ended_at)
        for row in rows.values()
    ]
    same = find_same(seen, known)
    if same is not None:
        _go_on(rows[same.uid], seen)
        return None
    return EventRow.objects.create(
        uid=seen.uid,
        camera_id=seen.camera_id,
        camera_name=camera.name,
        agency_code=camera.agency_code,
        lon=camera.lon,
        lat=camera.lat,
        kind=seen.kind.value,
        begun_at=seen.begun_at,
        ended_at=seen.ended_at,
        recorded_at=now,
        strength=seen.strength,
        reason_ko=seen.reason.ko[:300],
        reason_en=seen.reason.en[:300],
        place=seen.place[:100],
        x=seen.x,
        y=seen.y,
        height=seen.height,
        incident_key=_find_key(seen, camera),
        expires_at=now + timedelta(days=camera.retention_days or RETENTION_DAYS),
    )


def _go_on(row: EventRow, seen: Seen) -> None:
    if row.uid != seen.uid and seen.begun_at > row.ended_at:
        row.repeats += 1
    row.ended_at = max(row.ended_at, seen.ended_at)
    if seen.strength >= row.strength:
        row.strength, row.reason_ko, row.reason_en = seen.strength, seen.reason.ko[:300], seen.reason.en[:300]
    row.save(update_fields=["repeats", "ended_at", "strength", "reason_ko", "reason_en"])


def _find_key(seen: Seen, camera: Camera) -> str:
    """Return the key of the incident: that of a like event of a camera nearby, else its own."""
    nearby = EventRow.objects.filter(
        kind=seen.kind.value, begun_at__gte=seen.begun_at - MERGE, begun_at__lte=seen.begun_at + MERGE
    ).exclude(camera_id=camera.id)
    for row in nearby:
        if measure_m(camera.lon, camera.lat, row.lon, row.lat) <= MERGE_M:
            return row.incident_key
    return f"cctv:{seen.uid}"


def _find(row: EventRow) -> Finding:
    name = EVENT_NAMES[row.kind]  # type: ignore[index]
    return Finding(
        key=row.incident_key,
        kind=f"cctv_{row.kind}",
        severity=SEVERITIES[row.kind],  # type: ignore[index]
        found_at=row.begun_at,
        reason=Text(
            ko=f"{read_pair(row.camera_name).ko}: {name.ko}. {row.reason_ko}",
            en=f"{read_pair(row.camera_name).en}: {name.en}, {row.reason_en}",
        ),
        thing_id=row.camera_id,
        agency_code=row.agency_code,
        lon=row.lon,
        lat=row.lat,
        evidence={
            "event": row.uid,
            "href": f"/desk/cctv/events/{row.uid}/",
            "clip": f"/api/cctv/events/{row.uid}/clip.mp4",
        },
    )


def _note_incidents(new: list[EventRow], numbers: Sequence[int]) -> None:
    found = find_numbers(numbers)
    for row in new:
        if row.incident_key in found:
            row.incident = found[row.incident_key]
            row.save(update_fields=["incident"])


def find_numbers(numbers: Sequence[int]) -> dict[str, int]:
    """Return the number of each incident by its key."""
    return {get_incident(actor=HOUSE, number=number).key: number for number in numbers}


def _take_sightings(sightings: Sequence[Sighting], now: datetime) -> None:
    """Keep who was seen where a search asks for it; what comes after its end is not kept."""
    wanted = find_searched(now) if sightings else frozenset()
    for one in sightings:
        if one.camera_id not in wanted:
            open_files().name_sighting(one.uid).unlink(missing_ok=True)
            continue
        values = {"camera_id": one.camera_id, "last_at": one.last_at, "top": one.top, "bottom": one.bottom}
        made = {**values, "first_at": one.first_at}
        SightingRow.objects.update_or_create(uid=one.uid, defaults=values, create_defaults=made)


def _take_clip(clip: Clip) -> None:
    EventRow.objects.filter(pk=clip.uid, purged_at=None).update(
        clip_seconds=clip.seconds, masked_sha256=clip.masked_sha256, original_sha256=clip.original_sha256
    )


def _take_pulse(pulse: Pulse) -> tuple[SourceRow | None, bool]:
    """Note how a source does; return its row, and whether it was lost or found in this moment."""
    row = SourceRow.objects.filter(pk=pulse.camera_id).first()
    if row is None:
        return None, False
    is_news = bool(row.trouble) != bool(pulse.trouble)
    row.trouble, row.people = pulse.trouble[:300], pulse.people
    row.seen_at = pulse.at or row.seen_at
    row.save(update_fields=["trouble", "people", "seen_at"])
    return row, is_news


def _find_lost(row: SourceRow, now: datetime) -> Finding:
    camera = get_cameras([row.camera_id]).get(row.camera_id)
    name = read_pair(camera.name if camera else row.camera_id)
    lost, trouble = bool(row.trouble), read_pair(row.trouble)
    return Finding(
        key=f"cctv-source:{row.camera_id}",
        kind="cctv_source_lost",
        severity=Severity.MODERATE,
        found_at=now,
        reason=Text(
            ko=f"{name.ko}: {trouble.ko if lost else '영상이 다시 옵니다'}",
            en=f"{name.en}: {trouble.en if lost else 'pictures come again'}",
        ),
        thing_id=row.camera_id,
        agency_code=camera.agency_code if camera else None,
        lon=camera.lon if camera else None,
        lat=camera.lat if camera else None,
        cleared=not lost,
    )
