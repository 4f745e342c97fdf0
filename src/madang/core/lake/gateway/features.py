"""GeoJSON and TopoJSON: geometry kept as GeoJSON text, with a point that lies inside it."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import shapely

from .records import Notes
from .refusals import refuse
from .spool import POINT_X, POINT_Y

GEOMETRY = "geometry"


def read_features(document: dict[str, Any], notes: Notes) -> list[dict[str, Any]] | None:
    """Return one row a feature, None where the document is neither GeoJSON nor TopoJSON."""
    kind = document.get("type")
    if kind == "FeatureCollection" and isinstance(document.get("features"), list):
        return _rows(document["features"])
    if kind == "Feature":
        return _rows([document])
    if kind == "Topology":
        return _rows(_topology_features(document))
    if kind == "CityJSON":
        raise refuse(
            "kind",
            "CityJSON은 3차원 도시 모형이며 표가 아닙니다",
            "CityJSON is a 3D city model, not a table",
            line=1,
        )
    return None


def read_system(document: Any) -> int | None:
    """Return the EPSG number that a document's `crs` names (GeoJSON of 2008), None where it names none."""
    crs = document.get("crs") if isinstance(document, dict) else None
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    found = re.search(r"EPSG:[\d.]*:?(\d{4,6})$", name, re.IGNORECASE) if isinstance(name, str) else None
    return int(found[1]) if found else None


def _rows(features: list[Any]) -> list[dict[str, Any]]:
    rows = []
    for number, feature in enumerate(features, 1):
        if not isinstance(feature, dict):
            raise refuse("geojson", f"{number}번째 지물이 손상되었습니다", f"feature {number} is damaged")
        rows.append(read_feature(feature))
    return rows


def is_feature(row: dict[str, Any]) -> bool:
    """Return whether a JSON object is a feature of GeoJSON."""
    return row.get("type") == "Feature" and "geometry" in row and "properties" in row


def read_feature(feature: dict[str, Any]) -> dict[str, Any]:
    """Return a feature's properties with its geometry as text and a point inside it."""
    properties = feature.get("properties")
    row = dict(properties) if isinstance(properties, dict) else {}
    if feature.get("id") is not None and "id" not in row:
        row = {"id": feature["id"], **row}
    return add_point(row | {GEOMETRY: feature.get("geometry")})


def find_geometry(row: dict[str, Any]) -> str | None:
    """Return the name under which a row of plain JSON holds a GeoJSON geometry, None without."""
    names = (
        name for name, cell in row.items() if isinstance(cell, dict) and {"type", "coordinates"} <= set(cell)
    )
    return next(names, None)


def add_point(row: dict[str, Any], name: str = GEOMETRY) -> dict[str, Any]:
    """Return a row with its geometry, under that name, as text and a point inside it."""
    geometry = row.get(name)
    point = _inner_point(geometry)
    x, y = (point.x, point.y) if point is not None else (None, None)
    text = orjson.dumps(geometry).decode() if geometry else None
    return row | {name: text, POINT_X: x, POINT_Y: y}


def read_wkb(column: pa.Array) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Return WKB as GeoJSON text, with x and y of a point inside each shape."""
    shapes = shapely.from_wkb(column.to_numpy(zero_copy_only=False))
    flat = np.isin(shapely.get_type_id(shapes), (0, -1))
    inside = shapes.copy()
    inside[~flat] = shapely.point_on_surface(shapes[~flat])
    x, y = (pa.array(values, from_pandas=True) for values in (shapely.get_x(inside), shapely.get_y(inside)))
    return pa.array(shapely.to_geojson(shapes), pa.large_string()), x, y


def _inner_point(geometry: Any) -> shapely.Point | None:
    if not isinstance(geometry, dict):
        return None
    try:
        shape = shapely.from_geojson(json.dumps(geometry))
        point = shape if shape.geom_type == "Point" else shape.representative_point()
    except (shapely.errors.ShapelyError, ValueError, TypeError):
        return None
    return None if point.is_empty else point


def _topology_features(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the features of every object of a TopoJSON document (topojson-specification 1.0)."""
    try:
        arcs = _decode_arcs(document["arcs"], document.get("transform"))
        return [
            {
                "id": geometry.get("id"),
                "properties": geometry.get("properties"),
                "geometry": _decode_geometry(geometry, arcs),
            }
            for item in document["objects"].values()
            for geometry in item.get("geometries", [item])
        ]
    except (KeyError, TypeError, IndexError, ValueError, AttributeError) as error:
        raise refuse("topojson", "TopoJSON이 손상되었습니다", f"damaged TopoJSON: {error!r}") from error


def _decode_arcs(arcs: list, transform: dict[str, Any] | None) -> list[list[tuple[float, float]]]:
    if transform is None:
        return [[(point[0], point[1]) for point in arc] for arc in arcs]
    (scale_x, scale_y), (move_x, move_y) = transform["scale"], transform["translate"]
    decoded = []
    for arc in arcs:
        x = y = 0
        points = []
        for step in arc:
            x, y = x + step[0], y + step[1]
            points.append((x * scale_x + move_x, y * scale_y + move_y))
        decoded.append(points)
    return decoded


def _decode_geometry(geometry: dict[str, Any], arcs: list) -> dict[str, Any] | None:
    kind = geometry.get("type")
    if kind == "Polygon":
        return {"type": kind, "coordinates": [_join(ring, arcs) for ring in geometry["arcs"]]}
    if kind == "MultiPolygon":
        coordinates = [[_join(ring, arcs) for ring in polygon] for polygon in geometry["arcs"]]
        return {"type": kind, "coordinates": coordinates}
    if kind == "LineString":
        return {"type": kind, "coordinates": _join(geometry["arcs"], arcs)}
    if kind == "MultiLineString":
        return {"type": kind, "coordinates": [_join(line, arcs) for line in geometry["arcs"]]}
    return {"type": kind, "coordinates": geometry["coordinates"]} if "coordinates" in geometry else None


def _join(indices: list[int], arcs: list) -> list[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    for index in indices:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        points += arc[1:] if points else arc
    return points
