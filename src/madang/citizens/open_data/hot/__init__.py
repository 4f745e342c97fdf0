"""Addresses that programs of other portals expect: CKAN's action API, DCAT and data.json."""

from __future__ import annotations

from typing import Any

import msgspec
from django.conf import settings
from starlette.requests import Request
from starlette.responses import Response

from madang.citizens.open_data.queries import list_public
from madang.core.base.interface import ANONYMOUS, Text
from madang.core.lake.interface import authorize, get_dataset
from madang.core.pages.interface import Route, find_address

from .catalogues import build_data_json, build_graph
from .ckan import answer_get, answer_post
from .datapackages import describe_package

GRAPHS = {
    "jsonld": ("json-ld", "application/ld+json"),
    "ttl": ("turtle", "text/turtle;charset=utf-8"),
    "rdf": ("xml", "application/rdf+xml"),
}


def send_graph(request: Request, _query: None, _body: None) -> Response:
    """Answer the catalogue as DCAT-AP in the form that the address ends with."""
    form, media = GRAPHS[request.url.path.rpartition(".")[2]]
    names = settings.MADANG.city_name_ko, settings.MADANG.city_name_en
    graph = build_graph(list_public(), find_address(request), *names, settings.MADANG.contact_email)
    return Response(graph.serialize(format=form), media_type=media, headers={"Cache-Control": "max-age=60"})


def send_data_json(request: Request, _query: None, _body: None) -> Response:
    """Answer the catalogue as data.json."""
    catalogue = build_data_json(
        list_public(), find_address(request), settings.MADANG.city_name_ko, settings.MADANG.contact_email
    )
    return Response(
        msgspec.json.encode(catalogue),
        media_type="application/json",
        headers={"Cache-Control": "max-age=60"},
    )


def send_package(request: Request, _query: None, _body: None) -> Response:
    """Answer a dataset as a Frictionless data package."""
    record = get_dataset(actor=ANONYMOUS, name=request.path_params["name"])
    columns = authorize(ANONYMOUS, record.name).columns
    package = describe_package(record, columns, find_address(request))
    return Response(msgspec.json.encode(package), media_type="application/json")


_ACTION = Text(ko="CKAN 액션 API", en="CKAN's action API")
_TAGS = ("open_data",)
ROUTES = [
    *(
        route
        for path in ("/api/action/{action}", "/api/3/action/{action}")
        for route in (
            Route("GET", path, answer_get, "public", _ACTION, tags=_TAGS),
            Route("POST", path, answer_post, "public", _ACTION, body=dict[str, Any], tags=_TAGS),
        )
    ),
    *(
        Route(
            "GET",
            f"/catalog.{ending}",
            send_graph,
            "public",
            Text(ko=f"목록 (DCAT, {ending})", en=f"The catalogue (DCAT, {ending})"),
            tags=_TAGS,
        )
        for ending in GRAPHS
    ),
    Route(
        "GET",
        "/datasets/{name}/datapackage.json",
        send_package,
        "public",
        Text(ko="데이터 꾸러미 (Frictionless)", en="Data package (Frictionless)"),
        tags=_TAGS,
    ),
    Route(
        "GET",
        "/data.json",
        send_data_json,
        "public",
        Text(ko="목록 (data.json)", en="The catalogue (data.json)"),
        tags=_TAGS,
    ),
]
