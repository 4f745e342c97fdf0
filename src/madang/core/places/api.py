"""Areas, places, codes and coordinates as JSON."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np
import shapely
from django.db import close_old_connections
from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from madang.core.base.interface import Actor, BadInput, Text, now
from madang.core.pages.interface import Route

from .actions import (
    change_place,
    import_area_layer,
    register_place,
    remove_area_layer,
    remove_place,
)
from .gateway.boundary_files import SIZE_LIMIT
from .methods.coordinates import transform_points
from .methods.tiles import simplify_for_zoom
from .queries.layers import get_area_layer, get_layer_report, list_area_layers, load_areas
from .queries.locating import get_area_name, list_districts, locate_points, resolve_code
from .queries.searching import get_place, search_places
from .records import (
    AreaKind,
    AreaLayerRecord,
    CodeSystem,
    District,
    LayerReport,
    NewAreaLayer,
    NewPlace,
    PlaceHit,
    PlaceRecord,
)

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


def show_layers(request: Request, query: None, body: None) -> tuple[AreaLayerRecord, ...]:
    """Answer GET /api/places/layers."""
    return list_area_layers()


def show_report(request: Request, query: None, body: None) -> LayerReport:
    """Answer GET /api/places/layers/{layer}/report."""
    return get_layer_report(request.path_params["layer"])


def send_areas(request: Request, query: AreasQuery, body: None) -> Response:
    """Answer GET /api/places/areas/{layer} as GeoJSON."""
    layer = get_area_layer(request.path_params["layer"])
    tag = f'"{layer.name}-{layer.version}-{query.zoom}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    areas = load_areas(layer.name, layer.version)
    shapes = simplify_for_zoom(np.array([area.geometry for area in areas], dtype=object), query.zoom)
    features = [
        {
            "type": "Feature",
            "id": area.code,
            "properties": {
                "code": area.code,
                "name_ko": area.name_ko,
                "name_en": area.name_en,
                "parent": area.parent,
                "district_code": area.district_code,
            },
            "geometry": msgspec.Raw(shape.encode()),
        }
        for area, shape in zip(areas, shapely.to_geojson(shapes), strict=True)
    ]
    collection = {"type": "FeatureCollection", "features": features}
    return Response(msgspec.json.encode(collection), media_type="application/geo+json", headers=headers)


async def receive_layer(request: Request, query: LayerQuery, body: None) -> LayerReport:
    """Answer PUT /api/places/layers/{layer}: the body is the boundary file."""
    layer = NewAreaLayer(name=request.path_params["layer"], **msgspec.structs.asdict(query))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "boundaries"
        with path.open("wb") as file:
            async for chunk in request.stream():
                file.write(chunk)
                if file.tell() > SIZE_LIMIT:
                    raise BadInput("places.too_large", "500 MB까지 받습니다", "at most 500 MB are taken")
        return await run_in_threadpool(_import_file, request.state.actor, path, layer)


def _import_file(actor: Actor, path: Path, layer: NewAreaLayer) -> LayerReport:
    close_old_connections()
    try:
        return import_area_layer(actor=actor, now=now(), path=path, layer=layer)
    finally:
        close_old_connections()


def drop_layer(request: Request, query: None, body: None) -> None:
    """Answer DELETE /api/places/layers/{layer}."""
    remove_area_layer(actor=request.state.actor, now=now(), name=request.path_params["layer"])


def show_place(request: Request, query: None, body: None) -> PlaceRecord:
    """Answer GET /api/places/registered/{place_id}."""
    return get_place(request.path_params["place_id"])


def add_place(request: Request, query: None, body: NewPlace) -> PlaceRecord:
    """Answer POST /api/places/registered."""
    return register_place(actor=request.state.actor, now=now(), place=body)


def replace_place(request: Request, query: None, body: NewPlace) -> PlaceRecord:
    """Answer PUT /api/places/registered/{place_id}."""
    place_id = request.path_params["place_id"]
    return change_place(actor=request.state.actor, now=now(), place_id=place_id, place=body)


def drop_place(request: Request, query: None, body: None) -> None:
    """Answer DELETE /api/places/registered/{place_id}."""
    remove_place(actor=request.state.actor, now=now(), place_id=request.path_params["place_id"])


def _route(
    method: str,
    path: str,
    endpoint: Callable[..., Any],
    ko: str,
    en: str,
    permission: str = "public",
    **more: Any,
) -> Route:
    address = f"/api/places/{path}"
    return Route(method, address, endpoint, permission, Text(ko=ko, en=en), tags=("places",), **more)


EDIT, IMPORT = "places.edit", "places.import_layer"
ROUTES = [
    _route(
        "GET",
        "search",
        find,
        "이름, 초성, 주소로 장소 찾기",
        "Find places by name, initials or address",
        query=SearchQuery,
        returns=tuple[PlaceHit, ...],
    ),
    _route(
        "GET",
        "locate",
        locate,
        "한 점이 있는 자치구와 법정동",
        "District and legal dong of a point",
        query=PointQuery,
        returns=LocatedPoint,
    ),
    _route(
        "POST",
        "locate",
        locate_many,
        "여러 점이 있는 자치구와 법정동",
        "Districts and legal dongs of many points",
        body=PointsBody,
        returns=LocatedPoints,
    ),
    _route(
        "GET",
        "transform",
        transform,
        "좌표 변환",
        "Transform a point between coordinate systems",
        query=TransformQuery,
        returns=TransformedPoint,
    ),
    _route(
        "GET",
        "districts",
        show_districts,
        "자치구와 코드",
        "Districts and their codes",
        returns=tuple[District, ...],
    ),
    _route(
        "GET",
        "codes/{system}/{code}",
        show_code,
        "코드가 가리키는 자치구",
        "District of a code",
        returns=District,
    ),
    _route(
        "GET", "layers", show_layers, "구역 레이어 목록", "Area layers", returns=tuple[AreaLayerRecord, ...]
    ),
    _route(
        "GET", "layers/{layer}/report", show_report, "불러온 결과", "What an import did", returns=LayerReport
    ),
    _route(
        "GET",
        "areas/{layer}",
        send_areas,
        "구역 경계 (GeoJSON)",
        "Areas of a layer (GeoJSON)",
        query=AreasQuery,
    ),
    _route(
        "PUT",
        "layers/{layer}",
        receive_layer,
        "경계 파일을 구역 레이어로 불러오기",
        "Import a boundary file as an area layer",
        IMPORT,
        query=LayerQuery,
        returns=LayerReport,
        upload=True,
    ),
    _route("DELETE", "layers/{layer}", drop_layer, "구역 레이어 지우기", "Remove an area layer", IMPORT),
    _route(
        "GET", "registered/{place_id}", show_place, "등록된 장소", "A registered place", returns=PlaceRecord
    ),
    _route(
        "POST",
        "registered",
        add_place,
        "장소 등록",
        "Register a place",
        EDIT,
        body=NewPlace,
        returns=PlaceRecord,
    ),
    _route(
        "PUT",
        "registered/{place_id}",
        replace_place,
        "등록된 장소 바꾸기",
        "Change a registered place",
        EDIT,
        body=NewPlace,
        returns=PlaceRecord,
    ),
    _route(
        "DELETE", "registered/{place_id}", drop_place, "등록된 장소 지우기", "Remove a registered place", EDIT
    ),
]
