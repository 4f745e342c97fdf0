"""The import itself: all of it, or nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
from django.db import transaction

from madang.core.base.interface import Actor, BadInput, Conflict, MadangError, Table, new_id
from madang.core.lake.actions import (
    describe_dataset,
    measure_quality,
    publish_dataset,
    register_dataset,
    withdraw_dataset,
)
from madang.core.lake.datasets import drop_table, replace_rows, restore_version
from madang.core.lake.gateway.reading import FileReading, read_file
from madang.core.lake.models import Dataset
from madang.core.lake.records import DatasetChange, DatasetState
from madang.core.lake.residents import refuse_residents
from madang.core.people.interface import require

from .declaring import choose_name, declare_table
from .locating import name_districts
from .names import name_sheet
from .records import Cancelled, ImportCancelled, ImportChoice, ImportOutcome, Preview, Progress
from .rejected import forget_rejected, keep_rejected, write_rejected

log = logging.getLogger("madang.import")
PREVIEW_ROWS, PREVIEW_REJECTS, PREVIEW_POINTS = 50, 50, 2000


def import_file(
    *,
    actor: Actor,
    now: datetime,
    path: Path,
    file_name: str | None = None,
    choice: ImportChoice | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> ImportOutcome:
    """Read a file as cities publish them and make it a dataset, or a new version of the one it was.

    `progress(stage, done)` is told "reading" with bytes and "writing" with rows; when `cancelled()` answers True the import
    ends with ImportCancelled. However it ends early, the lake and the catalogue are as before. Raises
    BadInput, naming the line, for what can't be read.
    """
    require(actor, "lake.import")
    choice = choice or ImportChoice()
    file_name = name_sheet(file_name or path.name, choice.sheet)
    watch = _Watch(progress, cancelled)
    with closing(_read(path, watch, choice.sheet)) as reading:
        name = choose_name(file_name, choice.table_name, reading.source_names)
        table, row = declare_table(actor, name, file_name, reading, choice)
        report = reading.report(name)
        was_published = bool(row and row.state == DatasetState.PUBLISHED)
        outcome = ImportOutcome(
            report=report,
            title=table.title,
            file_name=file_name,
            version=None,
            previous_version=row.version if row and row.version >= 0 else None,
            was_published=was_published,
            is_published=was_published,
            sheets=reading.sheets,
            units={column.name: column.unit for column in table.columns if column.unit},
        )
        _refuse_emptying(outcome, row)
        if dry_run:
            return outcome
        _check_publishing(actor, table, reading, choice, was_published=was_published)
        rejected = write_rejected(reading.rejected_rows())
        version = None
        try:
            if row is None:
                register_dataset(actor=actor, now=now, table=table)
            version = replace_rows(
                table,
                watch.follow(reading.batches()),
                actor=actor,
                now=now,
                source_name=file_name,
                report=msgspec.to_builtins(report),
            )
            _finish(actor, now, name, choice)
        except BaseException:
            if rejected:
                rejected.unlink()
            if version is not None:
                _take_back(actor, now, outcome, version)
            elif row is None and Dataset.objects.filter(name=name, version=-1).exists():
                drop_table(name, actor=actor, now=now)
            raise
    keep_rejected(rejected, name, version)
    return msgspec.structs.replace(outcome, version=version, is_published=choice.publish or was_published)


def _check_publishing(
    actor: Actor, table: Table, reading: FileReading, choice: ImportChoice, *, was_published: bool
) -> None:
    """Refuse rows that everyone would see where the actor may not show them, or nobody may."""
    if choice.publish:
        require(actor, "lake.publish", table.owner_agency)
    if choice.publish or was_published:
        refuse_residents(table.columns, reading.batches())


def _refuse_emptying(outcome: ImportOutcome, row: Dataset | None) -> None:
    """Refuse a file without rows, such as a header alone, as the next version of a dataset that has some."""
    if row is not None and row.rows and not outcome.report.rows_kept:
        raise Conflict(
            "import.no_rows",
            f"{outcome.file_name}에 자료 행이 없어 {row.name}의 {row.rows:,}행이 모두 사라지게 됩니다. 파일을 확인해 주십시오.",
            f"{outcome.file_name} holds no rows and would empty {row.name} ({row.rows:,} rows); look at the file again",
        )


def preview_file(
    *,
    actor: Actor,
    path: Path,
    file_name: str,
    table_name: str | None = None,
    sheet: str | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Preview:
    """Return what importing a file would do, with its first rows; nothing is written."""
    require(actor, "lake.import")
    watch = _Watch(progress, cancelled)
    file_name = name_sheet(file_name, sheet)
    with closing(_read(path, watch, sheet)) as reading:
        name = choose_name(file_name, table_name, reading.source_names)
        choice = ImportChoice()
        table, row = declare_table(actor, name, file_name, reading, choice)
        rows, points = _sample(reading.batches(), table.lon, table.lat)
        return Preview(
            report=reading.report(name),
            table_name=name,
            title=table.title,
            is_new=row is None,
            columns=table.columns,
            rows=rows,
            rejected=[one for one, _ in zip(reading.rejected_rows(), range(PREVIEW_REJECTS), strict=False)],
            points=points,
            sheets=reading.sheets,
        )


def undo_import(
    *,
    actor: Actor,
    now: datetime,
    name: str,
    version: int,
    previous_version: int | None,
    was_published: bool = False,
) -> int | None:
    """Take back the import that made `version`: the previous version returns, or the dataset goes.

    What the import published, and wasn't before, is hidden again before its rows change.
    Returns the version that is current then, None where the dataset is gone. Raises Conflict where the
    dataset has changed since.
    """
    require(actor, "lake.import")
    row = Dataset.objects.filter(name=name).first()
    if row is None or row.version != version:
        raise _changed_since(name)
    if previous_version is not None:
        if row.state == DatasetState.PUBLISHED and not was_published:
            reason = "가져오기를 되돌렸습니다 / the import was taken back"
            withdraw_dataset(actor=actor, now=now, name=name, reason=reason)
        return restore_version(name, previous_version, actor=actor, now=now)
    drop_table(name, actor=actor, now=now)
    forget_rejected(name)
    return None


class _Watch:
    """Tells how far an import is and ends it when it is cancelled."""

    def __init__(self, progress: Progress | None, cancelled: Cancelled | None) -> None:
        self._progress = progress or (lambda stage, done: None)
        self._cancelled = cancelled or (lambda: False)

        self._bytes = 0

    def count_bytes(self, count: int) -> None:
        self._bytes += count
        self.tell("reading", self._bytes)

    def tell(self, stage: str, done: int) -> None:
        if self._cancelled():
            raise ImportCancelled(
                "import.cancelled",
                "가져오기를 취소했습니다. 저장된 것은 없습니다.",
                "the import was cancelled; nothing was written",
            )
        self._progress(stage, done)

    def follow(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        rows = 0
        for batch in batches:
            self.tell("writing", rows)
            rows += batch.num_rows
            yield batch
        self.tell("writing", rows)


def _sample(
    batches: Iterator[pa.RecordBatch], lon: str | None, lat: str | None
) -> tuple[list[list[Any]], list[tuple[float, float]]]:
    """Return the first rows, and points spread over the first batch."""
    first = next(batches, None)
    if first is None:
        return [], []
    rows = [list(row.values()) for row in first.slice(0, PREVIEW_ROWS).to_pylist()]
    if lon is None or lat is None:
        return rows, []
    placed = first.select([lon, lat]).drop_null()
    placed = placed.take(pa.array(range(0, placed.num_rows, max(1, placed.num_rows // PREVIEW_POINTS))))
    return rows, [(point[lon], point[lat]) for point in placed.to_pylist()]


def _changed_since(name: str) -> Conflict:
    return Conflict(
        "import.changed_since",
        f"{name}이(가) 그 뒤에 바뀌어 되돌릴 수 없습니다. 판 목록에서 골라 되돌려 주십시오.",
        f"{name} has changed since, so this import can't be taken back; restore a version from its history",
    )


def _read(path: Path, watch: _Watch, sheet: str | None) -> FileReading:
    try:
        return read_file(path, locate=name_districts, progress=watch.count_bytes, sheet=sheet)
    except (MadangError, MemoryError):
        raise
    except Exception as error:  # whatever a damaged file does to a parser, people get a sentence
        reference = new_id()
        log.exception("import %s: %s", reference, path.name)
        raise BadInput(
            "import.unreadable",
            f"파일을 읽는 중 문제가 생겼습니다. 문의 번호: {reference}",
            f"the file can't be read ({type(error).__name__}); if it should be, tell us this number: {reference}",
            reference=reference,
        ) from error


def _finish(actor: Actor, now: datetime, name: str, choice: ImportChoice) -> None:
    """Measure, then write the words that the catalogue keeps beside the table and publish, both or neither."""
    measure_quality(now=now, name=name)
    with transaction.atomic():
        if choice.category is not None or choice.keywords is not None:
            change = DatasetChange(category=choice.category, keywords=choice.keywords)
            describe_dataset(actor=actor, now=now, name=name, change=change)
        if choice.publish:
            publish_dataset(actor=actor, now=now, name=name)


def _take_back(actor: Actor, now: datetime, outcome: ImportOutcome, version: int) -> None:
    """Undo rows that were written before the rest of the import failed, unless others changed them since."""
    try:
        undo_import(
            actor=actor,
            now=now,
            name=outcome.report.table,
            version=version,
            previous_version=outcome.previous_version,
            was_published=outcome.was_published,
        )
    except MadangError:
        log.exception("import of %s: version %s stays", outcome.report.table, version)
