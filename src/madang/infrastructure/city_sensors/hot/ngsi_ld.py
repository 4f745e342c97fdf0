"""NGSI-LD (ETSI GS CIM 009) under /ngsi-ld/v1: all of its addresses, and what stands for those that aren't served."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from madang.core.base.interface import Text
from madang.core.pages.interface import Route
from madang.infrastructure.city_sensors.methods.ngsi.problems import Problem, missing

from . import ngsi_batches, ngsi_contexts, ngsi_discovery, ngsi_entities, ngsi_queries, ngsi_subscriptions
from .ngsi_answers import ROOT, refuse, serve

UNSERVED = ("temporal/", "csource", "entityMaps", "info/", "snapshots")
"""Begins of addresses of the standard that aren't served."""


@serve
def refuse_rest(request: Request, _body: None) -> Response:
    """Answer an address that leads nowhere, or a part of the standard that isn't served."""
    rest = request.path_params["rest"]
    if request.method != "GET" or rest.startswith(UNSERVED):
        raise Problem("OperationNotSupported", f"{request.method} {rest[:200]} isn't served here")
    raise missing(f"{ROOT}/{rest[:200]}")


REST = [
    Route(
        method,
        ROOT + "/{rest:path}",
        refuse_rest,
        "public",
        Text(ko="NGSI-LD 다른 주소", en="NGSI-LD: any other address"),
        tags=("ngsi-ld",),
        problems=True,
        refuse=refuse,
    )
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
]
"""They stand last."""
ROUTES = [
    *ngsi_queries.ROUTES,
    *ngsi_entities.ROUTES,
    *ngsi_batches.ROUTES,
    *ngsi_discovery.ROUTES,
    *ngsi_subscriptions.ROUTES,
    *ngsi_contexts.ROUTES,
]
