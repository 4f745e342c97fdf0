"""How the places API answers: in the standard's own way, also where something is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from madang.citizens.city_map.methods.cql.tree import Wrong
from madang.core.base.interface import MadangError, NotFound
from madang.core.pages.interface import read_language

from .reading import write_page

JSON, GEOJSON, OPENAPI, SCHEMA, TILE = (
    "application/json",
    "application/geo+json",
    "application/vnd.oai.openapi+json;version=3.0",
    "application/schema+json",
    "application/vnd.mapbox-vector-tile",
)
STYLE, TILEJSON = "application/vnd.mapbox.style+json", "application/vnd.mapbox.tile+json"
PMTILES = "application/vnd.pmtiles"
OGC = "/ogc"
PAGE = "text/html"
DOCUMENT_FORMS = frozenset({"json", "geojson", "html"})
FORMS = DOCUMENT_FORMS | {"", "tilejson", "mvt", "pbf"}


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """What an address answers, before it is written as JSON or as a page for people."""

    body: Any
    media: str = JSON
    headers: dict[str, str] = {}


Answer = Callable[[Request], Response | Document]


def serve(answer: Answer) -> Callable[[Request, None, None], Response]:
    """Answer in the standard's own way where something is wrong: 400 or 404 with a description."""

    def serve(request: Request, _query: None, _body: None) -> Response:
        try:
            if request.query_params.get("f", "") not in FORMS:
                raise Wrong("f", "documents are answered as json or html")
            found = answer(request)
            return found if isinstance(found, Response) else _write(request, found)
        except Wrong as error:
            return refuse(400, "InvalidParameterValue", str(error))
        except NotFound as error:
            return refuse(404, "NotFound", error.text.en)
        except MadangError as error:
            return refuse_call(request, error)

    return serve


def refuse_call(_request: Request, error: MadangError) -> Response:
    """Answer what the house refuses; what it calls unprocessable is a bad request to the standard."""
    return refuse(400 if error.status == 422 else error.status, error.code, error.text.en)  # noqa: PLR2004


def refuse(status: int, code: str, description: str) -> Response:
    """Answer that something can't be taken or isn't there."""
    # `description` is the standard's word for it, `message` the house's.
    body = {"code": code, "message": description, "description": description}
    return Response(msgspec.json.encode(body), status, media_type=JSON)


def send(body: Any, media: str = JSON, headers: dict[str, str] | None = None) -> Document:
    """Answer `body` as JSON of that kind, or as a page to whoever asks for one."""
    return Document(body=body, media=media, headers=headers or {})


def _write(request: Request, found: Document) -> Response:
    form = request.query_params.get("f") or ("html" if _prefers_page(request) else "json")
    if form not in DOCUMENT_FORMS and found.media != TILEJSON:
        raise Wrong("f", "documents are answered as json or html")
    headers = {"Vary": "Accept", **found.headers}
    if form == "html":
        policy = {"Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'"}
        body = _add_form(found.body, "json", found.media, "as data")
        page = write_page(body, language=read_language(request))
        return Response(page, headers=headers | policy, media_type=PAGE)
    body = _add_form(found.body, "html", PAGE, "as a page")
    return Response(msgspec.json.encode(body, enc_hook=str), headers=headers, media_type=found.media)


def _prefers_page(request: Request) -> bool:
    """Return whether a page is wanted more than data; who takes anything gets data."""
    wanted: dict[str, float] = {}
    for part in request.headers.get("accept", "").split(","):
        name, _, weight = part.partition(";q=")
        try:
            wanted[name.strip().lower()] = float(weight or 1)
        except ValueError:
            continue
    data = max(wanted.get(media.partition(";")[0], 0.0) for media in (JSON, GEOJSON, SCHEMA, OPENAPI))
    return wanted.get(PAGE, 0.0) > data


def _add_form(body: Any, form: str, media: str, title: str) -> Any:
    """Return a document whose links also lead to itself in its other form, as the standard demands."""
    links = body.get("links", ()) if isinstance(body, dict) else ()
    own = next((one["href"] for one in links if one["rel"] == "self"), None)
    address = f"{own}{'&' if own and '?' in own else '?'}f={form}"
    if own is None or any(one["href"] == address for one in links):
        return body
    return body | {"links": [*links, link(address, "alternate", title, media)]}


def link(href: str, rel: str, title: str, media: str = JSON) -> dict[str, str]:
    """Return a link as the standard writes it."""
    return {"href": href, "rel": rel, "type": media, "title": title}


def only(request: Request, *names: str) -> None:
    """Refuse parameters that an address doesn't know, as the standard demands."""
    unknown = [name for name in request.query_params if name not in {"f", *names}]
    if unknown:
        raise Wrong(unknown[0], "there is no such parameter")
