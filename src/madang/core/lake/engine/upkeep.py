"""What the lake asks of its own tables: to find rows again, to roll up, to re-pack."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from madang.core.base.interface import Column, Directions, TableKind
from madang.core.lake.records import Filter, Op, Snapshot
from madang.core.lake.rollups import STEADINESS
from madang.core.lake.schemas import identity_of

from .connection import Cursor, run
from .directions import vector_sql
from .sql import city_offset_us, quote, relation_sql, where_sql


def find_rows(snapshot: Snapshot, wanted: pa.Table) -> pa.Table:
    """Return the stored rows of a stream whose key and time are among those of `wanted`."""
    table = snapshot.table
    bounds = pc.min_max(wanted[table.time])
    where = (Filter(table.time, Op.BETWEEN, [bounds["min"].as_py(), bounds["max"].as_py()]),)
    conditions, values = where_sql(where)
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
    rows always give the same bits; those of directions are vectors', with their steadiness.
    """
    return _roll_up_apart(hours, snapshot.table.directions, partial(_roll_up_hours, snapshot, measured))


def roll_up_days(hourly: Snapshot, days: pa.Table, names: Sequence[str]) -> pa.Table:
    """Return the same per key and city date (`day_on`) from a stream's hourly rollup."""
    return _roll_up_apart(days, hourly.table.directions, partial(_roll_up_days, hourly, names))


def _roll_up_apart(
    periods: pa.Table,
    directions: Directions | None,
    roll_up: Callable[[pa.Table, Directions | None], pa.Table],
) -> pa.Table:
    """Roll directions up apart from all else: together they cost all the time that vectors take."""
    if directions is None:
        return roll_up(periods, None)
    turning = pc.is_in(periods[directions.column], pa.array(directions.values))
    parts = ((periods.filter(pc.invert(turning)), None), (periods.filter(turning), directions))
    return pa.concat_tables(
        [roll_up(part, one) for part, one in parts if part.num_rows], promote_options="default"
    )


def _roll_up_hours(
    snapshot: Snapshot, measured: Sequence[Column], hours: pa.Table, directions: Directions | None
) -> pa.Table:
    table = snapshot.table
    time = quote(table.time)
    bounds = pc.min_max(hours["hour"])
    low, high = (
        datetime.fromtimestamp(0, UTC) + timedelta(hours=h)
        for h in (bounds["min"].as_py(), bounds["max"].as_py() + 1)
    )
    where = (Filter(table.time, Op.GE, low), Filter(table.time, Op.LT, high))
    conditions, values = where_sql(where)
    keys = ", ".join(map(quote, table.key))
    statistics = [
        sql
        for column in measured
        for sql in _statistics_sql(column.name, f"{quote(column.name)}::DOUBLE", time, directions)
    ]
    source = f"SELECT *, epoch_us({time}) // 3600000000 AS hour FROM ({relation_sql(snapshot, where=where)}){conditions}"
    sql = f"""
        SELECT {keys}, hour, {", ".join(["count(*) AS row_count", *statistics])}
        FROM (SELECT * FROM ({source}) SEMI JOIN hours USING ({keys}, hour)) GROUP BY {keys}, hour
    """
    return run(sql, values, hours=hours)


def _roll_up_days(
    hourly: Snapshot, names: Sequence[str], days: pa.Table, directions: Directions | None
) -> pa.Table:
    table = hourly.table
    keys = ", ".join(map(quote, table.key[:-1]))
    offset = city_offset_us()
    statistics = [sql for name in names for sql in _combine_sql(name, directions)]
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
    with Cursor() as cursor:
        sql = f"SELECT * FROM ({relation_sql(snapshot)}){sorting}"  # noqa: S608
        yield from cursor.execute(sql).to_arrow_reader(batch_rows)


def _statistics_sql(name: str, value: str, time: str, directions: Directions | None) -> list[str]:
    parts = {
        "count": f"count({value})",
        "mean": f"avg({value} ORDER BY {time})",
        "min": f"min({value})",
        "max": f"max({value})",
    }
    if directions and directions.of == name:
        turned, steadiness = vector_sql(directions, value, count=f"count({value})", order=f" ORDER BY {time}")
        parts |= {"mean": turned, STEADINESS: steadiness}
    return [f"{sql} AS {quote(f'{name}_{part}')}" for part, sql in parts.items()]


def _combine_sql(name: str, directions: Directions | None) -> list[str]:
    count, mean, low, high, steady = (
        quote(f"{name}_{part}") for part in ("count", "mean", "min", "max", STEADINESS)
    )
    means = {mean: f"sum({mean} * {count} ORDER BY hour_at) / sum({count})"}
    if directions and directions.of == f"{name}_mean":
        weight = f"{count} * coalesce({steady}, 1)"  # hours that are older than steadiness have none
        turned, steadiness = vector_sql(
            directions, mean, count=f"sum({count})", weight=weight, order=" ORDER BY hour_at"
        )
        means = {mean: turned, steady: steadiness}
    return [
        f"sum({count})::BIGINT AS {count}",
        *(f"{sql} AS {column}" for column, sql in means.items()),
        f"min({low}) AS {low}",
        f"max({high}) AS {high}",
    ]
