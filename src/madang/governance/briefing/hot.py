"""Open incidents as the dashboard's map draws them."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from starlette.requests import Request

from madang.core.base.interface import Text
from madang.core.incidents.interface import SEVERITY_NAMES, STATE_NAMES, Incident
from madang.core.pages.interface import Route, format_short
from madang.governance.briefing.queries.dashboard import list_open

MOST = 500


class PlacesQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Language of the words."""

    language: Literal["ko", "en"] = "ko"


def send_places(request: Request, query: PlacesQuery, _body: None) -> dict[str, Any]:
    """Answer open incidents that have a place as GeoJSON, the gravest last, so that they lie on top."""
    incidents = list_open(actor=request.state.actor, limit=MOST)
    placed = [one for one in reversed(incidents) if one.lon is not None and one.lat is not None]
    return {"type": "FeatureCollection", "features": [_draw(one, query.language) for one in placed]}


def _draw(incident: Incident, language: str) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [incident.lon, incident.lat]},
        "properties": {
            "id": str(incident.number),
            "title": incident.reason.say(language),
            "href": f"/desk/incidents/{incident.number}/",
            "_severity": incident.severity.value,
            "severity": SEVERITY_NAMES[incident.severity].say(language),
            "state": STATE_NAMES[incident.state].say(language),
            "received": format_short(incident.received_at, language),
        },
    }


ROUTES = [
    Route(
        "GET",
        "/api/briefing/incidents.geojson",
        send_places,
        "briefing.see_dashboard",
        Text(ko="열린 상황의 위치 (GeoJSON)", en="Places of open incidents (GeoJSON)"),
        query=PlacesQuery,
        returns=dict[str, Any],
        tags=("briefing",),
    ),
]
