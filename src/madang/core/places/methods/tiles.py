"""Vector tiles (Mapbox Vector Tile 2.1) of the web-mercator grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import mapbox_vector_tile
import msgspec
import numpy as np
import shapely

from madang.core.base.interface import BadInput

EXTENT = 4096
BUFFER = 64
AREA, DOT_AREA, DOT_LINE = 2, 32, 8
"""Units up to which an area, and a line, is drawn as a dot: 4 pixels of 512, and 1."""
MOST_DRAWN = 10_000
"""Lines and areas that a tile draws as such."""
DETAIL, WHOLE_ZOOM = 4.0, 14
"""Units below which details of lines and areas are left out, and from which zoom on, which maps draw as deeper ones too, nothing is."""
COLLECTION = 7
WORLD_M = 2 * np.pi * 6378137.0
ZOOM_LIMIT = 22
LATITUDE_LIMIT = 85.0511287798066


class TileFeatures(msgspec.Struct, frozen=True, kw_only=True):
    """One layer of a tile: geometries in EPSG:4326 and, beside each, its properties.

    Values are text, numbers or booleans; None is left out. With `ids`, numbers ≥ 0, a map can tell
    features apart.
    With `is_simplified` lines and areas lose details that can't be seen at the tile's zoom.
    """

    name: str
    geometries: Sequence[shapely.Geometry]
    properties: Sequence[Mapping[str, object]]
    ids: Sequence[int] | None = None
    is_simplified: bool = False


def tile_bounds(z: int, x: int, y: int) -> tuple[float, float, float, float]:
    """Return west, south, east, north of a tile in web-mercator metres (EPSG:3857); refuses wrong tiles."""
    if not (0 <= z <= ZOOM_LIMIT and 0 <= x < 2**z and 0 <= y < 2**z):
        raise BadInput("places.tile", f"없는 타일입니다: {z}/{x}/{y}", f"there is no tile {z}/{x}/{y}")
    size = WORLD_M / 2**z
    west, north = x * size - WORLD_M / 2, WORLD_M / 2 - y * size
    return west, north - size, west + size, north


def tile_degrees(
    z: int, x: int, y: int, *, margin: float = BUFFER / EXTENT
) -> tuple[float, float, float, float]:
    """Return west, south, east, north in degrees of a tile and `margin` tile widths around it."""
    west, south, east, north = tile_bounds(z, x, y)
    pad = (east - west) * margin
    lon, lat = from_mercator(np.array([west - pad, east + pad]), np.array([south - pad, north + pad]))
    return float(lon[0]), float(lat[0]), float(lon[1]), float(lat[1])


def to_mercator(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return EPSG:3857 metres of degrees; latitudes beyond ±85.05° are drawn at the edge."""
    lat = np.clip(lat, -LATITUDE_LIMIT, LATITUDE_LIMIT)
    radius = WORLD_M / (2 * np.pi)
    return np.radians(lon) * radius, np.log(np.tan(np.pi / 4 + np.radians(lat) / 2)) * radius


def from_mercator(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return degrees of EPSG:3857 metres."""
    radius = WORLD_M / (2 * np.pi)
    return np.degrees(x / radius), np.degrees(2 * np.arctan(np.exp(y / radius)) - np.pi / 2)


def simplify_for_zoom(geometries: np.ndarray, z: int) -> np.ndarray:
    """Return polygons (degrees) with details below half a pixel left out; shared borders stay shared.

    From zoom 15 nothing is left out.
    """
    if z >= 15 or len(geometries) == 0:
        return geometries
    pixel = 360 / 2**z / 512
    simple = shapely.coverage_simplify(geometries, pixel)
    # An area smaller than a pixel vanishes; keep its place, so that positions stay.
    return np.where(shapely.is_empty(simple), geometries, simple)


def choose_drawn(
    shapes: np.ndarray, lon: np.ndarray, lat: np.ndarray, z: int, x: int, y: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return (positions of the shapes that a tile shows, the shapes as it shows them), large areas first.

    `lon` and `lat` are a point inside each. Those too small to be seen at the zoom, and of very many the smaller ones,
    are shown as that point, of which what lies under another is left out.
    """
    bounds = shapely.bounds(shapes).reshape(-1, 4)
    large, seen = choose_large(bounds, shapely.get_dimensions(shapes), lon, lat, z, x, y)
    large = large[np.argsort(-shapely.area(shapes[large]), kind="stable")]
    drawn = np.concatenate([shapes[large], shapely.points(lon[seen], lat[seen])])
    return np.concatenate([large, seen]), drawn


def choose_large(
    bounds: np.ndarray, dimensions: np.ndarray, lon: np.ndarray, lat: np.ndarray, z: int, x: int, y: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return (positions of the shapes that a tile draws, positions of those that it shows as their point).

    `bounds` (n × 4) are their boxes in degrees, `lon` and `lat` a point inside each.
    """
    sizes = _measure_units(bounds, z)
    least = np.where(dimensions == AREA, DOT_AREA, DOT_LINE) if z < WHOLE_ZOOM else 0
    large = np.flatnonzero(sizes > least)
    large = large[np.argsort(-sizes[large], kind="stable")[:MOST_DRAWN]]
    is_dot = np.ones(len(bounds), bool)
    is_dot[large] = False
    dots = np.flatnonzero(is_dot)
    return large, dots[thin_points(lon[dots], lat[dots], z, x, y)]


def _measure_units(bounds: np.ndarray, z: int) -> np.ndarray:
    """Return how wide or high each box (n × 4, degrees) is in units of a tile of a zoom."""
    across, up = to_mercator(bounds[:, ::2], bounds[:, 1::2])
    return np.maximum(np.ptp(across, axis=1), np.ptp(up, axis=1)) * EXTENT * 2**z / WORLD_M


def thin_points(lon: np.ndarray, lat: np.ndarray, z: int, x: int, y: int, *, cells: int = 256) -> np.ndarray:
    """Return positions of the points to draw: in the tile, the first in each of `cells`² cells.

    What is left out would lie under what is drawn.
    """
    west, south, east, north = tile_bounds(z, x, y)
    across, up = to_mercator(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
    column = np.floor((across - west) / (east - west) * cells)
    row = np.floor((up - south) / (north - south) * cells)
    margin = cells * BUFFER // EXTENT
    inside = np.flatnonzero(
        (np.abs(column - cells / 2) <= cells / 2 + margin) & (np.abs(row - cells / 2) <= cells / 2 + margin)
    )
    _, first = np.unique(row[inside] * 10 * cells + column[inside], return_index=True)
    return inside[np.sort(first)]


def group_points(
    lon: np.ndarray, lat: np.ndarray, z: int, x: int, y: int, *, cells: int = 16, least: int = 3
) -> tuple[np.ndarray, np.ndarray]:
    """Return (positions of the points that stand by themselves, groups as rows of lon, lat, count).

    The tile is cut into `cells`² cells; `least` or more points in one cell are a group at their mean. Every cell is
    in one tile alone, so the counts of all tiles of a zoom add up to all points.
    """
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    west, south, east, north = tile_bounds(z, x, y)
    across, up = to_mercator(lon, lat)
    column = np.floor((across - west) / (east - west) * cells)
    row = np.floor((up - south) / (north - south) * cells)
    inside = np.flatnonzero((column >= 0) & (column < cells) & (row >= 0) & (row < cells))
    _, cell, counts = np.unique(row[inside] * cells + column[inside], return_inverse=True, return_counts=True)
    means = [np.bincount(cell, axis[inside], len(counts)) / counts for axis in (lon, lat)]
    is_group = counts >= least
    return inside[~is_group[cell]], np.column_stack([*means, counts])[is_group]


def encode_tile(layers: Sequence[TileFeatures], z: int, x: int, y: int) -> bytes:
    """Return the tile's bytes: geometries clipped to it, in whole units of 1/4096 tile; b"" where empty."""
    encoded = [_draw(layer, tile_bounds(z, x, y), DETAIL if z < WHOLE_ZOOM else 0) for layer in layers]
    drawn = [layer for layer in encoded if layer["features"]]
    if not drawn:
        return b""
    options = {"extents": EXTENT, "y_coord_down": True}
    return mapbox_vector_tile.encode(drawn, default_options=options)


def _draw(layer: TileFeatures, bounds: tuple[float, float, float, float], detail: float) -> dict[str, object]:
    west, south, east, north = bounds
    scale = EXTENT / (east - west)

    def to_units(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        across, up = to_mercator(lon, lat)
        return (across - west) * scale, (north - up) * scale

    shapes = np.asarray(layer.geometries, dtype=object)
    shapes = shapely.transform(shapes, to_units, interleaved=False)
    clipped = shapely.clip_by_rect(shapes, -BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
    if layer.is_simplified and detail:
        clipped = shapely.simplify(clipped, detail)
    is_area = shapely.get_dimensions(clipped) == 2
    clipped[is_area] = shapely.make_valid(clipped[is_area], method="structure", keep_collapsed=False)
    drawn = shapely.set_precision(clipped, 1)
    for i in np.flatnonzero(shapely.get_type_id(drawn) == COLLECTION):
        drawn[i] = _keep_largest(drawn[i])
    features = []
    for i in np.flatnonzero(~shapely.is_empty(drawn) & ~shapely.is_missing(drawn)).tolist():
        properties = {key: value for key, value in layer.properties[i].items() if value is not None}
        feature = {"geometry": drawn[i], "properties": properties}
        features.append(feature if layer.ids is None else feature | {"id": layer.ids[i]})
    return {"name": layer.name, "features": features}


def _keep_largest(collection: shapely.Geometry) -> shapely.Geometry:
    """Return the areas of a collection, its lines where it has none, else its points: a tile's feature is of one kind."""
    parts = shapely.get_parts(collection)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == shapely.get_dimensions(collection)])
