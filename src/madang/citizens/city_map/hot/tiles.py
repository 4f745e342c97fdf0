"""OGC API Tiles of each collection, with TileJSON and a plain style, and the tiles of the map page."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from madang.citizens.city_map.methods.asking import read_only
from madang.citizens.city_map.methods.cql.tree import Wrong
from madang.citizens.city_map.methods.grid import ADDRESS, CRS, GRID, describe_grid
from madang.citizens.city_map.queries.extracts import find_extract
from madang.citizens.city_map.queries.features import find_bounds, get_collection, list_dimensions
from madang.citizens.city_map.queries.themes import list_shown
from madang.citizens.city_map.queries.tiles import Tile, draw_collection, draw_shown
from madang.citizens.city_map.records import COLOURS, Collection
from madang.core.base.interface import NotFound, now, to_city_time
from madang.core.pages.interface import find_address, is_held

from .sending import OGC, PMTILES, STYLE, TILE, TILEJSON, Document, link, only, send

DEEPEST = 16
MOST_THEMES = 5
POINTS = "points"
DRAWN = {"fill": ("Polygon",), "line": ("LineString", "Polygon"), "circle": ("Point",)}
SCHEME = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"


def show_grids(request: Request) -> Document:
    """Answer the grids that tiles are cut by."""
    only(request)
    here = f"{find_address(request)}{OGC}/tileMatrixSets"
    grid = {"id": GRID, "uri": ADDRESS, "crs": CRS, "links": [link(f"{here}/{GRID}", "self", GRID)]}
    return send({"links": [link(here, "self", "this document")], "tileMatrixSets": [grid]})


def show_grid(request: Request) -> Document:
    """Answer the one grid."""
    only(request)
    _need_grid(request)
    return send(describe_grid())


def show_tilesets(request: Request) -> Document:
    """Answer a collection's tilesets."""
    only(request)
    one = _get(request)
    here = _address(request, one)
    return send({"links": [link(here, "self", "this document")], "tilesets": [_describe(request, one)]})


def show_tileset(request: Request) -> Document:
    """Answer one tileset: its metadata, or with f=tilejson as TileJSON."""
    only(request)
    _need_grid(request)
    one = _get(request)
    if request.query_params.get("f") == "tilejson":
        return send(_describe_tilejson(request, one), TILEJSON)
    return send(_describe(request, one))


def show_tile(request: Request) -> Response:
    """Answer one tile of a collection."""
    only(request)
    if request.query_params.get("f", "mvt") not in {"mvt", "pbf"}:
        raise Wrong("f", "tiles are answered as mvt")
    _need_grid(request)
    z, row, column = (request.path_params[part] for part in ("z", "row", "column"))
    _need_tile(z, column, row)
    return _answer(request, draw_collection(_get(request), z, column, row))


def send_extract(request: Request) -> Response:
    """Answer all tiles of a collection as one PMTiles file, whole or the part that a program asks for."""
    only(request)
    one = _get(request)
    path = find_extract(one)
    headers = {"ETag": f'"{path.suffixes[-2][1:]}"', "Cache-Control": "public, no-cache"}
    return FileResponse(path, media_type=PMTILES, headers=headers, filename=f"{one.id}.pmtiles")


def show_shown(request: Request) -> Response:
    """Answer a tile of the map page: the chosen themes in one layer."""
    only(request, "theme", "v", "only")
    names = request.query_params.getlist("theme")
    if not 1 <= len(names) <= MOST_THEMES:
        raise Wrong("theme", f"1 to {MOST_THEMES} themes are drawn together")
    z, x, y = (request.path_params[part] for part in ("z", "x", "y"))
    _need_tile(z, x, y)
    collections = [get_collection(name) for name in names]
    wanted = read_only(request.query_params.getlist("only")[:MOST_THEMES], collections)
    return _answer(request, draw_shown(collections, z, x, y, wanted))


def show_styles(request: Request) -> Document:
    """Answer a collection's styles: a plain one."""
    only(request)
    one = _get(request)
    here = f"{find_address(request)}{OGC}/collections/{one.id}/styles"
    style = {
        "id": POINTS,
        "title": one.title.ko,
        "links": [link(f"{here}/{POINTS}", "stylesheet", POINTS, STYLE)],
    }
    return send({"default": POINTS, "styles": [style]})


def show_style(request: Request) -> Document:
    """Answer the style as MapLibre reads it."""
    only(request)
    if request.path_params["style"] != POINTS:
        raise NotFound("city_map.style", "그런 스타일이 없습니다", "there is no such style")
    one = _get(request)
    source = {"type": "vector", "url": f"{_address(request, one)}/{GRID}?f=tilejson"}
    return send(
        {"version": 8, "name": one.title.ko, "sources": {one.id: source}, "layers": _draw_layers(one)}, STYLE
    )


def _draw_layers(one: Collection) -> list[dict[str, Any]]:
    """Return areas, lines and points as a map draws them; of a collection of points those only.

    From afar the tiles show small lines and areas as points.
    """
    colour = _find_colour(one)
    circle = {
        "circle-radius": 5,
        "circle-color": colour,
        "circle-stroke-width": 1,
        "circle-stroke-color": "#ffffff",
    }
    paints: list[tuple[str, str, dict[str, Any]]] = [(one.id, "circle", circle)]
    if one.shape:
        fill, line = {"fill-color": colour, "fill-opacity": 0.35}, {"line-color": colour, "line-width": 2}
        paints = [(f"{one.id}-areas", "fill", fill), (f"{one.id}-lines", "line", line), *paints]
    return [
        {"id": name, "type": kind, "source": one.id, "source-layer": one.id, "paint": paint}
        | ({"filter": ["in", "$type", *DRAWN[kind]]} if one.shape else {})
        for name, kind, paint in paints
    ]


def _tell_dimension(one: Collection) -> dict[str, int]:
    """Return the dimension of a layer's features where they all have one."""
    dimensions = list_dimensions(one)
    return {"geometryDimension": dimensions[0]} if len(dimensions) == 1 else {}


def _find_colour(one: Collection) -> str:
    """Return the colour of the theme that a collection is, of others the first one."""
    themes = (theme for theme in list_shown(to_city_time(now()).date()) if theme.collection == one.id)
    wanted = next((theme.values.colour for theme in themes), "") or next(iter(COLOURS))
    return COLOURS[wanted][1]


def _answer(request: Request, tile: Tile) -> Response:
    headers = {"ETag": tile.tag, "Cache-Control": "public, no-cache"}
    if tile.tag and is_held(request, tile.tag):
        return Response(status_code=304, headers=headers)
    if not tile.content:
        return Response(status_code=204, headers=headers)
    return Response(tile.content, media_type=TILE, headers=headers)


def _describe(request: Request, one: Collection) -> dict[str, Any]:
    here = _address(request, one)
    template = link(f"{here}/{GRID}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}", "item", "the tiles", TILE)
    grid = f"{find_address(request)}{OGC}/tileMatrixSets/{GRID}"
    said = {
        "title": one.title.ko,
        "dataType": "vector",
        "crs": CRS,
        "tileMatrixSetURI": ADDRESS,
        "layers": [{"id": one.id, "dataType": "vector"} | _tell_dimension(one)],
        "links": [
            link(f"{here}/{GRID}", "self", one.title.en),
            link(grid, SCHEME, GRID),
            {**template, "templated": True},
            link(f"{here}/{GRID}?f=tilejson", "alternate", "as TileJSON", TILEJSON),
            link(f"{here}.pmtiles", "alternate", "all tiles as one file", PMTILES),
        ],
    }
    bounds = find_bounds(one)
    if bounds is not None:
        box = {"lowerLeft": bounds[:2], "upperRight": bounds[2:]}
        said["boundingBox"] = {**box, "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}
    return said


def _describe_tilejson(request: Request, one: Collection) -> dict[str, Any]:
    fields = {column.name: column.title.ko for column in one.properties}
    document = {
        "tilejson": "3.0.0",
        "name": one.title.ko,
        "attribution": one.source,
        "tiles": [f"{_address(request, one)}/{GRID}/{{z}}/{{y}}/{{x}}"],
        "minzoom": 0,
        "maxzoom": DEEPEST,
        "vector_layers": [{"id": one.id, "fields": fields}],
    }
    bounds = find_bounds(one)
    return document | ({"bounds": bounds} if bounds else {})


def _address(request: Request, one: Collection) -> str:
    return f"{find_address(request)}{OGC}/collections/{one.id}/tiles"


def _get(request: Request) -> Collection:
    return get_collection(request.path_params["collection"])


def _need_grid(request: Request) -> None:
    if request.path_params["grid"] != GRID:
        raise NotFound("city_map.grid", "그런 격자가 없습니다", f"tiles are cut by {GRID} only")


def _need_tile(z: int, x: int, y: int) -> None:
    if not (0 <= z <= DEEPEST + 6 and 0 <= x < 2**z and 0 <= y < 2**z):
        raise NotFound("city_map.tile", "없는 타일입니다", "there is no such tile")
