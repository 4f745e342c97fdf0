"""Answers to readers' questions, and to those of measuring quality."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from madang.core.base.interface import Column, ColumnType
from madang.core.lake.records import PLACE, AnyOf, Filter, Query, Snapshot

from .connection import Cursor, run
from .directions import measure_table_sql
from .sql import (
    SQL_TYPES,
    group_sql,
    name_of,
    names_place,
    order_sql,
    places_sql,
    quote,
    relation_sql,
    select_sql,
    where_sql,
)


def read(snapshot: Snapshot, query: Query) -> pa.Table:
    """Return the rows of `query`."""
    with Cursor() as cursor:
        return cursor.execute(*select_sql(snapshot, query)).to_arrow_table()


def read_places(snapshot: Snapshot, columns: Sequence[Column], places: Sequence[int]) -> pa.Table:
    """Return the rows at some places, which rise, of a snapshot that has places."""
    with Cursor() as cursor:
        return cursor.execute(places_sql(snapshot, columns, places)).to_arrow_table()


def iter_batches(snapshot: Snapshot, query: Query, batch_rows: int) -> Iterator[pa.RecordBatch]:
    """Yield the rows of `query` in batches, holding only a few of them in memory."""
    with Cursor() as cursor:
        yield from cursor.execute(*select_sql(snapshot, query)).to_arrow_reader(batch_rows)


def count(snapshot: Snapshot, where: Sequence[Filter | AnyOf]) -> int:
    """Return how many rows satisfy `where`."""
    conditions, values = where_sql(where)
    with_place = names_place(snapshot, Query(columns=(), where=tuple(where)))
    rows = relation_sql(snapshot, where=where, with_place=with_place)
    with Cursor() as cursor:
        row = cursor.execute(f"SELECT count(*) FROM ({rows}){conditions}", values).fetchone()  # noqa: S608
        return int(row[0]) if row else 0


def aggregate(snapshot: Snapshot, query: Query) -> pa.Table:
    """Return one row a group: its groups, then its measures."""
    types = {PLACE: ColumnType.INTEGER} | {column.name: column.type for column in snapshot.table.columns}
    groups = [f"{group_sql(group, types[group.column])} AS {quote(name_of(group))}" for group in query.groups]
    directions = snapshot.table.directions
    measures = [
        f"{measure_table_sql(one, query, directions)} AS {quote(name_of(one))}" for one in query.measures
    ]
    conditions, values = where_sql(query.where)
    grouping = f" GROUP BY {', '.join(str(n + 1) for n in range(len(groups)))}" if groups else ""
    rows = relation_sql(snapshot, where=query.where, with_place=names_place(snapshot, query))
    sql = f"SELECT {', '.join([*groups, *measures])} FROM ({rows}){conditions}{grouping}"  # noqa: S608
    order, more = order_sql(query)
    with Cursor() as cursor:
        return shrink(cursor.execute(sql + order, [*values, *more]).to_arrow_table())


def count_distinct(snapshot: Snapshot, columns: Sequence[str]) -> int:
    """Return how many different combinations of values `columns` have."""
    names = ", ".join(quote(name) for name in columns)
    sql = f"SELECT count(*) FROM (SELECT DISTINCT {names} FROM ({relation_sql(snapshot)}))"  # noqa: S608
    with Cursor() as cursor:
        row = cursor.execute(sql).fetchone()
        return int(row[0]) if row else 0


def count_bins(snapshot: Snapshot, column: Column, low: float, high: float, bins: int) -> tuple[int, ...]:
    """Return how many values fall into each of `bins` equal steps from `low` to `high` (both included)."""
    name = quote(column.name)
    place = f"least(floor(({name}::DOUBLE - ?) / ?)::INTEGER, {int(bins) - 1})"
    sql = (
        f"SELECT {place} AS bin, count(*) FROM ({relation_sql(snapshot)}) WHERE {name} IS NOT NULL GROUP BY 1"  # noqa: S608
    )
    counts = [0] * bins
    with Cursor() as cursor:
        for number, rows in cursor.execute(sql, [low, (high - low) / bins]).fetchall():
            counts[max(number, 0)] += rows
    return tuple(counts)


def judge_values(column: Column, values: Sequence[pa.Array], one: Filter) -> list[np.ndarray]:
    """Return, for each of some arrays of a column's values, which of them satisfy a condition."""
    conditions, bound = where_sql([one])
    name, at = quote(column.name), quote(f"{column.name} at")
    given = pa.table(
        {column.name: pa.concat_arrays(values), f"{column.name} at": np.arange(sum(map(len, values)))}
    )
    cast = f"SELECT {at}, {name}::{SQL_TYPES[column.type]} AS {name} FROM given"
    found = run(f"SELECT {at} FROM ({cast}){conditions}", bound, given=given)  # noqa: S608
    fits = np.zeros(given.num_rows, bool)
    fits[found.column(0).to_numpy()] = True
    return np.split(fits, np.cumsum([len(part) for part in values])[:-1])


def keep_rows(rows: pa.Table, where: Sequence[Filter | AnyOf]) -> pa.Table:
    """Return those of some rows in memory that satisfy `where`."""
    conditions, values = where_sql(where)
    return run(f"SELECT * FROM given{conditions}", values, given=rows)  # noqa: S608


def shrink(answer: pa.Table) -> pa.Table:
    """Return an answer in types that everybody can read.

    Decimals and 128-bit sums become whole numbers or, where they don't fit, numbers; times before the
    year 1 or after 9999 make their column text.
    """
    columns = []
    for column in answer.columns:
        if pa.types.is_decimal(column.type):
            try:
                column = column.cast(pa.int64())
            except pa.ArrowInvalid:
                column = column.cast(pa.float64())
        elif _has_far_years(column):
            column = column.cast(pa.string())
        columns.append(column)
    return pa.Table.from_arrays(columns, names=answer.column_names)


def _has_far_years(column: pa.ChunkedArray) -> bool:
    """Return whether a date or time lies in years that calendars don't have."""
    if not pa.types.is_timestamp(column.type) and not pa.types.is_date(column.type):
        return False
    try:
        pc.min_max(column).as_py()
    except (OverflowError, ValueError):
        return True
    return False
