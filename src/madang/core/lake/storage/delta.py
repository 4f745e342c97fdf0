"""The Delta log of a table: one entry is one change, on the disk before it is spoken of.

delta-rs itself never calls fsync. The order here is: data files (write_files) → log entry → fsync of
the entry → fsync of the log's folder. A crash in between leaves an unused file or an entry nobody was
told of; never half a change.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Field, PostCommitHookProperties, Transaction
from deltalake import Schema as DeltaSchema
from deltalake.exceptions import DeltaError
from deltalake.transaction import AddAction, RemoveAction

from madang.core.base.interface import Conflict

from .durable import hold_lock, make_folder, refuse_when_full, sync_file
from .parquet import NewFile

PARTITION = "city_date"
LOG = "_delta_log"
_NO_HOOKS = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)


class ActiveFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of some version, relative to its table's folder."""

    path: str
    rows: int
    size_bytes: int
    date: str | None = None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the log. `remove` names active files; `data_change` is false for a mere re-packing.

    `transaction` is (application, number): how far a stream has been taken in.
    """

    add: tuple[NewFile, ...] = ()
    remove: tuple[ActiveFile, ...] = ()
    data_change: bool = True
    transaction: tuple[str, int] | None = None
    metadata: dict[str, Any] = {}


class DeltaFolder:
    """A table's folder; safe to share between threads, and with any number of other processes."""

    def __init__(self, folder: Path, lock: Path) -> None:
        self.folder = folder
        self.lock = lock
        self._guard = threading.RLock()
        self._table: DeltaTable | None = None
        self._identity = (0, 0)
        self._listed_of: tuple[tuple[int, int], int] | None = None
        self._listed: list[ActiveFile] = []
        self._files: tuple[DeltaTable, int, tuple[ActiveFile, ...]] | None = None

    def exists(self) -> bool:
        """Return whether the table has ever been created."""
        return self._entry(0).is_file() or (self.folder / LOG / "_last_checkpoint").is_file()

    def ensure(self, schema: pa.Schema, *, partitioned: bool) -> None:
        """Create the table, or add the columns of `schema` that it lacks."""
        if not self.exists():
            with hold_lock(self.lock), self._guard, refuse_when_full():
                if not self.exists():
                    self._create(schema, partitioned=partitioned)
        missing = [field for field in schema if field.name not in self.read_schema().names]
        if missing:
            self._add_columns(missing)

    def open(self) -> DeltaTable:
        """Return the table at its newest version."""
        with self._guard:
            identity = self._identify()
            if self._table is None or identity != self._identity:
                self._table, self._identity = DeltaTable(str(self.folder)), identity
            elif self._entry(self._table.version() + 1).exists():
                self._table.update_incremental()
            elif not self._entry(self._table.version()).exists():
                self._table = DeltaTable(str(self.folder))  # the log has been tidied away under us
            return self._table

    def read_schema(self) -> pa.Schema:
        """Return the newest version's schema, with the partition's column where there is one."""
        return pa.schema(self.open().schema().to_arrow())

    def read_files(self, version: int | None = None) -> tuple[int, tuple[ActiveFile, ...]]:
        """Return a version (None: the newest) and its files, in the order of their names.

        The same object is returned as long as the version is the same.
        """
        with self._guard:
            table = self.open() if version is None else DeltaTable(str(self.folder), version=version)
            if (
                version is not None
                or self._files is None
                or self._files[0] is not table
                or self._files[1] != table.version()
            ):
                files = _list_files(pa.table(table.get_add_actions(flatten=True)))
                self._files = (table, table.version(), tuple(files))
            return self._files[1:]

    def read_transaction(self, application: str) -> int | None:
        """Return the last number committed for `application`."""
        with self._guard:
            return self.open().transaction_version(application)

    def commit(self, change: Change, *, overwrite: pa.Schema | None = None) -> int:
        """Commit `change` durably and return its version; `overwrite` replaces everything under a new schema.

        Raises Unavailable when the disk is full, and Conflict where a file to remove is no longer
        active; the table is then as before.
        """
        with hold_lock(self.lock), self._guard, refuse_when_full():
            table = self.open()
            before = table.version()
            partitions = table.metadata().partition_columns
            self._check_active(change.remove)
            table.create_write_transaction(
                [*_adds(change), *_removes(change)],
                "append" if overwrite is None else "overwrite",
                table.schema() if overwrite is None else overwrite,
                partition_by=partitions,
                commit_properties=_properties(change),
                post_commithook_properties=_NO_HOOKS,
            )
            return self._settle(table, before)

    def restore(self, version: int, metadata: Mapping[str, Any]) -> int:
        """Make the files and schema of an older `version` current again, as a new version."""
        with hold_lock(self.lock), self._guard, refuse_when_full():
            table = self.open()
            before = table.version()
            table.restore(
                version,
                commit_properties=CommitProperties(custom_metadata=dict(metadata)),
                post_commithook_properties=_NO_HOOKS,
            )
            return self._settle(table, before)

    def read_entry(self, version: int) -> list[dict[str, Any]] | None:
        """Return the actions of one log entry, or None where it has been tidied away."""
        try:
            return [json.loads(line) for line in self._entry(version).read_text("utf-8").splitlines()]
        except FileNotFoundError:
            return None

    def repair(self) -> list[str]:
        """Put aside what a power cut may have damaged: an entry never acknowledged, an unsynced checkpoint.

        Returns the names of files put aside. Call it before the first use after a start.
        """
        log = self.folder / LOG
        if not log.is_dir():
            return []
        with hold_lock(self.lock), self._guard:
            self._table = None
            aside = [path for path in sorted(log.glob("*.json"))[-1:] if not _is_whole(path)]
            if not aside and not self._opens():
                aside = [
                    path for path in (log / "_last_checkpoint", *_newest_checkpoint(log)) if path.exists()
                ]
            for path in aside:
                path.rename(path.with_name(path.name + ".damaged"))
            sync_file(log)
            return [path.name for path in aside]

    def tidy(self, *, keep_hours: int, keep_versions: Iterable[int] = ()) -> int:
        """Checkpoint the log and delete files unused for `keep_hours` and by none of `keep_versions`.

        Returns how many data files were deleted. Files of a change in progress are never touched: the
        commit that will name them is younger than `keep_hours`.
        """
        with hold_lock(self.lock), self._guard, refuse_when_full():
            table = self.open()
            table.create_checkpoint()
            for path in _newest_checkpoint(self.folder / LOG):
                sync_file(path)
            sync_file(self.folder / LOG)
            if table.metadata().partition_columns:
                table.cleanup_metadata()
            before = table.version()
            deleted = table.vacuum(
                retention_hours=keep_hours,
                dry_run=False,
                enforce_retention_duration=False,
                full=True,
                keep_versions=list(keep_versions) or None,
                post_commithook_properties=_NO_HOOKS,
            )
            self._settle(table, before)
            return len(deleted)

    def _check_active(self, files: Iterable[ActiveFile]) -> None:
        gone = {file.path for file in files}
        gone -= {file.path for file in self.read_files()[1]} if gone else set()
        if gone:
            raise Conflict(
                "lake.changed",
                "그사이 표가 바뀌었습니다",
                f"{len(gone)} files were replaced meanwhile by somebody else",
            )

    def _create(self, schema: pa.Schema, *, partitioned: bool) -> None:
        make_folder(self.folder)
        fields = list(schema) + ([pa.field(PARTITION, pa.date32())] if partitioned else [])
        self._table = DeltaTable.create(
            str(self.folder),
            schema=pa.schema(fields),
            partition_by=[PARTITION] if partitioned else None,
            configuration={"delta.logRetentionDuration": "interval 1 days"} if partitioned else None,
        )
        self._identity = self._identify()
        sync_file(self.folder)
        self._settle(self._table, -1)

    def _add_columns(self, missing: list[pa.Field]) -> None:
        with hold_lock(self.lock), self._guard, refuse_when_full():
            table = self.open()
            before = table.version()
            names = set(pa.schema(table.schema().to_arrow()).names)
            fields = pa.schema([field for field in missing if field.name not in names])
            if fields.names:
                table.alter.add_columns(_delta_fields(fields), post_commithook_properties=_NO_HOOKS)
                self._settle(table, before)

    def _settle(self, table: DeltaTable, before: int) -> int:
        """Make the entries after version `before` durable and return the newest."""
        table.update_incremental()
        for version in range(before + 1, table.version() + 1):
            sync_file(self._entry(version))
        sync_file(self.folder / LOG)
        return table.version()

    def _entry(self, version: int) -> Path:
        return self.folder / LOG / f"{version:020d}.json"

    def _identify(self) -> tuple[int, int]:
        """Return what tells this table from one dropped and made anew in the same place."""
        try:
            stat = self._entry(0).stat()
        except FileNotFoundError:
            return 0, 0
        return stat.st_ino, stat.st_mtime_ns

    def _opens(self) -> bool:
        try:
            self.open()
        except (DeltaError, OSError):
            return False
        return True


def _adds(change: Change) -> list[AddAction]:
    moment = int(time.time() * 1000)
    return [
        AddAction(
            file.path,
            file.size_bytes,
            {PARTITION: file.date} if file.date else {},
            moment,
            change.data_change,
            json.dumps({"numRecords": file.rows}),
        )
        for file in change.add
    ]


def _removes(change: Change) -> list[RemoveAction]:
    moment = int(time.time() * 1000)
    return [
        RemoveAction(
            file.path,
            change.data_change,
            moment,
            file.size_bytes,
            {PARTITION: file.date} if file.date else {},
        )
        for file in change.remove
    ]


def _properties(change: Change) -> CommitProperties:
    transactions = [Transaction(*change.transaction)] if change.transaction else None
    return CommitProperties(
        custom_metadata=change.metadata or None, max_commit_retries=0, app_transactions=transactions
    )


def _list_files(actions: pa.Table) -> list[ActiveFile]:
    dates = (
        actions.column(f"partition.{PARTITION}").to_pylist()
        if f"partition.{PARTITION}" in actions.column_names
        else [None] * actions.num_rows
    )
    columns = [actions.column(name).to_pylist() for name in ("path", "num_records", "size_bytes")]
    files = [
        ActiveFile(path=path, rows=rows, size_bytes=size, date=date and date.isoformat())
        for path, rows, size, date in zip(*columns, dates, strict=True)
    ]
    return sorted(files, key=lambda file: file.path)


def _newest_checkpoint(log: Path) -> list[Path]:
    return [log / "_last_checkpoint", *sorted(log.glob("*.checkpoint.parquet"))[-1:]]


def _is_whole(path: Path) -> bool:
    lines = path.read_bytes().splitlines()
    try:
        return bool(lines) and all(isinstance(json.loads(line), dict) for line in lines)
    except ValueError:
        return False


def _delta_fields(schema: pa.Schema) -> list[Field]:
    return DeltaSchema.from_arrow(schema).fields
