"""Every read of this service."""

from __future__ import annotations

from collections import Counter

from madang.core.base.interface import Text, box_around, measure_m
from madang.core.places.interface import list_districts
from madang.core.things.interface import Thing, ThingFilter, list_things

from .records import CAMERA_KIND, Camera

MOST = 200_000


def list_cameras() -> list[Camera]:
    """Return every camera that has a place, by its number."""
    things = list_things(ThingFilter(kind=CAMERA_KIND), limit=MOST)
    return [_describe(one) for one in things if one.lon is not None]


def list_nearest(lon: float, lat: float, within_m: float, limit: int = 50) -> list[Camera]:
    """Return the cameras within `within_m` metres of a point, nearest first."""
    around = box_around(lon, lat, within_m)
    things = list_things(ThingFilter(kind=CAMERA_KIND, bbox=around), limit=MOST)
    found = [
        _describe(one, measure_m(lon, lat, one.lon, one.lat or 0.0)) for one in things if one.lon is not None
    ]
    near = [one for one in found if (one.distance_m or 0.0) <= within_m]
    return sorted(near, key=lambda one: one.distance_m or 0.0)[:limit]


def count_by_district() -> list[tuple[Text, int]]:
    """Return how many cameras stand in each district, most first."""
    counted = Counter(one.district_code for one in list_cameras())
    names = {one.code: Text(ko=one.name_ko, en=one.name_en) for one in list_districts()}
    return [(names[code], count) for code, count in counted.most_common() if code in names]


def _describe(one: Thing, distance_m: float | None = None) -> Camera:
    retention = one.attributes.get("retention_days")
    return Camera(
        id=one.id,
        name=one.name,
        district_code=one.district_code,
        lon=one.lon or 0.0,
        lat=one.lat or 0.0,
        purpose=str(one.attributes.get("purpose", "")),
        retention_days=retention if isinstance(retention, int) else None,
        distance_m=None if distance_m is None else round(distance_m, 1),
    )
