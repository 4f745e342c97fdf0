"""The list beside the map: it holds what the map holds, by name or from near to far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from madang.citizens.city_map.methods.naming import find_address_column, find_name_column
from madang.citizens.city_map.records import Collection, Spot
from madang.core.base.interface import box_around, measure_m
from madang.core.lake.interface import AnyOf, Filter, Op, count_rows

from .features import name_row, open_reader

NEAR_M, MOST_NEAR = 3_000.0, 2_000


def list_spots(
    collections: Sequence[Collection], *, search: str = "", offset: int = 0, limit: int = 30
) -> tuple[list[Spot], int]:
    """Return a page of the places of collections, one collection after the other, and how many there are."""
    found: list[Spot] = []
    total = 0
    for one in collections:
        where = _search(one, search)
        reader = open_reader(one.id)
        count = count_rows(reader, where)
        begin, wanted = max(0, offset - total), limit - len(found)
        if wanted > 0 and begin < count:
            name = find_name_column(one)
            order = tuple(dict.fromkeys([*filter(None, [name]), *one.key]))
            rows = reader.read(_columns(one), where, order, begin, wanted).to_pylist()
            found += [_describe(one, row) for row in rows]
        total += count
    return found, total


def list_near(
    collections: Sequence[Collection], lon: float, lat: float, *, search: str = "", within_m: float = NEAR_M
) -> list[Spot]:
    """Return the places within a distance, the nearest first; at most 2,000 of each collection are looked at."""
    west, south, east, north = box_around(lon, lat, within_m)
    found: list[Spot] = []
    for one in collections:
        box = (Filter(one.lon, Op.BETWEEN, [west, east]), Filter(one.lat, Op.BETWEEN, [south, north]))
        rows = open_reader(one.id).read(_columns(one), (*box, *_search(one, search)), (), 0, MOST_NEAR)
        for row in rows.to_pylist():
            away_m = measure_m(lon, lat, row[one.lon], row[one.lat])
            if away_m <= within_m:
                found.append(_describe(one, row, away_m))
    return sorted(found, key=lambda spot: spot.away_m or 0.0)


def _search(one: Collection, search: str) -> list[Filter | AnyOf]:
    names = dict.fromkeys(filter(None, (find_name_column(one), find_address_column(one))))
    if not search or not names:
        return []
    return [AnyOf(tuple((Filter(name, Op.CONTAINS, search),) for name in names))]


def _columns(one: Collection) -> list[str]:
    texts = filter(None, (find_name_column(one), find_address_column(one)))
    return list(dict.fromkeys([one.lon, one.lat, *texts, *one.key]))


def _describe(one: Collection, row: dict[str, Any], away_m: float | None = None) -> Spot:
    name, address = find_name_column(one), find_address_column(one)
    feature = name_row(one, row) if one.key else ""
    return Spot(
        theme=one.id,
        id=f"{one.id} {feature}" if feature else "",
        name=str(row.get(name) or "–"),
        address=str(row[address] or "") if address and address != name else "",
        lon=row[one.lon],
        lat=row[one.lat],
        href=f"/city_map/places/{one.id}/{feature}/" if feature else "",
        away_m=away_m,
    )
