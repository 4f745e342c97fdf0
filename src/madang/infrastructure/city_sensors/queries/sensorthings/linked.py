"""Observations in the order of what they are linked to: their datastream, its thing, their feature of interest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

import msgspec
from django.db.models import Q
from odata_query import ast

from madang.core.lake.interface import AnyOf, Filter, Measure, Op, Order, Reader
from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.methods.sensorthings.bodies import write_time
from madang.infrastructure.city_sensors.methods.sensorthings.options import Sort
from madang.infrastructure.city_sensors.methods.sensorthings.schema import TYPES
from madang.infrastructure.city_sensors.methods.sensorthings.trees import list_paths
from madang.infrastructure.city_sensors.methods.sensorthings.wrong import refuse

from .filters import MODELS, find_column, find_place, follows_many

LINKS = ("Datastream", "FeatureOfInterest")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)")
MOST_NAMED = 500
"""More things than this aren't named in the question for their datastreams."""
Stream = tuple[str, ...]
"""thing_id and property, and of an order by features the reading's own feature ("" for none)."""


class _Section(msgspec.Struct, frozen=True):
    """The readings of streams that have the same value, and how many they are."""

    streams: tuple[Stream, ...]
    rows: int


def read_by_link(
    reader: Reader,
    conditions: Sequence[Filter | AnyOf],
    sort: Sort,
    order: Sequence[Order],
    *,
    skip: int,
    limit: int,
) -> list[dict[str, Any]]:
    """Return a page of the readings that satisfy conditions, by a linked value and then by `order`; none come last.

    The readings of each value are counted; of those outside of the page no more is read.
    """
    columns = ["thing_id", "property", *(["feature"] if sort.path[0] == "FeatureOfInterest" else [])]
    sections = _divide(reader, conditions, sort, columns)
    rows: list[dict[str, Any]] = []
    for inside, offset, count in _cut(sections, skip, skip + limit):
        rank = {stream: place for place, one in enumerate(inside) for stream in one.streams}
        where = [*conditions, AnyOf(_select(list(rank)))]
        found = reader.read(where=where, order_by=order, offset=offset, limit=count).to_pylist()
        rows += sorted(found, key=lambda row: rank[_name(row, columns)])
    return rows


def find_linked(tree: ast._Node) -> list[tuple[str, ...]]:
    """Return the paths of a tree, each once, that lead to what observations are linked to; raise BadInput for two links."""
    paths = list(dict.fromkeys(path for path in list_paths(tree) if path[0] in LINKS and len(path) > 1))
    if len({path[0] for path in paths}) > 1:
        raise refuse(
            "$filter",
            "데이터스트림과 관측 대상을 서로 견줄 수 없습니다",
            "a Datastream isn't compared with a FeatureOfInterest",
        )
    return paths


def group_by_values(paths: Sequence[tuple[str, ...]]) -> dict[tuple[ast._Node, ...], list[int]]:
    """Return the ids of datastreams (features of interest) by what paths lead to there, those without any left out."""
    kind = TYPES[paths[0][0]]
    places = [find_place(kind, path[1:]) for path in paths]
    if any(follows_many(kind, path[1:]) for path in paths):
        raise refuse("$filter", "여럿과는 견줄 수 없습니다", "it is compared with one value, not with many")
    columns = ["__".join([column, *(key.strip("[]") for key in keys)]) for column, keys, _ in places]
    groups: dict[tuple[ast._Node, ...], list[int]] = {}
    for identity, *values in MODELS[kind.name].objects.values_list("pk", *columns):
        if all(isinstance(one, bool | int | float | str | datetime) for one in values):
            groups.setdefault(tuple(map(_write_literal, values)), []).append(identity)
    return groups


def _write_literal(value: Any) -> ast._Node:
    if isinstance(value, bool):
        return ast.Boolean(str(value).lower())
    if isinstance(value, int):
        return ast.Integer(str(value))
    if isinstance(value, float):
        return ast.Float(repr(value))
    if isinstance(value, datetime):
        return ast.DateTime(write_time(value))
    return ast.DateTime(value) if MOMENT.fullmatch(value) else ast.String(value)


def _divide(
    reader: Reader, conditions: Sequence[Filter | AnyOf], sort: Sort, columns: list[str]
) -> list[_Section]:
    counted = reader.aggregate([Measure(function="count", name="rows")], columns, conditions).to_pylist()
    counts = {_name(row, columns): row["rows"] for row in counted}
    values = _find_values(sort, list(counts))
    ranks = {stream: _rank(values[stream]) for stream in counts if stream in values}
    there = sorted((one for one in ranks if ranks[one]), key=ranks.__getitem__, reverse=sort.descending)
    none = [one for one in ranks if not ranks[one]]
    return [
        _Section(streams := tuple(same), sum(counts[one] for one in streams))
        for _, same in groupby([*there, *none], key=ranks.__getitem__)
    ]


def _cut(sections: Sequence[_Section], start: int, end: int) -> Iterator[tuple[list[_Section], int, int]]:
    """Return what of sections lies between two places, as (sections, offset, number): those that lie there whole together."""
    whole: list[_Section] = []
    begin = 0
    for one in sections:
        first, last = max(start, begin), min(end, begin + one.rows)
        if last - first == one.rows:
            whole.append(one)
        elif first < last:
            if whole:
                yield whole, 0, sum(each.rows for each in whole)
                whole = []
            yield [one], first - begin, last - first
        begin += one.rows
    if whole:
        yield whole, 0, sum(each.rows for each in whole)


def _find_values(sort: Sort, streams: Sequence[Stream]) -> dict[Stream, Any]:
    """Return the linked value of streams; those of no datastream have no place. Of several the least (descending: greatest)."""
    things = {one[0] for one in streams}
    known = Q(stream_thing__in=things) if len(things) <= MOST_NAMED else Q()
    column = find_column(TYPES[sort.path[0]], sort.path[1:])[0]
    is_feature = sort.path[0] == "FeatureOfInterest"
    found = models.Datastream.objects.filter(known).values_list(
        "stream_thing", "stream_property", f"feature__{column}" if is_feature else column
    )
    usual = {(thing, name): value for thing, name, value in _take_first(found, sort)}
    if not is_feature:
        return usual
    own = models.FeatureOfInterest.objects.filter(pk__in={int(one[2]) for one in streams if one[2]})
    features = {str(pk): value for pk, value in own.values_list("pk", column)}
    return {one: features.get(one[2]) if one[2] else usual[one[:2]] for one in streams if one[:2] in usual}


def _take_first(rows: Any, sort: Sort) -> list[Any]:
    """Return rows so that of one stream the value that counts comes last."""
    return sorted(rows, key=lambda row: _rank(row[-1]), reverse=not sort.descending)


def _rank(value: Any) -> tuple[Any, ...]:
    """Return what values of any kind are sorted by: numbers before texts; nothing for None."""
    if value is None:
        return ()
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return (0, value, "") if is_number else (1, 0, str(value))


def _name(row: dict[str, Any], columns: Sequence[str]) -> Stream:
    return tuple(row[column] or "" for column in columns)


def _select(streams: Sequence[Stream]) -> tuple[tuple[Filter, ...], ...]:
    """Return one branch for each property (and feature) that streams have."""
    by_rest: dict[Stream, list[str]] = {}
    for thing, *rest in streams:
        by_rest.setdefault(tuple(rest), []).append(thing)
    return tuple(
        (
            Filter("property", Op.EQ, rest[0]),
            *(Filter("feature", Op.EQ, one) if one else Filter("feature", Op.IS_NULL) for one in rest[1:]),
            Filter("thing_id", Op.IN, sorted(things)),
        )
        for rest, things in sorted(by_rest.items())
    )
