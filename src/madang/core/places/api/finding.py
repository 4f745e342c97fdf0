"""Search, points, codes and coordinates as JSON."""

from __future__ import annotations

import numpy as np
from starlette.requests import Request

from madang.core.base.interface import BadInput
from madang.core.places.methods.coordinates import transform_points
from madang.core.places.queries.locating import get_area_name, list_districts, locate_points, resolve_code
from madang.core.places.queries.searching import search_places
from madang.core.places.queries.streets import measure_walks
from madang.core.places.records import CodeSystem, District, PlaceHit

from .records import (
    LocatedPoint,
    LocatedPoints,
    PointQuery,
    PointsBody,
    SearchQuery,
    TransformedPoint,
    TransformQuery,
    Walk,
    WalkQuery,
)


def find(request: Request, query: SearchQuery, body: None) -> tuple[PlaceHit, ...]:
    """Answer GET /api/places/search."""
    return search_places(query.q, query.limit)


def locate(request: Request, query: PointQuery, body: None) -> LocatedPoint:
    """Answer GET /api/places/locate."""
    found = locate_points(np.array([query.lon]), np.array([query.lat]), layer=query.layer or None)
    district, dong = str(found.district_code[0]), str(found.legal_dong_code[0])
    return LocatedPoint(
        district_code=district,
        district_name=get_area_name(district),
        legal_dong_code=dong,
        legal_dong_name=get_area_name(dong),
        area_code="" if found.area_code is None else str(found.area_code[0]),
    )


def walk(request: Request, query: WalkQuery, body: None) -> Walk:
    """Answer GET /api/places/walk."""
    found = measure_walks(query.lon, query.lat, np.array([query.to_lon]), np.array([query.to_lat]))
    return Walk(
        metres=round(float(found.metres[0]), 1),
        minutes=int(found.minutes[0]),
        by_streets=bool(found.by_streets[0]),
    )


def locate_many(request: Request, query: None, body: PointsBody) -> LocatedPoints:
    """Answer POST /api/places/locate."""
    found = locate_points(np.array(body.lon), np.array(body.lat), layer=body.layer or None)
    return LocatedPoints(
        district_code=found.district_code.tolist(),
        legal_dong_code=found.legal_dong_code.tolist(),
        area_code=[] if found.area_code is None else found.area_code.tolist(),
    )


def transform(request: Request, query: TransformQuery, body: None) -> TransformedPoint:
    """Answer GET /api/places/transform."""
    x, y = transform_points(np.array([query.x]), np.array([query.y]), query.source, query.target)
    is_point = bool(np.isfinite(x[0]))
    return TransformedPoint(
        x=float(x[0]) if is_point else None, y=float(y[0]) if is_point else None, crs=query.target
    )


def show_districts(request: Request, query: None, body: None) -> tuple[District, ...]:
    """Answer GET /api/places/districts."""
    return list_districts()


def show_code(request: Request, query: None, body: None) -> District:
    """Answer GET /api/places/codes/{system}/{code}."""
    system = request.path_params["system"]
    if system not in set(CodeSystem):
        known = ", ".join(CodeSystem)
        raise BadInput(
            "places.code_system", f"코드 체계는 {known} 중 하나입니다", f"a system is one of {known}"
        )
    return resolve_code(request.path_params["code"], system)
