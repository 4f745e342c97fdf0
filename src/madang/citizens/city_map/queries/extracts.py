"""A collection as one file of all its tiles, kept until the collection changes."""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
from django.conf import settings

from madang.citizens.city_map.methods.cql.tree import Wrong
from madang.citizens.city_map.methods.packing import list_tiles, pack
from madang.citizens.city_map.records import Collection
from madang.core.base.interface import NotFound, new_id
from madang.core.lake.interface import Reader

from .features import find_bounds, open_reader
from .holding import MOST_ROWS, hold, hold_outlines
from .tiles import draw_once

KEPT_S = 3600
"""How long a file stays after a newer one was made: somebody may be taking it."""


def find_extract(one: Collection) -> Path:
    """Return the PMTiles file of what a collection now holds, made by one process where there is none yet.

    Raises Wrong where the collection is too large for a file of its own, NotFound where nothing is placed.
    """
    reader = open_reader(one.id)
    folder = settings.MADANG.data_path / "city_map" / "scratch"
    path: Path = folder / f"{one.id}.{_name(reader)}.pmtiles"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / f"making-{one.id}").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.exists():  # nor did another process make it meanwhile
                _write(reader, one, path)
                _tidy(path, one)
    return path


def _name(reader: Reader) -> str:
    seen = f"{reader.snapshot.identity} {reader.version} {reader.columns} {reader.row_filter}"
    return hashlib.sha256(seen.encode()).hexdigest()[:16]


def _write(reader: Reader, one: Collection, path: Path) -> None:
    rows, bounds = hold(reader, one), find_bounds(one)
    if rows is None:
        raise Wrong(
            "collection", f"more than {MOST_ROWS:,} features make no file of their own; take the tiles"
        )
    if bounds is None:
        raise NotFound("city_map.extract", "자리가 적힌 곳이 없습니다", "no feature has a place")
    tiles = list_tiles(_list_boxes(reader, one, rows))
    fields = {column.name: column.title.ko for column in one.properties}
    said = {
        "name": one.title.ko,
        "description": one.description.ko,
        "attribution": one.source,
        "vector_layers": [{"id": one.id, "fields": fields, "maxzoom": tiles[-1][0]}],
    }
    partial = path.with_suffix(f".{new_id()}")
    try:
        pack(partial, tiles, lambda tile: draw_once(reader, one, *tile), bounds, said)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def _list_boxes(reader: Reader, one: Collection, rows: pa.Table) -> np.ndarray:
    """Return west, south, east, north of every row in degrees."""
    outlines = hold_outlines(reader, one)
    if outlines is not None:
        return outlines.bounds
    points = [rows.column(axis).to_numpy() for axis in (one.lon, one.lat)]
    return np.column_stack(points * 2)


def _tidy(newest: Path, one: Collection) -> None:
    for path in newest.parent.glob(f"{one.id}.*"):
        if path != newest and time.time() - path.stat().st_mtime > KEPT_S:
            path.unlink(missing_ok=True)
