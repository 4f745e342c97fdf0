"""Which streams deserve an eye now, and why."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

import msgspec

from madang.core.base.interface import Actor, list_manifests, measure_m
from madang.core.incidents.interface import IncidentFilter, list_incidents
from madang.infrastructure.cctv.methods.ranking import Happening, Need, Stream, rank
from madang.infrastructure.cctv.models import EventRow
from madang.infrastructure.cctv.records import SEVERITIES, EventKind, SourceState, Verdict

from .events import count_events_by_hour
from .privacy import list_views
from .sources import list_states

PAST, OPEN = timedelta(days=28), timedelta(hours=12)
NEARBY_M, MOST_INCIDENTS = 200.0, 200


class Tile(msgspec.Struct, frozen=True, kw_only=True):
    """One stream of the wall: its need, its camera, and how its source does."""

    need: Need
    state: SourceState


def rank_streams(actor: Actor, now: datetime) -> tuple[list[Tile], list[SourceState]]:
    """Return the streams that the actor may watch, the one most needed first, and those whose picture is lost."""
    mine = [
        one
        for one in list_states(now)
        if one.source.is_on and actor.may("cctv.watch", one.camera.agency_code)
    ]
    whole = {one.camera.id: one for one in mine if not one.trouble and one.seen_at is not None}
    lost = [one for one in mine if one.camera.id not in whole]
    happenings = _list_happenings(actor, whole, now)
    past = count_events_by_hour(now - PAST)
    looked = list_views(actor)
    streams = [
        Stream(
            camera_id=key,
            happenings=tuple(happenings[key]),
            people=one.people,
            past=past[key, now.hour],
            unseen_s=(now - at).total_seconds() if (at := looked.get(f"cctv.view_live:{key}")) else None,
        )
        for key, one in whole.items()
    ]
    return [Tile(need=need, state=whole[need.camera_id]) for need in rank(streams)], lost


def _list_happenings(
    actor: Actor, whole: dict[str, SourceState], now: datetime
) -> defaultdict[str, list[Happening]]:
    found: defaultdict[str, list[Happening]] = defaultdict(list)
    rows = EventRow.objects.filter(verdict=Verdict.OPEN, camera_id__in=list(whole), ended_at__gte=now - OPEN)
    for row in rows:
        kind = EventKind(row.kind)
        found[row.camera_id].append(Happening(SEVERITIES[kind], (now - row.begun_at).total_seconds(), kind))
    if not actor.may("incidents.view"):
        return found
    names = {kind: name for manifest in list_manifests() for kind, name in manifest.incident_kinds.items()}
    for one in list_incidents(actor=actor, where=IncidentFilter(state="active"), limit=MOST_INCIDENTS):
        if one.lon is None or one.lat is None or one.kind.startswith("cctv_"):
            continue
        for key, state in whole.items():
            metres = measure_m(one.lon, one.lat, state.camera.lon, state.camera.lat)
            if metres <= NEARBY_M:
                age = (now - one.received_at).total_seconds()
                name = names.get(one.kind, one.reason)
                found[key].append(Happening(one.severity, age, name=name, metres=metres))
    return found
