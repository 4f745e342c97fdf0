"""Upkeep of tables in the background: re-packing, retention, tidying, and the catalogue's measured facts."""

from __future__ import annotations

import logging
import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import timedelta

from madang.core.base.interface import CITY_TIMEZONE, Conflict, MadangError, Table, TableKind, new_id, now

from . import engine
from .actions import list_in_catalogue, measure_quality
from .datasets import adopt_versions
from .declarations import list_declared_tables, list_streams, list_tables
from .finding import encode_table, sweep_codes
from .folders import scratch_path, trash_path
from .laid_shapes import lay_table
from .latest import open_ledger
from .models import Dataset
from .records import Snapshot
from .schemas import list_stored_columns, make_schema
from .storage.delta import ActiveFile, Change
from .storage.parquet import FILE_ROWS, GROUP_ROWS, write_files
from .tables_on_disk import open_folder, read_snapshot

log = logging.getLogger(__name__)
FEW_FILES = 8
KEEP_HOURS = 2
KEEP_DATASET_HOURS = 24
KEEP_VERSIONS = 5
MEASURE_STREAMS_EVERY = timedelta(hours=6)


def compact_table(table: Table) -> int:
    """Re-pack dates of a table that lie in many small files or in corrections; return how many.

    Rows stay the same. Others may read and append meanwhile; what they add is untouched.
    """
    snapshot = read_snapshot(table)
    by_date = defaultdict(list)
    for file in snapshot.files:
        by_date[file.date].append(file)
    packed = 0
    for date, files in sorted(by_date.items(), key=lambda item: str(item[0])):
        small = [file for file in files if file.rows < FILE_ROWS]
        if any(file.corrects for file in files) or len(small) >= FEW_FILES:
            chosen = files if date else small
            packed += _repack(Snapshot(table=table, version=snapshot.version, files=tuple(chosen)), date)
    return packed


def forget_old_rows(table: Table) -> int:
    """Remove dates of a stream that are older than its retention; return how many files went.

    The last value of a key goes with them. Rollups stay: they have their own.
    """
    if table.retention_days is None or table.kind is not TableKind.STREAM:
        return 0
    first = (now() - timedelta(days=table.retention_days)).astimezone(CITY_TIMEZONE).date()
    folder = open_folder(table.name)
    old = [file for file in _list_active(table) if (file.date or "") < first.isoformat()]
    if old:
        folder.commit(Change(remove=tuple(old)))
    limit_us = int((now() - timedelta(days=table.retention_days)).timestamp() * 1_000_000)
    with open_ledger().change() as connection:
        connection.execute("DELETE FROM latest WHERE table_name = ? AND time_us < ?", (table.name, limit_us))
    return len(old)


def tidy_table(table: Table) -> int:
    """Checkpoint a table's log and delete files that no version in use needs; return how many."""
    folder = open_folder(table.name)
    if not folder.exists():
        return 0
    if table.kind is not TableKind.DATASET:
        return folder.tidy(keep_hours=KEEP_HOURS)
    dataset = Dataset.objects.filter(name=table.name).first()
    kept = dataset.versions.values_list("version", flat=True)[:KEEP_VERSIONS] if dataset else []
    return folder.tidy(keep_hours=KEEP_DATASET_HOURS, keep_versions=list(kept))


def refresh_catalogue() -> None:
    """Bring the catalogue in line with code and with what tables really hold."""
    list_in_catalogue(now=now())
    for row in Dataset.objects.filter(in_code=False, kind=TableKind.DATASET):
        adopt_versions(row.name, now=now())
    tables = list_declared_tables()
    known = dict(Dataset.objects.filter(name__in=list(tables)).values_list("name", "version"))
    for name, table in tables.items():
        snapshot = read_snapshot(table)
        if snapshot.version != known.get(name):
            Dataset.objects.filter(name=name).update(
                version=snapshot.version, rows=snapshot.rows, updated_at=now()
            )


def refresh_quality() -> None:
    """Measure tables whose rows changed since they were last measured; streams a few times a day."""
    for row in Dataset.objects.filter(version__gte=0):
        recent = row.measured_at is not None and now() - row.measured_at < MEASURE_STREAMS_EVERY
        if row.quality_version != row.version and not (recent and row.kind != TableKind.DATASET):
            measure_quality(now=now(), name=row.name)


def compact_all() -> None:
    """Re-pack every table that needs it."""
    _for_each(list_tables(), compact_table)


def encode_all() -> None:
    """Write the codes and shapes that tables' files lack, and delete those whose files are gone."""
    _for_each(list_tables(), encode_table)
    _for_each(list_tables(), lay_table)
    sweep_codes()


def forget_all() -> None:
    """Apply every stream's retention."""
    _for_each(list_streams().values(), forget_old_rows)


def tidy_all() -> None:
    """Tidy every table, and what crashes left in the scratch folder."""
    _for_each(list_tables(), tidy_table)
    for path in [*scratch_path().glob("*"), *trash_path().glob("*")]:
        if path.stat().st_mtime < time.time() - 3600:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _repack(snapshot: Snapshot, date: str | None) -> int:
    """Write a snapshot's files anew as few; return 1, or 0 where somebody changed them meanwhile."""
    folder = open_folder(snapshot.table.name)
    paths = {file.path for file in snapshot.files}
    old = [file for file in _list_active(snapshot.table) if str(folder.folder / file.path) in paths]
    columns = list_stored_columns(snapshot.table)
    rows = engine.iter_stored(snapshot, GROUP_ROWS)
    stem = f"{'add' if date else 'part'}-{new_id()}"
    new = write_files(folder.folder, rows, make_schema(columns), stem=stem, date=date)
    try:
        folder.commit(Change(add=tuple(new), remove=tuple(old), data_change=False))
    except Conflict:
        for file in new:
            (folder.folder / file.path).unlink()
        return 0
    return 1


def _list_active(table: Table) -> tuple[ActiveFile, ...]:
    folder = open_folder(table.name)
    return folder.read_files()[1] if folder.exists() else ()


def _for_each(tables: Iterable[Table], task: Callable[[Table], int]) -> None:
    for table in tables:
        try:
            task(table)
        except (MadangError, OSError):
            log.exception("upkeep of table %s failed", table.name)
    engine.give_back()
