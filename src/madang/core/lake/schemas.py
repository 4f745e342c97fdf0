"""Declared columns as Arrow types, and batches made to fit them."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from madang.core.base.interface import BadInput, Column, ColumnType, Table, TableKind, Text

REVISION = "revision"
"""Column of a stream that decides between rows of one key and time: the highest wins."""
AS_IT_ARRIVES = -1
"""Revision of a row whose sender numbers nothing: the writer numbers it above what is there, unless it is the same."""

ARROW_TYPES: dict[ColumnType, pa.DataType] = {
    ColumnType.TEXT: pa.string(),
    ColumnType.INTEGER: pa.int64(),
    ColumnType.NUMBER: pa.float64(),
    ColumnType.BOOLEAN: pa.bool_(),
    ColumnType.DATE: pa.date32(),
    ColumnType.TIME: pa.timestamp("us", tz="UTC"),
    ColumnType.CLOCK: pa.string(),  # Delta has no time of day: kept as HH:MM:SS[.ffffff]
}


def list_stored_columns(table: Table) -> tuple[Column, ...]:
    """Return the columns of a table's files: those declared, and a stream's revision."""
    if table.kind is not TableKind.STREAM or any(column.name == REVISION for column in table.columns):
        return table.columns
    title = Text(ko="정정 차수", en="Revision")
    return (*table.columns, Column(name=REVISION, type=ColumnType.INTEGER, title=title))


def identity_of(table: Table) -> list[str]:
    """Return the columns that make a row of a stream itself: its key and its time."""
    return [*table.key, *([table.time] if table.time and table.time not in table.key else [])]


def make_schema(columns: tuple[Column, ...]) -> pa.Schema:
    """Return the Arrow schema of `columns`."""
    return pa.schema([pa.field(column.name, ARROW_TYPES[column.type]) for column in columns])


def conform(data: pa.RecordBatch | pa.Table, columns: tuple[Column, ...]) -> pa.Table:
    """Return `data` with exactly `columns`, in their order and types.

    Missing columns are filled with nulls, not-a-number becomes null and −0.0 becomes 0.0. Raises
    BadInput for unknown columns and for values that don't fit their type without loss.
    """
    data = pa.Table.from_batches([data]) if isinstance(data, pa.RecordBatch) else data
    unknown = [name for name in data.column_names if name not in {column.name for column in columns}]
    if unknown:
        names = ", ".join(unknown)
        raise BadInput(
            "lake.column_unknown", f"선언에 없는 열입니다: {names}", f"undeclared columns: {names}"
        )
    arrays = [_fit(data, column) for column in columns]
    return pa.Table.from_arrays(arrays, schema=make_schema(columns))


def _fit(data: pa.Table, column: Column) -> pa.ChunkedArray | pa.Array:
    wanted = ARROW_TYPES[column.type]
    if column.name not in data.column_names:
        return pa.nulls(data.num_rows, wanted)
    values = data.column(column.name)
    if pa.types.is_timestamp(values.type) and values.type.tz is None and column.type is ColumnType.TIME:
        raise _misfit(column, "no time zone")
    try:
        values = values if values.type == wanted else pc.cast(values, wanted, safe=True)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise _misfit(column, str(error)) from error
    return _clean_numbers(values) if column.type is ColumnType.NUMBER else values


def _clean_numbers(values: pa.ChunkedArray) -> pa.ChunkedArray:
    values = pc.add(values, 0.0)
    return pc.if_else(pc.is_finite(values), values, pa.scalar(None, pa.float64()))


def _misfit(column: Column, why: str) -> BadInput:
    return BadInput(
        "lake.column_type",
        f"열 {column.name}의 값이 {column.type} 형식이 아닙니다: {why}",
        f"column {column.name} doesn't fit type {column.type}: {why}",
        column=column.name,
    )
