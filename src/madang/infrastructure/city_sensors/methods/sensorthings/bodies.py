"""Bodies of entities: what is a property, what is a link, what is missing; times and geometries."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape

from .schema import EntityType, Property
from .wrong import refuse

GEOMETRIES = {
    "Point",
    "LineString",
    "Polygon",
    "MultiPoint",
    "MultiLineString",
    "MultiPolygon",
    "GeometryCollection",
}


def read_body(kind: EntityType, body: Any, *, partial: bool = False) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return (property name → value, link name → what stands there) of an entity's body.

    With `partial` nothing is required. Raises BadInput that names the property.
    """
    if not isinstance(body, dict):
        raise refuse(kind.name, "JSON 객체로 보내 주세요", f"a {kind.name} is a JSON object")
    values: dict[str, Any] = {}
    links: dict[str, Any] = {}
    for name, value in body.items():
        if (prop := kind.find_property(name)) is not None:
            if value is not None or not prop.required:
                values[name] = _read_value(prop, value)
            elif prop.name != "result":
                raise refuse(name, f"{name}은(는) 비울 수 없습니다", f"{name} can't be null")
        elif kind.find_link(name) is not None:
            links[name] = value
        elif "@" not in name and name != "id" and name not in kind.computed:
            raise refuse(name, f"{kind.name}에 없는 항목입니다: {name}", f"a {kind.name} has no {name}")
    if not partial:
        _check_complete(kind, body, values)
    return values, links


def _check_complete(kind: EntityType, body: dict[str, Any], values: dict[str, Any]) -> None:
    for prop in kind.properties:
        if prop.required and prop.name not in values and not (prop.name == "result" and "result" in body):
            raise refuse(prop.name, f"{prop.name}이(가) 없습니다", f"{prop.name} is missing")


def _read_value(prop: Property, value: Any) -> Any:
    if prop.kind == "text" and value is not None and not isinstance(value, str):
        raise refuse(prop.name, f"{prop.name}은(는) 글이어야 합니다", f"{prop.name} must be text")
    if prop.name in {"properties", "parameters", "unitOfMeasurement"} and not isinstance(value, dict | None):
        raise refuse(prop.name, f"{prop.name}은(는) 객체여야 합니다", f"{prop.name} must be an object")
    if prop.name == "time":
        return read_time(prop.name, value)[0]
    return value


def read_time(name: str, value: Any) -> tuple[datetime, datetime | None]:
    """Return the begin and, of an interval, the end of a time as ISO 8601 writes it, with its zone."""
    try:
        begin, _, end = value.partition("/")
        moments = [datetime.fromisoformat(part).astimezone(UTC) for part in (begin, end) if part]
        if "Z" not in begin and "+" not in begin[10:] and "-" not in begin[10:]:
            raise ValueError(value)
    except (ValueError, AttributeError, OverflowError) as error:
        raise refuse(
            name,
            f"{name}은(는) 시간대가 있는 ISO 8601 시각이어야 합니다",
            f"{name} must be an ISO 8601 time with its zone",
        ) from error
    if len(moments) == 2 and moments[1] < moments[0]:
        raise refuse(name, f"{name}의 끝이 시작보다 앞섭니다", f"{name} ends before it begins")
    return moments[0], moments[1] if len(moments) == 2 else None


@lru_cache(maxsize=10_000)  # the observations of a page have few moments
def write_time(moment: datetime) -> str:
    """Return an instant as the standard writes it, in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def measure_box(name: str, geometry: Any) -> tuple[float, float, float, float] | None:
    """Return west, south, east, north of a GeoJSON geometry or feature; None where it is something else."""
    found = read_geometry(name, geometry)
    return None if found is None or found.is_empty else tuple(found.bounds)


def read_geometry(name: str, geometry: Any) -> shapely.Geometry | None:
    """Return a GeoJSON geometry or feature; None where it is something else; raise BadInput where it is broken."""
    if isinstance(geometry, dict) and geometry.get("type") == "Feature":
        geometry = geometry.get("geometry")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(kind, str) or kind not in GEOMETRIES:
        return None
    try:
        found = shape(geometry)
        west, south, east, north = found.bounds if not found.is_empty else (0, 0, 0, 0)
    except (ShapelyError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise refuse(name, "좌표를 읽을 수 없습니다", f"can't read the coordinates of {name}") from error
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise refuse(
            name,
            "좌표는 경도, 위도 순서의 도 단위여야 합니다",
            "coordinates are degrees, longitude first",
        )
    return found
