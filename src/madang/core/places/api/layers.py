"""Area layers as JSON and GeoJSON."""

from __future__ import annotations

import tempfile
from pathlib import Path

import msgspec
import numpy as np
import shapely
from django.db import close_old_connections
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from madang.core.base.interface import Actor, BadInput, now
from madang.core.places.actions import import_area_layer, remove_area_layer
from madang.core.places.gateway.boundary_files import SIZE_LIMIT
from madang.core.places.methods.tiles import simplify_for_zoom
from madang.core.places.queries.layers import get_area_layer, get_layer_report, list_area_layers, load_areas
from madang.core.places.records import AreaLayerRecord, LayerReport, NewAreaLayer

from .records import AreasQuery, LayerQuery


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
