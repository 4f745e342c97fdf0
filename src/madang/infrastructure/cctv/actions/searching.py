"""The search for a missing person: asked by one, started by another, answered by operators, and then all is gone."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import Q

from madang.core.base.interface import HOUSE, Actor, BadInput, Conflict, NotAllowed, NotFound, publish_live
from madang.core.people.interface import record_audit, require
from madang.infrastructure.cctv.gateway.clips import hash_file, open_files
from madang.infrastructure.cctv.models import AnswerRow, PlaceRow, PurgeRow, SearchRow, SightingRow
from madang.infrastructure.cctv.queries.cameras import get_camera
from madang.infrastructure.cctv.queries.searches import get_search_row, is_within_reach, read_search
from madang.infrastructure.cctv.records import NewSearch, PlaceKnown, Search, SearchState

from .viewing import APPROVE, note_look
from .watching import TOPIC

SEARCH = "cctv.search"
LONGEST_HOURS = 48.0
LEAST_GROUND = 10
ENDS = (SearchState.FOUND, SearchState.ENDED)


def ask_search(*, actor: Actor, now: datetime, asked: NewSearch) -> Search:
    """Ask to search for somebody; nothing happens until somebody else approves."""
    require(actor, SEARCH)
    for field, least in (("reference", 1), ("ground", LEAST_GROUND), ("description", 1)):
        if len(getattr(asked, field).strip()) < least:
            raise BadInput("cctv.search_field", "더 자세히 적어 주세요", "say more", field=field)
    if asked.at > now:
        raise BadInput("cctv.future", "앞으로 올 때입니다", "that is in the future", field="at")
    if not 0 < asked.hours <= LONGEST_HOURS:
        raise BadInput(
            "cctv.hours", "48시간까지 할 수 있습니다", "it may run for 48 hours at most", field="hours"
        )
    with transaction.atomic():
        row = SearchRow.objects.create(
            reference=asked.reference.strip()[:100],
            ground=asked.ground.strip()[:300],
            description=asked.description.strip()[:1000],
            top=asked.top,
            bottom=asked.bottom,
            speed_m_s=asked.speed_m_s,
            agency_code=actor.agency_code,
            state=SearchState.ASKED,
            asked_by=actor.id,
            asked_by_name=actor.name[:150],
            asked_at=now,
            hours=asked.hours,
        )
        PlaceRow.objects.create(search=row, source="report", lon=asked.lon, lat=asked.lat, at=asked.at)
        _audit(actor, now, "ask_search", row, hours=asked.hours)
    return read_search(row)


def decide_search(*, actor: Actor, now: datetime, search_id: int, start: bool) -> Search:
    """Start or refuse a search that somebody else asked for (four eyes); its time runs from here."""
    with transaction.atomic():
        row = get_search_row(actor, search_id, for_update=True)
        require(actor, APPROVE, row.agency_code)
        if row.asked_by == actor.id:
            raise NotAllowed(
                "cctv.four_eyes",
                "자기 요청은 다른 사람이 승인해야 합니다",
                "somebody else must decide on one's own request",
            )
        if row.state != SearchState.ASKED:
            raise Conflict("cctv.decided", "이미 결정된 요청입니다", "this request was decided already")
        row.state = SearchState.RUNNING if start else SearchState.REFUSED
        row.decided_by, row.decided_by_name, row.decided_at = actor.id, actor.name[:150], now
        row.expires_at = now + timedelta(hours=row.hours) if start else None
        row.ended_at = None if start else now
        row.save()
        if not start:
            _forget(row)
        _audit(actor, now, "start_search" if start else "refuse_search", row)
    return read_search(row)


def add_place(*, actor: Actor, now: datetime, search_id: int, place: PlaceKnown) -> None:
    """Add a place that a beacon or a person told; the search goes on from the newest."""
    if place.at > now:
        raise BadInput("cctv.future", "앞으로 올 때입니다", "that is in the future", field="at")
    with transaction.atomic():
        row = _get_running(actor, search_id, now)
        PlaceRow.objects.create(search=row, source=place.source, lon=place.lon, lat=place.lat, at=place.at)
        _audit(actor, now, "add_search_place", row, source=place.source)
    publish_live(TOPIC, {"search": search_id})


def answer_sighting(*, actor: Actor, now: datetime, search_id: int, uid: str, is_right: bool) -> None:
    """Say whether a sighting is the person: if so the search goes on from that camera and moment."""
    with transaction.atomic():
        row = _get_running(actor, search_id, now)
        sighting = _find_sighting(row, uid)
        AnswerRow.objects.update_or_create(search=row, sighting=sighting, defaults={"is_right": is_right})
        if is_right:
            camera = get_camera(sighting.camera_id)
            PlaceRow.objects.create(
                search=row,
                source="camera",
                lon=camera.lon,
                lat=camera.lat,
                at=sighting.last_at,
                camera_id=camera.id,
            )
        _audit(actor, now, "answer_sighting", row, sighting=uid, camera=sighting.camera_id, is_right=is_right)
    publish_live(TOPIC, {"search": search_id})


def end_search(*, actor: Actor, now: datetime, search_id: int, state: SearchState) -> int:
    """End a search because the person was found, or without; everything seen is purged. Return how many pictures."""
    if state not in ENDS:
        raise BadInput("cctv.end", "찾았는지 골라 주세요", "say whether the person was found")
    with transaction.atomic():
        row = _get_running(actor, search_id, now)
        return _end(row, state, actor, now)


def expire_searches(*, now: datetime) -> int:
    """End the searches whose time is over, and those that nobody decided on as long; return how many."""
    count = 0
    is_over = Q(state=SearchState.RUNNING, expires_at__lte=now)
    is_forgotten = Q(state=SearchState.ASKED, asked_at__lte=now - timedelta(hours=LONGEST_HOURS))
    for search in SearchRow.objects.filter(is_over | is_forgotten):
        with transaction.atomic():
            _end(search, SearchState.EXPIRED, HOUSE, now)
        count += 1
    return count


def open_sighting(*, actor: Actor, now: datetime, search_id: int, uid: str) -> Path:
    """Return the picture of somebody seen, the head hidden, for a running search; the look is audited."""
    row = _get_running(actor, search_id, now, for_update=False)
    path = open_files().name_sighting(uid)
    _find_sighting(row, uid)
    if not path.is_file():
        raise NotFound("cctv.sighting", "그런 목격이 없습니다", "there is no such sighting")
    note_look(actor, now, "cctv.view_sightings", f"search:{row.pk}", purpose=row.ground[:100])
    return path


def _get_running(actor: Actor, search_id: int, now: datetime, *, for_update: bool = True) -> SearchRow:
    row = get_search_row(actor, search_id, for_update=for_update)
    require(actor, SEARCH, row.agency_code)
    if row.state != SearchState.RUNNING or row.expires_at is None or row.expires_at <= now:
        raise Conflict("cctv.not_running", "진행 중인 수색이 아닙니다", "this search isn't running")
    return row


def _find_sighting(row: SearchRow, uid: str) -> SightingRow:
    """Return somebody seen whom this search may ask for; another search's are none of its business."""
    sighting = SightingRow.objects.filter(pk=uid).first()
    if sighting is None or not is_within_reach(row, sighting):
        raise NotFound("cctv.sighting", "그런 목격이 없습니다", "there is no such sighting")
    return sighting


def _end(row: SearchRow, state: SearchState, actor: Actor, now: datetime) -> int:
    row.state, row.ended_at = state, now
    _forget(row)
    _audit(actor, now, f"search_{state.value}", row)
    purged = _purge_sightings(row, now)
    publish_live(TOPIC, {"search": row.pk})
    return purged


def _forget(row: SearchRow) -> None:
    """Save a search without what is known of the person: looks, places, and who was taken for them."""
    row.description = row.top = row.bottom = ""
    row.save()
    row.answers.all().delete()
    row.places.all().delete()


def _purge_sightings(row: SearchRow, now: datetime) -> int:
    """Delete everybody whom no other search that runs can ask for. The hashes are the proof."""
    files = open_files()
    others = list(SearchRow.objects.filter(state=SearchState.RUNNING, expires_at__gt=now))
    sightings = [
        one for one in SightingRow.objects.all() if not any(is_within_reach(other, one) for other in others)
    ]
    made = []
    for one in sightings:
        path = files.name_sighting(one.uid)
        if path.is_file():
            made.append(PurgeRow(
                event_uid=f"search:{row.pk}", camera_id=one.camera_id, file=f"sightings/{path.name}"[:100],
                sha256=hash_file(path), bytes=path.stat().st_size, purged_at=now,
            ))  # fmt: skip
    SightingRow.objects.filter(pk__in=[one.pk for one in sightings]).delete()
    details = {"people": len(sightings), "files": {one.file: one.sha256 for one in made}}
    seq = record_audit(
        actor=HOUSE, now=now, action="cctv.purge_search", subject=f"search:{row.pk}", details=details
    )
    for one in made:
        one.audit_seq = seq
    PurgeRow.objects.bulk_create(made)
    paths = [files.folder / one.file for one in made]
    transaction.on_commit(lambda: [path.unlink(missing_ok=True) for path in paths])
    return len(made)


def _audit(actor: Actor, now: datetime, action: str, row: SearchRow, **details: object) -> None:
    record_audit(
        actor=actor, now=now, action=f"cctv.{action}", subject=f"search:{row.pk}", purpose=row.ground,
        details={"reference": row.reference, **details},
    )  # fmt: skip
