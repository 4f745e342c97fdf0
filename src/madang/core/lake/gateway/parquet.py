"""Parquet files, whose columns come typed."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyproj
import shapely

from .containers import open_bytes
from .features import read_wkb
from .headers import name_columns
from .records import Notes
from .refusals import refuse
from .spool import POINT_X, POINT_Y, SOUND, Spool
from .values import is_in_calendar

_BATCH = 65_536
_CITY = "Asia/Seoul"
# What a double holds of a decimal number, whatever its digits are.
_MAX_DIGITS = 15


def spool_parquet(path: Path, notes: Notes, progress: Callable[[int], None]) -> Spool:
    """Spool a Parquet file; nested values become JSON text, shapes GeoJSON."""
    try:
        with open_bytes(path) as stream:
            return _spool(pq.ParquetFile(stream), notes, progress)
    except (pa.ArrowException, shapely.errors.ShapelyError, OSError, EOFError) as error:
        raise refuse(
            "parquet", "Parquet 파일이 손상되었습니다", f"the Parquet file is damaged: {error}"
        ) from error


def _spool(source: pq.ParquetFile, notes: Notes, progress: Callable[[int], None]) -> Spool:
    schema = source.schema_arrow
    if not len(schema):
        raise refuse("no_table", "열이 없습니다", "the table has no columns")
    names, fixes = name_columns(schema.names)
    for fix, count in fixes.items():
        notes.fix(fix, count)
    targets = [_choose(source, position, field.type) for position, field in enumerate(schema)]
    shapes = _find_shapes(schema)
    fields = [pa.field(name, kind) for name, kind in zip(names, targets, strict=True)]
    points = [] if shapes is None else [pa.field(POINT_X, pa.float64()), pa.field(POINT_Y, pa.float64())]
    spool = Spool([*fields, *points], *() if shapes is None else (shapes.epsg, names[shapes.position]))
    row = 1
    for batch in source.iter_batches(_BATCH):
        columns, xy = list(batch.columns), []
        if shapes is not None:
            columns[shapes.position], *xy = read_wkb(columns[shapes.position])
        columns = [*(_cast(column, kind) for column, kind in zip(columns, targets, strict=True)), *xy]
        lines = pa.array(np.arange(row, row + batch.num_rows))
        columns += [lines, pa.array(np.full(batch.num_rows, SOUND, np.int8))]
        spool.write(pa.RecordBatch.from_arrays(columns, schema=spool.schema))
        row += batch.num_rows
        progress(batch.nbytes)
    spool.finish()
    return spool


class _Shapes(msgspec.Struct, frozen=True, kw_only=True):
    """Where a GeoParquet file holds its geometries, and in which system: an EPSG number, None if unknown."""

    position: int
    epsg: int | None


def _find_shapes(schema: pa.Schema) -> _Shapes | None:
    """Return the main geometries of a GeoParquet file (1.1, encoded as WKB), None where there are none."""
    try:
        about = msgspec.json.decode((schema.metadata or {}).get(b"geo", b"null"))
        name = about["primary_column"]
        column, position = about["columns"][name], schema.get_field_index(name)
        crs = column.get("crs", 4326)
    except (msgspec.DecodeError, LookupError, TypeError, AttributeError):
        return None
    if position < 0 or column.get("encoding") != "WKB" or not _is_bytes(schema.types[position]):
        return None
    try:
        return _Shapes(position=position, epsg=crs and pyproj.CRS.from_user_input(crs).to_epsg())
    except pyproj.exceptions.CRSError:
        return _Shapes(position=position, epsg=None)


def _choose(source: pq.ParquetFile, position: int, kind: pa.DataType) -> pa.DataType:
    """Return the type of a column; text where a value would be another one in the type it should have."""
    target = _target(kind)
    if not (pa.types.is_timestamp(kind) or pa.types.is_decimal(kind) or pa.types.is_uint64(kind)):
        return target
    name = source.schema_arrow.names[position]
    columns = (batch.column(0) for batch in source.iter_batches(_BATCH, columns=[name]))
    return target if all(_keeps_values(column, target) for column in columns) else pa.large_string()


def _keeps_values(column: pa.Array, target: pa.DataType) -> bool:
    if pa.types.is_decimal(column.type):
        largest = pc.max(pc.abs(column)).as_py()
        return largest is None or len((largest or Decimal(0)).as_tuple().digits) <= _MAX_DIGITS
    if pa.types.is_uint64(column.type):
        return (pc.max(column).as_py() or 0) < 1 << 63
    moments = _cast(column, target)
    if column.type.tz is None:
        naive = column.cast(pa.timestamp("us"), safe=False)
        shown = pc.local_timestamp(moments.cast(pa.timestamp("us", _CITY)))
        if not pc.all(pc.equal(shown, naive), min_count=0).as_py():
            return False
    return is_in_calendar(moments)


def _target(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return _target(kind.value_type)
    if pa.types.is_boolean(kind):
        return pa.bool_()
    if pa.types.is_integer(kind):
        return pa.int64()
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return pa.float64()
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", "UTC")
    if pa.types.is_date(kind):
        return pa.date32()
    return pa.large_string()


def _cast(column: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_timestamp(column.type) and column.type.tz is None and kind != pa.large_string():
        column = pc.assume_timezone(
            column.cast(pa.timestamp("us"), safe=False), _CITY, ambiguous="earliest", nonexistent="earliest"
        )
    if pa.types.is_floating(column.type):
        # Programs write NaN where a number is missing.
        column = pc.if_else(pc.is_finite(column), column, pa.scalar(None, column.type))
    if kind != pa.large_string():
        return column.cast(kind, safe=False)
    if not any(test(column.type) for test in (pa.types.is_nested, _is_bytes, pa.types.is_duration)):
        return column.cast(kind)
    return pa.array([_as_text(value) for value in column.to_pylist()], kind)


def _is_bytes(kind: pa.DataType) -> bool:
    return pa.types.is_binary(kind) or pa.types.is_large_binary(kind)


def _as_text(value: object) -> str | None:
    plain = msgspec.to_builtins(value)
    return plain if plain is None or isinstance(plain, str) else msgspec.json.encode(plain).decode()
