"""NGSI-LD contexts that were handed in."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from madang.core.base.interface import now
from madang.core.pages.interface import find_address
from madang.infrastructure.city_sensors.actions.ngsi.subscriptions import host_context, remove_context
from madang.infrastructure.city_sensors.methods.ngsi.problems import bad
from madang.infrastructure.city_sensors.methods.sensorthings.bodies import write_time
from madang.infrastructure.city_sensors.models import HostedContext
from madang.infrastructure.city_sensors.queries.ngsi.entities import get_context, list_contexts

from .ngsi_answers import JSON, LD, ROOT, asks_details, route, serve

HOSTED, CACHED = "Hosted", "Cached"


@serve
def host(request: Request, body: Any) -> Response:
    """Keep a context under an address of the house; with `url`, as that of an address elsewhere."""
    identity = host_context(
        actor=request.state.actor, now=now(), body=body, address=request.query_params.get("url")
    )
    address = f"{find_address(request)}{ROOT}/jsonldContexts/{identity}"
    return Response(status_code=201, headers={"Location": address})


@serve
def show_contexts(request: Request, _body: None) -> Response:
    """Answer the addresses of the contexts that were handed in, or what is known of them."""
    kind = request.query_params.get("kind")
    if kind not in {None, HOSTED, CACHED, "ImplicitlyCreated"}:
        raise bad("kind is Hosted, Cached or ImplicitlyCreated")
    base = f"{find_address(request)}{ROOT}/jsonldContexts/"
    rows = [row for row in list_contexts() if kind is None or _find_kind(row) == kind]
    body: list[Any] = [row.address or base + row.context_id for row in rows]
    if asks_details(request):
        body = [_describe(row, base) for row in rows]
    return Response(msgspec.json.encode(body), media_type=JSON)


def _find_kind(row: HostedContext) -> str:
    """Return the kind of a context; that of an address elsewhere is a copy, though nobody fetched it."""
    return CACHED if row.address else HOSTED


def _describe(row: HostedContext, base: str) -> dict[str, str]:
    return {
        "URL": row.address or base + row.context_id,
        "localId": row.context_id,
        "kind": _find_kind(row),
        "createdAt": write_time(row.created_at),
    }


@serve
def show_context(request: Request, _body: None) -> Response:
    """Answer a context, or what is known of it."""
    row = get_context(request.path_params["id"])
    if asks_details(request):
        base = f"{find_address(request)}{ROOT}/jsonldContexts/"
        return Response(msgspec.json.encode(_describe(row, base)), media_type=JSON)
    return Response(msgspec.json.encode(row.body), media_type=LD)


@serve
def drop_context(request: Request, _body: None) -> Response:
    """Forget a context."""
    if request.query_params.get("reload", "false") != "false":
        raise bad("a context that was handed in can't be loaded anew")
    remove_context(actor=request.state.actor, now=now(), context_id=request.path_params["id"])
    return Response(status_code=204)


ROUTES = [
    route("GET", "/jsonldContexts", show_contexts, "문맥 목록", "contexts"),
    route("POST", "/jsonldContexts", host, "문맥 맡기기", "host a context", dict[str, Any]),
    route("GET", "/jsonldContexts/{id}", show_context, "문맥 보기", "a context"),
    route("DELETE", "/jsonldContexts/{id}", drop_context, "문맥 지우기", "delete a context"),
]
