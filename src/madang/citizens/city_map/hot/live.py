"""Live layers of the map page, for whoever asks: only what that person may read."""

from __future__ import annotations

from starlette.requests import Request

from madang.citizens.city_map.queries.live import read_live
from madang.citizens.city_map.records import Spot

from .sending import GEOJSON, Document, only, send


def show_live(request: Request) -> Document:
    """Answer a live layer as GeoJSON."""
    only(request)
    spots = read_live(request.state.actor, request.path_params["layer"])
    features = [_draw(one) for one in spots]
    return send(
        {"type": "FeatureCollection", "features": features}, GEOJSON, headers={"Cache-Control": "no-store"}
    )


def _draw(one: Spot) -> dict[str, object]:
    said = {"id": one.id, "title": one.name, "class": one.theme, "address": one.address, "href": one.href}
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [one.lon, one.lat]},
        "properties": {name: value for name, value in said.items() if value},
    }
