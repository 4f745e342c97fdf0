"""Vector tiles of area layers, and what each layer's tiles are (TileJSON)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from madang.core.base.interface import Text
from madang.core.pages.interface import Route, find_address

from .queries.layers import get_area_layer
from .queries.tiles import describe_tiles, get_tile

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"


def send_tile(request: Request, query: None, body: None) -> Response:
    """Answer GET /tiles/{layer}/{z}/{x}/{y}.mvt; the same version of a tile isn't sent twice."""
    place = request.path_params
    layer = get_area_layer(place["layer"])
    headers = {"ETag": f'"{layer.name}-{layer.version}"', "Cache-Control": "public, max-age=5"}
    # Refuses what is no tile, also to a reader that says it has it.
    tile = get_tile(layer.name, layer.version, place["z"], place["x"], place["y"])
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(tile, media_type=MEDIA_TYPE, headers=headers)


def describe_layer(request: Request, query: None, body: None) -> Response:
    """Answer GET /tiles/{layer}.json."""
    layer = get_area_layer(request.path_params["layer"])
    return JSONResponse(
        describe_tiles(layer, find_address(request)), headers={"Cache-Control": "public, max-age=60"}
    )


ROUTES = [
    Route(
        "GET",
        "/tiles/{layer}.json",
        describe_layer,
        "public",
        Text(ko="구역 레이어 타일의 설명 (TileJSON)", en="What an area layer's tiles are (TileJSON)"),
        tags=("places",),
    ),
    Route(
        "GET",
        "/tiles/{layer}/{z:int}/{x:int}/{y:int}.mvt",
        send_tile,
        "public",
        Text(ko="구역 레이어의 벡터 타일 (MVT)", en="Vector tile of an area layer (MVT)"),
        tags=("places",),
    ),
]
