"""Searches for missing people: places, reach and candidates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
import numpy as np

from madang.core.base.interface import Actor, NotFound
from madang.core.places.interface import measure_walks
from madang.infrastructure.cctv.methods.clothing import Wear
from madang.infrastructure.cctv.methods.reaching import Anchor, find_earliest, measure_reach, score
from madang.infrastructure.cctv.models import AnswerRow, PlaceRow, SearchRow, SightingRow, SourceRow
from madang.infrastructure.cctv.records import (
    Camera,
    Candidate,
    PlaceKnown,
    Search,
    SearchState,
    Sighting,
    Source,
    Verdict,
)

from .cameras import get_cameras, list_nearest
from .sources import list_sources

MOST_REACHABLE = 500


def list_searches(
    actor: Actor, *, reference: str = "", state: str = "", offset: int = 0, limit: int = 50
) -> tuple[list[Search], int]:
    """Return searches for missing persons that the actor may know of, the newest first, and how many.

    `reference` is a part of the report's number.
    """
    rows = SearchRow.objects.all()
    if not actor.may("cctv.search", "*"):
        rows = rows.filter(agency_code__in=[code for name, code in actor.grants if name == "cctv.search"])
    rows = rows.filter(state=state) if state else rows
    rows = rows.filter(reference__icontains=reference) if reference else rows
    return [read_search(row) for row in rows.order_by("-id")[offset : offset + limit]], rows.count()


def get_search(actor: Actor, search_id: int) -> Search:
    """Return one search; raise NotFound where there is none that the actor may know of."""
    return read_search(get_search_row(actor, search_id))


def get_search_row(actor: Actor, search_id: int, *, for_update: bool = False) -> SearchRow:
    """Return the row of a search; raise NotFound where there is none that the actor may know of."""
    rows = SearchRow.objects.select_for_update() if for_update else SearchRow.objects
    row = rows.filter(pk=search_id).first()
    if row is None or not (
        actor.may("cctv.search", row.agency_code) or actor.may("cctv.approve", row.agency_code)
    ):
        raise NotFound("cctv.search", "그런 수색이 없습니다", "there is no such search")
    return row


def list_places(search_id: int) -> list[PlaceKnown]:
    """Return the places on the way of a search, by time."""
    return [
        PlaceKnown(source=row.source, lon=row.lon, lat=row.lat, at=row.at, camera_id=row.camera_id)
        for row in PlaceRow.objects.filter(search_id=search_id).order_by("at", "id")
    ]


def list_reachable(search: Search, now: datetime) -> tuple[list[Camera], list[Camera]]:
    """Return the cameras that the person can have come to by now: those that are watched, and all others.

    Nearest on foot first; at most MOST_REACHABLE together.
    """
    reach = measure_reach(Anchor(search.lon, search.lat, search.last_at), search.speed_m_s, now)
    cameras = list_nearest(search.lon, search.lat, reach, limit=MOST_REACHABLE)
    walks = measure_ways(search.lon, search.lat, cameras)
    near = sorted((one for one in cameras if walks[one.id] <= reach), key=lambda one: walks[one.id])
    on = set(SourceRow.objects.filter(is_on=True).values_list("camera_id", flat=True))
    return [one for one in near if one.id in on], [one for one in near if one.id not in on]


def measure_ways(lon: float, lat: float, cameras: Iterable[Camera]) -> dict[str, float]:
    """Return the metres on foot from a point to each camera, by its id."""
    known = list(cameras)
    lons, lats = np.array([(one.lon, one.lat) for one in known], dtype=float).reshape(-1, 2).T
    return dict(
        zip((one.id for one in known), measure_walks(lon, lat, lons, lats).metres.tolist(), strict=True)
    )


def find_searched(now: datetime) -> frozenset[str]:
    """Return the watched cameras that a running search asks for: those the person can have come to."""
    found: set[str] = set()
    rows = list(SearchRow.objects.filter(state=SearchState.RUNNING, expires_at__gt=now))
    cameras = [one.camera for one in list_sources()] if rows else []
    for row in rows:
        search = read_search(row)
        reach = measure_reach(Anchor(search.lon, search.lat, search.last_at), search.speed_m_s, now)
        walks = measure_ways(search.lon, search.lat, cameras)
        found.update(key for key, metres in walks.items() if metres <= reach)
    return frozenset(found)


def list_watched(now: datetime) -> list[Source]:
    """Return the sources to be watched, marked where a search for a missing person asks for them."""
    searched = find_searched(now)
    return [
        msgspec.structs.replace(one.source, is_searched=one.camera.id in searched)
        for one in list_sources()
        if one.source.is_on
    ]


def list_candidates(search: Search, limit: int = 30) -> list[Candidate]:
    """Return sightings that fit a search, the best first: those after its last known place, and not answered no."""
    answers = dict(AnswerRow.objects.filter(search_id=search.id).values_list("sighting_id", "is_right"))
    anchor = Anchor(search.lon, search.lat, search.last_at)
    wanted = (Wear(search.top) if search.top else None, Wear(search.bottom) if search.bottom else None)
    rows = list(SightingRow.objects.filter(last_at__gte=search.last_at))
    cameras = get_cameras([row.camera_id for row in rows])
    walks = measure_ways(search.lon, search.lat, cameras.values())
    found = []
    for row in rows:
        camera = cameras.get(row.camera_id)
        if camera is None or answers.get(row.uid) is not None:
            continue
        earliest = find_earliest(anchor, walks[camera.id], search.speed_m_s)
        fit = score(wanted, (read_wear(row.top), read_wear(row.bottom)), earliest, row.last_at)
        if fit > 0:
            sighting = read_sighting(row)
            found.append(
                Candidate(
                    sighting=sighting, camera=camera, score=fit, earliest=earliest, verdict=Verdict.OPEN
                )
            )
    return sorted(found, key=lambda one: (-one.score, one.sighting.uid))[:limit]


def is_within_reach(row: SearchRow, sighting: SightingRow) -> bool:
    """Return whether whom a search is for can have come from a place it knows to where and when somebody was seen."""
    camera = get_cameras([sighting.camera_id]).get(sighting.camera_id)
    return camera is not None and any(
        find_earliest(
            Anchor(one.lon, one.lat, one.at),
            measure_ways(one.lon, one.lat, [camera])[camera.id],
            row.speed_m_s,
        )
        <= sighting.last_at
        for one in row.places.all()
    )


def read_wear(shares: dict[str, float]) -> dict[Wear, float]:
    """Return shares of colours by their names."""
    return {Wear(name): share for name, share in shares.items()}


def read_sighting(row: SightingRow) -> Sighting:
    """Return the record of a row."""
    return Sighting(
        uid=row.uid,
        camera_id=row.camera_id,
        first_at=row.first_at,
        last_at=row.last_at,
        top=row.top,
        bottom=row.bottom,
    )


def read_search(row: SearchRow) -> Search:
    """Return the record of a row, with the newest place that is known."""
    last = row.places.order_by("-at", "-id").first()
    names = set(Search.__struct_fields__) - {"lon", "lat", "last_at", "state"}
    values = {name: getattr(row, name) for name in names}
    lon, lat, at = (last.lon, last.lat, last.at) if last is not None else (0.0, 0.0, row.asked_at)
    return Search(**values, state=SearchState(row.state), lon=lon, lat=lat, last_at=at)
