"""Cameras for programs: all of them as GeoJSON, and those nearest to a point."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta
from starlette.requests import Request

from madang.core.base.interface import Text
from madang.core.pages.interface import Route

from .queries import list_cameras, list_nearest
from .records import Camera


class NearQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A point in degrees (EPSG:4326) and how far around it."""

    lon: Annotated[float, Meta(ge=-180, le=180)]
    lat: Annotated[float, Meta(ge=-85, le=85)]
    within_m: Annotated[float, Meta(gt=0, le=5000)] = 500.0
    limit: Annotated[int, Meta(ge=1, le=1000)] = 50


def send_cameras(_request: Request, _query: None, _body: None) -> dict[str, Any]:
    """Answer every camera as GeoJSON."""
    features = [
        {
            "type": "Feature",
            "id": one.id,
            "geometry": {"type": "Point", "coordinates": [one.lon, one.lat]},
            "properties": {"id": one.id, "title": one.name, "purpose": one.purpose},
        }
        for one in list_cameras()
    ]
    return {"type": "FeatureCollection", "features": features}


def send_nearest(_request: Request, query: NearQuery, _body: None) -> list[Camera]:
    """Answer the cameras around a point, nearest first."""
    return list_nearest(query.lon, query.lat, query.within_m, query.limit)


ROUTES = [
    Route(
        "GET",
        "/api/cctv/cameras.geojson",
        send_cameras,
        "public",
        Text(ko="카메라의 자리 (GeoJSON)", en="Where cameras stand (GeoJSON)"),
        returns=dict[str, Any],
        tags=("cctv",),
    ),
    Route(
        "GET",
        "/api/cctv/nearest",
        send_nearest,
        "public",
        Text(ko="가까운 카메라", en="Nearest cameras"),
        query=NearQuery,
        returns=list[Camera],
        tags=("cctv",),
    ),
]
