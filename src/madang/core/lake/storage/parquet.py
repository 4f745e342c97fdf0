"""Parquet files of a table: written in bounded memory, complete and on the disk before anyone names them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from .durable import make_folder, refuse_when_full, sync_file

GROUP_ROWS = 122_880
"""Rows of a row group: DuckDB's own unit of parallel work."""
FILE_ROWS = 16 * GROUP_ROWS


class NewFile(msgspec.Struct, frozen=True, kw_only=True):
    """A finished file, relative to its table's folder."""

    path: str
    rows: int
    size_bytes: int
    date: str | None = None


def write_files(
    folder: Path,
    batches: Iterable[pa.Table | pa.RecordBatch],
    schema: pa.Schema,
    *,
    stem: str,
    date: str | None = None,
) -> list[NewFile]:
    """Write `batches` below `folder` as files of at most FILE_ROWS rows and fsync them and their folder.

    Memory holds one row group. On any error nothing is left behind.
    """
    target = folder / f"city_date={date}" if date else folder
    paths: list[Path] = []
    files: list[NewFile] = []
    try:
        with refuse_when_full():
            make_folder(target)
            for number, groups in enumerate(_split_files(_group_rows(batches, schema))):
                path = target / f"{stem}-{number:05d}.parquet"
                paths.append(path)
                rows = _write_file(path, groups, schema)
                files.append(_describe(folder, path, rows, date))
            sync_file(target)
    except BaseException:
        for path in paths:
            path.unlink(missing_ok=True)
        raise
    return files


def _write_file(path: Path, groups: Iterable[pa.Table], schema: pa.Schema) -> int:
    rows = 0
    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=3) as writer:
        for group in groups:
            writer.write_table(group, row_group_size=GROUP_ROWS)
            rows += group.num_rows
    sync_file(path)
    return rows


def _describe(folder: Path, path: Path, rows: int, date: str | None) -> NewFile:
    return NewFile(
        path=path.relative_to(folder).as_posix(), rows=rows, size_bytes=path.stat().st_size, date=date
    )


def _group_rows(batches: Iterable[pa.Table | pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    """Yield tables of GROUP_ROWS rows (the last one fewer)."""
    held: list[pa.Table] = []
    count = 0
    for batch in batches:
        table = pa.Table.from_batches([batch]) if isinstance(batch, pa.RecordBatch) else batch
        if table.num_rows == 0:
            continue
        held.append(table.cast(schema) if table.schema != schema else table)
        count += table.num_rows
        while count >= GROUP_ROWS:
            joined = pa.concat_tables(held)
            yield joined.slice(0, GROUP_ROWS)
            held = [joined.slice(GROUP_ROWS)]
            count -= GROUP_ROWS
    if count:
        yield pa.concat_tables(held)


def _split_files(groups: Iterator[pa.Table]) -> Iterator[Iterator[pa.Table]]:
    """Yield the groups of one file after the other; each must be used up before the next."""
    for first in groups:
        yield _take(first, groups, FILE_ROWS // GROUP_ROWS)


def _take(first: pa.Table, rest: Iterator[pa.Table], count: int) -> Iterator[pa.Table]:
    yield first
    for _ in range(count - 1):
        group = next(rest, None)
        if group is None:
            return
        yield group
