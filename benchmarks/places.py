"""Points a second: district and legal dong of points in and around the city, beside plain geometry.

The floor in the same run is shapely's own tree, asked with its predicate for the same polygons. Every
answer is compared with the floor's. Run with `madang bench places [POINTS]`.
"""

from __future__ import annotations

import os
import sys
import time

import django
import numpy as np
import shapely

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "madang.project.settings")
django.setup()

from madang.core.places.interface import list_areas, locate_points, transform_points  # noqa: E402


def make_points(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return points over the city's bounding box: a third of them lies outside it."""
    west, south, east, north = shapely.total_bounds([area.geometry for area in list_areas("legal_dongs")])
    random = np.random.default_rng(20261123)
    return random.uniform(west, east, count), random.uniform(south, north, count)


def find_by_tree(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, float]:
    """Return dong codes by an STRtree query with predicate (lowest code on borders), and its seconds."""
    areas = list_areas("legal_dongs")
    tree = shapely.STRtree([area.geometry for area in areas])
    codes = np.append(np.array([area.code for area in areas]), "")
    begin = time.perf_counter()
    point, polygon = tree.query(shapely.points(lon, lat), predicate="intersects")
    found = np.full(len(lon), len(areas))
    np.minimum.at(found, point, polygon)
    return codes[found], time.perf_counter() - begin


def measure(points: int, seconds: float, what: str) -> None:
    """Print one line."""
    print(f"{what:<58}{points / seconds:>14,.0f} points/s")


def main() -> None:
    """Print the figures; exits with 1 where an answer differs from the floor's."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    begin = time.perf_counter()
    locate_points(np.array([126.978]), np.array([37.5665]))
    print(
        f"{'first answer (reads the boundaries of the whole country)':<58}{time.perf_counter() - begin:>14.2f} s"
    )

    lon, lat = make_points(count)
    few = min(count, 150_000)
    begin = time.perf_counter()
    locate_points(lon[:few], lat[:few])
    measure(few, time.perf_counter() - begin, "locate_points, by geometry (first 200,000 points)")

    begin = time.perf_counter()
    locate_points(lon, lat)
    measure(count, time.perf_counter() - begin, "locate_points, laying out its table on the way")

    begin = time.perf_counter()
    located = locate_points(lon, lat)
    measure(count, time.perf_counter() - begin, "locate_points, from then on")

    expected, seconds = find_by_tree(lon, lat)
    measure(count, seconds, "floor: shapely STRtree.query(predicate='intersects')")

    begin = time.perf_counter()
    transform_points(*transform_points(lon, lat, "EPSG:4326", "EPSG:5174"), "EPSG:5174", "EPSG:5179")
    measure(
        count, (time.perf_counter() - begin) / 2, "transform_points, one way, with the datum shift of 5174"
    )

    in_city = expected != ""
    wrong = int((located.legal_dong_code[in_city] != expected[in_city]).sum())
    outside = int(np.char.startswith(located.legal_dong_code[~in_city], "11").sum())
    print(f"{'answers that differ from the floor':<58}{wrong + outside:>14,} of {count:,}")
    sys.exit(1 if wrong + outside else 0)


if __name__ == "__main__":
    main()
