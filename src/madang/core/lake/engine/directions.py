"""Means of directions as DuckDB's SQL: those of vectors, so that of 350° and 10° it is 0°."""

from __future__ import annotations

from madang.core.base.interface import Directions
from madang.core.lake.records import Filter, Measure, Op, Query

from .sql import measure_sql, quote, quote_text

OPPOSED = 1e-9
"""Vectors of length 1 whose mean is shorter point nowhere."""
DIGITS = 6


def holds_sql(directions: Directions) -> str:
    """Return the condition that a row's number is a direction."""
    return f"{quote(directions.column)} IN ({', '.join(map(quote_text, directions.values))})"


def vector_sql(
    directions: Directions, degrees: str, *, count: str, weight: str = "1", order: str = ""
) -> tuple[str, str]:
    """Return the expressions of the mean direction (0 to below 360, NULL where vectors are opposed) and its steadiness.

    Steadiness is the length of the mean of vectors of the length `weight`, 1 where all point the same way. `count`
    is what they are divided by, `order` an ORDER BY, so that the same rows always give the same bits.
    """
    east, north = (
        f"sum({weight} * {part}(radians({degrees})){order}) FILTER (WHERE {holds_sql(directions)}) / {count}"
        for part in ("sin", "cos")
    )
    length = f"sqrt(({east}) ** 2 + ({north}) ** 2)"
    turned = f"round(degrees(atan2({east}, {north})) + 360, {DIGITS}) % 360"
    return f"CASE WHEN {length} > {OPPOSED} THEN {turned} END", f"round({length}, {DIGITS})"


def measure_table_sql(measure: Measure, query: Query, directions: Directions | None) -> str:
    """Return the expression of a measure; a mean is that of vectors where every row of a group is a direction."""
    plain = measure_sql(measure)
    if (
        directions is None
        or measure.function != "mean"
        or measure.column != directions.of
        or not _may_hold(query, directions)
    ):
        return plain
    name = quote(measure.column)
    turned, _ = vector_sql(directions, name, count=f"count({name})")
    return f"CASE WHEN bool_and({holds_sql(directions)}) THEN {turned} ELSE {plain} END"


def _may_hold(query: Query, directions: Directions) -> bool:
    """Return whether a question is about directions alone, or about each of the values that tell them apart."""
    if any(group.column == directions.column for group in query.groups):
        return True
    asked = [
        set(one.value) if one.op is Op.IN else {one.value}
        for one in query.where
        if isinstance(one, Filter) and one.column == directions.column and one.op in {Op.EQ, Op.IN}
    ]
    return any(one <= set(directions.values) for one in asked)
