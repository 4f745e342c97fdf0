"""Areas, places, codes and coordinates as JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from madang.core.base.interface import Text
from madang.core.pages.interface import Route
from madang.core.places.records import AreaLayerRecord, District, LayerReport, NewPlace, PlaceHit, PlaceRecord

from . import finding, layers, registered
from .records import (
    AreasQuery,
    LayerQuery,
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
        finding.find,
        "이름, 초성, 주소로 장소 찾기",
        "Find places by name, initials or address",
        query=SearchQuery,
        returns=tuple[PlaceHit, ...],
    ),
    _route(
        "GET",
        "locate",
        finding.locate,
        "한 점이 있는 자치구와 법정동",
        "District and legal dong of a point",
        query=PointQuery,
        returns=LocatedPoint,
    ),
    _route(
        "POST",
        "locate",
        finding.locate_many,
        "여러 점이 있는 자치구와 법정동",
        "Districts and legal dongs of many points",
        body=PointsBody,
        returns=LocatedPoints,
    ),
    _route(
        "GET",
        "walk",
        finding.walk,
        "걸어가는 거리와 시간",
        "Distance and time on foot",
        query=WalkQuery,
        returns=Walk,
    ),
    _route(
        "GET",
        "transform",
        finding.transform,
        "좌표 변환",
        "Transform a point between coordinate systems",
        query=TransformQuery,
        returns=TransformedPoint,
    ),
    _route(
        "GET",
        "districts",
        finding.show_districts,
        "자치구와 코드",
        "Districts and their codes",
        returns=tuple[District, ...],
    ),
    _route(
        "GET",
        "codes/{system}/{code}",
        finding.show_code,
        "코드가 가리키는 자치구",
        "District of a code",
        returns=District,
    ),
    _route(
        "GET",
        "layers",
        layers.show_layers,
        "구역 레이어 목록",
        "Area layers",
        returns=tuple[AreaLayerRecord, ...],
    ),
    _route(
        "GET",
        "layers/{layer}/report",
        layers.show_report,
        "불러온 결과",
        "What an import did",
        returns=LayerReport,
    ),
    _route(
        "GET",
        "areas/{layer}",
        layers.send_areas,
        "구역 경계 (GeoJSON)",
        "Areas of a layer (GeoJSON)",
        query=AreasQuery,
    ),
    _route(
        "PUT",
        "layers/{layer}",
        layers.receive_layer,
        "경계 파일을 구역 레이어로 불러오기",
        "Import a boundary file as an area layer",
        IMPORT,
        query=LayerQuery,
        returns=LayerReport,
        upload=True,
    ),
    _route(
        "DELETE", "layers/{layer}", layers.drop_layer, "구역 레이어 지우기", "Remove an area layer", IMPORT
    ),
    _route(
        "GET",
        "registered/{place_id}",
        registered.show_place,
        "등록된 장소",
        "A registered place",
        returns=PlaceRecord,
    ),
    _route(
        "POST",
        "registered",
        registered.add_place,
        "장소 등록",
        "Register a place",
        EDIT,
        body=NewPlace,
        returns=PlaceRecord,
    ),
    _route(
        "PUT",
        "registered/{place_id}",
        registered.replace_place,
        "등록된 장소 바꾸기",
        "Change a registered place",
        EDIT,
        body=NewPlace,
        returns=PlaceRecord,
    ),
    _route(
        "DELETE",
        "registered/{place_id}",
        registered.drop_place,
        "등록된 장소 지우기",
        "Remove a registered place",
        EDIT,
    ),
]
