"""Declared tables and their folders: opening, snapshots."""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate
from pathlib import Path

from madang.core.base.interface import Table, TableKind

from .folders import lake_path, lock_path, table_path
from .records import DataFile, Snapshot
from .schemas import list_stored_columns, make_schema
from .storage.delta import ActiveFile, DeltaFolder

_located: dict[DeltaFolder, tuple[tuple[ActiveFile, ...], tuple[DataFile, ...]]] = {}
"""A folder's files as last asked for, with where they are."""
CORRECTION = "fix-"
"""Start of the name of files whose rows replace rows of the same key and time in the same date."""


def open_folder(name: str) -> DeltaFolder:
    """Return the folder of table `name`; one object a process and folder."""
    return _open_folder(lake_path(), name)


def ensure_folder(table: Table) -> DeltaFolder:
    """Return the table's folder, created, with every declared column."""
    folder = open_folder(table.name)
    folder.ensure(make_schema(list_stored_columns(table)), partitioned=is_partitioned(table))
    return folder


def is_partitioned(table: Table) -> bool:
    """Return whether the table's files are parted by the city's date of its time."""
    return table.kind is TableKind.STREAM


def read_snapshot(table: Table, version: int | None = None) -> Snapshot:
    """Return a version (None: the newest) of a table; version −1 without files where there is none yet."""
    folder = open_folder(table.name)
    if not folder.exists():
        return Snapshot(table=table, version=-1, files=())
    number, files = folder.read_files(version)
    known = _located.get(folder)
    if known is None or known[0] is not files:
        before = accumulate((file.rows for file in files), initial=0)
        located = (locate(folder.folder, file, rows) for file, rows in zip(files, before, strict=False))
        known = _located[folder] = files, tuple(located)
    return Snapshot(table=table, version=number, files=known[1])


def locate(folder: Path, file: ActiveFile, before: int = 0) -> DataFile:
    """Return an active file with its absolute path; its name says whether it corrects others."""
    return DataFile(
        path=str(folder / file.path),
        rows=file.rows,
        size_bytes=file.size_bytes,
        date=file.date,
        corrects=file.path.rsplit("/", 1)[-1].startswith(CORRECTION),
        before=before,
    )


@lru_cache(maxsize=512)
def _open_folder(_lake: Path, name: str) -> DeltaFolder:
    return DeltaFolder(table_path(name), lock_path(name))
