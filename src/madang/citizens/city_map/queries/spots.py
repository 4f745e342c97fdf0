"""The list beside the map: it holds what the map holds, by name or from near to far."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import shapely

from madang.citizens.city_map.methods.hours import is_open
from madang.citizens.city_map.methods.naming import (
    find_address_column,
    find_english_name_column,
    find_hours_column,
    find_name_column,
    has_initials,
)
from madang.citizens.city_map.records import Collection, Only, Spot
from madang.core.base.interface import box_around, measure_m
from madang.core.lake.interface import AnyOf, Filter, Op, Reader, count_rows
from madang.core.places.interface import matches_within, measure_walks, normalize

from .features import find_page, name_row, open_reader
from .holding import ID, hold, keep_only, list_filters, list_inside

NEAR_M, MOST_NEAR, MOST_CLOSE = 3_000.0, 2_000, 20_000


def list_spots(
    collections: Sequence[Collection],
    *,
    search: str = "",
    at: datetime | None = None,
    hides_closed: bool = False,
    only: Sequence[Only] = (),
    offset: int = 0,
    limit: int = 30,
) -> tuple[list[Spot], int]:
    """Return a page of the places of collections, one collection after the other, and how many there are.

    `search` is a part of a name or address, or initials of a name; `at` a moment of the city's time that
    opening hours are judged by; `only` leaves the places of a collection that have a value. Collections above holding.MOST_ROWS are searched by whole letters only, and
    keep their closed places.
    """
    found: list[Spot] = []
    total = 0
    for one in collections:
        reader = open_reader(one.id)
        begin, wanted = max(0, offset - total), limit - len(found)
        rows, count = _read(reader, one, search, at if hides_closed else None, only, begin, max(0, wanted))
        found += [_describe(one, row, at) for row in rows.to_pylist()]
        total += count
    return found, total


def list_near(
    collections: Sequence[Collection],
    lon: float,
    lat: float,
    *,
    search: str = "",
    at: datetime | None = None,
    hides_closed: bool = False,
    only: Sequence[Only] = (),
    within_m: float = NEAR_M,
) -> tuple[list[Spot], int]:
    """Return the places within a distance, the nearest first, at most MOST_NEAR of each collection, and how many there are.

    Where more than MOST_CLOSE of a collection lie there, those within half of the distance are told, and so on.
    """
    found: list[Spot] = []
    total = 0
    for one in collections:
        where = [] if has_initials(search) else _search(one, search)
        rows, shapes, reach_m = _read_around(one, lon, lat, within_m, only, where)
        fits = _judge(one, rows, search if has_initials(search) else "", at if hides_closed else None)
        distances = _measure(one, rows, shapes, lon, lat)
        away = [(distances[number], number) for number in np.flatnonzero(fits).tolist()]
        near = sorted(pair for pair in away if pair[0] <= reach_m)
        total += len(near)
        nearest = rows.take(pa.array([number for _, number in near[:MOST_NEAR]], pa.int64())).to_pylist()
        found += [_describe(one, row, at, away_m) for row, (away_m, _) in zip(nearest, near, strict=False)]
    return sorted(found, key=lambda spot: spot.away_m or 0.0), total


def add_walks(spots: Sequence[Spot], lon: float, lat: float) -> list[Spot]:
    """Return spots near a point with the way on foot to each."""
    lons, lats = np.array([(one.lon, one.lat) for one in spots], dtype=float).reshape(-1, 2).T
    walks = measure_walks(lon, lat, lons, lats)
    told = zip(spots, walks.metres.tolist(), walks.minutes.tolist(), walks.by_streets.tolist(), strict=True)
    return [
        msgspec.structs.replace(one, walk_m=metres, walk_minutes=minutes, is_along_streets=along)
        for one, metres, minutes, along in told
    ]


def _read_around(
    one: Collection,
    lon: float,
    lat: float,
    within_m: float,
    only: Sequence[Only],
    where: Sequence[Filter | AnyOf],
) -> tuple[pa.Table, np.ndarray | None, float]:
    """Return every row in the box that holds a distance, their lines and areas, and that distance: halved until they are few enough."""
    reader = open_reader(one.id)
    while True:
        rows, shapes = list_inside(reader, one, _columns(one), box_around(lon, lat, within_m), only, where)
        if rows.num_rows <= MOST_CLOSE or within_m < 1:
            return rows, shapes, within_m
        within_m /= 2


def _measure(
    one: Collection, rows: pa.Table, shapes: np.ndarray | None, lon: float, lat: float
) -> list[float]:
    """Return how many metres away each row is, a line or an area at its nearest point."""
    if shapes is not None:
        straight = shapely.shortest_line(_flatten(shapes, lat), _flatten(shapely.Point(lon, lat), lat))
        ends = shapely.get_coordinates(straight)[::2] / [math.cos(math.radians(lat)), 1]
        return [measure_m(lon, lat, *place) for place in ends.tolist()]
    places = zip(*(rows.column(axis).to_pylist() for axis in (one.lon, one.lat)), strict=True)
    return [measure_m(lon, lat, *place) for place in places]


def _flatten(shapes: Any, lat: float) -> Any:
    """Return shapes with degrees of longitude as long as those of latitude near there."""
    return shapely.transform(shapes, lambda at: at * [math.cos(math.radians(lat)), 1])


def pick_spots(
    spots: Sequence[Spot], *, search: str, near: tuple[float, float] | None, within_m: float = NEAR_M
) -> list[Spot]:
    """Return the spots whose name or what is said of them matches; with `near` those within the distance."""
    words = normalize(search)
    found = [
        one
        for one in spots
        if not words or any(matches_within(words, normalize(text)) for text in (one.name, one.address))
    ]
    if near is None:
        return found
    away = [
        msgspec.structs.replace(one, away_m=measure_m(*near, one.lon, one.lat))
        for one in found
        if one.lon is not None and one.lat is not None
    ]
    return [one for one in away if one.away_m is not None and one.away_m <= within_m]


def _read(
    reader: Reader,
    one: Collection,
    search: str,
    at: datetime | None,
    only: Sequence[Only],
    offset: int,
    limit: int,
) -> tuple[pa.Table, int]:
    """Return a part of the rows that match, and how many do; with `at` those that are closed then are left out."""
    name = find_name_column(one)
    order = tuple(dict.fromkeys([*filter(None, [name]), *one.key]))
    is_judged_here = has_initials(search) or (at is not None and find_hours_column(one))
    held = hold(reader, one) if is_judged_here or not one.key else None
    names = [ID] if held is not None and ID in held.column_names else []
    if held is None or not (is_judged_here or names):
        where = [*list_filters(one, only), *_search(one, search)]
        rows = reader.read(_columns(one), where, order, offset, limit)
        return rows, count_rows(reader, where)
    rows = keep_only(held, one, only).select([*_columns(one), *names])
    rows = rows.filter(_judge(one, rows, search, at))
    if order:
        rows = rows.sort_by([(column, "ascending") for column in order])
    return rows.slice(offset, limit), rows.num_rows


def _judge(one: Collection, rows: pa.Table, search: str, at: datetime | None) -> pa.Array:
    """Return which rows match; with `at` those that are known to be closed then don't."""
    words = normalize(search)
    texts = [rows.column(name).to_pylist() for name in _searched(one)] if words else []
    hours = find_hours_column(one)
    times = rows.column(hours).to_pylist() if at is not None and hours else [None] * rows.num_rows
    return pa.array(
        [
            (not words or any(matches_within(words, normalize(text[n] or "")) for text in texts))
            and (at is None or not times[n] or is_open(times[n], at) is not False)
            for n in range(rows.num_rows)
        ],
        pa.bool_(),
    )


def _search(one: Collection, search: str) -> list[Filter | AnyOf]:
    names = _searched(one)
    if not search or not names:
        return []
    return [AnyOf(tuple((Filter(name, Op.CONTAINS, search),) for name in names))]


def _searched(one: Collection) -> list[str]:
    columns = find_name_column(one), find_english_name_column(one), find_address_column(one)
    return list(dict.fromkeys(filter(None, columns)))


def _columns(one: Collection) -> list[str]:
    return list(
        dict.fromkeys([one.lon, one.lat, *_searched(one), *filter(None, [find_hours_column(one)]), *one.key])
    )


def _describe(one: Collection, row: dict[str, Any], at: datetime | None, away_m: float | None = None) -> Spot:
    name, address, hours = find_name_column(one), find_address_column(one), find_hours_column(one)
    english = find_english_name_column(one)
    feature = name_row(one, row) if one.key or ID in row else ""
    return Spot(
        theme=one.id,
        id=f"{one.id} {feature}" if feature else "",
        name=str(row.get(name) or "–"),
        name_en=str(row[english] or "") if english else "",
        address=str(row[address] or "") if address and address != name else "",
        lon=row[one.lon],
        lat=row[one.lat],
        href=find_page(one, feature) if feature else "",
        away_m=away_m,
        is_open=is_open(row[hours], at) if at is not None and hours and row[hours] else None,
    )
