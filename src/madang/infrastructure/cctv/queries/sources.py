"""The pictures of cameras that are watched."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from madang.infrastructure.cctv.models import SourceRow
from madang.infrastructure.cctv.records import NOTHING_COMES, Rules, Source, SourceState

from .cameras import get_cameras

SILENT = timedelta(seconds=60)
"""The analysis tells of each source every few seconds."""


def find_source(camera_id: str) -> Source | None:
    """Return where a camera's pictures come from, or None where it isn't watched."""
    row = SourceRow.objects.filter(pk=camera_id).first()
    return None if row is None else read_source(row)


def list_sources() -> list[SourceState]:
    """Return every source whose camera is in the register, and how it does."""
    rows = list(SourceRow.objects.order_by("camera_id"))
    cameras = get_cameras([row.camera_id for row in rows])
    return [
        SourceState(
            source=read_source(row),
            camera=cameras[row.camera_id],
            seen_at=row.seen_at,
            people=row.people,
            trouble=row.trouble,
        )
        for row in rows
        if row.camera_id in cameras
    ]


def list_states(now: datetime) -> list[SourceState]:
    """Return every source, and how it does at this moment: one of which nothing was heard for SILENT gives no picture.

    What the analysis last told is no longer so where it doesn't run.
    """
    return [
        msgspec.structs.replace(one, trouble=find_trouble(one.source, one.trouble, one.seen_at, now))
        for one in list_sources()
    ]


def find_trouble(source: Source, trouble: str, seen_at: datetime | None, now: datetime) -> str:
    """Return what is wrong with a source at this moment, "" for nothing."""
    is_silent = source.is_on and seen_at is not None and now - seen_at > SILENT
    return trouble or (NOTHING_COMES if is_silent else "")


def find_live(camera_id: str, now: datetime) -> tuple[str, datetime | None] | None:
    """Return what is wrong with a camera's pictures and when the last one came, None where it isn't watched."""
    row = SourceRow.objects.filter(pk=camera_id, is_on=True).first()
    return (
        None if row is None else (find_trouble(read_source(row), row.trouble, row.seen_at, now), row.seen_at)
    )


def read_source(row: SourceRow) -> Source:
    """Return the record of a row."""
    return Source(
        camera_id=row.camera_id,
        url=row.url,
        is_on=row.is_on,
        fps=row.fps,
        tiles=row.tiles,
        rules=msgspec.convert(row.rules, Rules),
        factors=row.factors,
    )
