"""Every read of this service: the register of cameras, sources, events, requests and proofs."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec
import numpy as np
from django.db.models import Count, Q, QuerySet

from madang.core.base.interface import (
    ANONYMOUS,
    Actor,
    Kept,
    NotFound,
    Text,
    box_around,
    list_manifests,
    measure_m,
)
from madang.core.incidents.interface import IncidentFilter, list_incidents
from madang.core.lake.interface import authorize
from madang.core.places.interface import list_areas, list_districts
from madang.core.things.interface import Thing, ThingFilter, count_things, get_thing, get_things, list_things

from .methods.clothing import Wear
from .methods.coverage import CellShare, list_points, measure_cells
from .methods.ranking import Happening, Need, Stream, rank
from .methods.reaching import Anchor, find_earliest, measure_reach, score
from .models import (
    AnswerRow,
    EventRow,
    PlaceRow,
    PurgeRow,
    SearchRow,
    SightingRow,
    SourceRow,
    UnmaskRow,
    ViewRow,
)
from .records import (
    CAMERA_KIND,
    SEVERITIES,
    Camera,
    Candidate,
    EventKind,
    EventRecord,
    Ground,
    PlaceKnown,
    Purge,
    Rules,
    Search,
    SearchState,
    Sighting,
    Source,
    SourceState,
    Unmask,
    UnmaskState,
    Verdict,
    View,
)

TABLE = "cctv_cameras"
KEPT_S = 60.0
COVERAGE_S = 600.0
VERSION_S = 30.0
CHUNK = 5000
PAST, OPEN = timedelta(days=28), timedelta(hours=12)
NEARBY_M, MOST_INCIDENTS = 200.0, 200
MOST_REACHABLE = 500
EVENT_SORTS = ("begun_at", "kind", "camera_name", "strength", "verdict", "recorded_at")
kept = Kept(KEPT_S)
kept_version = Kept(VERSION_S)
kept_coverage = Kept(COVERAGE_S, most=64)


def forget() -> None:
    """Forget what is kept for a while: after an import it is counted anew."""
    kept.forget()
    kept_version.forget()
    kept_coverage.forget()


def get_camera(camera_id: str) -> Camera:
    """Return one camera; raise NotFound where there is none."""
    thing = get_thing(camera_id)
    if thing.kind != CAMERA_KIND or thing.lon is None:
        raise NotFound(
            "cctv.camera", f"카메라가 아닙니다: {camera_id}", f"{camera_id} is no camera with a place"
        )
    return describe_camera(thing)


def get_cameras(ids: Sequence[str]) -> dict[str, Camera]:
    """Return those of `ids` that are cameras with a place."""
    things = get_things(ids)
    return {
        key: describe_camera(one)
        for key, one in things.items()
        if one.kind == CAMERA_KIND and one.lon is not None
    }


def list_cameras(
    *, search: str = "", district: str = "", state: str = "", sort: str = "id", offset: int = 0,
    limit: int | None = None,
) -> tuple[list[Camera], int]:  # fmt: skip
    """Return cameras that have a place, in order of `sort`, and how many there are."""
    where = ThingFilter(kind=CAMERA_KIND, text=search, district_code=district, state=state)
    things = list_things(where, sort=sort, offset=offset, limit=limit)
    return [describe_camera(one) for one in things if one.lon is not None], count_things(where)


def list_nearest(lon: float, lat: float, within_m: float, limit: int = 50) -> list[Camera]:
    """Return the cameras within `within_m` metres of a point, nearest first.

    The register's index over places answers for all kinds: asking for the kind as well would make the database
    walk through every camera of the city.
    """
    things = list_things(ThingFilter(bbox=box_around(lon, lat, within_m)), limit=None)
    found = [
        (measure_m(lon, lat, one.lon, one.lat), one)
        for one in things
        if one.kind == CAMERA_KIND and one.lon is not None and one.lat is not None
    ]
    near = sorted((away, one.id, one) for away, one in found if away <= within_m)
    return [describe_camera(one, away) for away, _, one in near[:limit]]


def count_cameras() -> int:
    """Return how many cameras are registered; what is known may be a minute old."""
    return kept.get("count", lambda: count_things(ThingFilter(kind=CAMERA_KIND)))


def count_by_district() -> list[tuple[str, Text, int]]:
    """Return code, name and number of cameras of each district that has any, most first."""
    return kept.get("districts", _count_by_district)


def _count_by_district() -> list[tuple[str, Text, int]]:
    counted = [
        (
            one.code,
            Text(ko=one.name_ko, en=one.name_en),
            count_things(ThingFilter(kind=CAMERA_KIND, district_code=one.code)),
        )
        for one in list_districts()
    ]
    return sorted((one for one in counted if one[2]), key=lambda one: -one[2])


def list_misplaced() -> list[Camera]:
    """Return the cameras that stand outside the district that their list says; may be ten minutes old."""
    return kept_coverage.get("misplaced", _list_misplaced)


def _list_misplaced() -> list[Camera]:
    return [one for one in iterate_cameras() if one.is_misplaced]


def iterate_cameras() -> Iterator[Camera]:
    """Yield every camera that has a place, by id, without holding all in memory."""
    offset = 0
    while things := list_things(ThingFilter(kind=CAMERA_KIND), limit=CHUNK, offset=offset):
        yield from (describe_camera(one) for one in things if one.lon is not None)
        offset += CHUNK


def get_version() -> object:
    """Return what differs after a change of cameras; may be half a minute old."""
    return kept_version.get("version", _read_version)


def _read_version() -> object:
    where = ThingFilter(kind=CAMERA_KIND)
    newest = list_things(where, sort="-updated_at", limit=1)
    return count_things(where), *((one.id, one.updated_at.isoformat()) for one in newest)


def find_tiles() -> str:
    """Return the address of the map tiles of all cameras, "" while they aren't in the lake yet."""
    try:
        reader = authorize(ANONYMOUS, TABLE)
    except NotFound:
        return ""
    return f"/tiles/datasets/{TABLE}/{{z}}/{{x}}/{{y}}.mvt?v={reader.version}" if reader.count() else ""


def is_simulated() -> bool:
    """Return whether cameras of the demonstration are in the register."""
    return kept.get("simulated", lambda: any("simulated" in one.source for one in list_cameras(limit=1)[0]))


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


def list_watched(now: datetime) -> list[Source]:
    """Return the sources to be watched, marked where a search for a missing person asks for them."""
    searched = find_searched(now)
    return [
        msgspec.structs.replace(one.source, is_searched=one.camera.id in searched)
        for one in list_sources()
        if one.source.is_on
    ]


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


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """What of a district is seen: hexagons, share of its area, cameras, and how many have a known view."""

    district_code: str
    cells: tuple[CellShare, ...]
    share: float
    cameras: int
    with_view: int


def measure_coverage(district: str) -> Coverage:
    """Return what cameras see of a district (NotFound where there is none); may be ten minutes old.

    Cameras of neighbouring districts that look over the border count.
    """
    return kept_coverage.get(("coverage", district), lambda: _measure_coverage(district))


def _measure_coverage(district: str) -> Coverage:
    area = next((one for one in list_areas("districts") if one.code == district), None)
    if area is None:
        raise NotFound(
            "cctv.district", f"그런 자치구가 없습니다: {district}", f"there is no district {district}"
        )
    west, south, east, north = area.geometry.bounds
    margin = 0.002
    things = list_things(
        ThingFilter(bbox=(west - margin, south - margin, east + margin, north + margin)), limit=None
    )
    cameras = [describe_camera(one) for one in things if one.kind == CAMERA_KIND and one.state != "retired"]
    cells = measure_cells(
        list_points(area.geometry),
        np.array([one.lon for one in cameras]),
        np.array([one.lat for one in cameras]),
        [one.view for one in cameras],
    )
    inside = [one for one in cameras if one.district_code == district]
    total = sum(one.points for one in cells)
    return Coverage(
        district_code=district,
        cells=tuple(cells),
        share=sum(one.seen for one in cells) / total if total else 0.0,
        cameras=len(inside),
        with_view=sum(one.view is not None for one in inside),
    )


def describe_camera(one: Thing, distance_m: float | None = None) -> Camera:
    """Return a thing of the register as a camera."""
    known = one.attributes
    return Camera(
        id=one.id,
        name=one.name,
        district_code=one.district_code,
        lon=one.lon or 0.0,
        lat=one.lat or 0.0,
        agency_code=one.agency_code,
        declared_district=str(known.get("declared_district", "")),
        purpose=str(known.get("purpose", "")),
        retention_days=_read_number(known.get("retention_days")),
        has_sign=known["has_sign"] if isinstance(known.get("has_sign"), bool) else None,
        units=_read_number(known.get("units")) or 1,
        view=_read_view(known),
        state=one.state.value,
        source=one.source,
        distance_m=None if distance_m is None else round(distance_m, 1),
    )


def _read_number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _read_view(known: dict[str, object]) -> View | None:
    values = {
        name: float(value)
        for name in ("bearing_deg", "angle_deg", "reach_m")
        if isinstance(value := known.get(name), int | float) and math.isfinite(value)
    }
    return View(**values) if values else None


def list_events(
    actor: Actor, *, search: str = "", verdict: str = "", kind: str = "", camera_id: str = "", sort: str = "-begun_at",
    offset: int = 0, limit: int = 50,
) -> tuple[list[EventRecord], int]:  # fmt: skip
    """Return events that the actor may know of, the newest first unless `sort` says otherwise, and how many."""
    rows = EventRow.objects.all()
    equal = {"verdict": verdict, "kind": kind, "camera_id": camera_id}
    rows = rows.filter(**{name: value for name, value in equal.items() if value})
    for word in search.split():
        rows = rows.filter(
            Q(camera_name__icontains=word) | Q(reason_ko__icontains=word) | Q(uid__icontains=word)
        )
    rows = _only_own(rows, actor)
    order = sort if sort.lstrip("-") in EVENT_SORTS else "-begun_at"
    return [read_event(row) for row in rows.order_by(order, "uid")[offset : offset + limit]], rows.count()


def _only_own(rows: QuerySet[EventRow], actor: Actor) -> QuerySet[EventRow]:
    """Leave the events of the agencies whose cameras the actor may see."""
    if actor.may("cctv.view", "*"):
        return rows
    return rows.filter(agency_code__in=[code for name, code in actor.grants if name == "cctv.view"])


def get_event(actor: Actor, uid: str) -> EventRecord:
    """Return one event; raise NotFound where there is none that the actor may know of."""
    return read_event(get_event_row(actor, uid))


def get_event_row(actor: Actor, uid: str, *, for_update: bool = False) -> EventRow:
    """Return the row of an event; raise NotFound where there is none that the actor may know of."""
    rows = EventRow.objects.select_for_update() if for_update else EventRow.objects
    row = rows.filter(pk=uid).first()
    if row is None or not actor.may("cctv.view", row.agency_code):
        raise NotFound("cctv.event", "그런 사건이 없습니다", "there is no such event")
    return row


def list_answers(camera_id: str, kind: str) -> list[tuple[float, bool]]:
    """Return strength, and whether it was right, of each event of a camera and kind that was judged."""
    rows = EventRow.objects.filter(camera_id=camera_id, kind=kind).exclude(verdict=Verdict.OPEN)
    return [
        (strength, verdict == Verdict.CONFIRMED)
        for strength, verdict in rows.values_list("strength", "verdict")
    ]


def count_by_verdict(actor: Actor, since: datetime) -> dict[Verdict, int]:
    """Return how many events since a moment have each verdict."""
    rows = (
        _only_own(EventRow.objects.filter(begun_at__gte=since), actor)
        .values("verdict")
        .annotate(n=Count("uid"))
    )
    counted = {row["verdict"]: row["n"] for row in rows.order_by("verdict")}
    return {verdict: counted.get(verdict.value, 0) for verdict in Verdict}


def count_events_by_hour(since: datetime) -> Counter[tuple[str, int]]:
    """Return how many events that nobody called false began at each camera in each hour (UTC) of the day."""
    rows = EventRow.objects.filter(begun_at__gte=since).exclude(verdict=Verdict.FALSE)
    return Counter(
        (camera_id, begun_at.hour) for camera_id, begun_at in rows.values_list("camera_id", "begun_at")
    )


def list_views(actor: Actor) -> dict[str, datetime]:
    """Return when the actor last looked at each subject."""
    return dict(ViewRow.objects.filter(actor_id=actor.id).values_list("subject", "at"))


def list_unmasks(actor: Actor, *, state: str = "", event_uid: str = "", limit: int = 100) -> list[Unmask]:
    """Return requests to see originals, the newest first: all for who may decide, else one's own."""
    rows = UnmaskRow.objects.order_by("-id")
    if not actor.may("cctv.approve"):
        rows = rows.filter(asked_by=actor.id)
    equal = {"state": state, "event_id": event_uid}
    rows = rows.filter(**{name: value for name, value in equal.items() if value})
    return [read_unmask(row) for row in rows[:limit]]


def find_grant(actor: Actor, event_uid: str, now: datetime) -> Unmask | None:
    """Return the approval by which the actor may see an event's original now, None without one."""
    row = UnmaskRow.objects.filter(
        event_id=event_uid, asked_by=actor.id, state=UnmaskState.GRANTED, expires_at__gt=now
    ).first()
    return None if row is None else read_unmask(row)


def list_purges(*, offset: int = 0, limit: int = 50) -> tuple[list[Purge], int]:
    """Return proofs of purging, the newest first, and how many there are."""
    rows = PurgeRow.objects.order_by("-id")
    names = Purge.__struct_fields__
    return [
        Purge(**{name: getattr(row, name) for name in names}) for row in rows[offset : offset + limit]
    ], rows.count()


def read_event(row: EventRow) -> EventRecord:
    """Return the record of a row."""
    return EventRecord(
        uid=row.uid,
        camera_id=row.camera_id,
        camera_name=row.camera_name,
        agency_code=row.agency_code,
        kind=EventKind(row.kind),
        begun_at=row.begun_at,
        ended_at=row.ended_at,
        recorded_at=row.recorded_at,
        strength=row.strength,
        reason=Text(ko=row.reason_ko, en=row.reason_en),
        place=row.place,
        verdict=Verdict(row.verdict),
        judged_by=row.judged_by,
        judged_at=row.judged_at,
        note=row.note,
        incident=row.incident,
        repeats=row.repeats,
        has_clip=bool(row.masked_sha256) and row.purged_at is None,
        expires_at=row.expires_at,
        purged_at=row.purged_at,
    )


def read_unmask(row: UnmaskRow) -> Unmask:
    """Return the record of a row."""
    return Unmask(
        id=row.pk,
        event_uid=row.event_id,
        asked_by=row.asked_by,
        asked_by_name=row.asked_by_name,
        asked_at=row.asked_at,
        ground=Ground(row.ground),
        reason=row.reason,
        state=UnmaskState(row.state),
        decided_by_name=row.decided_by_name,
        decided_at=row.decided_at,
        expires_at=row.expires_at,
    )


class Tile(msgspec.Struct, frozen=True, kw_only=True):
    """One stream of the wall: its need, its camera, and how its source does."""

    need: Need
    state: SourceState


def rank_streams(actor: Actor, now: datetime) -> tuple[list[Tile], list[SourceState]]:
    """Return the streams that the actor may watch, the one most needed first, and those whose picture is lost."""
    mine = [
        one for one in list_sources() if one.source.is_on and actor.may("cctv.watch", one.camera.agency_code)
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


def list_searches(
    actor: Actor, *, state: str = "", offset: int = 0, limit: int = 50
) -> tuple[list[Search], int]:
    """Return searches for missing persons that the actor may know of, the newest first, and how many."""
    rows = SearchRow.objects.all()
    if not actor.may("cctv.search", "*"):
        rows = rows.filter(agency_code__in=[code for name, code in actor.grants if name == "cctv.search"])
    rows = rows.filter(state=state) if state else rows
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

    Nearest first; at most MOST_REACHABLE others.
    """
    anchor = Anchor(search.lon, search.lat, search.last_at)
    reach = measure_reach(anchor, search.speed_m_s, now)
    near = list_nearest(search.lon, search.lat, reach, limit=MOST_REACHABLE)
    on = set(SourceRow.objects.filter(is_on=True).values_list("camera_id", flat=True))
    return [one for one in near if one.id in on], [one for one in near if one.id not in on]


def find_searched(now: datetime) -> frozenset[str]:
    """Return the watched cameras that a running search asks for: those the person can have come to."""
    found: set[str] = set()
    sources = list_sources() if SearchRow.objects.filter(state=SearchState.RUNNING).exists() else []
    for row in SearchRow.objects.filter(state=SearchState.RUNNING, expires_at__gt=now) if sources else ():
        search = read_search(row)
        reach = measure_reach(Anchor(search.lon, search.lat, search.last_at), search.speed_m_s, now)
        found.update(
            one.camera.id
            for one in sources
            if measure_m(search.lon, search.lat, one.camera.lon, one.camera.lat) <= reach
        )
    return frozenset(found)


def list_candidates(search: Search, limit: int = 30) -> list[Candidate]:
    """Return sightings that fit a search, the best first: those after its last known place, and not answered no."""
    answers = dict(AnswerRow.objects.filter(search_id=search.id).values_list("sighting_id", "is_right"))
    anchor = Anchor(search.lon, search.lat, search.last_at)
    wanted = (Wear(search.top) if search.top else None, Wear(search.bottom) if search.bottom else None)
    rows = list(SightingRow.objects.filter(last_at__gte=search.last_at))
    cameras = get_cameras([row.camera_id for row in rows])
    found = []
    for row in rows:
        camera = cameras.get(row.camera_id)
        if camera is None or answers.get(row.uid) is not None:
            continue
        earliest = find_earliest(anchor, camera.lon, camera.lat, search.speed_m_s)
        fit = score(wanted, (read_wear(row.top), read_wear(row.bottom)), earliest, row.last_at)
        if fit > 0:
            sighting = read_sighting(row)
            found.append(
                Candidate(
                    sighting=sighting, camera=camera, score=fit, earliest=earliest, verdict=Verdict.OPEN
                )
            )
    return sorted(found, key=lambda one: (-one.score, one.sighting.uid))[:limit]


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
