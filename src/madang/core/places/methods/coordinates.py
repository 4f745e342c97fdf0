"""Coordinate systems of Korean public data."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.transformer import TransformerGroup

from madang.core.base.interface import BadInput, Text

COORDINATE_SYSTEMS = {
    "EPSG:4326": Text(ko="경위도 (WGS 84)", en="longitude and latitude (WGS 84)"),
    "EPSG:5174": Text(ko="보정 중부원점 (베셀)", en="modified central belt (Bessel)"),
    "EPSG:5179": Text(ko="단일 평면직각좌표 UTM-K (GRS80)", en="unified system UTM-K (GRS80)"),
    "EPSG:5181": Text(ko="중부원점 (GRS80, 가산 50만)", en="central belt (GRS80, false northing 500,000)"),
    "EPSG:5186": Text(
        ko="중부원점 (GRS80, 가산 60만)", en="central belt 2010 (GRS80, false northing 600,000)"
    ),
}


def transform_points(
    x: np.ndarray, y: np.ndarray, source_crs: str | int, target_crs: str | int
) -> tuple[np.ndarray, np.ndarray]:
    """Return points of `source_crs` in `target_crs`, as two float arrays as long as the input.

    x is east or longitude, y north or latitude, in every system. Points that can't be transformed come
    back as NaN. Refuses systems not in `COORDINATE_SYSTEMS`. EPSG:5174 goes by the National Geographic
    Information Institute's seven parameters (within 1 m); its origin lies 10.405″ east of 127°, which
    its definition holds as longitude 127.00289°.
    """
    source, target = name_crs(source_crs), name_crs(target_crs)
    x, y = np.array(x, dtype=float), np.array(y, dtype=float)
    if source != target:
        if source != "EPSG:4326":
            x, y = _to_degrees(source).transform(x, y)
        if target != "EPSG:4326":
            x, y = _to_degrees(target).transform(x, y, direction="INVERSE")
    lost = ~(np.isfinite(x) & np.isfinite(y))
    return np.where(lost, np.nan, x), np.where(lost, np.nan, y)


def measure_areas(shapes: Sequence[shapely.Geometry]) -> np.ndarray:
    """Return the area in m² of each shape in degrees, measured in EPSG:5179."""
    measured = shapely.transform(
        np.asarray(shapes, dtype=object),
        lambda x, y: transform_points(x, y, "EPSG:4326", "EPSG:5179"),
        interleaved=False,
    )
    return shapely.area(measured)


def name_crs(crs: str | int) -> str:
    """Return "EPSG:5186" for 5186, "5186" or "epsg:5186"; refuses systems that aren't in use."""
    name = str(crs).strip().upper()
    name = name if name.startswith("EPSG:") else f"EPSG:{name}"
    if name not in COORDINATE_SYSTEMS:
        known = ", ".join(COORDINATE_SYSTEMS)
        raise BadInput(
            "places.crs",
            f"모르는 좌표계입니다: {crs} (쓸 수 있는 좌표계: {known})",
            f"unknown coordinate system {crs} (known: {known})",
        )
    return name


@cache
def _to_degrees(crs: str) -> Transformer:
    # The first of the group is the most accurate; ballpark shifts (400 m off in Seoul) are not allowed.
    group = TransformerGroup(CRS(crs), CRS("EPSG:4326"), always_xy=True, allow_ballpark=False)
    return group.transformers[0]
