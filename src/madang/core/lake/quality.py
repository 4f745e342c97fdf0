"""Measured quality of a table: what its newest version really holds, column by column."""

from __future__ import annotations

from typing import Any

import msgspec

from madang.core.base.interface import Column, ColumnType

from . import engine
from .records import Filter, Group, Measure, Op, Order, Query, Snapshot

BINS = 20
TOP = 10
NUMERIC = {ColumnType.NUMBER, ColumnType.INTEGER}


class ColumnQuality(msgspec.Struct, frozen=True, kw_only=True):
    """One column: the share of rows that have a value, and what the values are.

    `histogram` holds BINS counts over equal steps from minimum to maximum (numbers only); `top` the
    most frequent values with their counts (others).
    """

    name: str
    completeness_ratio: float | None
    distinct: int
    minimum: Any = None
    maximum: Any = None
    mean: float | None = None
    histogram: tuple[int, ...] = ()
    top: tuple[tuple[str, int], ...] = ()


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """A table's quality. `duplicate_keys` counts rows that share their key with an earlier row."""

    rows: int
    duplicate_keys: int | None
    columns: tuple[ColumnQuality, ...]


def measure(snapshot: Snapshot) -> Quality:
    """Measure every column of a snapshot; personal columns only by completeness."""
    rows = snapshot.rows
    return Quality(
        rows=rows,
        duplicate_keys=_count_duplicates(snapshot),
        columns=tuple(_measure_column(snapshot, column, rows) for column in snapshot.table.columns),
    )


def _measure_column(snapshot: Snapshot, column: Column, rows: int) -> ColumnQuality:
    functions = ["count", "distinct", "min", "max"] + (["mean"] if column.type in NUMERIC else [])
    measures = tuple(Measure(function=f, column=column.name, name=f) for f in functions)
    row = engine.aggregate(snapshot, Query(columns=(), measures=measures)).to_pylist()[0]
    completeness = row["count"] / rows if rows else None
    if column.personal:
        return ColumnQuality(name=column.name, completeness_ratio=completeness, distinct=row["distinct"])
    return ColumnQuality(
        name=column.name,
        completeness_ratio=completeness,
        distinct=row["distinct"],
        minimum=_plain(row["min"]),
        maximum=_plain(row["max"]),
        mean=row.get("mean"),
        histogram=_histogram(snapshot, column, row["min"], row["max"]),
        top=_top(snapshot, column),
    )


def _histogram(snapshot: Snapshot, column: Column, low: Any, high: Any) -> tuple[int, ...]:
    if column.type not in NUMERIC or low is None or low == high:
        return ()
    return engine.count_bins(snapshot, column, float(low), float(high), BINS)


def _top(snapshot: Snapshot, column: Column) -> tuple[tuple[str, int], ...]:
    if column.type in NUMERIC:
        return ()
    query = Query(
        columns=(),
        where=(Filter(column.name, Op.NOT_NULL),),
        groups=(Group(column=column.name, name="value"),),
        measures=(Measure(function="count", name="rows"),),
        order_by=(Order("rows", descending=True), Order("value")),
        limit=TOP,
    )
    return tuple(
        (str(_plain(row["value"])), row["rows"]) for row in engine.aggregate(snapshot, query).to_pylist()
    )


def _count_duplicates(snapshot: Snapshot) -> int | None:
    if not snapshot.table.key:
        return None
    names = list(dict.fromkeys([*snapshot.table.key, *filter(None, [snapshot.table.time])]))
    if snapshot.table.kind != "stream":
        names = list(snapshot.table.key)
    return snapshot.rows - engine.count_distinct(snapshot, names)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
