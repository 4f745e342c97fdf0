"""The shape of each row: what it was imported as, where that agrees with the row's place; else its point."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import shapely

from madang.core.lake.gateway.coordinates import SYSTEMS, to_degrees
from madang.core.lake.gateway.features import GEOMETRY

_NEAR_DEGREES = 1e-6


def read_shapes(batch: pa.RecordBatch, lon: str, lat: str) -> tuple[np.ndarray, np.ndarray]:
    """Return (shapes in EPSG:4326, None without a place; whether each is the row's own and no mere point).

    A dataset that came from GeoJSON keeps each geometry as text in the source's own coordinates; the place
    beside it is a point inside, so that it tells the system, and what disagrees isn't believed.
    """
    x, y = (batch.column(name).to_numpy(zero_copy_only=False).astype(float) for name in (lon, lat))
    shapes = shapely.points(x, y)
    shapes[~(np.isfinite(x) & np.isfinite(y))] = None
    own = np.zeros(len(shapes), bool)
    if GEOMETRY not in batch.schema.names or not pa.types.is_string(batch.schema.field(GEOMETRY).type):
        return shapes, own
    texts = np.array(batch.column(GEOMETRY).to_pylist(), object)
    given = shapely.from_geojson(texts, on_invalid="ignore")
    inner = shapely.point_on_surface(given)
    for epsg in (4326, -4326, *SYSTEMS):
        waiting = np.flatnonzero(~own & ~shapely.is_missing(inner) & ~shapely.is_missing(shapes))
        if not len(waiting):
            break
        found = np.array(_to_degrees(shapely.get_coordinates(inner[waiting]), epsg))
        off = np.abs(found - np.array([x[waiting], y[waiting]])).max(axis=0)
        agrees = waiting[off < _NEAR_DEGREES]
        shapes[agrees] = shapely.transform(
            given[agrees], lambda at, epsg=epsg: np.column_stack(_to_degrees(at, epsg))
        )
        own[agrees] = True
    return shapes, own


def _to_degrees(places: np.ndarray, epsg: int) -> tuple[np.ndarray, np.ndarray]:
    """Return longitude and latitude of n × 2 coordinates; -4326 are degrees with latitude first."""
    x, y = places[:, 0], places[:, 1]
    if epsg == 4326:
        return x, y
    return (y, x) if epsg == -4326 else to_degrees(x, y, epsg)
