"""Rows on their way through: an Arrow file on disk, so that memory stays flat."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

LINE = "__line"
DOUBT = "__doubt"
# Why a row's values may stand in other columns than theirs: it has fewer fields than the header, or one more
# that is empty where other rows have none, or none more where others have.
SOUND, SHORT, LONG, BARE = 0, 1, 2, 3
POINT_X = "__x"
POINT_Y = "__y"
HIDDEN = (pa.field(LINE, pa.int64()), pa.field(DOUBT, pa.int8()))


class Spool:
    """A temporary table of raw columns, written once and read as often as needed.

    Besides the source's columns each batch holds the line a row began at, and whether the row is
    doubtful (`SHORT`, `LONG`, `BARE`); those of geometries also a point inside each, in the system `epsg` where
    the source names one, and the column `shape` holds them. `titles` are what a source calls columns beside their names.
    `heed` is called with each batch that is read: what it raises ends the reading.
    """

    def __init__(self, fields: list[pa.Field], epsg: int | None = None, shape: str = "geometry") -> None:
        self.epsg, self.shape = epsg, shape
        self.titles: dict[str, str] = {}
        self.heed: Callable[[], object] = lambda: None
        self.schema = pa.schema([*fields, *HIDDEN])
        self.row_count = self.doubtful_count = 0
        self._file = tempfile.TemporaryFile()  # noqa: SIM115
        self._writer = pa.ipc.new_stream(self._file, self.schema)

    def write(self, batch: pa.RecordBatch) -> None:
        """Append one batch of the spool's schema."""
        self._writer.write_batch(batch)
        self.row_count += batch.num_rows
        self.doubtful_count += pc.sum(pc.not_equal(batch.column(DOUBT), SOUND)).as_py() or 0

    def finish(self) -> None:
        """End writing; reading may begin."""
        self._writer.close()
        self._file.flush()

    def read(self, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Yield the batches again, whole or only some columns."""
        self._file.seek(0)
        with pa.ipc.open_stream(pa.PythonFile(self._file, mode="r")) as reader:
            for batch in reader:
                self.heed()
                yield batch if columns is None else batch.select(columns)

    def close(self) -> None:
        """Remove the temporary file."""
        self._file.close()
