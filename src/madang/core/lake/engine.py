"""The query seam: questions about a snapshot, answered by DuckDB.

Everything that is DuckDB's is in this module and in `sandbox`; a twin answers the same five functions.
Names in a Query have been checked by the reader; values are always bound, never written into SQL.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings

from madang.core.base.interface import CITY_TIMEZONE, Column, ColumnType, Table, TableKind

from .folders import scratch_path
from .records import DataFile, Filter, Group, Measure, Op, Order, Query, Snapshot
from .schemas import REVISION, identity_of, list_stored_columns

SQL_TYPES = {
    ColumnType.TEXT: "VARCHAR",
    ColumnType.INTEGER: "BIGINT",
    ColumnType.NUMBER: "DOUBLE",
    ColumnType.BOOLEAN: "BOOLEAN",
    ColumnType.DATE: "DATE",
    ColumnType.TIME: "TIMESTAMPTZ",
    ColumnType.CLOCK: "VARCHAR",
}
MEASURES = {
    "count": "count({0})",
    "distinct": "count(DISTINCT {0})",
    "sum": "sum({0})",
    "mean": "avg({0})",
    "median": "median({0})",
    "min": "min({0})",
    "max": "max({0})",
    "stddev": "stddev_samp({0})",
}
_COMPARISONS = {Op.EQ: "=", Op.NE: "!=", Op.LT: "<", Op.LE: "<=", Op.GT: ">", Op.GE: ">="}
_guard = threading.Lock()
_connections: dict[int, duckdb.DuckDBPyConnection] = {}


def read(snapshot: Snapshot, query: Query) -> pa.Table:
    """Return the rows of `query`."""
    with _cursor() as cursor:
        return cursor.execute(*_select_sql(snapshot, query)).to_arrow_table()


def iter_batches(snapshot: Snapshot, query: Query, batch_rows: int) -> Iterator[pa.RecordBatch]:
    """Yield the rows of `query` in batches, holding only a few of them in memory."""
    with _cursor() as cursor:
        yield from cursor.execute(*_select_sql(snapshot, query)).to_arrow_reader(batch_rows)


def count(snapshot: Snapshot, where: Sequence[Filter]) -> int:
    """Return how many rows satisfy `where`."""
    conditions, values = _where_sql(where)
    with _cursor() as cursor:
        row = cursor.execute(
            f"SELECT count(*) FROM ({relation_sql(snapshot, where=where)}){conditions}",
            values,  # noqa: S608
        ).fetchone()
        return int(row[0]) if row else 0


def aggregate(snapshot: Snapshot, query: Query) -> pa.Table:
    """Return one row a group: its groups, then its measures."""
    types = {column.name: column.type for column in snapshot.table.columns}
    groups = [
        f"{_group_sql(group, types[group.column])} AS {quote(_name_of(group))}" for group in query.groups
    ]
    measures = [f"{_measure_sql(measure)} AS {quote(_name_of(measure))}" for measure in query.measures]
    conditions, values = _where_sql(query.where)
    grouping = f" GROUP BY {', '.join(str(n + 1) for n in range(len(groups)))}" if groups else ""
    sql = f"SELECT {', '.join([*groups, *measures])} FROM ({relation_sql(snapshot, where=query.where)}){conditions}{grouping}"  # noqa: S608
    with _cursor() as cursor:
        return shrink(cursor.execute(sql + _order_sql(query), values).to_arrow_table())


def shrink(answer: pa.Table) -> pa.Table:
    """Return an answer with decimals and 128-bit sums as whole numbers or, where they don't fit, as numbers."""
    columns = []
    for column in answer.columns:
        if pa.types.is_decimal(column.type):
            try:
                column = column.cast(pa.int64())
            except pa.ArrowInvalid:
                column = column.cast(pa.float64())
        columns.append(column)
    return pa.Table.from_arrays(columns, names=answer.column_names)


def count_distinct(snapshot: Snapshot, columns: Sequence[str]) -> int:
    """Return how many different combinations of values `columns` have."""
    names = ", ".join(quote(name) for name in columns)
    sql = f"SELECT count(*) FROM (SELECT DISTINCT {names} FROM ({relation_sql(snapshot)}))"  # noqa: S608
    with _cursor() as cursor:
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
    with _cursor() as cursor:
        for number, rows in cursor.execute(sql, [low, (high - low) / bins]).fetchall():
            counts[max(number, 0)] += rows
    return tuple(counts)


def keep_rows(rows: pa.Table, where: Sequence[Filter]) -> pa.Table:
    """Return those of some rows in memory that satisfy `where`."""
    conditions, values = _where_sql(where)
    return run(f"SELECT * FROM given{conditions}", values, given=rows)  # noqa: S608


def find_rows(snapshot: Snapshot, wanted: pa.Table) -> pa.Table:
    """Return the stored rows of a stream whose key and time are among those of `wanted`."""
    table = snapshot.table
    bounds = pc.min_max(wanted[table.time])
    where = (Filter(table.time, Op.BETWEEN, [bounds["min"].as_py(), bounds["max"].as_py()]),)
    conditions, values = _where_sql(where)
    names = ", ".join(map(quote, identity_of(table)))
    sql = (
        f"SELECT * FROM ({relation_sql(snapshot, where=where)}{conditions}) SEMI JOIN wanted USING ({names})"
    )
    return run(sql, values, wanted=wanted.select(identity_of(table)))


def read_newest(snapshot: Snapshot) -> pa.Table:
    """Return the newest stored row of every key of a stream."""
    table = snapshot.table
    newest = f"row_number() OVER (PARTITION BY {', '.join(map(quote, table.key))} ORDER BY {quote(table.time)} DESC) = 1"
    return run(f"SELECT * FROM ({relation_sql(snapshot)}) QUALIFY {newest}")


def list_hours(snapshot: Snapshot) -> pa.Table:
    """Return the keys of a stream with every hour (since 1970, in column `hour`) that they have rows in."""
    table = snapshot.table
    names = ", ".join(map(quote, table.key))
    return run(
        f"SELECT DISTINCT {names}, epoch_us({quote(table.time)}) // 3600000000 AS hour FROM ({relation_sql(snapshot)})"
    )


def roll_up_hours(snapshot: Snapshot, hours: pa.Table, measured: Sequence[Column]) -> pa.Table:
    """Return row count and each measured column's count, mean, minimum and maximum per key and `hour`.

    `hours` has the key and `hour` (since 1970). Means are summed in the order of time, so that the same
    rows always give the same bits.
    """
    table = snapshot.table
    time = quote(table.time)
    bounds = pc.min_max(hours["hour"])
    low, high = (
        datetime.fromtimestamp(0, UTC) + timedelta(hours=h)
        for h in (bounds["min"].as_py(), bounds["max"].as_py() + 1)
    )
    where = (Filter(table.time, Op.GE, low), Filter(table.time, Op.LT, high))
    conditions, values = _where_sql(where)
    keys = ", ".join(map(quote, table.key))
    statistics = [
        sql
        for column in measured
        for sql in _statistics_sql(column.name, f"{quote(column.name)}::DOUBLE", time)
    ]
    source = f"SELECT *, epoch_us({time}) // 3600000000 AS hour FROM ({relation_sql(snapshot, where=where)}){conditions}"
    sql = f"""
        SELECT {keys}, hour, {", ".join(["count(*) AS row_count", *statistics])}
        FROM (SELECT * FROM ({source}) SEMI JOIN hours USING ({keys}, hour)) GROUP BY {keys}, hour
    """
    return run(sql, values, hours=hours)


def roll_up_days(hourly: Snapshot, days: pa.Table, names: Sequence[str]) -> pa.Table:
    """Return the same per key and city date (`day_on`) from a stream's hourly rollup."""
    table = hourly.table
    keys = ", ".join(map(quote, table.key[:-1]))
    offset = _city_offset_us()
    statistics = [sql for name in names for sql in _combine_sql(name)]
    source = f"SELECT *, (DATE '1970-01-01' + ((epoch_us(hour_at) + {offset}) // 86400000000)::INTEGER) AS day_on FROM ({relation_sql(hourly)})"
    sql = f"""
        SELECT {keys}, day_on, {", ".join(["sum(row_count)::BIGINT AS row_count", *statistics])}
        FROM (SELECT * FROM ({source}) SEMI JOIN days USING ({keys}, day_on)) GROUP BY {keys}, day_on
    """
    return run(sql, days=days)


def leave_out(snapshot: Snapshot, gone: pa.Table) -> pa.Table:
    """Return the stored rows of a snapshot whose identity isn't in `gone`."""
    names = ", ".join(map(quote, identity_of(snapshot.table)))
    return run(f"SELECT * FROM ({relation_sql(snapshot)}) ANTI JOIN gone USING ({names})", gone=gone)


def iter_stored(snapshot: Snapshot, batch_rows: int) -> Iterator[pa.RecordBatch]:
    """Yield a snapshot's stored rows for re-packing: a stream's by key and time, others as they lie."""
    order = ", ".join(map(quote, identity_of(snapshot.table)))
    sorting = f" ORDER BY {order}" if snapshot.table.kind is TableKind.STREAM else ""
    with _cursor() as cursor:
        sql = f"SELECT * FROM ({relation_sql(snapshot)}){sorting}"  # noqa: S608
        yield from cursor.execute(sql).to_arrow_reader(batch_rows)


def run(sql: str, values: Sequence[Any] = (), **tables: pa.Table) -> pa.Table:
    """Return the answer to a query of the lake's own upkeep; `tables` are in-memory relations it may name."""
    with _cursor() as cursor:
        for name, table in tables.items():
            cursor.register(name, table)
        try:
            return cursor.execute(sql, list(values)).to_arrow_table()
        finally:
            for name in tables:
                cursor.unregister(name)


def relation_sql(
    snapshot: Snapshot, columns: Sequence[Column] | None = None, where: Sequence[Filter] = ()
) -> str:
    """Return a SELECT over the snapshot: `columns` in their declared types, superseded rows left out.

    `where` only serves to leave out whole dates; it must be applied again to the result.
    """
    stored = list_stored_columns(snapshot.table)
    files = prune(snapshot, where)
    mended = {file.date for file in files if file.corrects}
    parts = [_files_sql([file for file in files if file.date not in mended], stored)]
    if mended:
        base = _files_sql([f for f in files if f.date in mended and not f.corrects], stored)
        fixes = _files_sql([f for f in files if f.corrects], stored)
        same = " AND ".join(f"fix.{quote(n)} = base.{quote(n)}" for n in identity_of(snapshot.table))
        parts += [
            f"SELECT * FROM ({base}) base WHERE NOT EXISTS (FROM ({fixes}) fix WHERE {same})",
            f"SELECT * FROM ({fixes}) QUALIFY {_winner_sql(snapshot.table)}",
        ]
    wanted = ", ".join(quote(column.name) for column in (columns or stored))
    return f"SELECT {wanted} FROM ({' UNION ALL '.join(parts)})"


def prune(snapshot: Snapshot, where: Sequence[Filter]) -> list[DataFile]:
    """Return the files whose date can hold rows that satisfy `where`."""
    low, high = _time_bounds(snapshot, where)
    return [
        file
        for file in snapshot.files
        if file.date is None or ((low is None or file.date >= low) and (high is None or file.date <= high))
    ]


def quote(name: str) -> str:
    """Return `name` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """Return `text` as an SQL literal; for paths and constants of ours, never for what people send."""
    return "'" + text.replace("'", "''") + "'"


@cache
def find_spatial_extension() -> str:
    """Return the path of DuckDB's spatial extension as the package ships it."""
    import duckdb_extension_spatial  # noqa: PLC0415

    folder = Path(duckdb_extension_spatial.__path__[0])
    return str(next(folder.glob("extensions/*/spatial.duckdb_extension")))


class _cursor:  # noqa: N801
    """A cursor of this process's one connection, closed at the end."""

    def __enter__(self) -> duckdb.DuckDBPyConnection:
        self.cursor = _connect().cursor()
        return self.cursor

    def __exit__(self, *_: object) -> None:
        self.cursor.close()


def _connect() -> duckdb.DuckDBPyConnection:
    with _guard:
        connection = _connections.get(os.getpid())
        if connection is None:
            scratch_path().mkdir(parents=True, exist_ok=True)
            connection = duckdb.connect(
                config={
                    "memory_limit": f"{settings.MADANG.query_memory_mb}MB",
                    "temp_directory": str(scratch_path()),
                    "autoinstall_known_extensions": False,
                    "autoload_known_extensions": False,
                }
            )
            connection.execute("SET GLOBAL TimeZone = 'UTC'")
            _connections[os.getpid()] = connection
        return connection


def _files_sql(files: Sequence[DataFile], columns: Sequence[Column]) -> str:
    """Return a SELECT of `columns` over `files`, where some files may lack some of them."""
    empty = ", ".join(f"NULL::{SQL_TYPES[c.type]} AS {quote(c.name)}" for c in columns)
    if not files:
        return f"SELECT {empty} WHERE false"
    paths = ", ".join(quote_text(file.path) for file in files)
    read_all = f"SELECT * FROM read_parquet([{paths}], union_by_name=true, hive_partitioning=false)"
    cast = ", ".join(f"{quote(c.name)}::{SQL_TYPES[c.type]} AS {quote(c.name)}" for c in columns)
    return f"SELECT {cast} FROM (SELECT {empty} WHERE false UNION ALL BY NAME {read_all})"


def _winner_sql(table: Table) -> str:
    """Return the condition that keeps one row of each key and time: the highest revision, then content."""
    names = identity_of(table)
    rest = [c.name for c in list_stored_columns(table) if c.name not in {*names, REVISION}]
    order = ", ".join(f"{quote(name)} DESC NULLS LAST" for name in [REVISION, *rest])
    return f"row_number() OVER (PARTITION BY {', '.join(map(quote, names))} ORDER BY {order}) = 1"


def _select_sql(snapshot: Snapshot, query: Query) -> tuple[str, list[Any]]:
    conditions, values = _where_sql(query.where)
    sql = f"SELECT {', '.join(quote(c.name) for c in query.columns)} FROM ({relation_sql(snapshot, where=query.where)})"  # noqa: S608
    return sql + conditions + _order_sql(query), values


def _where_sql(where: Sequence[Filter]) -> tuple[str, list[Any]]:
    conditions, values = [], []
    for one in where:
        condition, bound = _condition_sql(one)
        conditions.append(condition)
        values += bound
    return (f" WHERE {' AND '.join(conditions)}" if conditions else ""), values


def _condition_sql(one: Filter) -> tuple[str, list[Any]]:
    name, op = quote(one.column), Op(one.op)
    if op in _COMPARISONS:
        return f"{name} {_COMPARISONS[op]} ?", [one.value]
    if op is Op.IN:
        return (
            (f"{name} IN ({', '.join('?' * len(one.value))})", list(one.value))
            if one.value
            else ("false", [])
        )
    if op is Op.BETWEEN:
        return f"{name} BETWEEN ? AND ?", list(one.value)
    if op is Op.CONTAINS:
        return f"contains(lower({name}::VARCHAR), lower(?))", [one.value]
    if op is Op.STARTS_WITH:
        return f"starts_with(lower({name}::VARCHAR), lower(?))", [one.value]
    return f"{name} IS {'NOT ' if op is Op.NOT_NULL else ''}NULL", []


def _order_sql(query: Query) -> str:
    order = [_one_order_sql(one) for one in query.order_by]
    sql = f" ORDER BY {', '.join(order)}" if order else ""
    if query.limit is not None:
        sql += f" LIMIT {int(query.limit)}"
    return f"{sql} OFFSET {int(query.offset)}" if query.offset else sql


def _one_order_sql(one: Order) -> str:
    return f"{quote(one.column)} {'DESC' if one.descending else 'ASC'} NULLS LAST"


def _group_sql(group: Group, kind: ColumnType) -> str:
    name = quote(group.column)
    if group.by == "value":
        return name
    if kind is ColumnType.DATE:
        return f"date_trunc({quote_text(group.by)}, {name})::DATE"
    if group.by == "hour":
        return f"make_timestamptz((epoch_us({name}) // 3600000000) * 3600000000)"
    day = f"(DATE '1970-01-01' + ((epoch_us({name}) + {_city_offset_us()}) // 86400000000)::INTEGER)"
    return day if group.by == "day" else f"date_trunc({quote_text(group.by)}, {day})::DATE"


def _statistics_sql(name: str, value: str, time: str) -> list[str]:
    parts = {
        "count": f"count({value})",
        "mean": f"avg({value} ORDER BY {time})",
        "min": f"min({value})",
        "max": f"max({value})",
    }
    return [f"{sql} AS {quote(f'{name}_{part}')}" for part, sql in parts.items()]


def _combine_sql(name: str) -> list[str]:
    count, mean, low, high = (quote(f"{name}_{part}") for part in ("count", "mean", "min", "max"))
    return [
        f"sum({count})::BIGINT AS {count}",
        f"sum({mean} * {count} ORDER BY hour_at) / sum({count}) AS {mean}",
        f"min({low}) AS {low}",
        f"max({high}) AS {high}",
    ]


def _city_offset_us() -> int:
    """Return how far the city's clock is ahead of UTC; arithmetic is 5 times faster than date_trunc."""
    offset = datetime.now(UTC).astimezone(CITY_TIMEZONE).utcoffset()
    return int(offset.total_seconds() * 1_000_000) if offset else 0


def _measure_sql(measure: Measure) -> str:
    return MEASURES[measure.function].format(quote(measure.column) if measure.column else "*")


def _name_of(one: Group | Measure) -> str:
    return one.name or (
        one.column if isinstance(one, Group) else "_".join(filter(None, (one.column, one.function)))
    )


def _time_bounds(snapshot: Snapshot, where: Sequence[Filter]) -> tuple[str | None, str | None]:
    """Return the first and last city date that `where` admits, as far as it speaks of the table's time."""
    lows: list[str] = []
    highs: list[str] = []
    for one in where:
        if one.column != snapshot.table.time:
            continue
        op = Op(one.op)
        if op in {Op.GT, Op.GE, Op.EQ, Op.BETWEEN}:
            lows.append(_date_of(one.value[0] if op is Op.BETWEEN else one.value))
        if op in {Op.LT, Op.LE, Op.EQ, Op.BETWEEN}:
            highs.append(_date_of(one.value[1] if op is Op.BETWEEN else one.value))
    return max(lows, default=None), min(highs, default=None)


def _date_of(value: Any) -> str:
    return (value.astimezone(CITY_TIMEZONE).date() if isinstance(value, datetime) else value).isoformat()
