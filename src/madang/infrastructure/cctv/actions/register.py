"""The register: a published list of cameras brought in; what a camera sees; where its pictures come from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import F

from madang.core.base.interface import HOUSE, Actor
from madang.core.people.interface import record_audit, require
from madang.core.places.interface import find_own_district
from madang.core.things.interface import (
    ImportReport,
    change_thing,
    get_thing,
    import_things,
    register_declared_kinds,
)
from madang.infrastructure.cctv.gateway.admission import check_source
from madang.infrastructure.cctv.methods.intake import read_rows
from madang.infrastructure.cctv.models import EventRow, SourceRow
from madang.infrastructure.cctv.queries.cameras import get_camera
from madang.infrastructure.cctv.queries.keeping import forget
from madang.infrastructure.cctv.records import Camera, Source, View

CHANGE = "cctv.change"


def import_cameras(
    *, actor: Actor, now: datetime, rows: Iterable[Mapping[str, Any]], source: str, dry_run: bool = False
) -> ImportReport:
    """Bring a published list of cameras (its rows by heading, as `read_list` gives them) into the register of things.

    A camera outside the district that its list says is kept, and flagged wherever it is shown. The import can
    be undone as every import of things. Raises BadInput where columns are missing, NotAllowed.
    """
    require(actor, "things.import")
    register_declared_kinds(
        actor=HOUSE, now=now
    )  # what a camera is says the house, whoever brings the first list
    things = read_rows(rows, find_own_district)
    report = import_things(actor=actor, now=now, rows=things, source=source[:200], dry_run=dry_run)
    forget()
    return report


def save_view(
    *,
    actor: Actor,
    now: datetime,
    camera_id: str,
    view: View,
    purpose: str,
    retention_days: int | None,
    has_sign: bool | None,
) -> Camera:
    """Say what a camera sees, what for, how long its pictures are kept, and whether the notice hangs there.

    A shorter time holds for the clips that are there too; a longer one only for those to come.
    """
    camera = get_camera(camera_id)
    require(actor, CHANGE, camera.agency_code)
    attributes = {
        **get_thing(camera_id).attributes,
        **msgspec.to_builtins(view),
        "purpose": purpose.strip(),
        "retention_days": retention_days,
        "has_sign": has_sign,
    }
    with transaction.atomic():
        change_thing(actor=actor, now=now, thing_id=camera_id, values={"attributes": attributes}, why="cctv")
        if retention_days is not None:
            ends = F("recorded_at") + timedelta(days=retention_days)
            kept = EventRow.objects.filter(camera_id=camera_id, purged_at=None, expires_at__gt=ends)
            kept.update(expires_at=ends)
    forget()
    return get_camera(camera_id)


def save_source(*, actor: Actor, now: datetime, source: Source) -> None:
    """Say where a camera's pictures come from and what is watched in them; its watch begins by itself.

    Raises BadInput where pictures may not be fetched from there. What operators' answers tuned stays.
    """
    camera = get_camera(source.camera_id)
    require(actor, CHANGE, camera.agency_code)
    check_source(source.url)
    values = msgspec.to_builtins(source)
    del values["factors"], values["is_searched"]
    with transaction.atomic():
        SourceRow.objects.update_or_create(camera_id=values.pop("camera_id"), defaults=values)
        details = {"is_on": source.is_on, "fps": source.fps, "rules": values["rules"]}
        record_audit(
            actor=actor, now=now, action="cctv.save_source", subject=source.camera_id, details=details
        )


def remove_source(*, actor: Actor, now: datetime, camera_id: str) -> None:
    """Watch a camera no longer; its events stay until they expire."""
    require(actor, CHANGE, get_camera(camera_id).agency_code)
    with transaction.atomic():
        SourceRow.objects.filter(pk=camera_id).delete()
        record_audit(actor=actor, now=now, action="cctv.remove_source", subject=camera_id)
