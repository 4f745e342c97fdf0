"""Since when and until when datastreams have observations (phenomenonTime, resultTime of OGC 18-088, 8.2.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from threading import Lock
from typing import Any

import msgspec
from odata_query import ast

from madang.core.base.interface import ANONYMOUS, Kept
from madang.core.lake.interface import AnyOf, Filter, Measure, Reader, authorize
from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.methods.sensorthings.bodies import read_time, write_time
from madang.infrastructure.city_sensors.tables import READINGS

from .observations import THERE, find_ends, select_streams_of
from .spans import LASTED, Span

KEPT_S = 600.0
MOST_INTERVALS = 10_000
Stream = tuple[str, str]
RELATIONS: dict[type[ast._Node], Callable[[Span, Span], bool]] = {
    ast.Lt: lambda one, other: one[1] < other[0],
    ast.LtE: lambda one, other: one[0] <= other[0] and one[1] <= other[1],
    ast.Gt: lambda one, other: one[0] > other[1],
    ast.GtE: lambda one, other: one[0] >= other[0] and one[1] >= other[1],
    ast.Eq: lambda one, other: one == other,
    ast.NotEq: lambda one, other: one != other,
}
"""An interval is before what its end is before, and after what its begin is after; <= and >= compare both ends."""
_begins = Kept(KEPT_S)
_one_reads = Lock()


class _Span(msgspec.Struct):
    begin: datetime
    end: datetime
    results: tuple[datetime, datetime] | None = None


def describe_times(
    datastreams: Sequence[Any], ends: Mapping[int, datetime] | None = None
) -> dict[int, dict[str, str]]:
    """Return phenomenonTime and resultTime by datastream, as intervals; those that have no observation have neither.

    `ends` are when their newest observations were, where the caller has them. A registered station's begin may be ten
    minutes old.
    """
    spans = _find_spans(datastreams, ends)
    return {one.id: _write(spans.get(one.id)) for one in datastreams}


def find_streams_during(name: str, comparator: type[ast._Node], span: Span | None) -> list[int]:
    """Return the ids of datastreams whose phenomenonTime or resultTime is before, at or after a span; None: that have one."""
    fits = RELATIONS[comparator]
    edges = _find_edges(models.Datastream.objects.only("pk", "stream_thing", "stream_property"), name)
    return [pk for pk, one in edges.items() if span is None or fits(one, span)]


def rank_by_time(datastreams: Iterable[Any], name: str, *, descending: bool) -> list[int]:
    """Return the ids of datastreams by phenomenonTime or resultTime, those of the same in their order, those without one last."""
    datastreams = list(datastreams)
    edges = _find_edges(datastreams, name)
    there = sorted(
        (one.id for one in datastreams if one.id in edges),
        key=lambda pk: edges[pk][::-1] if descending else edges[pk],
        reverse=descending,
    )
    return [*there, *(one.id for one in datastreams if one.id not in edges)]


def _find_edges(datastreams: Iterable[Any], name: str) -> dict[int, Span]:
    spans = _find_spans(list(datastreams), None)
    if name == "phenomenonTime":
        return {pk: (span.begin, span.end) for pk, span in spans.items()}
    return {pk: span.results for pk, span in spans.items() if span.results}


def _find_spans(datastreams: Sequence[Any], ends: Mapping[int, datetime] | None) -> dict[int, _Span]:
    ends = find_ends(datastreams) if ends is None else ends
    registered = [one for one in datastreams if one.is_registered and one.id in ends]
    others = [one for one in datastreams if not one.is_registered]
    spans = _find_registered(registered, ends) | _measure(others)
    keys = {one.id: (one.stream_thing, one.stream_property) for one in datastreams}
    return {pk: spans[key] for pk, key in keys.items() if key in spans}


def _write(span: _Span | None) -> dict[str, str]:
    if span is None:
        return {}
    times = {"phenomenonTime": f"{write_time(span.begin)}/{write_time(span.end)}"}
    if span.results is not None:
        times["resultTime"] = "/".join(map(write_time, span.results))
    return times


def _find_registered(datastreams: Sequence[Any], ends: Mapping[int, datetime]) -> dict[Stream, _Span]:
    if not datastreams:
        return {}
    streams = {(one.stream_thing, one.stream_property): one for one in datastreams}
    with _one_reads:
        begins = _begins.get("all", _read_begins)
    new = _measure([one for key, one in streams.items() if key not in begins])
    begins |= {key: span.begin for key, span in new.items()}
    return {
        key: _Span(min(begins[key], ends[one.id]), ends[one.id])
        for key, one in streams.items()
        if key in begins
    }


def _read_begins() -> dict[Stream, datetime]:
    """Return when every stream begins, in one reading: asking for each page's own costs as much as for all."""
    begin = Measure(function="min", column="observed_at")
    found = authorize(ANONYMOUS, READINGS.name).aggregate([begin], ["thing_id", "property"], [THERE])
    things, properties, begins = (column.to_pylist() for column in found.columns)
    return dict(zip(zip(things, properties, strict=True), begins, strict=True))


def _measure(datastreams: Sequence[Any]) -> dict[Stream, _Span]:
    """Return the spans of datastreams, from all of their observations."""
    if not datastreams:
        return {}
    reader = authorize(ANONYMOUS, READINGS.name)
    where: list[Filter | AnyOf] = [AnyOf(select_streams_of(datastreams)), THERE]
    edges = [
        Measure(function=function, column=column, name=f"{column}_{function}")
        for column in ("observed_at", "result_at")
        for function in ("min", "max")
    ]
    spans = {}
    for row in reader.aggregate(edges, ["thing_id", "property"], where=where).to_pylist():
        results = None if row["result_at_min"] is None else (row["result_at_min"], row["result_at_max"])
        span = _Span(row["observed_at_min"], row["observed_at_max"], results)
        spans[row["thing_id"], row["property"]] = span
    for row in _list_intervals(reader, where):
        span = spans[row["thing_id"], row["property"]]
        end = msgspec.json.decode(row["details"])["phenomenonEnd"]
        span.end = max(span.end, read_time("phenomenonTime", end)[0])
    return spans


def _list_intervals(reader: Reader, where: list[Filter | AnyOf]) -> list[dict[str, Any]]:
    """Return the newest observations whose phenomenon lasted."""
    columns = ["thing_id", "property", "details"]
    return reader.read(columns, [*where, LASTED], order_by=["-observed_at"], limit=MOST_INTERVALS).to_pylist()
