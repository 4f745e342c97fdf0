"""The places API as OpenAPI 3.0."""

from __future__ import annotations

from typing import Any

from madang.citizens.city_map.methods.grid import GRID
from madang.citizens.city_map.methods.systems import CRS84, SYSTEMS
from madang.citizens.city_map.queries.features import list_collections
from madang.core.base.interface import ColumnType

from .sending import GEOJSON, JSON, OPENAPI, PAGE, PMTILES, SCHEMA, STYLE, TILE

KINDS = {PAGE: "string", TILE: "string", PMTILES: "string"}
SCHEMAS: dict[ColumnType, dict[str, str]] = {
    ColumnType.INTEGER: {"type": "integer"},
    ColumnType.NUMBER: {"type": "number"},
    ColumnType.BOOLEAN: {"type": "boolean"},
    ColumnType.TIME: {"type": "string", "format": "date-time"},
    ColumnType.DATE: {"type": "string", "format": "date"},
}


def describe_api(here: str) -> dict[str, Any]:
    """Return the document of the API at the address `here`."""
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
        {"name": "datetime", "in": "query", "explode": False, "style": "form", "schema": {"type": "string"}},
        {"name": "limit", "in": "query", "explode": False, "style": "form", "schema": whole},
        {"name": "offset", "in": "query", "schema": {"type": "integer", "minimum": 0, "default": 0}},
        crs,
        {"name": "filter", "in": "query", "schema": {"type": "string"}},
        {"name": "filter-lang", "in": "query",
         "schema": {"type": "string", "enum": ["cql2-text", "cql2-json"], "default": "cql2-text"}},
        {**crs, "name": "filter-crs"},
        *({"name": one, "in": "query", "explode": False, "style": "form",
           "schema": {"type": "array", "items": {"type": "string"}}} for one in ("sortby", "properties")),
        {"name": "skipGeometry", "in": "query", "schema": {"type": "boolean", "default": False}},
    ]  # fmt: skip
    grid = {
        "name": "tileMatrixSetId",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "enum": [GRID]},
    }
    place = [
        {"name": part, "in": "path", "required": True, "schema": {"type": "integer", "minimum": 0}}
        for part in ("tileMatrix", "tileRow", "tileCol")
    ]
    style = {"name": "styleId", "in": "path", "required": True, "schema": {"type": "string"}}
    properties = [
        {"name": column.name, "in": "query", "schema": SCHEMAS.get(column.type, {"type": "string"})}
        for column in {
            column.name: column for one in list_collections() for column in one.properties
        }.values()
    ]

    def answer(title: str, media: str, *parameters: Any) -> dict[str, Any]:
        wrong = {"description": "A parameter that can't be taken, or nothing there", "content": {JSON: {}}}
        forms = (media,) if media in {TILE, PMTILES} else (media, PAGE)
        found = {
            "description": title,
            "content": {form: {"schema": {"type": KINDS.get(form, "object")}} for form in forms},
        }
        return {
            "get": {
                "summary": title,
                "parameters": list(parameters),
                "responses": {"200": found, "4XX": wrong},
            }
        }

    return {
        "openapi": "3.0.3",
        "info": {"title": "OGC API Features and Tiles", "version": "1"},
        "servers": [{"url": here}],
        "paths": {
            "/": answer("Landing page", JSON),
            "/api": answer("This description", OPENAPI),
            "/conformance": answer("Conformance", JSON),
            "/collections": answer("Collections", JSON),
            "/collections/{collectionId}": answer("One collection", JSON, name),
            "/collections/{collectionId}/items": answer("Features", GEOJSON, name, *asked, *properties),
            "/collections/{collectionId}/items/{featureId}": answer(
                "One feature", GEOJSON, name, feature, crs
            ),
            "/collections/{collectionId}/queryables": answer("What a filter may name", SCHEMA, name),
            "/collections/{collectionId}/tiles": answer("Tilesets of a collection", JSON, name),
            "/collections/{collectionId}/tiles/{tileMatrixSetId}": answer("One tileset", JSON, name, grid),
            "/collections/{collectionId}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}": answer(
                "One tile", TILE, name, grid, *place
            ),
            "/collections/{collectionId}/tiles.pmtiles": answer("All tiles in one file", PMTILES, name),
            "/collections/{collectionId}/styles": answer("Styles of a collection", JSON, name),
            "/collections/{collectionId}/styles/{styleId}": answer("One style", STYLE, name, style),
            "/tileMatrixSets": answer("Grids of tiles", JSON),
            "/tileMatrixSets/{tileMatrixSetId}": answer("One grid of tiles", JSON, grid),
        },
    }
