"""Reading a municipal file: sniff, spool, infer over all rows, place, and hand out record batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from madang.core.base.interface import BadInput, Column, ColumnType, Text

from .containers import sniff, unpack_zip
from .coordinates import Locate
from .delimited import spool_text
from .documents import spool_json
from .duplicates import Duplicates
from .headers import Header, is_counted, split_unit
from .inference import ARROW_TYPES, convert
from .judging import count_totals, judge, keep_rows
from .layers import spool_layer
from .markup import spool_xml
from .parquet import spool_parquet
from .placing import Placing
from .records import ImportReport, Notes, Place, RejectedRow, ReportColumn
from .refusals import refuse
from .spool import HIDDEN, POINT_X, POINT_Y, Spool
from .workbooks import spool_html, spool_workbook

_MIN_REFUSED = 4
_AMOUNTS = {ColumnType.INTEGER, ColumnType.NUMBER}
# What a row is called stands in one of its first words.
_CALLED = 2
_OWN = {POINT_X, POINT_Y, *(field.name for field in HIDDEN)}
ADDED = {
    "lon": (ColumnType.NUMBER, "deg", Text(ko="경도 (EPSG:4326)", en="Longitude (EPSG:4326)")),
    "lat": (ColumnType.NUMBER, "deg", Text(ko="위도 (EPSG:4326)", en="Latitude (EPSG:4326)")),
    "outside_district": (ColumnType.BOOLEAN, "", Text(ko="적힌 자치구 밖", en="Outside its own district")),
}
"""Columns that a reading with a place adds after the source's own."""


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
        CSV, TSV, XLS, XLSX, JSON, GeoJSON, TopoJSON, Parquet, HTML table, XML, GeoPackage, KML; plain, gzip or zip; zipped
        shapefile.
    locate
        Gives for arrays of longitude and latitude the names of the districts ("서울특별시 강남구"), None
        outside; an attribute `names` may list all of them, another, `second`, is asked again before a row
        is flagged. Without it nothing is flagged, and plane coordinates are only believed where their
        columns are named so.
    progress
        Called with the number of bytes read since the last call, and with 0 while columns are judged; what it raises
        ends the reading.
    sheet
        Name of the sheet of a workbook or layer of a map file; the first that holds a table and is no cover otherwise. Others have none.

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

    `sheets` names those of a workbook, the one that is read first. `columns` and `schema` hold the source's columns and, where rows have a place, `lon`, `lat`
    (EPSG:4326) and `outside_district`, under names the source doesn't use. Where degrees stood in each
    other's column they are exchanged in the source's columns too.
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
        self._spool, self.encoding, header, self.sheets = _spool(path, notes, progress, sheet)
        self._units = dict(zip(header.names, header.units, strict=True)) if header else {}
        self._unit_above = header.unit if header else ""
        self._spool.heed = lambda: progress(0)
        try:
            self._decide()
            self._place(locate)
            self._spool.heed = lambda: None
        except BaseException:
            self.close()
            raise

    @property
    def shape(self) -> str | None:
        """The column that holds geometries as GeoJSON text, None without one."""
        return self._spool.shape if POINT_X in self._spool.schema.names else None

    @property
    def source_names(self) -> tuple[str, ...]:
        """The names of the source's own columns."""
        return tuple(self._names)

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
            columns = {name: self._convert(raw, name) for name in self._names}
            added: list[pa.Array] = []
            if self.place is not None:
                columns |= self._placing.set_right(raw, columns)
                added = self._placing.columns(raw, number)
            yield pa.RecordBatch.from_arrays([*columns.values(), *added], schema=self.schema)

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
        words = self._list_words()
        for raw in self._kept():
            duplicates.add(raw)
            self._notes.fix("totals_kept", count_totals(raw, words))
        self.key, fixes = duplicates.finish(self.rows_kept)
        for decision in self._decisions.values():
            for fix, count in decision.fixes.items():
                self._notes.fix(fix, count)
        for fix, count in fixes.items():
            self._notes.fix(fix, count)

    def _list_words(self) -> list[str]:
        """Return the columns that may call a row a total of others: [] where nothing can be summed."""
        kinds = {name: decision.type for name, decision in self._decisions.items()}
        words = [name for name in self._names if kinds.get(name) is ColumnType.TEXT][:_CALLED]
        first = next(self._kept(), None) if _AMOUNTS & set(kinds.values()) else None
        if first is None:
            return []
        # A column that says the same of every row, as of a city that all are parts of, tells none from others.
        return [name for name in words if count_totals(first, [name]) < first.num_rows]

    def _refuse_misfits(self) -> None:
        """Refuse a file most of whose rows don't fit the header: it isn't the table it was taken for."""
        rejected = sum(self._notes.rejected.values())
        kept = self._spool.row_count - len(self._dropped)
        # Lines without names that don't agree with each other, as of a log, are no table.
        is_nameless = all(name.startswith("column_") for name in self._decisions)
        if self._typed or rejected <= max(kept // 5 if is_nameless else kept, _MIN_REFUSED):
            return
        first = next(self._notes.rejected_rows())
        if first.reason != "other_table":
            raise refuse(
                "misfits",
                f"많은 줄이 머리글과 맞지 않습니다 ({first.reason})",
                f"too many lines don't fit the header ({first.reason})",
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
        unit, title = decision.unit or self._units.get(name, ""), name
        if not unit and decision.type in _AMOUNTS:
            plain, unit = split_unit(name)
            # Pages write the unit after the title.
            others = (split_unit(other)[0] for other in self._names if other != name)
            title = name if plain in others else plain
            unit = unit or (self._unit_above if is_counted(name) else "")
        described = Text(ko=self._spool.titles.get(name, title), en=title)
        return Column(name=name, type=decision.type, title=described, unit=unit)

    def _place(self, locate: Locate | None) -> None:
        """Find coordinates; where there are any, each row gets its point and whether it lies outside."""
        self.place: Place | None = None
        self._placing = Placing(self._kept, self._convert, locate, self._spool.epsg, self._spool.shape)
        kinds = {column.name: column.type for column in self.columns}
        numeric = [name for name, kind in kinds.items() if kind in _AMOUNTS]
        texts = [name for name, kind in kinds.items() if kind is ColumnType.TEXT]
        if not self.rows_kept or not self._placing.find(numeric, texts, self.rows_kept):
            self._notes.fix("coordinates_undecided", self._placing.undecided)
            return
        self.place = self._placing.count(self._notes)
        for name, (kind, unit, title) in ADDED.items():
            free = _free_name(name, {one.lower() for one in self._names})
            self.columns += (Column(name=free, type=kind, title=title, unit=unit),)
            self.schema = self.schema.append(pa.field(free, ARROW_TYPES[kind]))


Spooled = tuple[Spool, str | None, Header | None, tuple[str, ...]]
"""The rows of a file, its encoding, its header, and the names of its sheets or layers, the one that was read first."""
_SPOOLS: dict[str, Callable[[Path, Notes, Callable[[int], None], str | None], Spooled]] = {
    "text": lambda path, notes, progress, _: (*spool_text(path, notes, progress), ()),
    "json": lambda path, notes, progress, _: (*spool_json(path, notes, progress), None, ()),
    "xml": spool_xml,
    "html": lambda path, notes, _, __: (*spool_html(path, notes), ()),
    "parquet": lambda path, notes, progress, _: (spool_parquet(path, notes, progress), None, None, ()),
    "workbook": spool_workbook,
    "shapefile": partial(spool_layer, "shapefile"),
    "layer": partial(spool_layer, "layer"),
}


def _require_file(path: Path) -> None:
    if path.is_dir():
        raise refuse(
            "folder",
            f"{path}은(는) 폴더입니다. 파일을 지정해 주십시오.",
            f"{path} is a folder; name a file",
        )
    if not path.is_file():
        raise refuse("missing", f"{path} 파일이 없습니다", f"there is no file {path}")


def _spool(path: Path, notes: Notes, progress: Callable[[int], None], sheet: str | None) -> Spooled:
    _require_file(path)
    kind = sniff(path)
    if sheet is not None and kind in {"text", "json", "parquet", "html"}:
        raise refuse(
            "sheet",
            "시트나 레이어가 없는 파일입니다",
            "only a workbook has sheets and only a map file layers",
        )
    if kind == "zip":
        with unpack_zip(path) as inner:
            if sniff(inner) == "zip":
                raise refuse("zip", "ZIP 안에 ZIP이 있습니다", "there is a zip inside the zip")
            return _spool(inner, notes, progress, sheet)
    spool, encoding, header, sheets = _SPOOLS[kind](path, notes, progress, sheet)
    for fix, count in header.fixes.items() if header else ():
        notes.fix(fix, count)
    return spool, encoding, header, sheets


def _free_name(name: str, taken: set[str]) -> str:
    """Return `name`, or one like it that isn't among the lower-case names `taken`."""
    free = name if name not in taken else f"{name}_4326"
    while free in taken:
        free += "_"
    return free


def _has_value(column: pa.Array) -> bool:
    if column.type != pa.string():
        return column.null_count < len(column)
    return bool(pc.any(pc.greater(pc.binary_length(pc.utf8_trim_whitespace(column)), 0)).as_py())


__all__ = ["BadInput", "FileReading", "Locate", "read_file"]
