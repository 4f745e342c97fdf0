"""Points to areas, exactly and fast."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
import shapely

NOWHERE = -1


class AreaIndex:
    """Polygons in order of their codes, with a tree over them.

    A point on a border belongs to the polygon with the lowest code that it touches.
    """

    def __init__(self, codes: Sequence[str], polygons: Sequence[shapely.Geometry]) -> None:
        order = np.argsort(np.asarray(codes, dtype=str), kind="stable")
        self.codes = np.asarray(codes, dtype=str)[order]
        self.polygons = np.asarray(polygons, dtype=object)[order]
        self._tree = shapely.STRtree(self.polygons)
        self._lock = threading.Lock()
        shapely.prepare(self.polygons)

    def find(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        """Return for each point the position in `codes` of what holds it, `NOWHERE` where nothing does.

        lon and lat are float arrays in degrees of one length; NaN lies nowhere.
        """
        found = np.full(len(lon), len(self.codes), dtype=np.int32)
        usable = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
        points = shapely.points(lon[usable], lat[usable])
        point, polygon = self._tree.query(points)
        point = usable[point]
        with self._lock:  # a prepared polygon builds its own index at its first use, unguarded
            inside = shapely.intersects_xy(self.polygons[polygon], lon[point], lat[point])
        np.minimum.at(found, point[inside], polygon[inside].astype(np.int32))
        found[found == len(self.codes)] = NOWHERE
        return found


class CellTable:
    """A lattice over one region: in a cell that no border crosses, all points have one answer.

    So most points are answered by one array look-up and only those in crossed cells by geometry.
    """

    CROSSED = -2

    def __init__(self, index: AreaIndex, bounds: tuple[float, float, float, float], cells: int = 700_000):
        west, south, east, north = bounds
        self._index = index
        self._west, self._south = west, south
        self._size = max(((east - west) * (north - south) / cells) ** 0.5, 1e-6)
        self._columns = int((east - west) / self._size) + 1
        self._rows = int((north - south) / self._size) + 1
        crossed = self._mark_crossed(bounds)
        row, column = np.nonzero(~crossed)
        self._answers = np.full(crossed.shape, self.CROSSED, dtype=np.int32)
        self._answers[row, column] = index.find(
            west + (column + 0.5) * self._size, south + (row + 0.5) * self._size
        )

    def find(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        """Return the same as the index's own `find`, which answers where the table can't."""
        row, column, known = self._place(lon, lat)
        found = np.full(len(lon), self.CROSSED, dtype=np.int32)
        found[known] = self._answers[row[known], column[known]]
        rest = np.flatnonzero(found == self.CROSSED)
        found[rest] = self._index.find(lon[rest], lat[rest])
        return found

    def _place(self, lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        across, up = (lon - self._west) / self._size, (lat - self._south) / self._size
        known = (across >= 0) & (across < self._columns) & (up >= 0) & (up < self._rows)
        row, column = np.where(known, up, 0).astype(np.int64), np.where(known, across, 0).astype(np.int64)
        return row, column, known

    def _mark_crossed(self, bounds: tuple[float, float, float, float]) -> np.ndarray:
        """Mark every cell that the bounding box of a piece of border touches: never too few."""
        near = self._index.polygons[shapely.intersects(self._index.polygons, shapely.box(*bounds))]
        # A piece shorter than a cell touches at most four: those of its box's corners.
        rings = shapely.segmentize(shapely.get_rings(shapely.get_parts(near)), self._size * 0.9)
        corners, ring = shapely.get_coordinates(rings, return_index=True)
        joined = ring[1:] == ring[:-1]
        low = np.minimum(corners[1:], corners[:-1])[joined] - 1e-9
        high = np.maximum(corners[1:], corners[:-1])[joined] + 1e-9
        crossed = np.zeros((self._rows, self._columns), dtype=bool)
        for x in (low[:, 0], high[:, 0]):
            for y in (low[:, 1], high[:, 1]):
                row, column, known = self._place(x, y)
                crossed[row[known], column[known]] = True
        return crossed


class Locator:
    """Legal dongs and districts together.

    The dong's polygon decides. Where no dong holds a point (slivers between dongs, water) the coarser
    polygon of a district still may: then only the district is known.
    """

    MANY_POINTS = 200_000

    def __init__(self, dongs: AreaIndex, districts: AreaIndex, home: tuple[float, float, float, float]):
        self.dongs, self.districts = dongs, districts
        self._home = home
        self._asked = 0
        self._table: CellTable | None = None
        self._dong_codes = np.append(np.char.add(dongs.codes, "00").astype("U10"), "")
        self._district_of_dong = np.append(dongs.codes.astype("U5"), "")
        self._district_codes = np.append(districts.codes.astype("U5"), "")

    def locate(self, lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return district codes (5 digits) and legal dong codes (10 digits), "" where there is none."""
        lon = np.ascontiguousarray(lon, dtype=float).ravel()
        lat = np.ascontiguousarray(lat, dtype=float).ravel()
        dong = self._find_dongs(lon, lat)
        district_codes = self._district_of_dong[dong]
        rest = np.flatnonzero(dong == NOWHERE)
        district_codes[rest] = self._district_codes[self.districts.find(lon[rest], lat[rest])]
        return district_codes, self._dong_codes[dong]

    def locate_in_outlines(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        """Return district codes by the districts' own coarser polygons, "" where there is none."""
        return self._district_codes[self.districts.find(lon, lat)]

    def _find_dongs(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        self._asked += len(lon)
        if self._table is None and self._asked > self.MANY_POINTS:
            self._table = CellTable(self.dongs, self._home)
        return (self._table or self.dongs).find(lon, lat)
