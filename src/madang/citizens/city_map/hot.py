"""OGC API Features (Part 1 and 2) under /ogc: landing page, conformance, collections, features."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import msgspec
from django.conf import settings
from django.utils.http import urlencode
from starlette.requests import Request
from starlette.responses import Response

from madang.core.base.interface import ColumnType, MadangError, NotFound, Text
from madang.core.pages.interface import Route, find_address

from .methods.asking import Wrong, read_asked
from .methods.systems import CRS84, SYSTEMS
from .queries import find_bounds, get_collection, list_collections, move, move_box, read_one, read_page
from .records import Asked, Collection

JSON, GEOJSON, OPENAPI = (
    "application/json",
    "application/geo+json",
    "application/vnd.oai.openapi+json;version=3.0",
)
OGC = "/ogc"
CONFORMS = (
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
)
SCHEMAS: dict[ColumnType, dict[str, str]] = {
    ColumnType.INTEGER: {"type": "integer"},
    ColumnType.NUMBER: {"type": "number"},
    ColumnType.BOOLEAN: {"type": "boolean"},
    ColumnType.TIME: {"type": "string", "format": "date-time"},
    ColumnType.DATE: {"type": "string", "format": "date"},
}
Answer = Callable[[Request], Response]


def _serve(answer: Answer) -> Callable[[Request, None, None], Response]:
    """Answer in the standard's own way where something is wrong: 400 or 404 with a description."""

    def serve(request: Request, _query: None, _body: None) -> Response:
        try:
            return answer(request)
        except Wrong as error:
            return _refuse(400, "InvalidParameterValue", str(error))
        except NotFound as error:
            return _refuse(404, "NotFound", error.text.en)
        except MadangError as error:
            return _refuse(400 if error.status == 422 else error.status, error.code, error.text.en)

    return serve


def _refuse(status: int, code: str, description: str) -> Response:
    # `description` is the standard's word for it, `message` the house's.
    return _send({"code": code, "message": description, "description": description}, status=status)


def _send(body: Any, media: str = JSON, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(body, enc_hook=str), status, headers=headers, media_type=media)


def _link(href: str, rel: str, title: str, media: str = JSON) -> dict[str, str]:
    return {"href": href, "rel": rel, "type": media, "title": title}


def _only(request: Request, *names: str) -> None:
    """Refuse parameters that an address doesn't know, as the standard demands."""
    unknown = [name for name in request.query_params if name not in {"f", *names}]
    if unknown:
        raise Wrong(unknown[0], "there is no such parameter")


def show_landing(request: Request) -> Response:
    """Answer the landing page."""
    _only(request)
    here = find_address(request) + OGC
    names = settings.MADANG.city_name_ko, settings.MADANG.city_name_en
    return _send(
        {
            "title": f"{names[0]} 공간정보 · Places of {names[1]}",
            "description": "자리가 있는 모든 공개 데이터 · Every public dataset that has a place",
            "links": [
                _link(f"{here}/", "self", "this document"),
                _link(f"{here}/api", "service-desc", "the API as OpenAPI 3.0", OPENAPI),
                _link(here.removesuffix("/ogc") + "/city_map/", "service-doc", "the map", "text/html"),
                _link(f"{here}/conformance", "conformance", "what this conforms to"),
                _link(f"{here}/collections", "data", "the collections"),
            ],
        }
    )


def show_conformance(request: Request) -> Response:
    """Answer which classes of the standard are kept."""
    _only(request)
    return _send({"conformsTo": CONFORMS})


def show_collections(request: Request) -> Response:
    """Answer every collection."""
    _only(request)
    here = find_address(request) + OGC
    return _send(
        {
            "links": [_link(f"{here}/collections", "self", "this document")],
            "crs": list(SYSTEMS),
            "collections": [_describe(one, here) for one in list_collections()],
        }
    )


def show_collection(request: Request) -> Response:
    """Answer one collection."""
    _only(request)
    return _send(_describe(_get(request), find_address(request) + OGC))


def show_items(request: Request) -> Response:
    """Answer a page of features."""
    collection = _get(request)
    asked, box_crs, box = read_asked(collection, request.query_params.multi_items())
    if box is not None:
        asked = msgspec.structs.replace(asked, bbox=move_box(box, box_crs))
    page = read_page(collection, asked)
    here = f"{find_address(request)}{OGC}/collections/{collection.id}/items"
    body = {
        "type": "FeatureCollection",
        "features": _draw(collection, page.rows, page.ids, asked.crs),
        "numberMatched": page.matched,
        "numberReturned": len(page.rows),
        "timeStamp": collection.updated_at.isoformat().replace("+00:00", "Z"),
        "links": _link_pages(request, here, asked, page.matched, len(page.rows)),
    }
    return _send(body, GEOJSON, headers={"Content-Crs": f"<{asked.crs}>", "Cache-Control": "no-cache"})


def show_item(request: Request) -> Response:
    """Answer one feature."""
    _only(request, "crs")
    collection = _get(request)
    given = [(name, value) for name, value in request.query_params.multi_items() if name == "crs"]
    asked, *_ = read_asked(collection, given)
    feature_id = request.path_params["feature"]
    row = read_one(collection, feature_id)
    here = f"{find_address(request)}{OGC}/collections/{collection.id}"
    feature = _draw(collection, [row], [feature_id], asked.crs)[0]
    feature["links"] = [
        _link(f"{here}/items/{feature_id}", "self", "this feature", GEOJSON),
        _link(here, "collection", collection.title.en),
    ]
    return _send(feature, GEOJSON, headers={"Content-Crs": f"<{asked.crs}>"})


def show_api(request: Request) -> Response:
    """Answer the API as OpenAPI 3.0."""
    _only(request)
    here = find_address(request) + OGC
    return _send(_describe_api(here), OPENAPI)


def _get(request: Request) -> Collection:
    return get_collection(request.path_params["collection"])


def _describe(one: Collection, here: str) -> dict[str, Any]:
    address = f"{here}/collections/{one.id}"
    page = f"{here.removesuffix('/ogc')}/datasets/{one.id}/"
    bounds = find_bounds(one)
    space = {"bbox": [bounds or (-180.0, -90.0, 180.0, 90.0)], "crs": CRS84}
    return {
        "id": one.id,
        "title": one.title.ko,
        "description": one.description.ko,
        "itemType": "feature",
        "extent": {"spatial": space},
        "crs": list(SYSTEMS),
        "storageCrs": CRS84,
        "links": [
            _link(address, "self", "this collection"),
            _link(f"{address}/items", "items", one.title.en, GEOJSON),
            _link(page, "alternate", one.title.en, "text/html"),
        ],
    }


def _draw(
    collection: Collection, rows: list[dict[str, Any]], ids: list[str], crs: str
) -> list[dict[str, Any]]:
    names = [column.name for column in collection.properties]
    placed = [
        number
        for number, row in enumerate(rows)
        if row[collection.lon] is not None and row[collection.lat] is not None
    ]
    points = move(
        [rows[number][collection.lon] for number in placed],
        [rows[number][collection.lat] for number in placed],
        crs,
    )
    geometries = {
        number: {"type": "Point", "coordinates": point}
        for number, point in zip(placed, points, strict=True)
        if all(map(math.isfinite, point))
    }
    return [
        {
            "type": "Feature",
            "id": name,
            "geometry": geometries.get(number),
            "properties": {column: row[column] for column in names},
        }
        for number, (row, name) in enumerate(zip(rows, ids, strict=True))
    ]


def _link_pages(
    request: Request, here: str, asked: Asked, matched: int, returned: int
) -> list[dict[str, str]]:
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "offset"]

    def address(offset: int) -> str:
        query = urlencode([*kept, *([("offset", str(offset))] if offset else [])])
        return f"{here}?{query}" if query else here

    links = [
        _link(address(asked.offset), "self", "this page", GEOJSON),
        _link(here.removesuffix("/items"), "collection", "the collection"),
    ]
    if asked.offset + returned < matched and returned:
        links.append(_link(address(asked.offset + asked.limit), "next", "the next page", GEOJSON))
    if asked.offset:
        links.append(_link(address(max(0, asked.offset - asked.limit)), "prev", "the page before", GEOJSON))
    return links


def _describe_api(here: str) -> dict[str, Any]:
    name = {"name": "collectionId", "in": "path", "required": True, "schema": {"type": "string"}}
    feature = {"name": "featureId", "in": "path", "required": True, "schema": {"type": "string"}}
    crs = {
        "name": "crs",
        "in": "query",
        "schema": {"type": "string", "enum": list(SYSTEMS), "default": CRS84},
    }
    whole = {"type": "integer", "minimum": 1, "maximum": 10_000, "default": 10}
    asked = [
        {"name": "bbox", "in": "query", "explode": False, "style": "form",
         "schema": {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}},
        {**crs, "name": "bbox-crs"},
        {"name": "datetime", "in": "query", "schema": {"type": "string"}},
        {"name": "limit", "in": "query", "explode": False, "style": "form", "schema": whole},
        {"name": "offset", "in": "query", "schema": {"type": "integer", "minimum": 0, "default": 0}},
        crs,
    ]  # fmt: skip
    properties = [
        {"name": column.name, "in": "query", "schema": SCHEMAS.get(column.type, {"type": "string"})}
        for column in {
            column.name: column for one in list_collections() for column in one.properties
        }.values()
    ]

    def answer(title: str, media: str, *parameters: Any) -> dict[str, Any]:
        wrong = {"description": "A parameter that can't be taken, or nothing there", "content": {JSON: {}}}
        found = {"description": title, "content": {media: {"schema": {"type": "object"}}}}
        return {
            "get": {
                "summary": title,
                "parameters": list(parameters),
                "responses": {"200": found, "4XX": wrong},
            }
        }

    return {
        "openapi": "3.0.3",
        "info": {"title": "OGC API Features", "version": "1"},
        "servers": [{"url": here}],
        "paths": {
            "/": answer("Landing page", JSON),
            "/conformance": answer("Conformance", JSON),
            "/collections": answer("Collections", JSON),
            "/collections/{collectionId}": answer("One collection", JSON, name),
            "/collections/{collectionId}/items": answer("Features", GEOJSON, name, *asked, *properties),
            "/collections/{collectionId}/items/{featureId}": answer(
                "One feature", GEOJSON, name, feature, crs
            ),
        },
    }


ROUTES = [
    Route("GET", path, _serve(answer), "public", Text(ko=ko, en=en), tags=("city_map",))
    for path, answer, ko, en in (
        ("/ogc", show_landing, "공간정보 API의 첫 문서", "Landing page of the places API"),
        ("/ogc/", show_landing, "공간정보 API의 첫 문서", "Landing page of the places API"),
        ("/ogc/api", show_api, "공간정보 API의 설명 (OpenAPI)", "The places API as OpenAPI"),
        ("/ogc/conformance", show_conformance, "지키는 표준", "Standards that are kept"),
        ("/ogc/collections", show_collections, "공간정보 모음 목록", "Collections of places"),
        ("/ogc/collections/{collection}", show_collection, "공간정보 모음 하나", "One collection of places"),
        (
            "/ogc/collections/{collection}/items",
            show_items,
            "모음의 장소 (GeoJSON)",
            "Features of a collection (GeoJSON)",
        ),
        (
            "/ogc/collections/{collection}/items/{feature}",
            show_item,
            "장소 하나 (GeoJSON)",
            "One feature (GeoJSON)",
        ),
    )
]
