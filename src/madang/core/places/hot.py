"""Vector tiles of area layers."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from madang.core.base.interface import Text
from madang.core.pages.interface import Route

from .queries.layers import get_area_layer
from .queries.tiles import get_tile

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


ROUTES = [
    Route(
        "GET",
        "/tiles/{layer}/{z:int}/{x:int}/{y:int}.mvt",
        send_tile,
        "public",
        Text(ko="구역 레이어의 벡터 타일 (MVT)", en="Vector tile of an area layer (MVT)"),
        tags=("places",),
    ),
]
