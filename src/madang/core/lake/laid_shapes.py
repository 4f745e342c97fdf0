"""Lines and areas of large datasets, laid beside their files: boxes to look through, geometries to take out singly.

A data file never changes, so what is laid beside it doesn't either. It is Arrow's own file, mapped and not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely

from madang.core.base.interface import Table

from .folders import codes_path, table_path
from .reading import Reader
from .records import DataFile
from .shapes import find_shape_column, mend_shapes, read_shapes
from .storage.durable import refuse_when_full, sync_file
from .tables_on_disk import read_snapshot

LEAST_ROWS = 20_000
"""Rows from which on a dataset's lines and areas are laid: those of smaller ones are held in memory."""
_BATCH_ROWS = 16_384
_EDGES = ("west", "south", "east", "north")
_SCHEMA = pa.schema(
    [
        *((name, pa.float64()) for name in (*_EDGES, "lon", "lat")),
        ("dimension", pa.int8()),
        ("wkb", pa.large_binary()),
    ]
)
Box = tuple[float, float, float, float]


class Laid:
    """The shapes of all rows of a version, in EPSG:4326 and the order they are stored in, each known by its position."""

    def __init__(self, files: list[pa.Table]) -> None:
        self._table = pa.concat_tables(files)

    def find(self, box: Box) -> np.ndarray:
        """Return the positions of those whose boxes meet a box of degrees."""
        found, begin = [np.empty(0, np.int64)], 0
        for batch in self._table.to_batches():
            found.append(np.flatnonzero(meet(_read_bounds(batch).T, box)) + begin)
            begin += batch.num_rows
        return np.concatenate(found)

    def take(self, at: np.ndarray) -> np.ndarray:
        """Return the geometries at some positions, None where a row has no place."""
        texts = self._table.column("wkb").take(pa.array(at))
        return shapely.from_wkb(np.array(texts.to_pylist(), object))

    def measure(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return (boxes n × 4, dimensions, longitudes and latitudes of a point inside) at some positions."""
        rows = self._table.drop_columns(["wkb"]).take(pa.array(at))
        dimensions, lon, lat = (rows.column(name).to_numpy() for name in ("dimension", "lon", "lat"))
        return _read_bounds(rows), dimensions, lon, lat

    def iter_boxes(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield (boxes n × 4, dimensions) of all, part by part."""
        for batch in self._table.to_batches():
            yield _read_bounds(batch), batch.column("dimension").to_numpy()


def find_laid(reader: Reader) -> Laid | None:
    """Return the laid shapes of what a reader sees; None where a file has none, or not all of it may be seen."""
    shape = find_shape_column(reader.table, reader.table.columns)
    seen = {column.name for column in reader.columns}
    if not (shape and reader.has_places and {shape, reader.table.lon, reader.table.lat} <= seen):
        return None
    paths = tuple(_locate(file) for file in reader.snapshot.files)
    return _open(paths) if paths and all(path.is_file() for path in paths) else None


def lay_table(table: Table) -> int:
    """Lay the lines and areas of a large table beside those files that lack them, and return how many files."""
    snapshot, shape = read_snapshot(table), find_shape_column(table, table.columns)
    if not (shape and table.lon and table.lat and snapshot.rows >= LEAST_ROWS):
        return 0
    lacking = [file for file in snapshot.files if not _locate(file).is_file()]
    for file in lacking:
        _lay(Path(file.path), _locate(file), (table.lon, table.lat, shape))
    return len(lacking)


def meet(bounds: np.ndarray, box: Box) -> np.ndarray:
    """Return which of some boxes (4 × n) meet a box of degrees, edges included.

    Where its west is beyond its east the box crosses the antimeridian.
    """
    west, south, east, north = box
    left, low, right, high = bounds
    after, before = right >= west, left <= east
    return (after & before if west <= east else after | before) & (high >= south) & (low <= north)


def _lay(data: Path, target: Path, place: tuple[str, str, str]) -> None:
    partial = target.with_name(f"{target.name}.part")
    with refuse_when_full(), pq.ParquetFile(data) as file:
        target.parent.mkdir(parents=True, exist_ok=True)
        with pa.OSFile(str(partial), "wb") as sink, pa.ipc.new_file(sink, _SCHEMA) as writer:
            for rows in file.iter_batches(_BATCH_ROWS, columns=list(place)):
                writer.write_batch(_describe(rows, place))
        sync_file(partial)
        partial.replace(target)


def _describe(rows: pa.RecordBatch, place: tuple[str, str, str]) -> pa.RecordBatch:
    shapes = mend_shapes(read_shapes(rows, *place)[0])
    points = (pc.fill_null(rows.column(name).cast(pa.float64()), np.nan) for name in place[:2])
    kinds = shapely.get_dimensions(shapes).astype(np.int8)
    columns = [*shapely.bounds(shapes).reshape(-1, 4).T, *points, kinds, shapely.to_wkb(shapes)]
    return pa.RecordBatch.from_arrays(
        [pa.array(one, field.type) for one, field in zip(columns, _SCHEMA, strict=True)], schema=_SCHEMA
    )


def _read_bounds(rows: pa.RecordBatch | pa.Table) -> np.ndarray:
    return np.column_stack([rows.column(name).to_numpy() for name in _EDGES])


@lru_cache(maxsize=64)
def _open(paths: tuple[Path, ...]) -> Laid:
    return Laid([pa.ipc.open_file(pa.memory_map(str(path))).read_all() for path in paths])


def _locate(file: DataFile) -> Path:
    return codes_path() / Path(file.path).relative_to(table_path("")).with_suffix(".shapes.arrow")
