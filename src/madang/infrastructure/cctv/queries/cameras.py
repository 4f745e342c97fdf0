"""The register of cameras."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from madang.core.base.interface import ANONYMOUS, NotFound, Text, box_around, measure_m
from madang.core.lake.interface import authorize
from madang.core.places.interface import list_districts
from madang.core.things.interface import (
    Thing,
    ThingFilter,
    count_things,
    get_thing,
    get_things,
    list_places,
    list_things,
)
from madang.infrastructure.cctv.records import CAMERA_KIND, Camera, View

from .keeping import kept, kept_coverage, kept_version

TABLE = "cctv_cameras"
CHUNK = 5000


def get_camera(camera_id: str) -> Camera:
    """Return one camera; raise NotFound where there is none."""
    thing = get_thing(camera_id)
    if thing.kind != CAMERA_KIND or thing.lon is None:
        raise NotFound(
            "cctv.camera", f"카메라가 아닙니다: {camera_id}", f"{camera_id} is no camera with a place"
        )
    return describe_camera(thing)


def get_cameras(ids: Sequence[str]) -> dict[str, Camera]:
    """Return those of `ids` that are cameras with a place."""
    things = get_things(ids)
    return {
        key: describe_camera(one)
        for key, one in things.items()
        if one.kind == CAMERA_KIND and one.lon is not None
    }


def list_cameras(
    *, search: str = "", district: str = "", state: str = "", sort: str = "id", offset: int = 0,
    limit: int | None = None,
) -> tuple[list[Camera], int]:  # fmt: skip
    """Return cameras that have a place, in order of `sort`, and how many there are."""
    where = ThingFilter(kind=CAMERA_KIND, text=search, district_code=district, state=state, is_placed=True)
    things = list_things(where, sort=sort, offset=offset, limit=limit)
    return [describe_camera(one) for one in things], count_things(where)


def list_unplaced(
    *, search: str = "", state: str = "", sort: str = "id", offset: int = 0, limit: int | None = None
) -> tuple[list[Thing], int]:
    """Return the cameras of which nobody knows where they stand, in order of `sort`, and how many there are."""
    where = ThingFilter(kind=CAMERA_KIND, text=search, state=state, is_placed=False)
    return list(list_things(where, sort=sort, offset=offset, limit=limit)), count_things(where)


def list_nearest(lon: float, lat: float, within_m: float, limit: int = 50) -> list[Camera]:
    """Return the cameras within `within_m` metres of a point, nearest first.

    The register's index over places answers for all kinds: asking for the kind as well would make the database
    walk through every camera of the city. Only those that are answered are read whole.
    """
    places = list_places(ThingFilter(bbox=box_around(lon, lat, within_m)))
    found = [(measure_m(lon, lat, x, y), key) for key, kind, x, y in places if kind == CAMERA_KIND]
    near = sorted((away, key) for away, key in found if away <= within_m)[:limit]
    things = get_things([key for _, key in near])
    return [describe_camera(things[key], away) for away, key in near if key in things]


def count_cameras() -> int:
    """Return how many cameras are registered; what is known may be a minute old."""
    return kept.get("count", lambda: count_things(ThingFilter(kind=CAMERA_KIND)))


def count_by_district() -> list[tuple[str, Text, int]]:
    """Return code, name and number of cameras of each district that has any, most first."""
    return kept.get("districts", _count_by_district)


def _count_by_district() -> list[tuple[str, Text, int]]:
    counted = [
        (
            one.code,
            Text(ko=one.name_ko, en=one.name_en),
            count_things(ThingFilter(kind=CAMERA_KIND, district_code=one.code)),
        )
        for one in list_districts()
    ]
    return sorted((one for one in counted if one[2]), key=lambda one: -one[2])


def list_misplaced() -> list[Camera]:
    """Return the cameras that stand outside the district that their list says; may be ten minutes old."""
    return kept_coverage.get("misplaced", _list_misplaced)


def _list_misplaced() -> list[Camera]:
    return [one for one in iterate_cameras() if one.is_misplaced]


def iterate_cameras() -> Iterator[Camera]:
    """Yield every camera that has a place, by id, without holding all in memory."""
    offset = 0
    while things := list_things(ThingFilter(kind=CAMERA_KIND), limit=CHUNK, offset=offset):
        yield from (describe_camera(one) for one in things if one.lon is not None)
        offset += CHUNK


def get_version() -> object:
    """Return what differs after a change of cameras; may be half a minute old."""
    return kept_version.get("version", _read_version)


def _read_version() -> object:
    where = ThingFilter(kind=CAMERA_KIND)
    newest = list_things(where, sort="-updated_at", limit=1)
    return count_things(where), *((one.id, one.updated_at.isoformat()) for one in newest)


def find_tiles() -> str:
    """Return the address of the map tiles of all cameras, "" while they aren't in the lake yet."""
    try:
        reader = authorize(ANONYMOUS, TABLE)
    except NotFound:
        return ""
    return f"/tiles/datasets/{TABLE}/{{z}}/{{x}}/{{y}}.mvt?v={reader.version}" if reader.count() else ""


def is_simulated() -> bool:
    """Return whether cameras of the demonstration are in the register."""
    return kept.get("simulated", lambda: any("simulated" in one.source for one in list_cameras(limit=1)[0]))


def describe_camera(one: Thing, distance_m: float | None = None) -> Camera:
    """Return a thing of the register as a camera."""
    known = one.attributes
    return Camera(
        id=one.id,
        name=one.name,
        district_code=one.district_code,
        lon=one.lon or 0.0,
        lat=one.lat or 0.0,
        agency_code=one.agency_code,
        declared_district=str(known.get("declared_district", "")),
        purpose=str(known.get("purpose", "")),
        retention_days=_read_number(known.get("retention_days")),
        has_sign=known["has_sign"] if isinstance(known.get("has_sign"), bool) else None,
        units=_read_number(known.get("units")) or 1,
        view=_read_view(known),
        state=one.state.value,
        source=one.source,
        distance_m=None if distance_m is None else round(distance_m, 1),
    )


def _read_number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _read_view(known: dict[str, object]) -> View | None:
    values = {
        name: float(value)
        for name in ("bearing_deg", "angle_deg", "reach_m")
        if isinstance(value := known.get(name), int | float) and math.isfinite(value)
    }
    return View(**values) if values else None
