"""What cameras see of a district, and what they don't."""

from __future__ import annotations

import msgspec
import numpy as np

from madang.core.base.interface import NotFound
from madang.core.places.interface import list_areas
from madang.core.things.interface import ThingFilter, list_things
from madang.infrastructure.cctv.methods.coverage import CellShare, list_points, measure_cells
from madang.infrastructure.cctv.records import CAMERA_KIND

from .cameras import describe_camera
from .keeping import kept_coverage


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """What of a district is seen: hexagons, share of its area, cameras, and how many have a known view."""

    district_code: str
    cells: tuple[CellShare, ...]
    share: float
    cameras: int
    with_view: int


def measure_coverage(district: str) -> Coverage:
    """Return what cameras see of a district (NotFound where there is none); may be ten minutes old.

    Cameras of neighbouring districts that look over the border count.
    """
    return kept_coverage.get(("coverage", district), lambda: _measure_coverage(district))


def _measure_coverage(district: str) -> Coverage:
    area = next((one for one in list_areas("districts") if one.code == district), None)
    if area is None:
        raise NotFound(
            "cctv.district", f"그런 자치구가 없습니다: {district}", f"there is no district {district}"
        )
    west, south, east, north = area.geometry.bounds
    margin = 0.002
    things = list_things(
        ThingFilter(bbox=(west - margin, south - margin, east + margin, north + margin)), limit=None
    )
    cameras = [describe_camera(one) for one in things if one.kind == CAMERA_KIND and one.state != "retired"]
    cells = measure_cells(
        list_points(area.geometry),
        np.array([one.lon for one in cameras]),
        np.array([one.lat for one in cameras]),
        [one.view for one in cameras],
    )
    inside = [one for one in cameras if one.district_code == district]
    total = sum(one.points for one in cells)
    return Coverage(
        district_code=district,
        cells=tuple(cells),
        share=sum(one.seen for one in cells) / total if total else 0.0,
        cameras=len(inside),
        with_view=sum(one.view is not None for one in inside),
    )
