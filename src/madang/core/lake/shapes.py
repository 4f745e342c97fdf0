"""The shape of each row: what it was imported as, where that agrees with the row's place; else its point."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import shapely

from madang.core.base.interface import Column, ColumnType, Table

from .gateway.coordinates import SYSTEMS, to_degrees
from .gateway.features import GEOMETRY

NAMES = (GEOMETRY, "geom", "the_geom")
NEAR_DEGREES = 1e-6
AREA = 2


def find_shape_column(table: Table, columns: Iterable[Column]) -> str:
    """Return which of the columns holds the rows' own lines and areas as text, "" without one.

    It is what the table says; of tables that were declared before they said so, one that is named as such columns are.
    """
    texts = {one.name.lower(): one.name for one in columns if one.type is ColumnType.TEXT}
    if table.shape:
        return texts.get(table.shape.lower(), "")
    return next((texts[name] for name in NAMES if name in texts), "")


def read_shapes(
    rows: pa.RecordBatch | pa.Table, lon: str, lat: str, shape: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return (shapes in EPSG:4326, None without a place; whether each is the row's own and no mere point).

    A dataset that came from GeoJSON keeps each geometry as text, in the column `shape` and the source's own
    coordinates; the place beside it is a point inside, so that it tells the system, and what disagrees isn't believed.
    """
    x, y = (rows.column(name).to_numpy(zero_copy_only=False).astype(float) for name in (lon, lat))
    shapes = shapely.points(x, y)
    shapes[~(np.isfinite(x) & np.isfinite(y))] = None
    own = np.zeros(len(shapes), bool)
    if shape not in rows.schema.names or not pa.types.is_string(rows.schema.field(shape).type):
        return shapes, own
    texts = np.array(rows.column(shape).to_pylist(), object)
    texts[shapely.is_missing(shapes)] = None
    given = shapely.force_2d(shapely.from_geojson(texts, on_invalid="ignore"))
    inner = shapely.point_on_surface(given)
    is_known = ~shapely.is_missing(inner) & ~shapely.is_empty(inner)
    for epsg in (4326, -4326, *SYSTEMS):
        waiting = np.flatnonzero(is_known & ~own)
        if not len(waiting):
            break
        found = np.array(_to_degrees(shapely.get_coordinates(inner[waiting]), epsg))
        off = np.abs(found - np.array([x[waiting], y[waiting]])).max(axis=0)
        agrees = waiting[off < NEAR_DEGREES]
        shapes[agrees] = shapely.transform(
            given[agrees], lambda at, epsg=epsg: np.column_stack(_to_degrees(at, epsg))
        )
        own[agrees] = True
    return shapes, own


def mend_shapes(geometries: np.ndarray) -> np.ndarray:
    """Mend the areas that cross themselves, in place: what does so can neither be drawn nor compared."""
    areas = np.flatnonzero(shapely.get_dimensions(geometries) == AREA)
    crossed = areas[~shapely.is_valid(geometries[areas])]
    geometries[crossed] = shapely.make_valid(geometries[crossed], method="structure")
    return geometries


def _to_degrees(places: np.ndarray, epsg: int) -> tuple[np.ndarray, np.ndarray]:
    """Return longitude and latitude of n × 2 coordinates; -4326 are degrees with latitude first."""
    x, y = places[:, 0], places[:, 1]
    if epsg == 4326:
        return x, y
    return (y, x) if epsg == -4326 else to_degrees(x, y, epsg)
