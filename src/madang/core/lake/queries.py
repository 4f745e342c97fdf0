"""Reads of the catalogue."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from madang.core.base.interface import Actor, NotFound, Table, TableKind

from .declarations import read_declaration, refuse_withdrawn
from .models import Dataset
from .records import DatasetRecord, DatasetState, VersionRecord


def list_datasets(
    *,
    actor: Actor,
    search: str = "",
    category: str = "",
    agency_code: str = "",
    state: str = "",
    order_by: str = "name",
    offset: int = 0,
    limit: int = 50,
) -> tuple[list[DatasetRecord], int]:
    """Return a page of the datasets that `actor` may know of, and how many there are in all.

    `order_by` is name, title, updated or rows; "-" in front descends. All words of `search` must occur.
    """
    rows = list_visible(actor)
    for word in search.lower().split():
        rows = rows.filter(search_text__contains=word)
    chosen = {"category": category, "owner_agency": agency_code, "state": state}
    rows = rows.filter(**{name: value for name, value in chosen.items() if value})
    field = {"title": "title_ko", "updated": "updated_at", "rows": "rows"}.get(order_by.lstrip("-"), "name")
    rows = rows.order_by(("-" if order_by.startswith("-") else "") + field, "name")
    return [read_record(row) for row in rows[offset : offset + limit]], rows.count()


def get_dataset(*, actor: Actor, name: str) -> DatasetRecord:
    """Return one line of the catalogue, or raise NotFound, also where `actor` may not know of it, and Gone where it was withdrawn."""
    row = list_visible(actor).filter(name=name).first()
    if row is None:
        hidden = Dataset.objects.filter(name=name).values_list("state", "read_permission").first()
        if hidden is not None:
            refuse_withdrawn(actor, name, *hidden)
        raise NotFound(
            "lake.dataset_unknown", f"데이터셋 {name}이(가) 없습니다", f"there is no dataset {name}"
        )
    return read_record(row)


def list_late_datasets(*, actor: Actor, moment: datetime) -> list[DatasetRecord]:
    """Return the datasets that `actor` may know of whose last version is older than promised, oldest first."""
    rows = list_visible(actor).filter(version__gte=0, kind=TableKind.DATASET)
    records = [read_record(row) for row in rows.exclude(state=DatasetState.WITHDRAWN).order_by("updated_at")]
    return [
        one
        for one in records
        if one.table.freshness_promise_s
        and moment - one.updated_at > timedelta(seconds=one.table.freshness_promise_s)
    ]


def list_categories(*, actor: Actor) -> list[str]:
    """Return the categories in use among the datasets that `actor` may know of."""
    names = list_visible(actor).exclude(category="").order_by("category").values_list("category", flat=True)
    return list(names.distinct())


def list_versions(*, actor: Actor, name: str) -> list[VersionRecord]:
    """Return a dataset's versions, newest first."""
    get_dataset(actor=actor, name=name)
    return [
        VersionRecord(
            version=row.version,
            rows=row.rows,
            at=row.at,
            actor_name=row.actor_name,
            source_name=row.source_name,
            report=row.report,
        )
        for row in Dataset.objects.get(name=name).versions.all()
    ]


def may_write(actor: Actor, table: Table) -> bool:
    """Return whether `actor` may change or publish `table`."""
    return any(actor.may(permission, table.owner_agency) for permission in ("lake.import", "lake.publish"))


def read_record(row: Dataset) -> DatasetRecord:
    """Return a catalogue row as a record."""
    return DatasetRecord(
        table=read_declaration(row),
        state=DatasetState(row.state),
        category=row.category,
        keywords=tuple(row.keywords),
        withdrawn_reason=row.withdrawn_reason,
        version=row.version,
        rows=row.rows,
        quality=row.quality,
        measured_at=row.measured_at,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def list_visible(actor: Actor) -> QuerySet[Dataset]:
    """Return published datasets that `actor` may read, and all of the agencies it works for."""
    if actor.is_superuser:
        return Dataset.objects.all()
    held = {permission for permission, _ in actor.grants} | {"public"}
    held |= set() if actor.kind == "anonymous" else {"signed-in"}
    visible = Q(state=DatasetState.PUBLISHED, read_permission__in=held)
    agencies = {scope for permission, scope in actor.grants if permission in {"lake.import", "lake.publish"}}
    if "*" in agencies:
        return Dataset.objects.all()
    return Dataset.objects.filter(visible | Q(owner_agency__in=agencies))
