"""How the places API answers: in the standard's own way, also where something is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from madang.citizens.city_map.methods.cql.tree import Wrong
from madang.core.base.interface import MadangError, NotFound

JSON, GEOJSON, OPENAPI, SCHEMA, TILE = (
    "application/json",
    "application/geo+json",
    "application/vnd.oai.openapi+json;version=3.0",
    "application/schema+json",
    "application/vnd.mapbox-vector-tile",
)
STYLE, TILEJSON = "application/vnd.mapbox.style+json", "application/vnd.mapbox.tile+json"
OGC = "/ogc"
Answer = Callable[[Request], Response]


def serve(answer: Answer) -> Callable[[Request, None, None], Response]:
    """Answer in the standard's own way where something is wrong: 400 or 404 with a description."""

    def serve(request: Request, _query: None, _body: None) -> Response:
        try:
            return answer(request)
        except Wrong as error:
            return refuse(400, "InvalidParameterValue", str(error))
        except NotFound as error:
            return refuse(404, "NotFound", error.text.en)
        except MadangError as error:
            return refuse(400 if error.status == 422 else error.status, error.code, error.text.en)

    return serve


def refuse(status: int, code: str, description: str) -> Response:
    """Answer that something can't be taken or isn't there."""
    # `description` is the standard's word for it, `message` the house's.
    return send({"code": code, "message": description, "description": description}, status=status)


def send(body: Any, media: str = JSON, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Answer `body` as JSON."""
    return Response(msgspec.json.encode(body, enc_hook=str), status, headers=headers, media_type=media)


def link(href: str, rel: str, title: str, media: str = JSON) -> dict[str, str]:
    """Return a link as the standard writes it."""
    return {"href": href, "rel": rel, "type": media, "title": title}


def only(request: Request, *names: str) -> None:
    """Refuse parameters that an address doesn't know, as the standard demands."""
    unknown = [name for name in request.query_params if name not in {"f", *names}]
    if unknown:
        raise Wrong(unknown[0], "there is no such parameter")
