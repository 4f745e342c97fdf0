"""Collections and their features, straight from the lake."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from django.utils.encoding import escape_uri_path

from madang.citizens.city_map.methods.cql.judging import judge
from madang.citizens.city_map.methods.cql.tree import And, Spatial, Wrong
from madang.citizens.city_map.methods.systems import CRS84, SYSTEMS
from madang.citizens.city_map.records import Asked, Collection, Page
from madang.core.base.interface import ANONYMOUS, BadInput, Kept, NotFound
from madang.core.lake.interface import (
    PLACE,
    AnyOf,
    DatasetRecord,
    Filter,
    Measure,
    Op,
    Order,
    Reader,
    authorize,
    count_rows,
    draw_box,
    find_shape_column,
    find_touching,
    get_dataset,
    list_datasets,
    make_order,
    measure_reach,
    mend_shapes,
    reach_around,
    read_at,
    read_shapes,
)
from madang.core.places.interface import transform_points

from .filtering import push
from .holding import ID, Box, digest_row, find_order, find_rows, hold, hold_outlines

MOST = 100_000
MOST_JUDGED = 300_000
"""Rows of a collection up to which filters are answered that the lake can't judge itself."""
KEY_SIGN = "~"
kept = Kept(1.0)


def forget() -> None:
    """Forget what is kept in this process: after a change here it is seen at once."""
    kept.forget()


def open_reader(name: str) -> Reader:
    """Return the public reader of a collection; which version is newest may be a second old."""
    return kept.get(("reader", name), lambda: authorize(ANONYMOUS, name))


def list_collections() -> list[Collection]:
    """Return every public dataset that has a place, by name."""
    records, _ = list_datasets(actor=ANONYMOUS, state="published", limit=MOST)
    return [_describe(one) for one in records if _has_place(one)]


def get_collection(name: str) -> Collection:
    """Return one collection, as it was within the last second; raise NotFound where there is none."""
    return kept.get(("collection", name), lambda: _get_collection(name))


def _get_collection(name: str) -> Collection:
    record = get_dataset(actor=ANONYMOUS, name=name)
    if record.state != "published" or not _has_place(record):
        raise NotFound("city_map.collection", f"{name}이(가) 없습니다", f"there is no collection {name}")
    return _describe(record)


def find_bounds(collection: Collection) -> tuple[float, float, float, float] | None:
    """Return west, south, east, north of all features in degrees; None where nothing is placed."""
    reader = open_reader(collection.id)
    if collection.shape:
        return measure_reach(reader).bounds
    return _find_bounds(reader, collection.lon, collection.lat)


def list_dimensions(collection: Collection) -> tuple[int, ...]:
    """Return which dimensions the features have: 0 points, 1 lines, 2 areas."""
    return measure_reach(open_reader(collection.id)).dimensions if collection.shape else (0,)


def read_page(collection: Collection, asked: Asked) -> Page:
    """Return a page of features with the exact number of all that match.

    Raises Wrong where a filter needs every row of a collection that is too large for it.
    """
    reader = open_reader(collection.id)
    if not asked.equal and asked.times is None:
        held = hold(reader, collection)
        if held is not None:
            return _page_held(reader, collection, asked, held)
        if collection.shape and asked.bbox is not None and asked.filter is None:
            page = _page_laid(reader, collection, asked, asked.bbox)
            if page is not None:
                return page
    return _read_page(reader, collection, asked)


def _page_held(reader: Reader, collection: Collection, asked: Asked, held: pa.Table) -> Page:
    found = find_rows(reader, collection, asked.bbox, asked.filter)
    if asked.sort:
        order = tuple(one for one in _make_order(reader, collection, asked) if one.column != PLACE)
        places = find_order(reader, collection, order)  # without a key, rows are held as they are stored
        found = places if found is None else places[np.isin(places, found)]
    last = asked.offset + asked.limit
    chosen: Any = slice(asked.offset, last) if found is None else found[asked.offset : last]
    part = held.slice(asked.offset, asked.limit) if found is None else held.take(chosen)
    outlines = hold_outlines(reader, collection)
    matched = held.num_rows if found is None else len(found)
    return _make_page(collection, part, matched, None if outlines is None else outlines.geometries[chosen])


def _page_laid(reader: Reader, collection: Collection, asked: Asked, box: Box) -> Page | None:
    """Return a page of those that touch a box, found by the shapes laid beside the files; None without them."""
    found = find_touching(reader, box)
    if found is None:
        return None
    touching, shapes = found
    order = tuple(one for one in _make_order(reader, collection, asked) if one.column != PLACE)
    if order:
        ordered = _list_order(reader, order)
        touching = ordered[np.isin(ordered, touching)]
    chosen = touching[asked.offset : asked.offset + asked.limit]
    names = [column.name for column in reader.columns if column.name != collection.shape]
    return _make_page(collection, read_at(reader, chosen, names), len(touching), shapes.take(chosen))


@lru_cache(maxsize=8)
def _list_order(reader: Reader, order: tuple[Order, ...]) -> np.ndarray:
    """Return the positions of all rows in an order."""
    return reader.read([PLACE], (), (*order, Order(PLACE))).column(PLACE).to_numpy().astype(np.uint32) - 1


def _make_page(
    collection: Collection, found: pa.Table, matched: int, shapes: np.ndarray | None = None
) -> Page:
    rows = found.to_pylist()
    if collection.shape and shapes is None:
        shapes = _read_outlines(collection, found)
    return Page(rows=rows, ids=[name_row(collection, row) for row in rows], matched=matched, shapes=shapes)


def _read_outlines(collection: Collection, rows: pa.Table) -> np.ndarray:
    return mend_shapes(read_shapes(rows, collection.lon, collection.lat, collection.shape)[0])


@lru_cache(maxsize=512)
def _read_page(reader: Reader, collection: Collection, asked: Asked) -> Page:
    where = _list_conditions(reader, collection, asked)
    order = _make_order(reader, collection, asked)
    condition = _list_judged(collection, asked)
    if condition is not None:
        pushed = push(condition, collection)
        if pushed is None:
            return _judge_page(reader, collection, asked, condition, where, order)
        where += pushed
    rows = reader.read(None, where, order, asked.offset, asked.limit)
    return _make_page(collection, rows, count_rows(reader, where))


def _list_judged(collection: Collection, asked: Asked) -> Any:
    """Return what is left to judge once the lake chose: of lines and areas also whether they are in the box."""
    if not collection.shape or asked.bbox is None:
        return asked.filter
    box = Spatial(draw_box(asked.bbox))
    return box if asked.filter is None else And((box, asked.filter))


def _make_order(reader: Reader, collection: Collection, asked: Asked) -> tuple[Order, ...]:
    """Return the order that is asked for, ended by the key so that pages never show a feature twice."""
    return make_order(reader, asked.sort) or tuple(Order(name) for name in collection.key)


def _judge_page(
    reader: Reader,
    collection: Collection,
    asked: Asked,
    condition: Any,
    where: list[Filter | AnyOf],
    order: tuple[Order, ...],
) -> Page:
    if count_rows(reader, where) > MOST_JUDGED:
        raise Wrong("filter", f"this condition is answered among {MOST_JUDGED:,} features; add a bbox")
    kept_rows = []
    for batch in reader.iter_batches(None, where, order):
        rows = pa.Table.from_batches([batch])
        shapes = _read_outlines(collection, rows) if collection.shape else None
        kept_rows.append(rows.filter(judge(condition, rows, collection.lon, collection.lat, shapes)))
    if not kept_rows:
        return Page(rows=[], ids=[], matched=0)
    found = pa.concat_tables(kept_rows)
    return _make_page(collection, found.slice(asked.offset, asked.limit), found.num_rows)


def read_one(collection: Collection, feature_id: str) -> Page:
    """Return one feature as a page of its own; raise NotFound where there is none."""
    reader = open_reader(collection.id)
    if collection.key:
        values = feature_id.split(KEY_SIGN, len(collection.key) - 1)
        where = [Filter(name, Op.EQ, value) for name, value in zip(collection.key, values, strict=False)]
        try:
            found = reader.read(None, where, (), 0, 1) if len(where) == len(collection.key) else None
        except BadInput:  # not a value of the key's type
            found = None
        page = _make_page(collection, found, 1) if found else None
    else:
        page = _find_nameless(reader, collection, feature_id)
    if page is None:
        raise NotFound("city_map.feature", "그런 곳이 없습니다", "there is no such feature")
    return page


def _find_nameless(reader: Reader, collection: Collection, feature_id: str) -> Page | None:
    """Return the row without a key that is called so, as a page of its own."""
    held = hold(reader, collection)
    if held is not None and ID in held.column_names:
        at = np.flatnonzero(pc.equal(held.column(ID), feature_id))[:1]
        outlines = hold_outlines(reader, collection)
        shapes = None if outlines is None else outlines.geometries[at]
        return _make_page(collection, held.take(at), 1, shapes) if len(at) else None
    for batch in reader.iter_batches():
        for number, row in enumerate(batch.to_pylist()):
            if name_row(collection, row) == feature_id:
                return _make_page(collection, pa.Table.from_batches([batch.slice(number, 1)]), 1)
    return None


def name_row(collection: Collection, row: dict[str, Any]) -> str:
    """Return what a row is called: its key, or where it has none a digest of what it says."""
    if collection.key:
        return KEY_SIGN.join(str(row[name]) for name in collection.key)
    return row.get(ID) or digest_row({name: row[name] for name in row if name != collection.shape})


def find_page(collection: Collection, feature_id: str) -> str:
    """Return the address of a feature's own page, whatever letters its key has."""
    return f"/city_map/places/{collection.id}/{escape_uri_path(feature_id)}/"


def move(x: list[float], y: list[float], crs: str) -> list[tuple[float, float]]:
    """Return points of degrees in the system `crs`, its axes in its own order."""
    name, is_north_first = SYSTEMS[crs]
    east, north = np.array(x, float), np.array(y, float)
    if name != "EPSG:4326":
        east, north = transform_points(east, north, "EPSG:4326", name)
    digits = 7 if name == "EPSG:4326" else 3
    pairs = zip(np.round(east, digits).tolist(), np.round(north, digits).tolist(), strict=True)
    return [(b, a) if is_north_first else (a, b) for a, b in pairs]


def move_shapes(shapes: Sequence[Any], crs: str) -> list[str | None]:
    """Return geometries of degrees as GeoJSON in the system `crs`, its axes in its own order; None where nothing lies there."""
    name, is_north_first = SYSTEMS[crs]
    digits = 7 if name == "EPSG:4326" else 3

    def turn(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if name != "EPSG:4326":
            x, y = transform_points(x, y, "EPSG:4326", name)
        east, north = np.round(x, digits), np.round(y, digits)
        return (north, east) if is_north_first else (east, north)

    oriented = shapely.orient_polygons(
        np.array(shapes, object)
    )  # outer borders leftwards, as RFC 7946 demands
    moved = shapely.transform(oriented, turn, interleaved=False)
    moved[~np.isfinite(shapely.bounds(moved)).all(axis=-1)] = None
    return shapely.to_geojson(moved).tolist()


def move_box(box: list[float], crs: str) -> tuple[float, float, float, float]:
    """Return the box in degrees that holds a box of another system."""
    if crs == CRS84:
        return box[0], box[1], box[2], box[3]
    name, is_north_first = SYSTEMS[crs]
    west, south, east, north = (box[1], box[0], box[3], box[2]) if is_north_first else box
    sides = np.linspace(0, 1, 21)
    x = np.concatenate([west + sides * (east - west)] * 2 + [np.full(21, west), np.full(21, east)])
    y = np.concatenate([np.full(21, south), np.full(21, north)] + [south + sides * (north - south)] * 2)
    lon, lat = transform_points(x, y, name, "EPSG:4326")
    if np.isnan(lon).any():
        raise BadInput("city_map.bbox", "상자가 좌표계 밖에 있습니다", "the box lies outside of its system")
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())


def move_shape(shape: shapely.Geometry, crs: str) -> shapely.Geometry:
    """Return a geometry of another system, its axes in that system's order, in degrees."""
    name, is_north_first = SYSTEMS[crs]

    def turn(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        east, north = (y, x) if is_north_first else (x, y)
        return transform_points(east, north, name, "EPSG:4326")

    moved = shapely.transform(shape, turn, interleaved=False)
    if not np.isfinite(shapely.get_coordinates(moved)).all():
        raise BadInput(
            "city_map.filter", "도형이 좌표계 밖에 있습니다", "the geometry lies outside of its system"
        )
    return moved


def _list_conditions(reader: Reader, collection: Collection, asked: Asked) -> list[Filter | AnyOf]:
    where: list[Filter | AnyOf] = [Filter(name, Op.EQ, value) for name, value in asked.equal]
    if asked.bbox is not None and collection.shape:
        where += reach_around(reader, asked.bbox)
    elif asked.bbox is not None:
        west, south, east, north = asked.bbox
        beyond = ((Filter(collection.lon, Op.GE, west),), (Filter(collection.lon, Op.LE, east),))
        along = Filter(collection.lon, Op.BETWEEN, [west, east]) if west <= east else AnyOf(beyond)
        where += [along, Filter(collection.lat, Op.BETWEEN, [south, north])]
    if asked.times is not None and collection.time is not None:
        first, last = asked.times
        where += [Filter(collection.time, Op.GE, first)] if first else []
        where += [Filter(collection.time, Op.LE, last)] if last else []
    return where


@lru_cache(maxsize=1024)
def _find_bounds(reader: Reader, lon: str, lat: str) -> tuple[float, float, float, float] | None:
    edges = [
        Measure(function=function, column=column, name=f"{function}_{column}")
        for function in ("min", "max")
        for column in (lon, lat)
    ]
    row = reader.aggregate(edges).to_pylist()[0]
    found = tuple(row[one.name] for one in edges)
    return None if None in found else found  # type: ignore[return-value]


def _has_place(record: DatasetRecord) -> bool:
    table = record.table
    names = {column.name for column in table.columns if not column.personal}
    return bool(table.lon and table.lat and {table.lon, table.lat} <= names and record.version >= 0)


def _describe(record: DatasetRecord) -> Collection:
    table = record.table
    columns = tuple(column for column in table.columns if not column.personal)
    return Collection(
        id=record.name,
        title=table.title,
        description=table.description if table.description.ko else table.title,
        columns=columns,
        key=table.key,
        lon=table.lon or "",
        lat=table.lat or "",
        time=table.time,
        licence=table.licence,
        kind=table.kind,
        rows=record.rows,
        version=record.version,
        updated_at=record.updated_at,
        source=table.source,
        is_summary=table.aggregated,
        shape=find_shape_column(table, columns),
    )
