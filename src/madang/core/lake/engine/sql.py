"""Questions as DuckDB's SQL. Names have been checked; values are always bound, never written into it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import accumulate
from typing import Any

import msgspec
import pyarrow.parquet as pq

from madang.core.base.interface import CITY_TIMEZONE, Column, ColumnType, Table
from madang.core.lake.records import (
    PLACE,
    STEPS,
    AnyOf,
    Computed,
    DataFile,
    Filter,
    Group,
    Measure,
    Op,
    Order,
    Query,
    Snapshot,
)
from madang.core.lake.schemas import REVISION, identity_of, list_stored_columns

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
MOST_LOOKED_AT = 64
"""Files whose columns are looked at before a question is put; of more it would take too long."""
_COMPARISONS = {Op.EQ: "=", Op.NE: "!=", Op.LT: "<", Op.LE: "<=", Op.GT: ">", Op.GE: ">="}


def relation_sql(
    snapshot: Snapshot,
    columns: Sequence[Column] | None = None,
    where: Sequence[Filter | AnyOf] = (),
    *,
    with_place: bool = False,
) -> str:
    """Return a SELECT over the snapshot: `columns` in their declared types, superseded rows left out.

    `where` only serves to leave out whole dates; it must be applied again to the result. `with_place` adds each
    row's place to a snapshot that has places.
    """
    stored = list_stored_columns(snapshot.table)
    files = prune(snapshot, where)
    mended = {file.date for file in files if file.corrects}
    parts = [_files_sql([file for file in files if file.date not in mended], stored, with_place=with_place)]
    if mended:
        base = _files_sql([f for f in files if f.date in mended and not f.corrects], stored)
        fixes = _files_sql([f for f in files if f.corrects], stored)
        same = " AND ".join(f"fix.{quote(n)} = base.{quote(n)}" for n in identity_of(snapshot.table))
        parts += [
            f"SELECT * FROM ({base}) base WHERE NOT EXISTS (FROM ({fixes}) fix WHERE {same})",
            f"SELECT * FROM ({fixes}) QUALIFY {_winner_sql(snapshot.table)}",
        ]
    names = [*(column.name for column in (columns or stored)), *([PLACE] if with_place else [])]
    return f"SELECT {', '.join(map(quote, names))} FROM ({' UNION ALL '.join(parts)})"


def prune(snapshot: Snapshot, where: Sequence[Filter | AnyOf]) -> list[DataFile]:
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


def select_sql(snapshot: Snapshot, query: Query) -> tuple[str, list[Any]]:
    """Return the SELECT of a query for rows, and the values to bind."""
    conditions, values = where_sql(query.where)
    with_place = names_place(snapshot, query)
    snapshot, query = narrow(snapshot, query)
    rows = relation_sql(snapshot, where=query.where, with_place=with_place)
    sql = f"SELECT {', '.join(quote(c.name) for c in query.columns)} FROM ({rows})"  # noqa: S608
    order, more = order_sql(query)
    return sql + conditions + order, [*values, *more]


def names_place(snapshot: Snapshot, query: Query) -> bool:
    """Return whether a query asks for the rows' places."""
    branches = [one.branches if isinstance(one, AnyOf) else ((one,),) for one in query.where]
    filters = [one.column for branch in branches for part in branch for one in part]
    others = [one.column for part in (query.order_by, query.groups, query.measures) for one in part]
    return snapshot.has_places and PLACE in {*(one.name for one in query.columns), *filters, *others}


def narrow(snapshot: Snapshot, query: Query) -> tuple[Snapshot, Query]:
    """Return the files that hold a page of all rows as they are stored, and the page's place in them.

    Other questions stay as they are: a page far inside a large table needn't pass over what is before it.
    """
    is_whole = not (query.where or query.order_by or query.each)
    if not is_whole or query.limit is None or any(file.corrects for file in snapshot.files):
        return snapshot, query
    ends = list(accumulate(file.rows for file in snapshot.files))
    spans = zip(snapshot.files, [0, *ends], ends, strict=False)
    inside = [
        (file, begin)
        for file, begin, end in spans
        if end > query.offset and begin < query.offset + query.limit
    ]
    skipped = inside[0][1] if inside else query.offset
    files = tuple(file for file, _ in inside)
    replace = msgspec.structs.replace
    return replace(snapshot, files=files), replace(query, offset=query.offset - skipped)


def where_sql(where: Sequence[Filter | AnyOf]) -> tuple[str, list[Any]]:
    """Return " WHERE …" (nothing without filters), and the values to bind."""
    conditions, values = [], []
    for one in where:
        condition, bound = _branches_sql(one) if isinstance(one, AnyOf) else _condition_sql(one)
        conditions.append(condition)
        values += bound
    return (f" WHERE {' AND '.join(conditions)}" if conditions else ""), values


def _branches_sql(one: AnyOf) -> tuple[str, list[Any]]:
    branches = [where_sql(branch) for branch in one.branches]
    parts = [condition.removeprefix(" WHERE ") or "true" for condition, _ in branches]
    values = [value for _, bound in branches for value in bound]
    return f"({' OR '.join(f'({part})' for part in parts)})" if parts else "false", values


def order_sql(query: Query) -> tuple[str, list[Any]]:
    """Return " ORDER BY … LIMIT … OFFSET …", as far as the query has them, and the values to bind.

    With `each` what picks rows of every value.
    """
    order = [_one_order_sql(one) for one in query.order_by]
    sql = f" ORDER BY {', '.join(one for one, _ in order)}" if order else ""
    values = [value for _, bound in order for value in bound]
    if query.each:
        first, last = query.offset + 1, "NULL" if query.limit is None else query.offset + query.limit
        place = f"row_number() OVER (PARTITION BY {', '.join(map(quote, query.each))}{sql})"
        picked = f" QUALIFY {place} BETWEEN {first} AND coalesce({last}, 9223372036854775807){sql}"
        return picked, values * 2
    if query.limit is not None:
        sql += f" LIMIT {int(query.limit)}"
    return (f"{sql} OFFSET {int(query.offset)}" if query.offset else sql), values


def group_sql(group: Group, kind: ColumnType) -> str:
    """Return the expression of a group over a column of type `kind`."""
    name = quote(group.column)
    if group.by == "value":
        return name
    if kind is ColumnType.DATE:
        return f"date_trunc({quote_text(group.by)}, {name})::DATE"
    if group.by == "hour":
        return f"make_timestamptz((epoch_us({name}) // 3600000000) * 3600000000)"
    day = f"(DATE '1970-01-01' + ((epoch_us({name}) + {city_offset_us()}) // 86400000000)::INTEGER)"
    return day if group.by == "day" else f"date_trunc({quote_text(group.by)}, {day})::DATE"


def measure_sql(measure: Measure) -> str:
    """Return the expression of a measure."""
    return MEASURES[measure.function].format(quote(measure.column) if measure.column else "*")


def name_of(one: Group | Measure) -> str:
    """Return the name of a group's or measure's column in the answer."""
    return one.name or (
        one.column if isinstance(one, Group) else "_".join(filter(None, (one.column, one.function)))
    )


def city_offset_us() -> int:
    """Return how far the city's clock is ahead of UTC; arithmetic is 5 times faster than date_trunc."""
    offset = datetime.now(UTC).astimezone(CITY_TIMEZONE).utcoffset()
    return int(offset.total_seconds() * 1_000_000) if offset else 0


def places_sql(snapshot: Snapshot, columns: Sequence[Column], places: Sequence[int]) -> str:
    """Return a SELECT of the rows at some places in rising order, each file asked for its own rows only."""
    stored = list_stored_columns(snapshot.table)
    parts = []
    for file in snapshot.files:
        first, last = bisect_right(places, file.before), bisect_right(places, file.before + file.rows)
        if first < last:
            rows = [place - file.before - 1 for place in places[first:last]]
            parts.append(_files_sql([file], stored, with_place=True, rows=rows))
    found = " UNION ALL ".join(parts) or _files_sql([], stored, with_place=True)
    names = ", ".join(quote(column.name) for column in columns)
    return f"SELECT {names} FROM ({found}) ORDER BY {quote(PLACE)}"  # noqa: S608


def _files_sql(
    files: Sequence[DataFile],
    columns: Sequence[Column],
    *,
    with_place: bool = False,
    rows: Sequence[int] | None = None,
) -> str:
    """Return a SELECT of `columns` over `files`, where some files may lack some of them."""
    empty = ", ".join(f"NULL::{SQL_TYPES[c.type]} AS {quote(c.name)}" for c in columns)
    if with_place:
        empty += f", NULL::BIGINT AS {quote(PLACE)}"
    if not files:
        return f"SELECT {empty} WHERE false"
    paths = ", ".join(quote_text(file.path) for file in files)
    cast = ", ".join(f"{quote(c.name)}::{SQL_TYPES[c.type]} AS {quote(c.name)}" for c in columns)
    place = ""
    if with_place:
        before = ", ".join(str(int(file.before)) for file in files)
        place = f", list_extract([{before}]::BIGINT[], (file_index + 1)::BIGINT) + file_row_number + 1 AS {quote(PLACE)}"
        cast += f", {quote(PLACE)}"
    chosen = "" if rows is None else f" WHERE file_row_number IN ({', '.join(str(int(row)) for row in rows)})"
    read_all = (
        f"SELECT *{place} FROM read_parquet([{paths}], union_by_name=true, hive_partitioning=false){chosen}"
    )
    if _have_all(files, columns):  # through a UNION a count reads a column more than it needs: twice the time
        return f"SELECT {cast} FROM ({read_all})"
    return f"SELECT {cast} FROM (SELECT {empty} WHERE false UNION ALL BY NAME {read_all})"


def _have_all(files: Sequence[DataFile], columns: Sequence[Column]) -> bool:
    """Return whether every column stands in some of the files, as far as that is quickly seen."""
    if len(files) > MOST_LOOKED_AT:
        return False
    try:
        stored = set().union(*(_list_names(file.path) for file in files))
    except OSError:  # the engine says which file is gone
        return False
    return all(column.name in stored for column in columns)


@lru_cache(maxsize=16_384)
def _list_names(path: str) -> frozenset[str]:
    """Return the names of a file's columns; a file never changes."""
    return frozenset(pq.read_schema(path).names)


def _winner_sql(table: Table) -> str:
    """Return the condition that keeps one row of each key and time: the highest revision, then content."""
    names = identity_of(table)
    rest = [c.name for c in list_stored_columns(table) if c.name not in {*names, REVISION}]
    order = ", ".join(f"{quote(name)} DESC NULLS LAST" for name in [REVISION, *rest])
    return f"row_number() OVER (PARTITION BY {', '.join(map(quote, names))} ORDER BY {order}) = 1"


def _condition_sql(one: Filter) -> tuple[str, list[Any]]:
    op = Op(one.op)
    name, bound = _expression_sql(one)
    if isinstance(one.value, Computed):
        other, more = _expression_sql(one.value)
        return f"{name} {_COMPARISONS[op]} {other}", [*bound, *more]
    if op in _COMPARISONS:
        return f"{name} {_COMPARISONS[op]} ?", [*bound, one.value]
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
    return f"{name} IS {'NOT ' if op is Op.NOT_NULL else ''}NULL", bound


def _expression_sql(one: Filter | Computed | Order) -> tuple[str, list[Any]]:
    """Return what steps make of a column, and the values to bind."""
    name, bound = quote(one.column), []
    for step, argument in one.steps:
        before, mark, after = STEPS[step].sql.partition("?")
        other, values = _expression_sql(argument) if isinstance(argument, Computed) else (mark, [argument])
        if mark:
            bound = [*bound, *values] if "{}" in before else [*values, *bound]
        name = before.replace("{}", name) + other * bool(mark) + after.replace("{}", name)
    return name, bound


def _one_order_sql(one: Order) -> tuple[str, list[Any]]:
    name, bound = _expression_sql(one)
    return f"{name} {'DESC' if one.descending else 'ASC'} NULLS LAST", bound


def _time_bounds(snapshot: Snapshot, where: Sequence[Filter | AnyOf]) -> tuple[str | None, str | None]:
    """Return the first and last city date that `where` admits, as far as it speaks of the table's time."""
    lows: list[str] = []
    highs: list[str] = []
    for one in where:
        if isinstance(one, AnyOf):
            bounds = [_time_bounds(snapshot, branch) for branch in one.branches] or [(None, None)]
            firsts, lasts = (
                [edge for edge in edges if edge is not None] for edges in zip(*bounds, strict=True)
            )
            lows += [min(firsts)] if len(firsts) == len(bounds) else []
            highs += [max(lasts)] if len(lasts) == len(bounds) else []
        elif one.column == snapshot.table.time and not one.steps and not isinstance(one.value, Computed):
            op = Op(one.op)
            if op in {Op.GT, Op.GE, Op.EQ, Op.BETWEEN}:
                lows.append(_date_of(one.value[0] if op is Op.BETWEEN else one.value))
            if op in {Op.LT, Op.LE, Op.EQ, Op.BETWEEN}:
                highs.append(_date_of(one.value[1] if op is Op.BETWEEN else one.value))
    return max(lows, default=None), min(highs, default=None)


def _date_of(value: Any) -> str:
    return (value.astimezone(CITY_TIMEZONE).date() if isinstance(value, datetime) else value).isoformat()
