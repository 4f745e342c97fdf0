"""Hourly and daily rollups of a stream, as tables of their own."""

from __future__ import annotations

import msgspec

from madang.core.base.interface import Column, ColumnType, Directions, Table, TableKind, Text

NUMERIC = {ColumnType.NUMBER, ColumnType.INTEGER}
HOUR, DAY = "hour_at", "day_on"
ROWS = "row_count"
STATISTICS = {
    "count": Text(ko="개수", en="count"),
    "mean": Text(ko="평균", en="mean"),
    "min": Text(ko="최솟값", en="minimum"),
    "max": Text(ko="최댓값", en="maximum"),
}
STEADINESS = "steadiness"
"""Only of directions: how much they are the same, from 0 to 1. Days are made of hours with it."""


def list_rollup_tables(table: Table) -> tuple[Table, ...]:
    """Return the declarations of a stream's rollups, `<name>_hour` and `<name>_day`; none for others.

    Days are the city's. A rollup has a stream's key, `row_count`, and for every numeric column its
    count of values, mean, minimum and maximum. Means of directions are those of vectors, with their steadiness.
    """
    if table.kind is not TableKind.STREAM or not list_measured_columns(table):
        return ()
    hour = Column(name=HOUR, type=ColumnType.TIME, title=Text(ko="시각(시)", en="Hour"))
    day = Column(name=DAY, type=ColumnType.DATE, title=Text(ko="날짜", en="Day"))
    return (
        _rollup(table, hour, "_hour", Text(ko="시간별", en="hourly")),
        _rollup(table, day, "_day", Text(ko="일별", en="daily")),
    )


def list_measured_columns(table: Table) -> list[Column]:
    """Return the columns that rollups summarize."""
    if not table.is_rolled_up:
        return []
    return [c for c in table.columns if c.type in NUMERIC and c.name not in {*table.key, "revision"}]


def _rollup(table: Table, period: Column, suffix: str, word: Text) -> Table:
    by_name = {column.name: column for column in table.columns}
    rows = Column(name=ROWS, type=ColumnType.INTEGER, title=Text(ko="행 수", en="Rows"))
    statistics = [
        _statistic(column, name, title)
        for column in list_measured_columns(table)
        for name, title in _list_statistics(table, column)
    ]
    return Table(
        name=table.name + suffix,
        title=Text(ko=f"{table.title.ko} ({word.ko})", en=f"{table.title.en} ({word.en})"),
        description=table.description,
        columns=(*(by_name[name] for name in table.key), period, rows, *statistics),
        key=(*table.key, period.name),
        time=period.name,
        kind=TableKind.STREAM,
        read_permission=table.read_permission,
        owner_agency=table.owner_agency,
        licence=table.licence,
        source=table.source,
        aggregated=table.aggregated,
        directions=_name_means(table.directions),
    )


def _list_statistics(table: Table, column: Column) -> list[tuple[str, Text]]:
    found = list(STATISTICS.items())
    if table.directions and table.directions.of == column.name:
        found.append((STEADINESS, Text(ko="한결같은 정도", en="steadiness")))
    return found


def _name_means(directions: Directions | None) -> Directions | None:
    return directions and msgspec.structs.replace(directions, of=f"{directions.of}_mean")


def _statistic(column: Column, name: str, word: Text) -> Column:
    return Column(
        name=f"{column.name}_{name}",
        type=ColumnType.INTEGER if name == "count" else ColumnType.NUMBER,
        title=Text(ko=f"{column.title.ko} {word.ko}", en=f"{column.title.en} ({word.en})"),
        unit="" if name in {"count", STEADINESS} else column.unit,
        personal=column.personal,
    )
