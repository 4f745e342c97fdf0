"""Polygons of imported layers in the data folder, as GeoParquet."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from madang.core.places.records import BoundaryArea

GEO = {
    "version": "1.1.0",
    "primary_column": "geometry",
    "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["Polygon", "MultiPolygon"]}},
}


def write_layer(folder: Path, name: str, areas: Sequence[BoundaryArea]) -> str:
    """Write `areas` durably and return their version: a digest of the content."""
    table = pa.table(
        {
            "code": [area.code for area in areas],
            "name_ko": [area.name_ko for area in areas],
            "name_en": [area.name_en for area in areas],
            "parent": [area.parent for area in areas],
            "district_code": [area.district_code for area in areas],
            "geometry": [shapely.to_wkb(area.geometry) for area in areas],
        }
    ).replace_schema_metadata({"geo": json.dumps(GEO)})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    content = sink.getvalue().to_pybytes()
    version = hashlib.sha256(content).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    write_durably(_path_of(folder, name, version), content)
    return version


def read_layer(folder: Path, name: str, version: str) -> tuple[BoundaryArea, ...]:
    """Return the areas that `write_layer` wrote."""
    columns = pq.read_table(_path_of(folder, name, version)).to_pydict()
    shapes = shapely.from_wkb(columns.pop("geometry"))
    rows = zip(*columns.values(), strict=True)
    return tuple(
        BoundaryArea(geometry=shape, **dict(zip(columns, row, strict=True)))
        for shape, row in zip(shapes, rows, strict=True)
    )


def remove_layer(folder: Path, name: str, *, keep: Sequence[str] = ()) -> None:
    """Remove the files of all versions of a layer but those to keep."""
    kept = {_path_of(folder, name, version) for version in keep}
    # A version has 16 digits: the pattern never takes files of a layer whose name only begins the same.
    for path in set(folder.glob(f"{name}-{'[0-9a-f]' * 16}.parquet")) - kept:
        path.unlink(missing_ok=True)


def _path_of(folder: Path, name: str, version: str) -> Path:
    return folder / f"{name}-{version}.parquet"


def write_durably(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; it survives a power cut."""
    draft = path.with_suffix(".draft")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
