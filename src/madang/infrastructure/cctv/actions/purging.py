"""Clips end: what is past its time is deleted, each file with its hash in the audit log as proof."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from madang.core.base.interface import HOUSE
from madang.core.people.interface import record_audit
from madang.infrastructure.cctv.gateway.clips import Files, hash_file, open_files
from madang.infrastructure.cctv.models import EventRow, PurgeRow, SightingRow, ViewRow
from madang.infrastructure.cctv.queries.sources import list_sources

ORPHANED = timedelta(hours=1)
"""A file that no event names, or that is half written, is deleted after so long."""
LIVE = timedelta(minutes=10)
AT_ONCE = 500


def purge(*, now: datetime) -> int:
    """Delete every clip that is past its time, and files that belong to no event; return how many files.

    The proof is written first, in one transaction with the mark on the event, and then the file goes: after a
    crash between the two the next run finds a file whose event is marked, and deletes it.
    """
    files = open_files()
    count = 0
    for row in EventRow.objects.filter(expires_at__lte=now, purged_at=None).order_by("expires_at")[:AT_ONCE]:
        count += _purge_event(row, files, now)
    count += _purge_orphans(files, now)
    _forget_sightings(files, now)
    _forget_live(files, now)
    ViewRow.objects.filter(at__lt=now - timedelta(days=1)).delete()
    return count


def list_overdue(now: datetime) -> list[str]:
    """Return the names of clips that should be gone and aren't: an empty list is what is promised."""
    kept = set(
        EventRow.objects.filter(purged_at=None, expires_at__gt=now - ORPHANED).values_list("uid", flat=True)
    )
    return [
        f"{path.parent.name}/{path.name}"
        for path in open_files().list_clips()
        if path.stem not in kept and _measure_age(path, now) > 2 * ORPHANED
    ]


def _purge_event(row: EventRow, files: Files, now: datetime) -> int:
    paths = [path for path in (files.name_clip(row.uid), files.name_original(row.uid)) if path.is_file()]
    with transaction.atomic():
        row.purged_at = now
        row.save(update_fields=["purged_at"])
        if paths:
            _prove(paths, row.uid, row.camera_id, now)
    for path in paths:
        path.unlink(missing_ok=True)
    return len(paths)


def _purge_orphans(files: Files, now: datetime) -> int:
    old = [path for path in files.list_clips() if _measure_age(path, now) > ORPHANED]
    known = set(
        EventRow.objects.filter(pk__in=[path.stem for path in old], purged_at=None).values_list(
            "uid", flat=True
        )
    )
    gone = [path for path in old if path.suffix != ".mp4" or path.stem not in known]
    for path in gone:
        with transaction.atomic():
            _prove([path], path.stem, "", now)
        path.unlink(missing_ok=True)
    return len(gone)


def _prove(paths: list[Path], uid: str, camera_id: str, now: datetime) -> None:
    made = [
        PurgeRow(
            event_uid=uid[:64], camera_id=camera_id, file=f"{path.parent.name}/{path.name}"[:100],
            sha256=hash_file(path), bytes=path.stat().st_size, purged_at=now,
        )
        for path in paths
    ]  # fmt: skip
    details = {one.file: one.sha256 for one in made}
    seq = record_audit(actor=HOUSE, now=now, action="cctv.purge", subject=uid, details=details)
    for one in made:
        one.audit_seq = seq
    PurgeRow.objects.bulk_create(made)


def _forget_sightings(files: Files, now: datetime) -> None:
    """Delete pictures of people whom no search asks for: what came in after its end."""
    known = {files.name_sighting(uid) for uid in SightingRow.objects.values_list("uid", flat=True)}
    for path in (files.folder / "sightings").iterdir():
        if path not in known and _measure_age(path, now) > LIVE:
            path.unlink(missing_ok=True)


def _forget_live(files: Files, now: datetime) -> None:
    """Delete the newest pictures of cameras that are watched no longer."""
    watched = {files.name_live(one.source.camera_id) for one in list_sources() if one.source.is_on}
    for path in (files.folder / "live").iterdir():
        if path not in watched and _measure_age(path, now) > LIVE:
            path.unlink(missing_ok=True)


def _measure_age(path: Path, now: datetime) -> timedelta:
    try:
        return timedelta(seconds=now.timestamp() - path.stat().st_mtime)
    except FileNotFoundError:
        return timedelta(0)
