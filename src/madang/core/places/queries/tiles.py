"""Vector tiles of area layers."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import msgspec
import numpy as np
import shapely

from madang.core.places.methods.tiles import (
    TileFeatures,
    encode_tile,
    simplify_for_zoom,
    tile_bounds,
    tile_degrees,
)
from madang.core.places.records import BoundaryArea

from .layers import get_layer_folder, load_areas


class Prepared(msgspec.Struct, frozen=True):
    """A layer's areas ready to draw at one zoom; `points` (count, 2) are where their names stand."""

    areas: tuple[BoundaryArea, ...]
    shapes: np.ndarray
    points: np.ndarray
    tree: shapely.STRtree


def get_tile(layer: str, layer_version: str, z: int, x: int, y: int) -> bytes:
    """Return one tile (MVT) with the areas as `<layer>` and a point for each name as `<layer>_names`.

    Features carry `code`, `name_ko`, `name_en`, `parent`. A name stands in one tile only, so that a
    map that draws several tiles says it once.
    """
    tile_bounds(z, x, y)  # refuses what is no tile before anything is kept for it
    return _build_tile(get_layer_folder(), layer, layer_version, z, x, y)


@lru_cache(maxsize=2000)
def _build_tile(folder: Path, layer: str, layer_version: str, z: int, x: int, y: int) -> bytes:
    prepared = _prepare(folder, layer, layer_version, min(z, 15))
    found = np.sort(prepared.tree.query(shapely.box(*tile_degrees(z, x, y))))
    west, south, east, north = tile_degrees(z, x, y, margin=0)
    lon, lat = prepared.points.T
    named = np.flatnonzero((lon >= west) & (lon < east) & (lat > south) & (lat <= north))
    areas = _choose(layer, prepared.areas, prepared.shapes, found)
    names = _choose(f"{layer}_names", prepared.areas, shapely.points(prepared.points), named)
    return encode_tile([areas, names], z, x, y)


@lru_cache(maxsize=64)
def _prepare(folder: Path, layer: str, layer_version: str, zoom: int) -> Prepared:
    areas = load_areas(layer, layer_version)
    whole = np.array([area.geometry for area in areas], dtype=object)
    shapes = simplify_for_zoom(whole, zoom)
    points = shapely.get_coordinates(shapely.point_on_surface(whole))
    return Prepared(areas, shapes, points, shapely.STRtree(shapes))


def _choose(
    name: str, areas: tuple[BoundaryArea, ...], shapes: np.ndarray, chosen: np.ndarray
) -> TileFeatures:
    return TileFeatures(
        name=name,
        geometries=shapes[chosen],
        properties=[_properties_of(areas[i]) for i in chosen],
        ids=chosen.tolist(),
    )


def _properties_of(area: BoundaryArea) -> dict[str, object]:
    return {
        "code": area.code,
        "name_ko": area.name_ko,
        "name_en": area.name_en or None,
        "parent": area.parent or None,
    }
