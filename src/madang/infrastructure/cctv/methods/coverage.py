"""How much of an area cameras can see: points spread evenly over it, each seen or not; sums by hexagon."""

from __future__ import annotations

from collections.abc import Sequence

import h3
import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from madang.infrastructure.cctv.records import View

REACH_M = 50.0
"""How far a camera is taken to see where its view isn't registered: all around."""
CELL, POINT = 9, 11
"""H3 resolutions: hexagons of about 0.1 km² that are shown, and the points (0.002 km²) that are counted."""
METRES_A_DEGREE = 111_195.0


class CellShare(msgspec.Struct, frozen=True):
    """One hexagon: its cell, its corners (lon, lat), how many points it has and how many are seen."""

    cell: str
    corners: tuple[tuple[float, float], ...]
    points: int
    seen: int

    @property
    def share(self) -> float:
        """The part that is seen, 0 to 1."""
        return self.seen / self.points


def list_points(outline: shapely.Geometry) -> list[str]:
    """Return the H3 cells (resolution POINT) whose middle lies in an outline given in degrees."""
    parts = shapely.get_parts(outline)
    found: set[str] = set()
    for part in parts:
        rings = [[(y, x) for x, y in ring.coords] for ring in (part.exterior, *part.interiors)]
        found.update(h3.polygon_to_cells(h3.LatLngPoly(rings[0], *rings[1:]), POINT))
    return sorted(found)


def measure_cells(
    points: Sequence[str], lon: np.ndarray, lat: np.ndarray, views: Sequence[View | None]
) -> list[CellShare]:
    """Return each hexagon's share of `points` that a camera sees; cameras are at `lon`, `lat` (degrees)."""
    if not points:
        return []
    places = np.array([h3.cell_to_latlng(point) for point in points])
    seen = find_seen(places[:, 1], places[:, 0], lon, lat, views)
    parents = np.array([h3.cell_to_parent(point, CELL) for point in points])
    cells, where = np.unique(parents, return_inverse=True)
    counts, hits = np.bincount(where), np.bincount(where, weights=seen)
    return [
        CellShare(str(cell), tuple((x, y) for y, x in h3.cell_to_boundary(str(cell))), int(count), int(hit))
        for cell, count, hit in zip(cells, counts, hits, strict=True)
    ]


def find_seen(
    x: np.ndarray, y: np.ndarray, lon: np.ndarray, lat: np.ndarray, views: Sequence[View | None]
) -> npt.NDArray[np.bool_]:
    """Return which places (degrees) lie within the view of any camera; walls and trees aren't known."""
    seen = np.zeros(len(x), bool)
    if not len(lon):
        return seen
    flat = np.cos(np.radians(float(np.mean(y))))
    here = np.stack([x * flat, y], axis=1) * METRES_A_DEGREE
    there = np.stack([np.asarray(lon) * flat, np.asarray(lat)], axis=1) * METRES_A_DEGREE
    reach = np.array([one.reach_m if one and one.reach_m else REACH_M for one in views])
    tree = shapely.STRtree(shapely.points(here))
    cameras, places = tree.query(shapely.points(there), predicate="dwithin", distance=reach)
    bearing = np.array(
        [np.nan if one is None or one.bearing_deg is None else one.bearing_deg for one in views]
    )
    angle = np.array([360.0 if one is None or one.bearing_deg is None else one.angle_deg for one in views])
    away = here[places] - there[cameras]
    off = np.degrees(np.arctan2(away[:, 0], away[:, 1])) - bearing[cameras]
    inside = np.isnan(off) | (np.abs((off + 180) % 360 - 180) <= angle[cameras] / 2)
    seen[places[inside]] = True
    return seen


def draw_cone(lon: float, lat: float, view: View) -> list[tuple[float, float]]:
    """Return the corners (lon, lat) of what a camera sees; a ring where its bearing isn't known."""
    reach = view.reach_m or REACH_M
    is_ring = view.bearing_deg is None
    half = 180.0 if is_ring else view.angle_deg / 2
    ways = np.radians(np.linspace((view.bearing_deg or 0) - half, (view.bearing_deg or 0) + half, 25))
    flat = np.cos(np.radians(lat))
    arc = [
        (
            lon + float(reach * np.sin(way)) / METRES_A_DEGREE / flat,
            lat + float(reach * np.cos(way)) / METRES_A_DEGREE,
        )
        for way in ways
    ]
    return arc if is_ring else [(lon, lat), *arc, (lon, lat)]
