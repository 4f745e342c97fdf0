"""Reads of themes, places, proposals and requests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

import msgspec
import numpy as np
from django.db.models import Count, Q, QuerySet

from madang.citizens.city_map import models
from madang.citizens.city_map.methods.outlines import count_corners
from madang.citizens.city_map.records import (
    Place,
    PlaceValues,
    Proposal,
    ProposalKind,
    ProposalState,
    RequestState,
    Theme,
    ThemeRequest,
    ThemeState,
    ThemeValues,
)
from madang.core.base.interface import Actor, NotFound, Text
from madang.core.people.interface import list_agencies
from madang.core.places.interface import list_districts, locate_points

NAME, ADDRESS, POSITION, CORNERS = (
    Text(ko="이름", en="Name"),
    Text(ko="주소", en="Address"),
    Text(ko="자리", en="Position"),
    Text(ko="그린 모양의 점", en="Corners as drawn"),
)
PLACE_SORTS = {"theme": "theme__title_ko"}
PROPOSAL_SORTS = {"name": "values__name", "theme": "theme__title_ko"}


def list_themes(state: str = "", *, search: str = "") -> list[Theme]:
    """Return themes by their Korean title, of one state where `state` is given."""
    rows = models.ThemeRow.objects.annotate(count=Count("places")).order_by("title_ko")
    rows = rows.filter(state=state) if state else rows
    rows = rows.filter(Q(title_ko__icontains=search) | Q(code__icontains=search)) if search else rows
    return [_read_theme(row) for row in rows]


def list_shown(today: date) -> list[Theme]:
    """Return the themes that the public sees on that day."""
    return [one for one in list_themes(ThemeState.PUBLISHED) if one.is_shown(today)]


def get_theme(code: str) -> Theme:
    """Return one theme; raise NotFound where there is none."""
    row = models.ThemeRow.objects.annotate(count=Count("places")).filter(pk=code).first()
    if row is None:
        raise NotFound("city_map.theme", "그런 주제가 없습니다", "there is no such theme")
    return _read_theme(row)


def list_places(
    code: str, *, search: str = "", offset: int = 0, limit: int | None = None
) -> tuple[list[Place], int]:
    """Return a theme's own places by name, and how many match."""
    rows = models.PlaceRow.objects.filter(theme_id=code).order_by("name", "pk")
    if search:
        rows = rows.filter(Q(name__icontains=search) | Q(address__icontains=search))
    last = None if limit is None else offset + limit
    return [read_place(row) for row in rows[offset:last]], rows.count()


def list_all_places(
    *, search: str = "", theme: str = "", sort: str = "name", offset: int = 0, limit: int = 50
) -> tuple[list[Place], int]:
    """Return a page of the places of all themes, or of one, and how many match."""
    rows = models.PlaceRow.objects.filter(theme_id=theme) if theme else models.PlaceRow.objects.all()
    if search:
        rows = rows.filter(Q(name__icontains=search) | Q(address__icontains=search))
    rows = rows.order_by(PLACE_SORTS.get(sort.removeprefix("-"), sort.removeprefix("-")), "pk")
    rows = rows.reverse() if sort.startswith("-") else rows
    return [read_place(row) for row in rows[offset : offset + limit]], rows.count()


def get_place(code: str, place_id: str) -> Place:
    """Return one of a theme's own places; raise NotFound where there is none."""
    row = models.PlaceRow.objects.filter(theme_id=code, pk=place_id).first()
    if row is None:
        raise NotFound("city_map.place", "그런 장소가 없습니다", "there is no such place")
    return read_place(row)


def is_place(code: str, place_id: str) -> bool:
    """Return whether a theme has that place."""
    return models.PlaceRow.objects.filter(theme_id=code, pk=place_id).exists()


def list_proposals(
    *,
    actor: Actor,
    state: str = "",
    search: str = "",
    sort: str = "sent_at",
    offset: int = 0,
    limit: int = 50,
) -> tuple[list[Proposal], int]:
    """Return a page of the proposals that the actor may moderate or look at, oldest first, and how many there are."""
    rows = _proposals_of(actor)
    rows = rows.filter(state=state) if state else rows
    if search:
        names = ("values__name", "values__address", "theme__title_ko")
        rows = rows.filter(reduce(or_, (Q(**{f"{name}__icontains": search}) for name in names)))
    sign, name = ("-", sort[1:]) if sort.startswith("-") else ("", sort)
    rows = rows.order_by(f"{sign}{PROPOSAL_SORTS.get(name, name)}", f"{sign}sent_at", "pk")
    return [read_proposal(row) for row in rows[offset : offset + limit]], rows.count()


def count_waiting(actor: Actor) -> int:
    """Return how many proposals wait for the actor."""
    return _proposals_of(actor).filter(state=ProposalState.WAITING).count()


def get_proposal(*, actor: Actor, proposal_id: str) -> Proposal:
    """Return one proposal; raise NotFound also where the actor may not know of it."""
    row = _proposals_of(actor).filter(pk=proposal_id).first()
    if row is None:
        raise _no_proposal()
    return read_proposal(row)


def find_receipt(receipt: str) -> Proposal:
    """Return the proposal of a receipt; raise NotFound where there is none."""
    row = models.ProposalRow.objects.select_related("theme").filter(receipt=receipt.strip().upper()).first()
    if row is None:
        raise _no_proposal()
    return read_proposal(row)


def list_requests(*, actor: Actor, state: str = "", sort: str = "-asked_at") -> list[ThemeRequest]:
    """Return districts' requests that the actor may know of: all for who publishes, else the own agencies'."""
    rows = models.RequestRow.objects.order_by(sort, "pk")
    if not (actor.may("city_map.publish", "*") or actor.kind == "house"):
        rows = rows.filter(agency_code__in=list_scopes(actor, "city_map.work"))
    rows = rows.filter(state=state) if state else rows
    names = {one.code: one.name.ko for one in list_agencies()}
    return [read_request(row, names) for row in rows]


def get_request(*, actor: Actor, request_id: str) -> ThemeRequest:
    """Return one request; raise NotFound where there is none for the actor."""
    found = next((one for one in list_requests(actor=actor) if one.id == request_id), None)
    if found is None:
        raise NotFound("city_map.request", "그런 요청이 없습니다", "there is no such request")
    return found


def list_scopes(actor: Actor, permission: str) -> list[str]:
    """Return the agencies that the actor holds a permission for."""
    return sorted(scope for held, scope in actor.grants if held == permission)


def read_place(row: models.PlaceRow) -> Place:
    """Return a row as a record."""
    values = PlaceValues(
        name=row.name,
        lon=row.lon,
        lat=row.lat,
        address=row.address,
        values=row.values,
        source=row.source,
        shape=row.shape,
    )
    return Place(
        id=row.pk,
        theme=row.theme_id,
        values=values,
        district_code=row.district_code,
        changed_at=row.changed_at,
    )


def read_proposal(row: models.ProposalRow) -> Proposal:
    """Return a row as a record, with what it would change."""
    theme = msgspec.convert(row.theme.values, ThemeValues)
    values = msgspec.convert(row.values, PlaceValues)
    kind = ProposalKind(row.kind)
    standing = models.PlaceRow.objects.filter(theme_id=row.theme_id, pk=row.place_id).first()
    return Proposal(
        id=row.pk,
        receipt=row.receipt,
        theme=row.theme_id,
        theme_title=theme.title,
        agency_code=theme.agency_code,
        kind=kind,
        state=ProposalState(row.state),
        place_id=row.place_id,
        values=values,
        note=row.note,
        reason=row.reason,
        sent_at=row.sent_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        changes=_compare(theme, read_place(standing).values if standing else None, values, kind),
        is_outside=_is_outside(values),
    )


def _is_outside(values: PlaceValues) -> bool:
    found = locate_points(np.array([values.lon]), np.array([values.lat])).district_code[0]
    return found not in {one.code for one in list_districts()}


def read_request(row: models.RequestRow, names: dict[str, str]) -> ThemeRequest:
    """Return a row as a record."""
    return ThemeRequest(
        id=row.pk,
        agency_code=row.agency_code,
        agency_name=names.get(row.agency_code, row.agency_code),
        title=row.title,
        why=row.why,
        state=RequestState(row.state),
        reason=row.reason,
        theme=row.theme,
        asked_at=row.asked_at,
        decided_at=row.decided_at,
    )


def _compare(
    theme: ThemeValues, standing: PlaceValues | None, proposed: PlaceValues, kind: ProposalKind
) -> tuple[tuple[Text, Any, Any], ...]:
    """Return (field, what stands, what is proposed) of what differs, all of it for a new place."""
    if kind is ProposalKind.REMOVE:
        return ()

    def list_said(values: PlaceValues | None) -> list[Any]:
        if values is None:
            return ["", "", "", *("" for _ in theme.fields)]
        position = f"{values.lat:.5f}, {values.lon:.5f}"
        return [values.name, values.address, position, *(values.values.get(f.name, "") for f in theme.fields)]

    titles: Sequence[Text] = (NAME, ADDRESS, POSITION, *(one.title for one in theme.fields))
    rows = zip(titles, list_said(standing), list_said(proposed), strict=True)
    changed = tuple(row for row in rows if row[1] != row[2])
    before = standing.shape if standing else ""
    if before == proposed.shape:
        return changed
    return *changed, (CORNERS, count_corners(before), count_corners(proposed.shape))


def _proposals_of(actor: Actor) -> QuerySet[models.ProposalRow]:
    rows = models.ProposalRow.objects.select_related("theme")
    if actor.may("city_map.work", "*"):
        return rows
    return rows.filter(theme__agency_code__in=list_scopes(actor, "city_map.work"))


def _no_proposal() -> NotFound:
    return NotFound("city_map.proposal", "그런 제안이 없어요", "there is no such proposal")


def _read_theme(row: Any) -> Theme:
    return Theme(
        code=row.pk,
        values=msgspec.convert(row.values, ThemeValues),
        state=ThemeState(row.state),
        revision=row.revision,
        mirrored=row.mirrored,
        places=row.count,
        note=row.note,
        changed_at=row.changed_at,
    )
