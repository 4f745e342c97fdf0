"""Lines and areas as people draw and paste them: places one under another, or GeoJSON."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
import numpy as np
import shapely

from madang.citizens.city_map.records import Outline
from madang.core.base.interface import BadInput

MOST_CORNERS, DIGITS = 10_000, 6
KINDS = {
    Outline.LINE: frozenset({"LineString", "MultiLineString"}),
    Outline.AREA: frozenset({"Polygon", "MultiPolygon"}),
}
LEAST = {Outline.LINE: 2, Outline.AREA: 3}
PAIR = re.compile(r"[(\[]?\s*([-+]?\d+(?:\.\d+)?)\s*[,\s]\s*([-+]?\d+(?:\.\d+)?)\s*[)\]]?,?")


def read_outline(text: str, outline: Outline) -> tuple[str, float, float]:
    """Return (a line or an area as GeoJSON text, longitude and latitude of a point in it), in degrees.

    `text` is GeoJSON, or a place a line as "longitude, latitude"; where only the other order can be meant, that is read.
    Raises BadInput, that names the field `shape`, for anything else.
    """
    shape = _read_json(text) if text.lstrip().startswith("{") else _join(_read_pairs(text), outline)
    if shape.geom_type not in KINDS[outline]:
        wanted = {Outline.LINE: ("선", "a line"), Outline.AREA: ("면", "an area")}[outline]
        raise _wrong(f"이 주제에는 {wanted[0]}을 그려요", f"this theme takes {wanted[1]}")
    shape = shapely.transform(shapely.force_2d(shape), lambda at: np.round(at, DIGITS))
    at = shapely.get_coordinates(shape)
    if not len(at) or not np.isfinite(at).all() or (np.abs(at) > [180, 90]).any():
        raise _wrong("경도와 위도의 범위를 벗어났어요", "this lies outside of longitude and latitude")
    if len(at) > MOST_CORNERS:
        raise _wrong(f"점은 {MOST_CORNERS:,}개까지예요", f"at most {MOST_CORNERS:,} corners are taken")
    if not shapely.is_valid(shape) or not max(shape.length, shape.area):
        raise _wrong(
            "테두리가 서로 엇갈리거나 넓이가 없어요. 점의 차례를 보아 주세요.",
            "its border crosses itself, or nothing is within; see the order of its corners",
        )
    inside = shapely.point_on_surface(shape)
    return shapely.to_geojson(shape), round(inside.x, DIGITS), round(inside.y, DIGITS)


def write_outline(text: str) -> str:
    """Return a line or area as a form shows it: a place a line where it is of one piece, else GeoJSON."""
    shape = shapely.from_geojson(text)
    if shape.geom_type == "Polygon" and not shape.interiors:
        return _write_pairs(shape.exterior.coords[:-1])
    return _write_pairs(shape.coords) if shape.geom_type == "LineString" else text


def count_corners(text: str) -> int | str:
    """Return how many corners a line or area has, "" where there is none."""
    return int(shapely.get_num_coordinates(shapely.from_geojson(text))) if text else ""


def _write_pairs(places: Sequence[tuple[float, ...]]) -> str:
    return "\n".join(f"{lon:.{DIGITS}f}, {lat:.{DIGITS}f}" for lon, lat in places)


def _read_json(text: str) -> shapely.Geometry:
    """Return the geometry of GeoJSON: its own, or that of its one feature."""
    try:
        document = msgspec.json.decode(text)
        if document.get("type") == "FeatureCollection":
            (document,) = document["features"]
        if document.get("type") == "Feature":
            document = document["geometry"]
        shape = shapely.from_geojson(msgspec.json.encode(document))
    except (
        msgspec.MsgspecError,
        shapely.errors.ShapelyError,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        RecursionError,
    ):
        shape = None
    if shape is None:
        raise _wrong("GeoJSON 도형 하나를 읽지 못했어요", "this isn't one geometry in GeoJSON")
    return shape


def _read_pairs(text: str) -> list[tuple[float, float]]:
    found = []
    for line in filter(None, map(str.strip, re.split(r"[\n;]", text))):
        pair = PAIR.fullmatch(line)
        if pair is None:
            raise _wrong(
                f"경도, 위도로 읽지 못한 줄: {line[:40]}", f"no longitude and latitude: {line[:40]!r}"
            )
        lon, lat = float(pair[1]), float(pair[2])
        found.append((lat, lon) if abs(lat) > 90 >= abs(lon) else (lon, lat))
    return found


def _join(places: Sequence[tuple[float, float]], outline: Outline) -> shapely.Geometry:
    if len(set(places)) < LEAST[outline]:
        raise _wrong(
            f"서로 다른 점이 {LEAST[outline]}개는 있어야 해요",
            f"at least {LEAST[outline]} different corners are needed",
        )
    return shapely.Polygon(places) if outline is Outline.AREA else shapely.LineString(places)


def _wrong(ko: str, en: str) -> BadInput:
    return BadInput("city_map.shape", ko, en, field="shape")
