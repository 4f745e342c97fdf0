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
from madang.core.places.records import AreaLayerRecord, BoundaryArea

from .layers import get_layer_folder, load_areas

DEEPEST = 14
"""Zoom beyond which a map draws the tiles of this one larger."""


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


def describe_tiles(layer: AreaLayerRecord, address: str) -> dict[str, object]:
    """Return the TileJSON (3.0.0) of a layer whose tiles are at `address`: what it draws, how deep, how far it reaches."""
    fields = {"code": "String", "name_ko": "String", "name_en": "String", "parent": "String"}
    return {
        "tilejson": "3.0.0",
        "name": layer.name,
        "version": "1.0.0",
        "tiles": [f"{address}/tiles/{layer.name}/{{z}}/{{x}}/{{y}}.mvt"],
        "minzoom": 0,
        "maxzoom": DEEPEST,
        "bounds": _find_extent(get_layer_folder(), layer.name, layer.version),
        "vector_layers": [
            {"id": layer.name, "fields": fields},
            {"id": f"{layer.name}_names", "fields": fields},
        ],
    }


@lru_cache(maxsize=64)
def _find_extent(folder: Path, layer: str, layer_version: str) -> list[float]:
    """Return west, south, east, north in degrees."""
    del folder  # of whom the areas are
    shapes = np.array([area.geometry for area in load_areas(layer, layer_version)], dtype=object)
    return [round(float(edge), 6) for edge in shapely.total_bounds(shapes)]


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
