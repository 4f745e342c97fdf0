"""Collections as vector tiles, each kept until its own content changes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import shapely

from madang.citizens.city_map.methods.naming import find_address_column, find_name_column
from madang.citizens.city_map.records import Collection, Only
from madang.core.lake.interface import Filter, Op, Reader, read_touching
from madang.core.places.interface import (
    TileFeatures,
    choose_drawn,
    encode_tile,
    find_dots,
    group_points,
    thin_points,
    tile_degrees,
)

from .features import find_page, name_row, open_reader
from .holding import hold, is_inside, keep_only, list_filters

DETAIL_ZOOM, DETAIL_COLUMNS = 13, 12
GROUP_ZOOM = 12
"""As deep as this the map page shows what stands close together as one circle with its number."""
SHOWN_LAYER = "places"


class Tile(msgspec.Struct, frozen=True):
    """A tile's bytes (b"" where nothing is there) and the tag of what it holds."""

    content: bytes
    tag: str


def draw_collection(one: Collection, z: int, x: int, y: int) -> Tile:
    """Return a collection's tile: its layer is named as the collection; details come when near."""
    return _draw_collection(open_reader(one.id), one, z, x, y)


def draw_shown(
    collections: Sequence[Collection], z: int, x: int, y: int, only: tuple[Only, ...] = ()
) -> Tile:
    """Return the tile of the map page: all collections in one layer, told apart by their `class`."""
    readers = tuple(open_reader(one.id) for one in collections)
    return _draw_shown(readers, tuple(collections), only, z, x, y)


@lru_cache(maxsize=8192)
def _draw_collection(reader: Reader, one: Collection, z: int, x: int, y: int) -> Tile:
    return _tag(draw_once(reader, one, z, x, y))


def draw_once(reader: Reader, one: Collection, z: int, x: int, y: int) -> bytes:
    """Return a collection's tile as `draw_collection` does, without keeping it."""
    near = z >= DETAIL_ZOOM
    name = find_name_column(one)
    every = [column.name for column in one.properties]
    carried = every[:DETAIL_COLUMNS] if near else [name] if name else []
    rows, shapes = (_read_outlines if one.shape else _read_points)(reader, one, carried, (z, x, y))
    values = [{key: _plain(value) for key, value in row.items()} for row in rows.select(carried).to_pylist()]
    if not carried:
        values = [{} for _ in range(rows.num_rows)]
    return _encode(one.id, shapes, values, (z, x, y), is_simplified=bool(one.shape))


@lru_cache(maxsize=8192)
def _draw_shown(
    readers: tuple[Reader, ...],
    collections: tuple[Collection, ...],
    only: tuple[Only, ...],
    z: int,
    x: int,
    y: int,
) -> Tile:
    shapes: list[np.ndarray] = []
    values: list[dict[str, Any]] = []
    for reader, one in zip(readers, collections, strict=True):
        name, address = find_name_column(one), find_address_column(one)
        carried = list(dict.fromkeys([*one.key, *filter(None, (name, address))]))
        if one.shape:
            rows, drawn, groups = _show_outlines(reader, one, carried, (z, x, y), only)
        else:
            rows = _read_inside(reader, one, carried, (z, x, y), only)
            kept, groups = _gather(*_list_axes(rows, one), (z, x, y))
            rows = rows.take(pa.array(kept))
            drawn = _points(rows, one)
        shapes += [drawn, shapely.points(groups[:, :2])]
        listed = rows.select(carried).to_pylist() if carried else [{}] * rows.num_rows
        values += [_describe(one, row, name, address) for row in listed]
        values += [{"class": one.id, "_count": int(count)} for count in groups[:, 2]]
    is_simplified = any(one.shape for one in collections)
    return _tag(_encode(SHOWN_LAYER, np.concatenate(shapes), values, (z, x, y), is_simplified=is_simplified))


def _gather(lon: np.ndarray, lat: np.ndarray, tile: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return (positions of the points that are shown, groups of the others as lon, lat, count)."""
    if tile[0] <= GROUP_ZOOM:
        return group_points(lon, lat, *tile)
    return thin_points(lon, lat, *tile), np.empty((0, 3))


def _show_outlines(
    reader: Reader, one: Collection, carried: list[str], tile: tuple[int, int, int], only: Sequence[Only]
) -> tuple[pa.Table, np.ndarray, np.ndarray]:
    """Return (the rows that are shown, their shapes, groups of those too small to be seen)."""
    rows, shapes = _read_touching(reader, one, carried, tile, only)
    is_dot = find_dots(shapely.bounds(shapes).reshape(-1, 4), tile[0])
    large, dots = np.flatnonzero(~is_dot), np.flatnonzero(is_dot)
    large = large[np.argsort(-shapely.area(shapes[large]), kind="stable")]
    lon, lat = _list_axes(rows, one)
    kept, groups = _gather(lon[dots], lat[dots], tile)
    seen = dots[kept]
    drawn = np.concatenate([shapes[large], shapely.points(lon[seen], lat[seen])])
    return rows.take(pa.array(np.concatenate([large, seen]))), drawn, groups


def _describe(one: Collection, row: dict[str, Any], name: str, address: str) -> dict[str, Any]:
    said: dict[str, Any] = {"class": one.id, "title": str(row.get(name) or "–")}
    if address and address != name:
        said["address"] = row[address]
    if one.key:
        feature = name_row(one, row)
        said |= {"id": f"{one.id} {feature}", "href": find_page(one, feature)}
    return said


def _read_points(
    reader: Reader, one: Collection, carried: list[str], tile: tuple[int, int, int]
) -> tuple[pa.Table, np.ndarray]:
    rows = _read_inside(reader, one, carried, tile)
    rows = rows.take(pa.array(thin_points(*_list_axes(rows, one), *tile)))
    return rows, _points(rows, one)


def _read_outlines(
    reader: Reader, one: Collection, carried: list[str], tile: tuple[int, int, int]
) -> tuple[pa.Table, np.ndarray]:
    rows, shapes = _read_touching(reader, one, carried, tile)
    drawn, shapes = choose_drawn(shapes, *_list_axes(rows, one), *tile)
    return rows.take(pa.array(drawn)), shapes


def _read_touching(
    reader: Reader, one: Collection, carried: list[str], tile: tuple[int, int, int], only: Sequence[Only] = ()
) -> tuple[pa.Table, np.ndarray]:
    columns = list(dict.fromkeys([one.lon, one.lat, *carried]))
    return read_touching(reader, columns, tile_degrees(*tile), list_filters(one, only))


def _read_inside(
    reader: Reader, one: Collection, carried: list[str], tile: tuple[int, int, int], only: Sequence[Only] = ()
) -> pa.Table:
    west, south, east, north = box = tile_degrees(*tile)
    columns = list(dict.fromkeys([one.lon, one.lat, *carried]))
    held = hold(reader, one)
    if held is not None:
        held = keep_only(held, one, only)
        return held.select(columns).filter(pa.array(is_inside(held, one, box)))
    where = (Filter(one.lon, Op.BETWEEN, [west, east]), Filter(one.lat, Op.BETWEEN, [south, north]))
    return reader.read(columns, (*where, *list_filters(one, only)))


def _list_axes(rows: pa.Table, one: Collection) -> tuple[np.ndarray, np.ndarray]:
    return rows.column(one.lon).to_numpy(), rows.column(one.lat).to_numpy()


def _points(rows: pa.Table, one: Collection) -> np.ndarray:
    return shapely.points(*_list_axes(rows, one))


def _encode(
    layer: str,
    shapes: np.ndarray,
    values: list[dict[str, Any]],
    tile: tuple[int, int, int],
    *,
    is_simplified: bool,
) -> bytes:
    drawn = TileFeatures(name=layer, geometries=shapes, properties=values, is_simplified=is_simplified)
    return encode_tile([drawn], *tile)


def _tag(content: bytes) -> Tile:
    return Tile(content, f'"{hashlib.sha256(content).hexdigest()[:20]}"')


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
