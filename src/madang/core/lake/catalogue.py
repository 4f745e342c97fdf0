"""The catalogue as people browse it: search, facets with exact counts, sort, pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from django.db.models import Count, Q, QuerySet

from madang.core.base.interface import ANONYMOUS, Actor, TableKind

from .models import Dataset
from .queries import list_visible, read_record
from .records import DatasetRecord, DatasetState

FACETS = {"category": "category", "agency": "owner_agency", "licence": "declaration__licence", "kind": "kind"}
SORTS = {"updated": "-updated_at", "title": "title_ko", "rows": "-rows", "name": "name"}


class Browse(msgspec.Struct, frozen=True, kw_only=True):
    """What a person asks of the catalogue; `facets` maps names of FACETS to the chosen value."""

    search: str = ""
    facets: Mapping[str, str] = {}
    has_place: bool = False
    sort: str = "updated"
    offset: int = 0
    limit: int = 20


class Browsed(msgspec.Struct, frozen=True, kw_only=True):
    """A page of datasets, how many there are in all, and for each facet its values with counts."""

    records: list[DatasetRecord]
    total: int
    facets: dict[str, list[tuple[str, int]]]
    with_place: int


def browse_catalogue(*, actor: Actor, asked: Browse) -> Browsed:
    """Return the datasets that `actor` may see; a facet's counts leave out its own choice only."""
    found = _search(actor, asked.search)
    placed = Q(declaration__lon__isnull=False) & ~Q(declaration__lon=None)
    narrowed = found.filter(placed) if asked.has_place else found
    rows = _narrow(narrowed, asked, "").order_by(SORTS.get(asked.sort, "-updated_at"), "name")
    return Browsed(
        records=[read_record(row) for row in rows[asked.offset : asked.offset + asked.limit]],
        total=rows.count(),
        facets={facet: _count(_narrow(narrowed, asked, facet), FACETS[facet]) for facet in FACETS},
        with_place=_narrow(found, asked, "").filter(placed).count(),
    )


def browse_public(limit: int) -> Browsed:
    """Return what everyone may read, newest first: every page that counts public data counts this."""
    return browse_catalogue(actor=ANONYMOUS, asked=Browse(limit=limit))


def list_newest(limit: int) -> list[DatasetRecord]:
    """Return the public datasets that changed last; registers and streams change all the time and are left out."""
    rows = _search(ANONYMOUS, "").filter(kind=TableKind.DATASET, rows__gt=0).order_by("-updated_at", "name")
    return [read_record(row) for row in rows[:limit]]


def _search(actor: Actor, search: str) -> QuerySet[Dataset]:
    rows = list_visible(actor).filter(version__gte=0, state=DatasetState.PUBLISHED)
    for word in search.lower().split()[:10]:
        rows = rows.filter(search_text__contains=word)
    return rows


def _narrow(rows: QuerySet[Dataset], asked: Browse, but: str) -> QuerySet[Dataset]:
    chosen: dict[str, Any] = {
        FACETS[facet]: value
        for facet, value in asked.facets.items()
        if value and facet != but and facet in FACETS
    }
    return rows.filter(**chosen)


def _count(rows: QuerySet[Dataset], field: str) -> list[tuple[str, int]]:
    counted = rows.order_by().values_list(field).annotate(count=Count("pk"))
    return sorted(
        ((value, count) for value, count in counted if value), key=lambda one: (-one[1], str(one[0]))
    )
