"""Vector tiles of area layers."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import shapely

from madang.core.places.methods.tiles import TileFeatures, encode_tile, simplify_for_zoom, tile_degrees
from madang.core.places.records import BoundaryArea

from .layers import get_layer_folder, load_areas


def get_tile(layer: str, layer_version: str, z: int, x: int, y: int) -> bytes:
    """Return one tile of a layer (MVT); features carry `code`, `name_ko`, `name_en`, `parent`."""
    tile_degrees(z, x, y)  # refuses what is no tile before anything is kept for it
    return _build_tile(get_layer_folder(), layer, layer_version, z, x, y)


@lru_cache(maxsize=2000)
def _build_tile(folder: Path, layer: str, layer_version: str, z: int, x: int, y: int) -> bytes:
    areas, shapes, tree = _prepare(folder, layer, layer_version, min(z, 15))
    found = np.sort(tree.query(shapely.box(*tile_degrees(z, x, y))))
    features = TileFeatures(
        name=layer,
        geometries=shapes[found],
        properties=[_properties_of(areas[i]) for i in found],
        ids=found.tolist(),
    )
    return encode_tile([features], z, x, y)


@lru_cache(maxsize=64)
def _prepare(
    folder: Path, layer: str, layer_version: str, zoom: int
) -> tuple[tuple[BoundaryArea, ...], np.ndarray, shapely.STRtree]:
    areas = load_areas(layer, layer_version)
    shapes = simplify_for_zoom(np.array([area.geometry for area in areas], dtype=object), zoom)
    return areas, shapes, shapely.STRtree(shapes)


def _properties_of(area: BoundaryArea) -> dict[str, object]:
    return {
        "code": area.code,
        "name_ko": area.name_ko,
        "name_en": area.name_en or None,
        "parent": area.parent or None,
    }
