"""Reading a municipal file: sniff, spool, infer over all rows, place, and hand out record batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from madang.core.base.interface import BadInput, Column, ColumnType, Text

from . import coordinates as geo
from .containers import sniff, unpack_zip
from .delimited import spool_text
from .districts import find_district_column, find_elsewhere, named_districts, share_at_home
from .documents import spool_json
from .duplicates import Duplicates
from .features import GEOMETRY
from .inference import ARROW_TYPES, convert
from .judging import judge, keep_rows
from .parquet import spool_parquet
from .records import ImportReport, Notes, Place, RejectedRow, ReportColumn
from .refusals import refuse
from .spool import HIDDEN, POINT_X, POINT_Y, Spool
from .values import parse_number, trim
from .workbooks import spool_html, spool_workbook

Locate = geo.Locate
_SAMPLE_ROWS = 200_000
_MIN_REFUSED = 4
_OWN = {POINT_X, POINT_Y, *(field.name for field in HIDDEN)}
ADDED = {
    "lon": Text(ko="경도 (EPSG:4326)", en="Longitude (EPSG:4326)"),
    "lat": Text(ko="위도 (EPSG:4326)", en="Latitude (EPSG:4326)"),
    "outside_district": Text(ko="적힌 자치구 밖", en="Outside its own district"),
}


def read_file(
    path: Path | str,
    *,
    locate: Locate | None = None,
    progress: Callable[[int], None] | None = None,
    sheet: str | None = None,
) -> FileReading:
    """Read any tabular file and return it typed, placed and counted.

    Parameters
    ----------
    path
        CSV, TSV, XLS, XLSX, JSON, GeoJSON, TopoJSON, Parquet, HTML table; plain, gzip or zip.
    locate
        Gives for arrays of longitude and latitude the names of the districts ("서울특별시 강남구"), None
        outside; an attribute `names` may list all of them. Without it nothing is flagged, and plane
        coordinates are only believed where their columns are named so.
    progress
        Called with the number of bytes read since the last call; what it raises ends the reading.
    sheet
        Name of the sheet of a workbook; the first that holds a table otherwise.

    Raises
    ------
    BadInput
        What can't be read, with the line where there is one.
    """
    notes = Notes()
    try:
        reading = FileReading(Path(path), notes, locate, progress or (lambda _: None), sheet)
    except BaseException:
        notes.close()
        raise
    return reading


class FileReading:
    """One file read: iterate `batches()`, then `close()` it (or use it in a `with`).

    `columns` and `schema` hold the source's columns and, where rows have a place, `lon`, `lat`
    (EPSG:4326) and `outside_district`, under names the source doesn't use.
    """

    def __init__(
        self,
        path: Path,
        notes: Notes,
        locate: Locate | None,
        progress: Callable[[int], None],
        sheet: str | None,
    ) -> None:
        self._notes = notes
        self._spool, self.encoding, self._units = _spool(path, notes, progress, sheet)
        try:
            self._decide()
            self._place(locate)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> FileReading:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove the temporary files."""
        self._spool.close()
        self._notes.close()

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the kept rows in the final schema, in the order of the file."""
        for number, raw in enumerate(self._kept()):
            columns = [self._convert(raw, name) for name in self._names]
            if self.pair is not None:
                columns += self._place_columns(raw, number)
            yield pa.RecordBatch.from_arrays(columns, schema=self.schema)

    def rejected_rows(self) -> Iterator[RejectedRow]:
        """Yield the rows that weren't kept."""
        return self._notes.rejected_rows()

    def report(self, table: str) -> ImportReport:
        """Return what the import into `table` did."""
        rejected = dict(self._notes.rejected)
        return ImportReport(
            table=table,
            encoding=self.encoding,
            rows_read=self.rows_kept + sum(rejected.values()),
            rows_kept=self.rows_kept,
            rejected=rejected,
            columns=tuple(
                ReportColumn(name=column.name, type=column.type.value)
                for column in self.columns[: len(self._names)]
            ),
            place=self.place,
            fixes=dict(self._notes.fixes),
        )

    def _decide(self) -> None:
        """Judge every column over all rows, then the rows that don't fit, then count."""
        fields = [field for field in self._spool.schema if field.name not in _OWN]
        self._typed = {
            field.name: pa.string() if field.type == pa.large_string() else field.type
            for field in fields
            if field.type != pa.string()
        }
        judgement = judge(self._spool, [f.name for f in fields if f.name not in self._typed], self._notes)
        self._decisions, self._dropped = judgement.decisions, judgement.dropped
        self._refuse_misfits()
        self._names = self._drop_empty([field.name for field in fields])
        self.rows_kept = self._spool.row_count - len(self._dropped)
        self.columns = tuple(self._column(name) for name in self._names)
        self.schema = pa.schema([(name, self._arrow_type(name)) for name in self._names])
        duplicates = Duplicates(self._names)
        for raw in self._kept():
            duplicates.add(raw)
        self.key, fixes = duplicates.finish(self.rows_kept)
        for decision in self._decisions.values():
            for fix, count in decision.fixes.items():
                self._notes.fix(fix, count)
        for fix, count in fixes.items():
            self._notes.fix(fix, count)

    def _refuse_misfits(self) -> None:
        """Refuse a file most of whose rows don't fit the header: it isn't the table it was taken for."""
        rejected = sum(self._notes.rejected.values())
        if self._typed or rejected <= max(self._spool.row_count - len(self._dropped), _MIN_REFUSED):
            return
        first = next(self._notes.rejected_rows())
        if first.reason != "other_table":
            raise refuse(
                "misfits",
                f"대부분의 줄이 머리글과 맞지 않습니다 ({first.reason})",
                f"most lines don't fit the header ({first.reason})",
                line=first.line,
            )

    def _drop_empty(self, names: list[str]) -> list[str]:
        """Return the names without generated ones that hold nothing at all."""
        generated = {name for name in names if name.startswith("column_")}
        for raw in self._kept():
            generated -= {name for name in generated if _has_value(raw.column(name))}
            if not generated:
                break
        self._notes.fix("empty_columns_dropped", len(generated))
        return [name for name in names if name not in generated]

    def _kept(self) -> Iterator[pa.RecordBatch]:
        return keep_rows(self._spool, self._dropped)

    def _convert(self, raw: pa.RecordBatch, name: str) -> pa.Array:
        if name in self._typed:
            return raw.column(name).cast(self._typed[name])
        return convert(raw.column(name), self._decisions[name])

    def _arrow_type(self, name: str) -> pa.DataType:
        return self._typed.get(name) or ARROW_TYPES[self._decisions[name].type]

    def _column(self, name: str) -> Column:
        if name in self._typed:
            kind = next(kind for kind, arrow in ARROW_TYPES.items() if arrow == self._typed[name])
            return Column(name=name, type=kind, title=Text(ko=name, en=name))
        decision = self._decisions[name]
        unit = decision.unit or self._units.get(name, "")
        return Column(name=name, type=decision.type, title=Text(ko=name, en=name), unit=unit)

    def _place(self, locate: Locate | None) -> None:
        """Find coordinates, then count what was swapped, zero or outside its own district."""
        self.place: Place | None = None
        self.pair = None
        self._locate = locate
        self._district: str | None = None
        numeric = [c.name for c in self.columns if c.type in {ColumnType.INTEGER, ColumnType.NUMBER}]
        texts = [c.name for c in self.columns if c.type is ColumnType.TEXT]
        # A word among the numbers makes a column text, but its coordinates are still coordinates.
        numeric += [name for name in texts if geo.is_named_so(name)]
        if POINT_X in self._spool.schema.names:
            numeric = [POINT_X, POINT_Y]
        if len(numeric) < 2 or not self.rows_kept:
            return
        sample, words = self._sample(numeric, texts)
        self._district = find_district_column(words)
        self.pair = geo.find_degrees(sample) or geo.find_plane(sample, self._judge(words))
        if self.pair is None:
            return
        self._add_columns()
        self._count_places()

    def _sample(self, numeric: list[str], texts: list[str]) -> tuple[dict, dict]:
        numbers: dict[str, list] = {name: [] for name in numeric}
        words: dict[str, list] = {name: [] for name in texts}
        count = 0
        for raw in self._kept():
            for name, parts in numbers.items():
                parts.append(self._numbers(raw, name))
            for name, parts in words.items():
                parts.append(self._convert(raw, name))
            count += raw.num_rows
            if count >= _SAMPLE_ROWS:
                break
        return (
            {name: np.concatenate(parts) for name, parts in numbers.items()},
            {name: pa.concat_arrays(parts) for name, parts in words.items()},
        )

    def _numbers(self, raw: pa.RecordBatch, name: str) -> np.ndarray:
        values = raw.column(name) if name in _OWN else self._convert(raw, name)
        return _floats(parse_number(trim(values)) if pa.types.is_string(values.type) else values)

    def _judge(self, words: dict[str, pa.Array]) -> geo.Judge:
        named = named_districts(words[self._district]) if self._district else None

        def judge(lon: np.ndarray, lat: np.ndarray, rows: np.ndarray) -> geo.Verdict:
            if self._locate is None:
                return geo.Verdict(at_home=None, on_land=1.0)
            located = self._locate(lon, lat)
            return geo.Verdict(
                at_home=share_at_home(named[rows], located) if named is not None else None,
                on_land=float(np.mean([bool(name) for name in located])),
            )

        return judge

    def _add_columns(self) -> None:
        taken = set(self._names)
        for name, title in ADDED.items():
            free = name if name not in taken else f"{name}_4326" if name != "outside_district" else f"{name}_"
            while free in taken:
                free += "_"
            kind = ColumnType.BOOLEAN if name == "outside_district" else ColumnType.NUMBER
            unit = "" if kind is ColumnType.BOOLEAN else "deg"
            self.columns += (Column(name=free, type=kind, title=title, unit=unit),)
            self.schema = self.schema.append(pa.field(free, ARROW_TYPES[kind]))

    def _count_places(self) -> None:
        swapped = outside = 0
        self._known = self._list_known()
        self._elsewhere = []
        for raw in self._kept():
            points = self._read_points(raw)
            elsewhere = self._find_elsewhere(raw, points)
            self._elsewhere.append(np.packbits(elsewhere))
            swapped += int(points.swapped.sum())
            outside += int(elsewhere.sum())
            self._notes.fix("zero_coordinates", int(points.zero.sum()))
        self._notes.fix("coordinates_swapped", swapped)
        lon, lat = (GEOMETRY if name in _OWN else name for name in (self.pair.lon, self.pair.lat))
        self.place = Place(lon=lon, lat=lat, crs=self.pair.crs, swapped=swapped, outside_district=outside)

    def _list_known(self) -> set[str]:
        """Return the districts there are, or where `locate` doesn't say, those that the first rows lie in."""
        if self._locate is None or not self._district:
            return set()
        names = getattr(self._locate, "names", None)
        if names is not None:
            return set(names)
        known: set[str] = set()
        for raw, _ in zip(self._kept(), range(50), strict=False):
            points = self._read_points(raw)
            located = self._locate(points.lon, points.lat)
            known.update(name for name in located if name)
        return known

    def _read_points(self, raw: pa.RecordBatch) -> geo.Points:
        x, y = (self._numbers(raw, name) for name in (self.pair.lon, self.pair.lat))
        return geo.read_points(self.pair, x, y)

    def _find_elsewhere(self, raw: pa.RecordBatch, points: geo.Points) -> np.ndarray:
        elsewhere = np.zeros(raw.num_rows, bool)
        given = np.isfinite(points.lon) & np.isfinite(points.lat)
        if self._locate is not None and self._district and given.any():
            named = named_districts(self._convert(raw, self._district))
            located = self._locate(points.lon[given], points.lat[given])
            elsewhere[given] = find_elsewhere(named[given], located, self._known)
        return elsewhere

    def _place_columns(self, raw: pa.RecordBatch, number: int) -> list[pa.Array]:
        points = self._read_points(raw)
        elsewhere = np.unpackbits(self._elsewhere[number], count=raw.num_rows).astype(bool)
        missing = np.isnan(points.lon) | np.isnan(points.lat)
        return [
            pa.array(points.lon, mask=missing),
            pa.array(points.lat, mask=missing),
            pa.array(elsewhere, mask=missing),
        ]


def _spool(
    path: Path, notes: Notes, progress: Callable[[int], None], sheet: str | None
) -> tuple[Spool, str | None, dict[str, str]]:
    if not path.is_file():
        raise refuse("missing", f"{path.name} 파일이 없습니다", f"there is no file {path.name}")
    kind = sniff(path)
    if kind == "text":
        spool, encoding, header = spool_text(path, notes, progress)
    elif kind == "json":
        return (*spool_json(path, notes, progress), {})
    elif kind == "parquet":
        return spool_parquet(path, notes, progress), None, {}
    elif kind == "html":
        spool, encoding, header = spool_html(path, notes)
    elif kind == "zip":
        with unpack_zip(path) as inner:
            if sniff(inner) == "zip":
                raise refuse("zip", "ZIP 안에 ZIP이 있습니다", "there is a zip inside the zip")
            return _spool(inner, notes, progress, sheet)
    else:
        spool, encoding, header = spool_workbook(path, notes, progress, sheet)
    for fix, count in header.fixes.items():
        notes.fix(fix, count)
    return spool, encoding, dict(zip(header.names, header.units, strict=True))


def _floats(values: pa.Array) -> np.ndarray:
    return np.asarray(pc.cast(values, pa.float64(), safe=False).to_numpy(zero_copy_only=False), float)


def _has_value(column: pa.Array) -> bool:
    if column.type != pa.string():
        return column.null_count < len(column)
    return bool(pc.any(pc.greater(pc.binary_length(pc.utf8_trim_whitespace(column)), 0)).as_py())


__all__ = ["BadInput", "FileReading", "Locate", "read_file"]
