"""OGC SensorThings API 1.1 under /sta/v1.1. Everyone reads; who may write is said by a permission."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from django.conf import settings
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from madang.core.base.interface import MadangError, Text, now
from madang.core.pages.interface import Route, find_address
from madang.infrastructure.city_sensors.actions.sensorthings.entities import (
    WRITE,
    change,
    create,
    create_arrays,
    remove,
)
from madang.infrastructure.city_sensors.methods.sensorthings.options import read_options
from madang.infrastructure.city_sensors.methods.sensorthings.paths import read_path
from madang.infrastructure.city_sensors.methods.sensorthings.schema import BY_COLLECTION, OBSERVATION
from madang.infrastructure.city_sensors.methods.sensorthings.wrong import miss, refuse
from madang.infrastructure.city_sensors.queries.sensorthings.answers import (
    Target,
    answer,
    link_to,
    render,
    resolve,
)

ROOT = "/sta/v1.1"
SPEC = "http://www.opengis.net/spec/iot_sensing/1.1"
MQTT = (
    f"{SPEC}/req/create-observations-via-mqtt/observations-creation",
    f"{SPEC}/req/receive-updates-via-mqtt/receive-updates",
)
ENTITIES = (
    "thing", "location", "historical-location", "datastream", "sensor", "observed-property", "observation", "feature-of-interest",
)  # fmt: skip
REQUESTS = (
    "status-code", "query-status-code", "order", "orderby", "top", "skip", "count", "filter", "built-in-filter-operations",
    "built-in-query-functions", "expand", "select", "pagination",
)  # fmt: skip
CHANGES = (
    "create-entity", "link-to-existing-entities", "deep-insert", "deep-insert-status-code", "update-entity", "update-entity-put",
    "update-entity-jsonpatch", "delete-entity", "historical-location-auto-creation", "historical-location-manual-creation",
)  # fmt: skip
CONFORMS = (
    *(
        f"{SPEC}/req/{one}"
        for one in (
            "datamodel",
            "datamodel/entity-control-information/common-control-information",
            *(f"datamodel/{entity}/{what}" for entity in ENTITIES for what in ("properties", "relations")),
            "resource-path/resource-path-to-entities",
            "request-data",
            *(f"request-data/{one}" for one in REQUESTS),
            "create-update-delete",
            *(f"create-update-delete/{one}" for one in CHANGES),
            "data-array/data-array",
            "batch-request/batch-request",
        )
    ),
    *MQTT,
)
"""Requirements of OGC 18-088 by their addresses; each class as a whole as well, for programs know it by either."""
Body = dict[str, Any] | list[Any]


def _serve(work: Callable[..., Response]) -> Callable[..., Response]:
    """Answer what is wrong as the standard does: 400 with words."""

    def serve(request: Request, _query: None, body: Any) -> Response:
        try:
            return work(request, body)
        except MadangError as error:
            return refuse_call(error)

    return serve


def refuse_call(error: MadangError) -> Response:
    """Answer what is wrong as the standard does, whoever found it: 400 with words."""
    status = 400 if error.status == 422 else error.status
    record = {"code": error.code, "message": error.text.en, "text": error.text.ko}
    return Response(msgspec.json.encode(record), status, media_type="application/json")


@_serve
def show_root(request: Request, _body: None) -> Response:
    """Answer the collections, and what of the standard they keep to."""
    return _list_collections(request)


def _list_collections(request: Request) -> Response:
    base = _find_base(request)
    collections = [{"name": name, "url": f"{base}/{name}"} for name in BY_COLLECTION]
    host = URL(base).hostname
    endpoints = {"endpoints": [f"mqtt://{host}:{settings.MADANG.mqtt_port}"]}
    told = {"conformance": CONFORMS, **dict.fromkeys(MQTT, endpoints)}
    return _send({"value": collections, "serverSettings": told})


@_serve
def read(request: Request, _body: None) -> Response:
    """Answer an entity, a collection or a property."""
    if not request.path_params["path"].strip("/"):
        return _list_collections(request)
    items = request.query_params.multi_items()
    found = answer(
        _resolve(request), read_options(items), _find_base(request), request.path_params["path"], items
    )
    if isinstance(found, dict):
        return _send(found)
    if found is None:
        return Response(status_code=204)
    return PlainTextResponse(found if isinstance(found, str) else msgspec.json.encode(found).decode())


@_serve
def post(request: Request, body: Any) -> Response:
    """Make an entity in a collection, or many observations as data arrays."""
    base = _find_base(request)
    if request.path_params["path"].strip("/") == "CreateObservations":
        made = create_arrays(actor=request.state.actor, now=now(), body=body)
        links = [one if isinstance(one, str) else link_to(OBSERVATION, one, base) for one in made]
        return Response(msgspec.json.encode(links), 201, media_type="application/json")
    target = _resolve(request)
    if target.entity is not None or target.is_references:
        raise refuse("path", "모음에만 보낼 수 있습니다", "entities are posted to a collection")
    made = create(
        actor=request.state.actor, now=now(), target=target, path=request.path_params["path"], body=body
    )
    document = render(target.kind, [made], read_options([]), base)[0]
    return _send(document, 201, {"Location": link_to(target.kind, made, base)})


@_serve
def patch(request: Request, body: Any) -> Response:
    """Change an entity in part, or by a JSON Patch."""
    return _change(request, body, is_whole=False)


@_serve
def put(request: Request, body: Any) -> Response:
    """Change an entity as a whole."""
    return _change(request, body, is_whole=True)


@_serve
def delete(request: Request, _body: None) -> Response:
    """Delete an entity."""
    target = _one(request)
    remove(actor=request.state.actor, now=now(), target=target, path=request.path_params["path"])
    return Response(status_code=200)


def _change(request: Request, body: Any, *, is_whole: bool) -> Response:
    change(
        actor=request.state.actor,
        now=now(),
        target=_one(request),
        path=request.path_params["path"],
        body=body,
        is_whole=is_whole,
    )
    return _send(answer(_resolve(request), read_options([]), _find_base(request), "", []))


def _one(request: Request) -> Target:
    target = _resolve(request)
    if target.entity is None or target.property or target.is_references:
        raise miss(request.path_params["path"])
    return target


def _resolve(request: Request) -> Target:
    return resolve(read_path(request.path_params["path"]))


def _find_base(request: Request) -> str:
    return find_address(request) + ROOT


def _send(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    caching = {"Cache-Control": "no-cache"} | (headers or {})
    return Response(msgspec.json.encode(body), status, headers=caching, media_type="application/json")


def _route(
    method: str, path: str, work: Callable[..., Response], ko: str, en: str, body: Any = None
) -> Route:
    permission = "public" if method == "GET" else WRITE
    returns = None if method == "DELETE" else dict[str, Any]
    return Route(
        method,
        path,
        work,
        permission,
        Text(ko=ko, en=en),
        body=body,
        returns=returns,
        tags=("sensorthings",),
        readable_anywhere=method == "GET",
        refuse=lambda _, error: refuse_call(error),
    )


PATH = ROOT + "/{path:path}"
ROUTES = [
    _route("GET", ROOT, show_root, "SensorThings 시작", "SensorThings: collections and conformance"),
    _route("GET", PATH, read, "SensorThings 읽기", "SensorThings: read"),
    _route("POST", PATH, post, "SensorThings 만들기", "SensorThings: create", Body),
    _route("PATCH", PATH, patch, "SensorThings 고치기", "SensorThings: change", Body),
    _route("PUT", PATH, put, "SensorThings 바꾸기", "SensorThings: replace", dict[str, Any]),
    _route("DELETE", PATH, delete, "SensorThings 지우기", "SensorThings: delete"),
]
