"""Cameras for programs: all of them as GeoJSON, and those nearest to a point."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import FileResponse

from madang.core.base.interface import Text, now
from madang.core.pages.interface import Route

from .actions import open_clip, open_live, open_original, open_sighting, take_rings
from .methods.ringing import Said, make_ring
from .queries.cameras import list_cameras, list_nearest
from .queries.signs import get_sign
from .records import Camera

MOST = 5000
NEVER_KEPT = {"Cache-Control": "no-store"}


class NearQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A point in degrees (EPSG:4326) and how far around it."""

    lon: Annotated[float, Meta(ge=-180, le=180)]
    lat: Annotated[float, Meta(ge=-85, le=85)]
    within_m: Annotated[float, Meta(gt=0, le=5000)] = 500.0
    limit: Annotated[int, Meta(ge=1, le=1000)] = 50


class CamerasQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A district's legal code; without one the first 5,000 cameras of the city (all are in the dataset)."""

    district: Annotated[str, Meta(max_length=10)] = ""


def send_cameras(_request: Request, query: CamerasQuery, _body: None) -> dict[str, Any]:
    """Answer cameras as GeoJSON."""
    cameras, _ = list_cameras(district=query.district, limit=MOST)
    features = [
        {
            "type": "Feature",
            "id": one.id,
            "geometry": {"type": "Point", "coordinates": [one.lon, one.lat]},
            "properties": {"id": one.id, "title": one.name, "purpose": one.purpose},
        }
        for one in cameras
    ]
    return {"type": "FeatureCollection", "features": features}


def send_nearest(_request: Request, query: NearQuery, _body: None) -> list[Camera]:
    """Answer the cameras around a point, nearest first."""
    return list_nearest(query.lon, query.lat, query.within_m, query.limit)


def send_live(request: Request, _query: None, _body: None) -> FileResponse:
    """Answer a camera's newest picture, masked; that it was looked at is audited."""
    path = open_live(actor=request.state.actor, now=now(), camera_id=request.path_params["camera_id"])
    return FileResponse(path, media_type="image/jpeg", headers=NEVER_KEPT)


def send_clip(request: Request, _query: None, _body: None) -> FileResponse:
    """Answer an event's clip, masked; that it was looked at is audited."""
    path = open_clip(actor=request.state.actor, now=now(), uid=request.path_params["uid"])
    return FileResponse(path, media_type="video/mp4", headers=NEVER_KEPT)


def send_original(request: Request, _query: None, _body: None) -> FileResponse:
    """Answer an event's original to whom it was approved for, as long as that lasts; audited."""
    path = open_original(actor=request.state.actor, now=now(), uid=request.path_params["uid"])
    return FileResponse(path, media_type="video/mp4", headers=NEVER_KEPT)


def send_sighting(request: Request, _query: None, _body: None) -> FileResponse:
    """Answer the picture of somebody whom a running search saw, the head hidden; the look is audited."""
    search_id, uid = request.path_params["search_id"], request.path_params["uid"]
    path = open_sighting(actor=request.state.actor, now=now(), search_id=search_id, uid=uid)
    return FileResponse(path, media_type="image/jpeg", headers=NEVER_KEPT)


class Rung(msgspec.Struct, frozen=True):
    """The number of the incident that a press belongs to; None for a test."""

    incident: int | None


def ring(request: Request, _query: None, body: Said) -> Rung:
    """Take in that a bell was pressed: once it is answered it is kept."""
    moment = now()
    numbers = take_rings(now=moment, rings=[make_ring(request.path_params["bell_id"], body, moment)])
    return Rung(incident=numbers[0] if numbers else None)


class Display(msgspec.Struct, frozen=True):
    """What a sign is to show, in both languages, and until when; nothing (None) where it is to be blank."""

    text: Text | None
    ends_at: datetime | None


def send_sign(request: Request, _query: None, _body: None) -> Display:
    """Answer what a sign shows now: its controller asks every few seconds."""
    shown = get_sign(request.path_params["sign_id"], now()).shown
    return Display(text=shown.text if shown else None, ends_at=shown.ends_at if shown else None)


ROUTES = [
    Route(
        "GET",
        "/api/cctv/signs/{sign_id}",
        send_sign,
        "public",
        Text(ko="LED 안내판에 지금 보이는 글", en="What an LED sign shows now"),
        returns=Display,
        tags=("cctv",),
    ),
    Route(
        "POST",
        "/api/cctv/bells/{bell_id}/rings",
        ring,
        "cctv.ring",
        Text(ko="비상벨 눌림 받기", en="Take in that an emergency bell was pressed"),
        body=Said,
        returns=Rung,
        tags=("cctv",),
    ),
    Route(
        "GET",
        "/api/cctv/cameras.geojson",
        send_cameras,
        "public",
        Text(ko="카메라의 자리 (GeoJSON)", en="Where cameras stand (GeoJSON)"),
        query=CamerasQuery,
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
    Route(
        "GET",
        "/api/cctv/cameras/{camera_id}/live.jpg",
        send_live,
        "cctv.watch",
        Text(ko="지금 영상 (사람과 차를 가림)", en="Live picture (people and vehicles masked)"),
        tags=("cctv",),
    ),
    Route(
        "GET",
        "/api/cctv/events/{uid}/clip.mp4",
        send_clip,
        "cctv.watch",
        Text(ko="사건 영상 (사람과 차를 가림)", en="Clip of an event (people and vehicles masked)"),
        tags=("cctv",),
    ),
    Route(
        "GET",
        "/api/cctv/events/{uid}/original.mp4",
        send_original,
        "cctv.watch",
        Text(ko="승인받은 원본 영상", en="Original of an event, where it was approved"),
        tags=("cctv",),
    ),
    Route(
        "GET",
        "/api/cctv/searches/{search_id:int}/{uid}.jpg",
        send_sighting,
        "cctv.search",
        Text(ko="수색에서 본 사람 (머리를 가림)", en="Somebody seen in a search (head hidden)"),
        tags=("cctv",),
    ),
]
