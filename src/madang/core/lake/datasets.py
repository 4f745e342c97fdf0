"""Rows of datasets and registers: whole new versions, appended rows, undo."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
import pyarrow as pa
from django.db import transaction

from madang.core.base.interface import Actor, BadInput, Conflict, NotFound, Table, TableKind, new_id
from madang.core.people.interface import record_audit, require

from .actions import list_in_catalogue
from .declarations import (
    check_declaration,
    get_table,
    list_declared_tables,
    read_declaration,
    require_marks_kept,
)
from .folders import codes_path, lock_path, trash_path
from .models import Dataset, DatasetVersion
from .records import DatasetState
from .residents import refuse_kept_residents
from .schemas import conform, make_schema
from .storage.delta import Change, DeltaFolder
from .storage.durable import hold_lock, make_folder
from .storage.parquet import NewFile, write_files
from .tables_on_disk import ensure_folder, open_folder, read_snapshot

Batches = Iterable[pa.RecordBatch | pa.Table]


def replace_rows(
    table: Table,
    batches: Batches,
    *,
    actor: Actor,
    now: datetime,
    source_name: str = "",
    report: Mapping[str, Any] | None = None,
) -> int:
    """Make `batches` the whole content of a registered dataset, under `table`'s columns; return the version.

    Streams in flat memory; readers see the old version until one commit shows the new one, and the old
    one can be restored. On any error nothing changes. Raises BadInput for batches that don't fit,
    Unavailable when the disk is full.
    """
    dataset = _require_writable(table, actor, now)
    check_declaration(table)
    require_marks_kept(actor, read_declaration(dataset), table)
    version = write_version(table, batches, metadata=_metadata(table, actor, source_name))
    _record_version(dataset, table, version, actor=actor, now=now, source_name=source_name, report=report)
    return version


def append_rows(table: Table, batches: Batches, *, actor: Actor, now: datetime, source_name: str = "") -> int:
    """Add `batches` to a registered dataset in one commit and return the version."""
    dataset = _require_writable(table, actor, now)
    folder = ensure_folder(table)
    files = _write(folder, table, batches)
    version = folder.commit(Change(add=tuple(files), metadata=_metadata(table, actor, source_name)))
    _record_version(dataset, table, version, actor=actor, now=now, source_name=source_name, report=None)
    return version


def restore_version(name: str, version: int, *, actor: Actor, now: datetime) -> int:
    """Make an older version of a dataset current again (undo) and return the new version's number.

    Rows and columns come back; who may read them, and which are personal, stays as it is today. Raises Conflict
    where a published dataset would show resident registration numbers by it.
    """
    dataset = _require_writable(get_table(name), actor, now)
    old = dataset.versions.filter(version=version).first()
    if old is None:
        raise NotFound(
            "lake.version_unknown", f"판 {version}이(가) 없습니다", f"there is no version {version}"
        )
    if version == dataset.version:
        raise Conflict(
            "lake.version_current", f"판 {version}은(는) 이미 지금 판입니다", f"{version} is current"
        )
    table = _restore_shape(msgspec.convert(old.declaration, Table), read_declaration(dataset))
    if dataset.state == DatasetState.PUBLISHED:
        refuse_kept_residents(read_snapshot(table, version))
    new = open_folder(name).restore(version, _metadata(table, actor, old.source_name))
    _record_version(dataset, table, new, actor=actor, now=now, source_name=old.source_name, report=old.report)
    return new


def _restore_shape(old: Table, current: Table) -> Table:
    """Return `current` with the columns, key and place of `old`, marked as personal where either is."""
    marks = {column.name: column.personal for column in current.columns}
    columns = tuple(
        msgspec.structs.replace(column, personal=marks.get(column.name) or column.personal)
        for column in old.columns
    )
    shape = {name: getattr(old, name) for name in ("key", "time", "lon", "lat", "crs")}
    return msgspec.structs.replace(current, columns=columns, **shape)


def drop_table(name: str, *, actor: Actor, now: datetime) -> None:
    """Delete a dataset: its rows, its versions and its line in the catalogue. There is no undo."""
    dataset = _require_writable(get_table(name), actor, now)
    if dataset.in_code:
        raise Conflict("lake.in_code", f"{name}은(는) 코드가 선언한 표입니다", f"{name} is declared in code")
    trash = trash_path() / new_id()
    make_folder(trash)
    with hold_lock(lock_path(name)), transaction.atomic():
        dataset.delete()
        record_audit(actor=actor, now=now, action="lake.drop_table", subject=name)
        if open_folder(name).folder.is_dir():
            open_folder(name).folder.rename(trash / name)
    shutil.rmtree(trash, ignore_errors=True)
    shutil.rmtree(codes_path() / name, ignore_errors=True)


def write_version(table: Table, batches: Batches, *, metadata: Mapping[str, Any]) -> int:
    """Replace all rows of a table's folder in one commit and return its version; no questions asked."""
    folder = ensure_folder(table)
    files = _write(folder, table, batches)
    return folder.commit(
        Change(add=tuple(files), metadata=dict(metadata)), overwrite=make_schema(table.columns)
    )


def _write(folder: DeltaFolder, table: Table, batches: Batches) -> list[NewFile]:
    fitted = (conform(batch, table.columns) for batch in batches)
    return write_files(folder.folder, fitted, make_schema(table.columns), stem=f"part-{new_id()}")


def _require_writable(table: Table, actor: Actor, now: datetime) -> Dataset:
    """Return the dataset's line in the catalogue, or refuse."""
    if table.name in list_declared_tables():
        list_in_catalogue(now=now)
    dataset = Dataset.objects.filter(name=table.name).first()
    if dataset is None:
        raise NotFound(
            "lake.dataset_unknown",
            f"데이터셋 {table.name}이(가) 없습니다",
            f"there is no dataset {table.name}",
        )
    if table.kind is not TableKind.DATASET:
        raise BadInput("lake.kind", f"{table.name}은(는) 데이터셋이 아닙니다", f"{table.name} is no dataset")
    declared = list_declared_tables().get(table.name)
    if declared is not None and declared != table:
        raise Conflict(
            "lake.in_code", f"{table.name}의 선언이 코드와 다릅니다", f"{table.name} differs from its code"
        )
    require(actor, "lake.import", dataset.owner_agency)
    require(actor, "lake.import", table.owner_agency)
    return dataset


def _record_version(
    dataset: Dataset,
    table: Table,
    version: int,
    *,
    actor: Actor,
    now: datetime,
    source_name: str,
    report: Mapping[str, Any] | None,
) -> None:
    rows = read_snapshot(table, version).rows
    declaration = msgspec.to_builtins(table)
    with transaction.atomic():
        dataset = Dataset.objects.select_for_update().get(pk=dataset.pk)
        if version > dataset.version:
            dataset.declaration, dataset.version, dataset.rows = declaration, version, rows
            dataset.updated_at = now
            dataset.save()
        DatasetVersion.objects.create(
            dataset=dataset,
            version=version,
            rows=rows,
            at=now,
            actor_id=actor.id,
            actor_name=actor.name,
            source_name=source_name,
            report=report,
            declaration=declaration,
        )
        details = {"version": version, "rows": rows, "source": source_name}
        record_audit(actor=actor, now=now, action="lake.write_rows", subject=table.name, details=details)


def _metadata(table: Table, actor: Actor, source_name: str) -> dict[str, Any]:
    """Return what a commit says of itself: enough to finish `_record_version` after a crash."""
    return {
        "madang.actor_id": actor.id,
        "madang.actor_name": actor.name,
        "madang.source": source_name,
        "madang.table": msgspec.json.encode(table).decode(),
    }


def adopt_versions(name: str, *, now: datetime) -> int:
    """Record versions whose commit was durable but whose writer died before the catalogue knew."""
    dataset = Dataset.objects.get(name=name)
    folder = open_folder(name)
    newest = folder.read_files()[0] if folder.exists() else -1
    adopted = 0
    for version in range(dataset.version + 1, newest + 1):
        told = (folder.read_entry(version) or [{}])[0].get("commitInfo", {})
        if "madang.table" not in told or dataset.versions.filter(version=version).exists():
            continue
        _record_version(
            dataset,
            msgspec.json.decode(told["madang.table"], type=Table),
            version,
            actor=Actor(id=told["madang.actor_id"], name=told["madang.actor_name"]),
            now=now,
            source_name=told["madang.source"],
            report=None,
        )
        adopted += 1
    return adopted
