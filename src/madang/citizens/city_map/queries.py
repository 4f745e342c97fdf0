"""Every read of this service."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np

from madang.core.base.interface import ANONYMOUS, BadInput, NotFound, TableKind
from madang.core.lake.interface import (
    DatasetRecord,
    Filter,
    Measure,
    Op,
    Reader,
    authorize,
    count_rows,
    get_dataset,
    list_datasets,
)
from madang.core.places.interface import transform_points

from .methods.systems import CRS84, SYSTEMS
from .records import Asked, Collection, Page

MOST = 100_000
KEY_SIGN = "~"


def list_collections() -> list[Collection]:
    """Return every public dataset that has a place, by name."""
    records, _ = list_datasets(actor=ANONYMOUS, state="published", limit=MOST)
    return [_describe(one) for one in records if _has_place(one)]


def list_themes() -> list[Collection]:
    """Return the collections that are a theme of the map: what was published, with something in it."""
    return [one for one in list_collections() if one.kind is not TableKind.REGISTER and one.rows]


def get_collection(name: str) -> Collection:
    """Return one collection; raise NotFound where there is none."""
    record = get_dataset(actor=ANONYMOUS, name=name)
    if record.state != "published" or not _has_place(record):
        raise NotFound("city_map.collection", f"{name}이(가) 없습니다", f"there is no collection {name}")
    return _describe(record)


def find_bounds(collection: Collection) -> tuple[float, float, float, float] | None:
    """Return west, south, east, north of all features in degrees; None where nothing is placed."""
    return _find_bounds(authorize(ANONYMOUS, collection.id), collection.lon, collection.lat)


def read_page(collection: Collection, asked: Asked) -> Page:
    """Return a page of features with the exact number of all that match."""
    reader = authorize(ANONYMOUS, collection.id)
    where = _list_conditions(collection, asked)
    order = collection.key or ()
    rows = reader.read(None, where, order, asked.offset, asked.limit).to_pylist()
    return Page(rows=rows, ids=[name_row(collection, row) for row in rows], matched=count_rows(reader, where))


def read_one(collection: Collection, feature_id: str) -> dict[str, Any]:
    """Return one feature's row; raise NotFound where there is none."""
    reader = authorize(ANONYMOUS, collection.id)
    if collection.key:
        values = feature_id.split(KEY_SIGN, len(collection.key) - 1)
        where = [Filter(name, Op.EQ, value) for name, value in zip(collection.key, values, strict=False)]
        try:
            rows = reader.read(None, where, (), 0, 1).to_pylist() if len(where) == len(collection.key) else []
        except BadInput:  # not a value of the key's type
            rows = []
    else:
        rows = [
            row
            for batch in reader.iter_batches()
            for row in batch.to_pylist()
            if name_row(collection, row) == feature_id
        ][:1]
    if not rows:
        raise NotFound("city_map.feature", "그런 곳이 없습니다", "there is no such feature")
    return rows[0]


def search_places(
    collection: Collection, column: str, search: str, limit: int
) -> tuple[list[dict[str, Any]], int]:
    """Return the first rows whose `column` contains the words, by it, and how many there are."""
    reader = authorize(ANONYMOUS, collection.id)
    where = [Filter(column, Op.CONTAINS, search)] if search and column else []
    rows = reader.read(None, where, (column,) if column else (), 0, limit).to_pylist()
    return rows, count_rows(reader, where)


def name_row(collection: Collection, row: dict[str, Any]) -> str:
    """Return what a row is called: its key, or where it has none a digest of what it says."""
    if collection.key:
        return KEY_SIGN.join(str(row[name]) for name in collection.key)
    return hashlib.sha256(msgspec.json.encode(row, enc_hook=str)).hexdigest()[:20]


def move(x: list[float], y: list[float], crs: str) -> list[tuple[float, float]]:
    """Return points of degrees in the system `crs`, its axes in its own order."""
    name, is_north_first = SYSTEMS[crs]
    east, north = transform_points(np.array(x), np.array(y), "EPSG:4326", name)
    digits = 7 if name == "EPSG:4326" else 3
    pairs = zip(np.round(east, digits).tolist(), np.round(north, digits).tolist(), strict=True)
    return [(b, a) if is_north_first else (a, b) for a, b in pairs]


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


def _list_conditions(collection: Collection, asked: Asked) -> list[Filter]:
    where: list[Filter] = [Filter(name, Op.EQ, value) for name, value in asked.equal]
    if asked.bbox is not None:
        west, south, east, north = asked.bbox
        where += [
            Filter(collection.lon, Op.BETWEEN, [west, east]),
            Filter(collection.lat, Op.BETWEEN, [south, north]),
        ]
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
    return Collection(
        id=record.name,
        title=table.title,
        description=table.description if table.description.ko else table.title,
        columns=tuple(column for column in table.columns if not column.personal),
        key=table.key,
        lon=table.lon or "",
        lat=table.lat or "",
        time=table.time,
        licence=table.licence,
        kind=table.kind,
        rows=record.rows,
        version=record.version,
        updated_at=record.updated_at,
    )
