"""Places as a page's map draws them: lines and areas by their shape, others by their point."""

from __future__ import annotations

from typing import Any

import msgspec
import shapely

from madang.citizens.city_map.records import PlaceValues

SEEN_DEGREES, MARGIN_DEGREES = 1e-5, 0.002
"""Details below about a metre aren't drawn on a page; what is shown has some room around it."""


def draw_place(values: PlaceValues) -> dict[str, Any]:
    """Return a place as a row of `points_layer`."""
    shape = shapely.from_geojson(values.shape) if values.shape else None
    return {"title": values.name, "lon": values.lon, "lat": values.lat} | draw_shape(shape)


def draw_shape(shape: shapely.Geometry | None) -> dict[str, Any]:
    """Return what a row of `points_layer` says of its line or area; nothing for a point."""
    if shape is None or shapely.get_dimensions(shape) == 0:
        return {}
    return {"geometry": msgspec.json.decode(shapely.to_geojson(shapely.simplify(shape, SEEN_DEGREES)))}


def find_frame(shape: shapely.Geometry) -> tuple[float, float, float, float]:
    """Return west, south, east, north in degrees around a shape, with some room."""
    west, south, east, north = shape.buffer(MARGIN_DEGREES).bounds
    return west, south, east, north
