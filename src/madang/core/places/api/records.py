"""What the addresses of this room are asked with, and what they answer."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from madang.core.places.records import AreaKind

Degrees = Annotated[float, Meta(ge=-180, le=180)]
POINTS_LIMIT = 100_000


class SearchQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What to look for."""

    q: Annotated[str, Meta(max_length=100)]
    limit: Annotated[int, Meta(ge=1, le=100)] = 20


class PointQuery(msgspec.Struct, frozen=True, kw_only=True):
    """One point in degrees."""

    lon: Degrees
    lat: Degrees
    layer: str = ""


class WalkQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Where a way begins and ends, in degrees."""

    lon: Degrees
    lat: Degrees
    to_lon: Degrees
    to_lat: Degrees


class Walk(msgspec.Struct, frozen=True, kw_only=True):
    """A way on foot; not `by_streets` it is judged by the straight line."""

    metres: float
    minutes: int
    by_streets: bool


class PointsBody(msgspec.Struct, frozen=True, kw_only=True):
    """Points in degrees, as many longitudes as latitudes."""

    lon: Annotated[list[Degrees], Meta(max_length=POINTS_LIMIT)]
    lat: Annotated[list[Degrees], Meta(max_length=POINTS_LIMIT)]
    layer: str = ""


class LocatedPoint(msgspec.Struct, frozen=True, kw_only=True):
    """What holds a point; "" where nothing does."""

    district_code: str
    district_name: str
    legal_dong_code: str
    legal_dong_name: str
    area_code: str


class LocatedPoints(msgspec.Struct, frozen=True, kw_only=True):
    """What holds each point, in their order; `area_code` is empty without a layer."""

    district_code: list[str]
    legal_dong_code: list[str]
    area_code: list[str]


class TransformQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A point and two systems, such as EPSG:5186."""

    x: float
    y: float
    source: str
    target: str = "EPSG:4326"


class TransformedPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A point in the system asked for; null where there is none."""

    x: float | None
    y: float | None
    crs: str


class AreasQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`zoom` leaves out what can't be seen at that zoom of a web map."""

    zoom: Annotated[int, Meta(ge=0, le=22)] = 22


class LayerQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a boundary file that is sent."""

    kind: AreaKind
    year: int
    title_ko: str = ""
    title_en: str = ""
    source: str = ""
    licence: str = ""
    crs: str = ""
    code_column: str = ""
    name_column: str = ""
