"""Addresses that programs of other portals expect: CKAN's action API, DCAT and data.json."""

from __future__ import annotations

from typing import Annotated

import msgspec
from django.conf import settings
from django.utils.http import urlencode
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from madang.citizens.open_data.methods.linked import describe_croissant
from madang.citizens.open_data.queries.calls import list_public
from madang.citizens.open_data.queries.changes import list_changes
from madang.citizens.open_data.queries.linked import describe
from madang.core.base.interface import ANONYMOUS, NotFound, Text, now
from madang.core.lake.interface import authorize, get_dataset
from madang.core.pages.interface import Route, find_address

from .catalogues import add_pages, build_data_json, build_graph
from .ckan import answer_get, answer_post, refuse, show_nothing, show_version
from .datapackages import describe_package
from .feeds import write_atom, write_json_feed
from .watching import WATCHES as WATCHES

FEED_PAGE = 50
GRAPH_PAGE = 200

GRAPHS = {
    "jsonld": ("json-ld", "application/ld+json"),
    "ttl": ("turtle", "text/turtle;charset=utf-8"),
    "rdf": ("xml", "application/rdf+xml"),
}


class GraphQuery(msgspec.Struct, frozen=True):
    """Which page of the catalogue, from 1."""

    page: Annotated[int, Meta(ge=1, le=10**6)] = 1


def send_graph(request: Request, query: GraphQuery, _body: None) -> Response:
    """Answer a page of the catalogue as DCAT-AP in the form that the address ends with.

    A page has GRAPH_PAGE datasets and says where the next one is: a whole catalogue takes minutes to write.
    """
    form, media = GRAPHS[request.url.path.rpartition(".")[2]]
    names = settings.MADANG.city_name_ko, settings.MADANG.city_name_en
    records, home = list_public(), find_address(request)
    last = max(1, -(-len(records) // GRAPH_PAGE))
    if query.page > last:
        raise NotFound("open_data.page", "그런 쪽이 없습니다", "there is no such page")
    begin = (query.page - 1) * GRAPH_PAGE
    shown = records[begin : begin + GRAPH_PAGE]
    graph = build_graph(shown, home, *names, settings.MADANG.contact_email)
    headers = {"Cache-Control": "max-age=60"}
    if last > 1:
        here = f"{home}{request.url.path}"
        add_pages(graph, here, query.page, last, GRAPH_PAGE, len(records))
        if query.page < last:
            headers["Link"] = f'<{here}?page={query.page + 1}>; rel="next"'
    return Response(graph.serialize(format=form), media_type=media, headers=headers)


def find_graph(request: Request, _query: None, _body: None) -> Response:
    """Lead from the catalogue's own address to the form that is wanted: a page, unless RDF is asked for."""
    wanted = request.headers.get("accept", "").lower()
    asked = [(wanted.find(media.partition(";")[0]), ending) for ending, (_, media) in GRAPHS.items()]
    endings = [ending for at, ending in sorted(asked) if at >= 0]
    address = f"/catalog.{endings[0]}" if endings and "text/html" not in wanted else "/open_data/"
    return RedirectResponse(f"{find_address(request)}{address}", 303, headers={"Vary": "Accept"})


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


def send_croissant(request: Request, _query: None, _body: None) -> Response:
    """Answer a dataset as Croissant."""
    record = get_dataset(actor=ANONYMOUS, name=request.path_params["name"])
    described = describe_croissant(describe(record, find_address(request)))
    return Response(msgspec.json.encode(described), media_type="application/ld+json")


class FeedQuery(msgspec.Struct, frozen=True):
    """Which changes: of one dataset, and before one of them."""

    dataset: Annotated[str, Meta(max_length=63)] = ""
    before: Annotated[int, Meta(ge=0, le=2**62)] = 0


def send_feed(request: Request, query: FeedQuery, _body: None) -> Response:
    """Answer a page of the changes, newest first, as Atom or JSON Feed."""
    home, path = find_address(request), request.url.path
    changes, total = list_changes(dataset=query.dataset, before=query.before, sort="-id", limit=FEED_PAGE)
    asked = {"dataset": query.dataset} if query.dataset else {}
    here = f"{home}{path}" + (f"?{urlencode(asked)}" if asked else "")
    after = f"{home}{path}?{urlencode(asked | {'before': changes[-1].id})}" if total > len(changes) else ""
    title = f"{settings.MADANG.city_name_ko} 열린데이터광장의 바뀐 데이터"
    headers = {"Cache-Control": "max-age=60"}
    if path.endswith(".json"):
        feed = write_json_feed(changes, home=home, here=here, after=after, title=title)
        return Response(msgspec.json.encode(feed), media_type="application/feed+json", headers=headers)
    atom = write_atom(changes, home=home, here=here, after=after, title=title, began=now().isoformat())
    return Response(atom, media_type="application/atom+xml", headers=headers)


_ACTION = Text(ko="CKAN 액션 API", en="CKAN's action API")
_TAGS = ("open_data",)
ROUTES = [
    *(
        route
        for path in ("/api/action/{action}", "/api/3/action/{action}")
        for route in (
            Route("GET", path, answer_get, "public", _ACTION, tags=_TAGS, cross_origin=True, refuse=refuse),
            Route("POST", path, answer_post, "public", _ACTION, tags=_TAGS, cross_origin=True, refuse=refuse),
        )
    ),
    *(
        Route("GET", path, answer, "public", words, tags=_TAGS, cross_origin=True, refuse=refuse)
        for path, answer, words in (
            ("/api/3", show_version, Text(ko="CKAN API의 판", en="Version of CKAN's API")),
            (
                "/api/3/{rest:path}",
                show_nothing,
                Text(ko="없는 CKAN 주소", en="No such address of CKAN's API"),
            ),
        )
    ),
    *(
        Route(
            "GET",
            f"/catalog.{ending}",
            send_graph,
            "public",
            Text(ko=f"목록 (DCAT, {ending})", en=f"The catalogue (DCAT, {ending})"),
            query=GraphQuery,
            tags=_TAGS,
            cross_origin=True,
        )
        for ending in GRAPHS
    ),
    Route(
        "GET",
        "/catalog",
        find_graph,
        "public",
        Text(ko="목록 (바라는 형식으로)", en="The catalogue (in the form that is wanted)"),
        tags=_TAGS,
        cross_origin=True,
    ),
    Route(
        "GET",
        "/datasets/{name}/datapackage.json",
        send_package,
        "public",
        Text(ko="데이터 꾸러미 (Frictionless)", en="Data package (Frictionless)"),
        tags=_TAGS,
        cross_origin=True,
    ),
    Route(
        "GET",
        "/datasets/{name}/croissant.json",
        send_croissant,
        "public",
        Text(ko="학습용 설명 (Croissant)", en="Description for machine learning (Croissant)"),
        tags=_TAGS,
        cross_origin=True,
    ),
    *(
        Route(
            "GET",
            f"/open_data/changes.{ending}",
            send_feed,
            "public",
            Text(ko=f"바뀐 데이터 ({words})", en=f"Changes of the data ({words})"),
            query=FeedQuery,
            tags=_TAGS,
            cross_origin=True,
        )
        for ending, words in (("atom", "Atom"), ("json", "JSON Feed"))
    ),
    Route(
        "GET",
        "/data.json",
        send_data_json,
        "public",
        Text(ko="목록 (data.json)", en="The catalogue (data.json)"),
        tags=_TAGS,
        cross_origin=True,
    ),
]
