"""Boundary files as they come: GeoJSON, TopoJSON, zipped shapefile, GeoPackage, gzip around them."""

from __future__ import annotations

import gzip
import io
import tempfile
import warnings
import zlib
from functools import partial
from pathlib import Path

import numpy as np
import pyproj
import shapely

from madang.core.base.interface import BadInput
from madang.core.places.records import RawBoundaries

from .shapefiles import DamagedShapefile, unpack_shapefiles

SIZE_LIMIT = 500 * 2**20
DAMAGED = {"zip": "압축을 풀 수 없습니다", "table": "속성 파일(.dbf)이 없거나 손상되었습니다"}


def read_boundary_file(path: Path) -> RawBoundaries:
    """Return features of the file's first layer, in its own coordinates.

    Refuses what is none of the formats, too large when unpacked (500 MB), or broken as a whole; a
    broken feature comes back as None.
    """
    content = unpack_file(path)
    if content.startswith(b"PK"):
        return _read_shapefile(path, content)
    if content.startswith(b"SQLite format 3\0"):
        return _read(path, content)
    # Anything else must be JSON: GDAL must not guess among its many drivers.
    text = decode_text(path, content).lstrip("\ufeff \t\r\n")
    if not text.startswith("{"):
        raise _refuse(path, "GeoJSON, TopoJSON, 압축한 shapefile, GeoPackage가 아닙니다", "unknown format")
    return _read(path, text.encode())


def unpack_file(path: Path) -> bytes:
    """Return what a file holds, unpacked where it is gzip; refuses more than 500 MB."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path) if packed else path.open("rb") as file:
            content = file.read(SIZE_LIMIT + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise _refuse(path, "읽을 수 없습니다", str(error)) from error
    _check_size(path, len(content))
    return content


def decode_text(path: Path, content: bytes) -> str:
    """Return a text in UTF-8 or CP949."""
    for encoding in ("utf-8", "cp949"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _refuse(path, "글자를 읽을 수 없습니다", "neither UTF-8 nor CP949")


def _read_shapefile(path: Path, content: bytes) -> RawBoundaries:
    with tempfile.TemporaryDirectory() as folder:
        try:
            layers = unpack_shapefiles(io.BytesIO(content), Path(folder), partial(_check_size, path))
        except DamagedShapefile as error:
            raise _refuse(path, DAMAGED[error.part], error.said) from error
        if len(layers) != 1:
            raise _refuse(path, "shapefile이 하나 들어 있어야 합니다", "must hold exactly one shapefile")
        (layer,) = layers.values()
        return _read(path, layer.source, encoding=layer.encoding)


def _check_size(path: Path, unpacked: int) -> None:
    if unpacked > SIZE_LIMIT:
        raise _refuse(path, "500 MB보다 큽니다", "larger than 500 MB")


def _read(path: Path, source: Path | bytes, encoding: str | None = None) -> RawBoundaries:
    import pyogrio  # noqa: PLC0415 (half a second that only this job needs)

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # broken features come back as None
            about, _, shapes, columns = pyogrio.raw.read(source, encoding=encoding, force_2d=True)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, RuntimeError) as error:
        raise _refuse(path, "읽을 수 없습니다", str(error)) from error
    if shapes is None:
        raise _refuse(path, "도형이 없습니다", "no geometry")
    return RawBoundaries(
        geometries=np.array([_parse(shape) for shape in shapes], dtype=object),
        columns=dict(zip(about["fields"].tolist(), columns, strict=True)),
        crs=_identify(about["crs"]),
    )


def _parse(shape: bytes | None) -> shapely.Geometry | None:
    return None if shape is None else shapely.from_wkb(shape, on_invalid="ignore")


def _identify(crs: str | None) -> str:
    try:
        number = pyproj.CRS.from_user_input(crs).to_epsg(min_confidence=60) if crs else None
    except pyproj.exceptions.CRSError:
        number = None
    return f"EPSG:{number}" if number else ""


def _refuse(path: Path, ko: str, en: str) -> BadInput:
    return BadInput("places.boundary_file", f"{path.name}: {ko}", f"{path.name}: {en}", field="file")
