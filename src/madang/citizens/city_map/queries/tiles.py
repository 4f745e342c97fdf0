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
from madang.core.lake.interface import Reader, has_outlines, read_seen
from madang.core.places.interface import (
    TileFeatures,
    choose_drawn,
    encode_tile,
    group_points,
    thin_points,
    tile_degrees,
)

from .features import find_page, name_row, open_reader
from .holding import ID, hold, list_inside

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
    rows, shapes, _ = _read(reader, one, carried, (z, x, y))
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
        rows, drawn, groups = _read(reader, one, carried, (z, x, y), only, is_grouped=z <= GROUP_ZOOM)
        carried += [ID] if ID in rows.column_names else []
        shapes += [drawn, shapely.points(groups[:, :2])]
        listed = rows.select(carried).to_pylist() if carried else [{}] * rows.num_rows
        values += [_describe(one, row, name, address) for row in listed]
        values += [{"class": one.id, "_count": int(count)} for count in groups[:, 2]]
    is_simplified = any(one.shape for one in collections)
    return _tag(_encode(SHOWN_LAYER, np.concatenate(shapes), values, (z, x, y), is_simplified=is_simplified))


def _describe(one: Collection, row: dict[str, Any], name: str, address: str) -> dict[str, Any]:
    said: dict[str, Any] = {"class": one.id, "title": str(row.get(name) or "–")}
    if address and address != name:
        said["address"] = row[address]
    if one.key or ID in row:
        feature = name_row(one, row)
        said |= {"id": f"{one.id} {feature}", "href": find_page(one, feature)}
    return said


def _read(
    reader: Reader,
    one: Collection,
    carried: list[str],
    tile: tuple[int, int, int],
    only: Sequence[Only] = (),
    *,
    is_grouped: bool = False,
) -> tuple[pa.Table, np.ndarray, np.ndarray]:
    """Return (the rows that a tile shows, as what it shows them, groups of other points as lon, lat, count)."""
    groups = np.empty((0, 3))
    if not only and has_outlines(reader) and hold(reader, one) is None:
        return *read_seen(reader, carried, tile), groups
    rows, shapes = list_inside(reader, one, carried, tile_degrees(*tile), only)
    lon, lat = (rows.column(axis).to_numpy() for axis in (one.lon, one.lat))
    if shapes is not None:
        chosen, shapes = choose_drawn(shapes, lon, lat, *tile)
        return rows.take(pa.array(chosen)), shapes, groups
    if is_grouped:
        chosen, groups = group_points(lon, lat, *tile)
    else:
        chosen = thin_points(lon, lat, *tile)
    return rows.take(pa.array(chosen)), shapely.points(lon[chosen], lat[chosen]), groups


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
