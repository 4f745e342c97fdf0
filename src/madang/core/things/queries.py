"""Every read of the register."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import ExtractYear

from madang.core.base.interface import NotFound, Text

from .models import ImportBatch, RegisterVersion, ThingChange, ThingKind, ThingRow
from .records import Change, DueCount, ImportReport, Kind, Reject, StateCount, Thing, ThingFilter, ThingState

SORTS = ("id", "name", "kind", "agency_code", "district_code", "state", "due_on", "updated_at")


def get_thing(thing_id: str) -> Thing:
    """Return one thing; raises NotFound."""
    row = ThingRow.objects.filter(pk=thing_id).first()
    if row is None:
        raise NotFound("thing.unknown", f"시설물 {thing_id}이(가) 없습니다.", f"no thing {thing_id}")
    return read_thing(row)


def get_things(thing_ids: Iterable[str]) -> dict[str, Thing]:
    """Return those of `thing_ids` that are registered, by id."""
    return {key: read_thing(row) for key, row in ThingRow.objects.in_bulk(list(set(thing_ids))).items()}


def list_things(
    where: ThingFilter = ThingFilter(),  # noqa: B008
    *,
    sort: str = "id",
    limit: int | None = 50,
    offset: int = 0,
) -> tuple[Thing, ...]:
    """Return things in order of `sort` (one of SORTS, "-" before it for the other way), then id."""
    name = sort.removeprefix("-")
    order = sort if name in SORTS else "id"
    rows = select_things(where).order_by(order, "id")
    part = slice(offset, None if limit is None else offset + limit)
    if offset:  # what lies before is passed over by ids alone: a sort of whole rows takes ten times as long
        keys = rows.values("id")[part]
        rows, part = ThingRow.objects.filter(id__in=keys).order_by(order, "id"), slice(None)
    return tuple(read_thing(row) for row in rows[part])


def list_places(where: ThingFilter) -> list[tuple[str, str, float, float]]:
    """Return id, kind, lon and lat (degrees) of the things that have a place, unordered: for choosing among many."""
    rows = select_things(where).filter(lon__isnull=False, lat__isnull=False)
    return list(rows.values_list("id", "kind_id", "lon", "lat"))


def count_things(where: ThingFilter = ThingFilter()) -> int:  # noqa: B008
    """Return how many things `where` means."""
    return select_things(where).count()


def select_things(where: ThingFilter) -> QuerySet[ThingRow]:
    """Return the rows that `where` means, unordered."""
    equal = {
        "kind_id": where.kind,
        "agency_code": where.agency_code,
        "district_code": where.district_code,
        "state": where.state,
        "parent_id": where.parent_id,
    }
    rows = ThingRow.objects.filter(**{name: value for name, value in equal.items() if value})
    for word in where.text.replace("\x00", " ").split():
        found = Q()
        for field in ("id", "name", "address", "serial", "model"):
            found |= Q(**{f"{field}__icontains": word})
        rows = rows.filter(found)
    if where.due_before is not None:
        rows = rows.filter(due_on__lt=where.due_before).exclude(state=ThingState.RETIRED)
    if where.is_placed is not None:
        rows = rows.filter(lon__isnull=not where.is_placed)
    if where.bbox is not None:
        west, south, east, north = where.bbox
        rows = rows.filter(lon__gte=west, lon__lte=east, lat__gte=south, lat__lte=north)
    return rows


def list_changes(thing_id: str, *, limit: int = 200) -> tuple[Change, ...]:
    """Return the history of a thing, newest first; it outlives the thing."""
    rows = ThingChange.objects.filter(thing_id=thing_id).order_by("-id")[:limit]
    return tuple(
        Change(
            thing_id=row.thing_id,
            at=row.at,
            actor_id=row.actor_id,
            actor_name=row.actor_name,
            action=row.action,
            why=row.why,
            changes={name: (pair[0], pair[1]) for name, pair in row.changes.items()},
            batch_id=row.batch_id,
        )
        for row in rows
    )


def list_kinds() -> tuple[Kind, ...]:
    """Return every kind of thing by code."""
    return tuple(
        Kind(
            code=row.code,
            name=Text(ko=row.name_ko, en=row.name_en),
            icon=row.icon,
            table=row.table_name,
            expected_interval_s=row.expected_interval_s,
            service_life_years=row.service_life_years,
        )
        for row in ThingKind.objects.all()
    )


def summarize_states(where: ThingFilter = ThingFilter()) -> tuple[StateCount, ...]:  # noqa: B008
    """Return how many things of each kind are in each state."""
    rows = select_things(where).values("kind_id", "state").annotate(count=Count("id"))
    return tuple(
        StateCount(kind=row["kind_id"], state=ThingState(row["state"]), count=row["count"])
        for row in rows.order_by("kind_id", "state")
    )


def summarize_due(where: ThingFilter = ThingFilter()) -> tuple[DueCount, ...]:  # noqa: B008
    """Return how many things, not retired, reach the end of their service life in each year."""
    rows = select_things(where).filter(due_on__isnull=False).exclude(state=ThingState.RETIRED)
    rows = rows.annotate(year=ExtractYear("due_on")).values("year", "kind_id").annotate(count=Count("id"))
    return tuple(
        DueCount(year=row["year"], kind=row["kind_id"], count=row["count"])
        for row in rows.order_by("year", "kind_id")
    )


def list_imports(*, limit: int = 50, offset: int = 0) -> tuple[ImportReport, ...]:
    """Return past imports, newest first, without their rejects."""
    rows = ImportBatch.objects.all()[offset : offset + limit]
    return tuple(_read_batch(row, with_rejects=False) for row in rows)


def count_imports() -> int:
    """Return how many imports there were."""
    return ImportBatch.objects.count()


def get_import(batch_id: str) -> ImportReport:
    """Return one import with its rejects; raises NotFound."""
    row = ImportBatch.objects.filter(pk=batch_id).first()
    if row is None:
        raise NotFound("import.unknown", "그런 가져오기가 없습니다.", "there is no such import")
    return _read_batch(row, with_rejects=True)


def get_version(name: str = "things") -> int:
    """Return a number that differs after every committed change of register `name`."""
    return RegisterVersion.objects.filter(name=name).values_list("value", flat=True).first() or 0


def iterate_things() -> Iterator[Thing]:
    """Yield every thing by id without holding all in memory."""
    for row in ThingRow.objects.order_by("id").iterator(chunk_size=2000):
        yield read_thing(row)


def read_thing(row: ThingRow) -> Thing:
    """Return the record of a row."""
    return Thing(
        id=row.id,
        kind=row.kind_id,
        name=row.name,
        agency_code=row.agency_code,
        lon=row.lon,
        lat=row.lat,
        address=row.address,
        district_code=row.district_code,
        legal_dong_code=row.legal_dong_code,
        state=ThingState(row.state),
        installed_on=row.installed_on,
        service_life_years=row.service_life_years,
        due_on=row.due_on,
        maker=row.maker,
        model=row.model,
        serial=row.serial,
        attributes=row.attributes,
        parent_id=row.parent_id,
        source=row.source,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _read_batch(row: ImportBatch, *, with_rejects: bool) -> ImportReport:
    return ImportReport(
        batch_id=row.id,
        dry_run=False,
        rows_read=row.rows_read,
        added=row.added,
        changed=row.changed,
        unchanged=row.unchanged,
        rejected=msgspec.convert(row.rejects, tuple[Reject, ...]) if with_rejects else (),
        undone_at=row.undone_at,
        at=row.at,
        actor_name=row.actor_name,
        source=row.source,
    )
