"""Files of streets as they come (lines in a boundary file's formats, or text of lines in a CSV), and the net as we keep it."""

from __future__ import annotations

import csv
import hashlib
import io
from functools import lru_cache
from pathlib import Path

import numpy as np
import shapely

from madang.core.base.interface import BadInput
from madang.core.places.methods.streets import StreetNet
from madang.core.places.records import RawBoundaries

from .boundary_files import decode_text, read_boundary_file, unpack_file
from .layer_files import write_durably

LINES = ("LINESTRING", "MULTILINESTRING")
BINARY = (b"PK", b"SQLite format 3\0")
LONGEST = 10_000_000


def read_street_file(path: Path) -> RawBoundaries:
    """Return the features of a file: GeoJSON, zipped shapefile, GeoPackage, or CSV with lines as WKT; .gz too.

    A CSV has a column of lines; rows without one (nodes, in files of nodes and links) are left out.
    """
    content = unpack_file(path)
    if content.startswith(BINARY) or content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return read_boundary_file(path)
    rows = csv.reader(io.StringIO(decode_text(path, content), newline=""))
    csv.field_size_limit(LONGEST)
    try:
        found = [cell for row in rows for cell in row if cell.lstrip().upper().startswith(LINES)]
    except csv.Error as error:
        raise BadInput(
            "places.street_file",
            f"{path.name}: {rows.line_num}번째 줄을 읽을 수 없습니다",
            f"{path.name}: line {rows.line_num} can't be read: {error}",
            field="file",
        ) from error
    if not found:
        raise BadInput(
            "places.street_file",
            f"{path.name}: LINESTRING이 든 열이 없습니다",
            f"{path.name}: no column holds LINESTRING",
            field="file",
        )
    shapes = shapely.from_wkt(found, on_invalid="ignore")
    return RawBoundaries(geometries=np.array(shapes, dtype=object), columns={}, crs="")


def write_net(folder: Path, net: StreetNet) -> str:
    """Keep a net durably and return its version: a digest of the content."""
    sink = io.BytesIO()
    np.savez_compressed(sink, latitude=net.latitude, nodes=net.nodes, links=net.links, metres=net.metres)
    content = sink.getvalue()
    version = hashlib.sha256(content).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    write_durably(folder / f"{version}.npz", content)
    return version


@lru_cache(maxsize=2)
def read_net(folder: Path, version: str) -> StreetNet:
    """Return the net that `write_net` kept."""
    with np.load(folder / f"{version}.npz") as kept:
        return StreetNet(float(kept["latitude"]), kept["nodes"], kept["links"], kept["metres"])


def remove_nets(folder: Path, *, keep: str = "") -> None:
    """Remove all nets but the one to keep."""
    for path in folder.glob("*.npz"):
        if path.stem != keep:
            path.unlink(missing_ok=True)
