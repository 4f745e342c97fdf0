"""Changes of the catalogue: register, describe, publish, withdraw, measure."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.db import transaction

from madang.core.base.interface import Actor, BadInput, Column, Conflict, NotFound, Table, TableKind, Text
from madang.core.people.interface import record_audit, require

from . import quality
from .declarations import check_declaration, list_declared_tables, read_declaration, require_marks_kept
from .models import Dataset
from .queries import read_record
from .records import ColumnChange, DatasetChange, DatasetRecord, DatasetState, Snapshot
from .residents import refuse_kept_residents
from .tables_on_disk import read_snapshot

_WORDS = (
    "title",
    "description",
    "owner_agency",
    "licence",
    "source",
    "contact",
    "read_permission",
    "freshness_promise_s",
)


def register_dataset(
    *, actor: Actor, now: datetime, table: Table, category: str = "", keywords: tuple[str, ...] = ()
) -> DatasetRecord:
    """Put a new dataset into the catalogue as a draft; its rows come by `replace_rows`.

    Raises Conflict where the name is taken.
    """
    require(actor, "lake.import", table.owner_agency)
    check_declaration(table)
    if table.kind is not TableKind.DATASET:
        raise BadInput("lake.kind", f"{table.name}은(는) 데이터셋이 아닙니다", f"{table.name} is no dataset")
    with transaction.atomic():
        if table.name in list_declared_tables() or Dataset.objects.filter(name=table.name).exists():
            raise Conflict(
                "lake.name_taken",
                f"{table.name}은(는) 이미 쓰는 이름입니다",
                f"the name {table.name} is taken",
            )
        row = Dataset(name=table.name, category=category, keywords=list(keywords), created_at=now)
        _save(row, table, now)
        record_audit(actor=actor, now=now, action="lake.register_dataset", subject=table.name)
    return read_record(row)


def describe_dataset(*, actor: Actor, now: datetime, name: str, change: DatasetChange) -> DatasetRecord:
    """Change what the catalogue says of a dataset; its rows stay as they are.

    Raises Conflict where a published one would show resident registration numbers by it.
    """
    if any(one.personal == "" for one in change.columns):
        _refuse_residents(actor, _find(name), change.columns)
    with transaction.atomic():
        row = _lock(name)
        require(actor, "lake.import", row.owner_agency)
        require(
            actor, "lake.import", row.owner_agency if change.owner_agency is None else change.owner_agency
        )
        table = read_declaration(row)
        words = {field: getattr(change, field) for field in _WORDS if getattr(change, field) is not None}
        if "freshness_promise_s" in words:
            words["freshness_promise_s"] = words["freshness_promise_s"] or None
        if row.in_code and (words or change.columns):
            raise Conflict("lake.in_code", f"{name}의 설명은 코드에 있습니다", f"{name} is described in code")
        before = table
        table = msgspec.structs.replace(table, **words, columns=_change_columns(table, change.columns))
        require_marks_kept(actor, before, table)
        row.category = row.category if change.category is None else change.category
        row.keywords = row.keywords if change.keywords is None else list(change.keywords)
        _save(row, table, now)
        details = msgspec.to_builtins(change)
        record_audit(actor=actor, now=now, action="lake.describe_dataset", subject=name, details=details)
    return read_record(row)


def publish_dataset(*, actor: Actor, now: datetime, name: str) -> DatasetRecord:
    """Show a dataset to everyone its read permission admits.

    Raises Conflict where it has no rows yet, or shows resident registration numbers.
    """
    _refuse_residents(actor, _find(name))
    with transaction.atomic():
        row = _lock(name)
        require(actor, "lake.publish", row.owner_agency)
        if row.version < 0:
            raise Conflict("lake.no_rows", f"{name}에 아직 자료가 없습니다", f"{name} has no rows yet")
        row.state, row.withdrawn_reason = DatasetState.PUBLISHED, ""
        row.updated_at = now
        row.save()
        record_audit(actor=actor, now=now, action="lake.publish_dataset", subject=name)
    return read_record(row)


def withdraw_dataset(*, actor: Actor, now: datetime, name: str, reason: str) -> DatasetRecord:
    """Hide a dataset again and keep its rows; the reason is shown to those who still see it."""
    if not reason.strip():
        raise BadInput("lake.reason", "내리는 까닭을 적어 주십시오", "say why it is withdrawn")
    with transaction.atomic():
        row = _lock(name)
        require(actor, "lake.publish", row.owner_agency)
        row.state, row.withdrawn_reason = DatasetState.WITHDRAWN, reason.strip()
        row.updated_at = now
        row.save()
        details = {"reason": reason.strip()}
        record_audit(actor=actor, now=now, action="lake.withdraw_dataset", subject=name, details=details)
    return read_record(row)


def measure_quality(*, now: datetime, name: str) -> DatasetRecord:
    """Measure a table's newest version, of a stream its newest day, and keep the result in the catalogue."""
    row = _find(name)
    snapshot = read_snapshot(read_declaration(row))
    report = quality.measure(_newest_day(snapshot) if row.kind == TableKind.STREAM else snapshot)
    Dataset.objects.filter(pk=row.pk).update(
        quality=msgspec.to_builtins(report),
        quality_version=snapshot.version,
        measured_at=now,
        version=snapshot.version,
        rows=snapshot.rows,
    )
    return read_record(_find(name))


def list_in_catalogue(*, now: datetime) -> int:
    """Give every table that code declares its line in the catalogue, as declared; return how many changed."""
    changed = 0
    tables = list_declared_tables()
    known = {row.name: row for row in Dataset.objects.filter(name__in=list(tables))}
    for table in tables.values():
        row = known.get(table.name)
        if row is not None and row.declaration == msgspec.json.decode(msgspec.json.encode(table)):
            continue
        row = row or Dataset(name=table.name, in_code=True, state=DatasetState.PUBLISHED, created_at=now)
        _save(row, table, now)
        changed += 1
    return changed


def _save(row: Dataset, table: Table, now: datetime) -> None:
    row.kind, row.owner_agency = table.kind, table.owner_agency
    row.title_ko, row.title_en = table.title.ko[:200], table.title.en[:200]
    row.read_permission, row.updated_at = table.read_permission, now
    row.declaration = msgspec.to_builtins(table)
    words = [table.name, *_both(table.title), *_both(table.description), row.category, *row.keywords]
    columns = [part for column in table.columns for part in (column.name, *_both(column.title))]
    row.search_text = "\n".join([*words, *columns]).lower()
    row.save()


def _both(text: Text) -> tuple[str, str]:
    return text.ko, text.en


def _change_columns(table: Table, changes: tuple[ColumnChange, ...]) -> tuple[Column, ...]:
    by_name = {change.name: change for change in changes}
    unknown = sorted(set(by_name) - {column.name for column in table.columns})
    if unknown:
        names = ", ".join(unknown)
        raise BadInput("lake.column_unknown", f"열이 없습니다: {names}", f"there is no column {names}")
    return tuple(_change_column(column, by_name.get(column.name)) for column in table.columns)


def _change_column(column: Column, change: ColumnChange | None) -> Column:
    if change is None:
        return column
    fields = {name: getattr(change, name) for name in ("title", "unit", "personal", "words")}
    return msgspec.structs.replace(
        column, **{name: value for name, value in fields.items() if value is not None}
    )


def _refuse_residents(actor: Actor, row: Dataset, changes: tuple[ColumnChange, ...] = ()) -> None:
    """Look for numbers of persons in what a published table that somebody brought in shows, or would by `changes`."""
    if changes and row.state != DatasetState.PUBLISHED:
        return
    require(actor, "lake.import" if changes else "lake.publish", row.owner_agency)
    if row.in_code or row.version < 0:
        return
    before = read_declaration(row)
    after = msgspec.structs.replace(before, columns=_change_columns(before, changes))
    require_marks_kept(actor, before, after)
    refuse_kept_residents(read_snapshot(after))


def _newest_day(snapshot: Snapshot) -> Snapshot:
    newest = max((file.date or "" for file in snapshot.files), default="")
    files = tuple(file for file in snapshot.files if file.date == newest)
    return msgspec.structs.replace(snapshot, files=files)


def _find(name: str) -> Dataset:
    row = Dataset.objects.filter(name=name).first()
    if row is None:
        raise NotFound(
            "lake.dataset_unknown", f"데이터셋 {name}이(가) 없습니다", f"there is no dataset {name}"
        )
    return row


def _lock(name: str) -> Dataset:
    row = Dataset.objects.select_for_update().filter(name=name).first()
    return row or _find(name)
