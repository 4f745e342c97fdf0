"""A dataset's points, lines and areas as vector tiles."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any

import msgspec
import numpy as np
import pyarrow as pa
import shapely
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from madang.core.base.interface import ColumnType, NotFound
from madang.core.lake.api.datasets import cache_control, make_etag
from madang.core.lake.mapping import NAME
from madang.core.lake.reading import Reader, authorize
from madang.core.lake.records import Filter, Op
from madang.core.lake.shape_index import has_outlines, read_seen
from madang.core.lake.shapes import find_shape_column
from madang.core.pages.interface import is_held
from madang.core.places.interface import TileFeatures, encode_tile, thin_points, tile_degrees

DETAIL_ZOOM, DETAIL_COLUMNS = 13, 8
KIND = "application/vnd.mapbox-vector-tile"


class TileQuery(msgspec.Struct, frozen=True, kw_only=True):
    """`colour_by` is carried by every point; others only when near. `v`: the version, to keep it longer."""

    colour_by: str = ""
    v: Annotated[int, Meta(ge=0, le=2**53)] | None = None


def send_tile(request: Request, query: TileQuery, body: None) -> Response:
    """Answer GET /tiles/datasets/{name}/{z}/{x}/{y}.mvt; layer `points`."""
    reader = authorize(request.state.actor, request.path_params["name"])
    tag = make_etag(reader)
    caching = cache_control(reader)
    if query.v == reader.version and caching.startswith("public"):
        caching = "public, max-age=86400"
    headers = {"ETag": tag, "Cache-Control": caching}
    if is_held(request, tag):
        return Response(status_code=304, headers=headers)
    tile = tuple(request.path_params[part] for part in ("z", "x", "y"))
    asked = _Asked(reader, (tag, query.colour_by, *tile))
    return Response(_draw(asked, query.colour_by, tile), media_type=KIND, headers=headers)


class _Asked:
    """A reader that is equal to another of the same version, rights and tile."""

    def __init__(self, reader: Reader, identity: tuple[Any, ...]) -> None:
        self.reader, self.identity = reader, identity

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Asked) and self.identity == other.identity

    def __hash__(self) -> int:
        return hash(self.identity)


@lru_cache(maxsize=4096)
def _draw(asked: _Asked, colour_by: str, tile: tuple[int, int, int]) -> bytes:
    reader = asked.reader
    names = {column.name for column in reader.columns}
    if reader.table.lon not in names or reader.table.lat not in names:
        raise NotFound("lake.no_place", "위치가 없는 데이터입니다", "this dataset has no place")
    carried = _choose_columns(reader, colour_by, tile[0])
    has_shapes = has_outlines(reader)
    rows, shapes = (read_seen if has_shapes else _read_points)(reader, carried, tile)
    if rows is None:
        return b""
    values = [{name: _plain(row[name]) for name in carried} for row in rows.select(carried).to_pylist()]
    layer = TileFeatures(
        name="points",
        geometries=shapes,
        properties=_name(values, carried, colour_by),
        is_simplified=has_shapes,
    )
    return encode_tile([layer], *tile)


def _read_points(
    reader: Reader, carried: list[str], tile: tuple[int, int, int]
) -> tuple[pa.Table | None, np.ndarray]:
    lon, lat = str(reader.table.lon), str(reader.table.lat)
    west, south, east, north = tile_degrees(*tile)
    where = (Filter(lon, Op.BETWEEN, [west, east]), Filter(lat, Op.BETWEEN, [south, north]))
    parts: list[pa.Table] = []
    for batch in reader.iter_batches([lon, lat, *carried], where):
        parts = [_thin(pa.concat_tables([*parts, pa.Table.from_batches([batch])]), lon, lat, tile)]
    if not parts:
        return None, np.empty(0, object)
    rows = parts[0]
    return rows, shapely.points(rows.column(lon).to_numpy(), rows.column(lat).to_numpy())


def _thin(rows: pa.Table, lon: str, lat: str, tile: tuple[int, int, int]) -> pa.Table:
    return rows.take(pa.array(thin_points(rows.column(lon).to_numpy(), rows.column(lat).to_numpy(), *tile)))


def _choose_columns(reader: Reader, colour_by: str, z: int) -> list[str]:
    """Return what points carry besides their place: the colour always, the rest only when near."""
    place = {reader.table.lon, reader.table.lat, find_shape_column(reader.table, reader.columns)}
    names = [column.name for column in reader.columns if column.name not in place]
    carried = [colour_by] if colour_by in names else []
    if z >= DETAIL_ZOOM:
        carried += [name for name in names if name not in carried][:DETAIL_COLUMNS]
    else:
        texts = [c.name for c in reader.columns if c.type is ColumnType.TEXT and c.name not in place]
        texts = [name for name in texts if name not in carried]
        carried += sorted(texts, key=lambda name: not NAME.search(name))[:1]
    return carried


def _name(values: list[dict[str, Any]], carried: list[str], colour_by: str) -> list[dict[str, Any]]:
    """Give each point the title that its popup begins with: its name, else a text that is not its colour."""
    names = sorted(carried, key=lambda name: (not NAME.search(name), name == colour_by))
    for one in values:
        one["title"] = next((one[name] for name in names if isinstance(one[name], str)), None)
    return values


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int | float):
        return value.item() if isinstance(value, np.generic) else value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
