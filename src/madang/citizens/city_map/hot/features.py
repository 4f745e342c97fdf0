"""OGC API Features (Parts 1, 2 and 3) under /ogc: landing page, conformance, collections, features."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import msgspec
from django.conf import settings
from django.utils.encoding import escape_uri_path
from django.utils.http import urlencode
from starlette.requests import Request

from madang.citizens.city_map.methods.asking import read_asked, read_filter_system
from madang.citizens.city_map.methods.cql.checking import keep_on_earth, turn_shapes
from madang.citizens.city_map.methods.systems import CRS84, SYSTEMS
from madang.citizens.city_map.queries.features import (
    find_bounds,
    get_collection,
    list_collections,
    list_dimensions,
    move,
    move_box,
    move_shape,
    move_shapes,
    read_one,
    read_page,
)
from madang.citizens.city_map.records import Asked, Collection, Page
from madang.core.base.interface import NotFound
from madang.core.pages.interface import find_address

from .describing import SCHEMAS, describe_api
from .sending import GEOJSON, OGC, OPENAPI, PAGE, SCHEMA, Document, link, only, send

TILING = "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes"
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
TILES = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
CONFORMS = (
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-json",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
    "http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
    "http://www.opengis.net/spec/cql2/1.0/conf/case-insensitive-comparison",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions-plus",
    "http://www.opengis.net/spec/cql2/1.0/conf/spatial-functions",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tilesets-list",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/geodata-tilesets",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/oas30",
)


def show_landing(request: Request) -> Document:
    """Answer the landing page."""
    only(request)
    here = find_address(request) + OGC
    names = settings.MADANG.city_name_ko, settings.MADANG.city_name_en
    return send(
        {
            "title": f"{names[0]} 공간정보 · Places of {names[1]}",
            "description": "자리가 있는 모든 공개 데이터 · Every public dataset that has a place",
            "links": [
                link(f"{here}/", "self", "this document"),
                link(f"{here}/api", "service-desc", "the API as OpenAPI 3.0", OPENAPI),
                link(here.removesuffix("/ogc") + "/city_map/", "service-doc", "the map", "text/html"),
                link(f"{here}/conformance", "conformance", "what this conforms to"),
                link(f"{here}/collections", "data", "the collections"),
                link(f"{here}/tileMatrixSets", TILING, "the grid of the tiles"),
            ],
        }
    )


def show_conformance(request: Request) -> Document:
    """Answer which classes of the standard are kept."""
    only(request)
    return send({"conformsTo": CONFORMS})


def show_collections(request: Request) -> Document:
    """Answer every collection."""
    only(request)
    here = find_address(request) + OGC
    return send(
        {
            "links": [link(f"{here}/collections", "self", "this document")],
            "crs": list(SYSTEMS),
            "collections": [_describe(one, here) for one in list_collections()],
        }
    )


def show_collection(request: Request) -> Document:
    """Answer one collection."""
    only(request)
    return send(_describe(_get(request), find_address(request) + OGC))


def show_items(request: Request) -> Document:
    """Answer a page of features."""
    collection = _get(request)
    asked, box_crs, box = read_asked(collection, request.query_params.multi_items())
    if box is not None:
        asked = msgspec.structs.replace(asked, bbox=move_box(box, box_crs))
    filter_crs = read_filter_system(dict(request.query_params))
    if asked.filter is not None:
        turn = keep_on_earth if filter_crs == CRS84 else partial(move_shape, crs=filter_crs)
        asked = msgspec.structs.replace(asked, filter=turn_shapes(asked.filter, turn))
    page = read_page(collection, asked)
    here = f"{find_address(request)}{OGC}/collections/{collection.id}/items"
    body = {
        "type": "FeatureCollection",
        "features": _draw(collection, page, asked),
        "numberMatched": page.matched,
        "numberReturned": len(page.rows),
        "timeStamp": collection.updated_at.isoformat().replace("+00:00", "Z"),
        "links": _link_pages(request, here, asked, page.matched, len(page.rows)),
    }
    queryables = f'<{here.removesuffix("/items")}/queryables>; rel="{QUERYABLES}"'
    headers = {"Content-Crs": f"<{asked.crs}>", "Cache-Control": "no-cache", "Link": queryables}
    return send(body, GEOJSON, headers=headers)


def show_item(request: Request) -> Document:
    """Answer one feature."""
    only(request, "crs")
    collection = _get(request)
    given = [(name, value) for name, value in request.query_params.multi_items() if name == "crs"]
    asked, *_ = read_asked(collection, given)
    feature_id = request.path_params["feature"]
    page = read_one(collection, feature_id)
    here = f"{find_address(request)}{OGC}/collections/{collection.id}"
    feature = _draw(collection, page, asked)[0]
    feature["links"] = [
        link(f"{here}/items/{escape_uri_path(feature_id)}", "self", "this feature", GEOJSON),
        link(here, "collection", collection.title.en),
    ]
    return send(feature, GEOJSON, headers={"Content-Crs": f"<{asked.crs}>"})


def show_nothing(_request: Request) -> Document:
    """Refuse an address that isn't one of the API's, in the API's own way."""
    raise NotFound("city_map.address", "그런 주소가 없습니다", "there is no such address")


def show_queryables(request: Request) -> Document:
    """Answer what a filter may name, as a JSON schema."""
    only(request)
    one = _get(request)
    properties: dict[str, Any] = {
        column.name: {"title": column.title.ko, **SCHEMAS.get(column.type, {"type": "string"})}
        for column in one.properties
    }
    place = {"x-ogc-role": "primary-geometry", "format": _name_geometry(one)}
    return send(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"{find_address(request)}{OGC}/collections/{one.id}/queryables",
            "type": "object",
            "title": one.title.ko,
            "properties": properties | {"geometry": place},
            "additionalProperties": False,
        },
        SCHEMA,
    )


def _name_geometry(one: Collection) -> str:
    """Return what the geometries of a collection are, in the words of Part 3."""
    names = {(0,): "point", (1,): "linestring-or-multilinestring", (2,): "polygon-or-multipolygon"}
    return f"geometry-{names.get(list_dimensions(one), 'any')}"


def show_api(request: Request) -> Document:
    """Answer the API as OpenAPI 3.0."""
    only(request)
    here = find_address(request) + OGC
    return send(describe_api(here), OPENAPI)


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
            link(address, "self", "this collection"),
            link(f"{address}/items", "items", one.title.en, GEOJSON),
            link(f"{address}/queryables", QUERYABLES, "what a filter may name", SCHEMA),
            link(f"{address}/tiles", TILES, "as vector tiles"),
            link(f"{address}?f=html", "alternate", "as a page", PAGE),
            link(page, "describedby", one.title.en, PAGE),
        ],
    }


def _draw(collection: Collection, page: Page, asked: Asked) -> list[dict[str, Any]]:
    names = [
        one.name for one in collection.properties if asked.properties is None or one.name in asked.properties
    ]
    geometries = _locate(collection, page, asked) if asked.has_geometry else {}
    return [
        {
            "type": "Feature",
            "id": name,
            "geometry": geometries.get(number),
            "properties": {column: row[column] for column in names},
        }
        for number, (row, name) in enumerate(zip(page.rows, page.ids, strict=True))
    ]


def _locate(collection: Collection, page: Page, asked: Asked) -> dict[int, Any]:
    """Return the geometries of a page by their number, as GeoJSON in the system that is asked for."""
    if page.shapes is not None:
        written = enumerate(move_shapes(page.shapes, asked.crs))
        return {number: msgspec.Raw(text.encode()) for number, text in written if text is not None}
    rows, lon, lat = page.rows, collection.lon, collection.lat
    placed = [number for number, row in enumerate(rows) if row[lon] is not None and row[lat] is not None]
    points = move([rows[n][lon] for n in placed], [rows[n][lat] for n in placed], asked.crs)
    return {
        number: {"type": "Point", "coordinates": point}
        for number, point in zip(placed, points, strict=True)
        if all(map(math.isfinite, point))
    }


def _link_pages(
    request: Request, here: str, asked: Asked, matched: int, returned: int
) -> list[dict[str, str]]:
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "offset"]

    def address(offset: int, *, kept_form: bool = True) -> str:
        asked_for = kept if kept_form else [(name, value) for name, value in kept if name != "f"]
        query = urlencode([*asked_for, *([("offset", str(offset))] if offset else [])])
        return f"{here}?{query}" if query else here

    links = [
        link(address(asked.offset, kept_form=False), "self", "this page", GEOJSON),
        link(here.removesuffix("/items"), "collection", "the collection"),
    ]
    if asked.offset + returned < matched and returned:
        links.append(link(address(asked.offset + asked.limit), "next", "the next page", GEOJSON))
    if asked.offset:
        links.append(link(address(max(0, asked.offset - asked.limit)), "prev", "the page before", GEOJSON))
    return links
