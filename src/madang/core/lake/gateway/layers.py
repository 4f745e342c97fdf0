"""Layers of maps: zipped shapefiles, GeoPackage, KML."""

from __future__ import annotations

import html
import re
import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import numpy as np
import pyarrow as pa
import pyproj
import shapely

from madang.core.places.interface import DamagedShapefile, unpack_shapefiles

from .containers import open_bytes, read_all, refuse_bomb
from .features import GEOMETRY, read_wkb
from .headers import name_columns
from .records import Notes
from .refusals import refuse
from .spool import POINT_X, POINT_Y, SOUND, Spool

_BATCH = 20_000
_DATA = re.compile(rb"""(<(?:\w+:)?Data\s[^>]*?\bname\s*=\s*)(["'])(.*?)\2""", re.DOTALL)
# How KML wants a mark drawn, which the library tells of each as if it were data.
_DRAWING = {"altitudeMode", "tessellate", "extrude", "visibility", "drawOrder", "icon"}


class _Layer(msgspec.Struct, frozen=True, kw_only=True):
    """Where a layer lies: its file, its name there, and what its texts are written in; names of columns by aliases."""

    source: Path
    name: str | None = None
    encoding: str
    aliases: dict[str, str] = {}


def spool_layer(
    kind: str, path: Path, notes: Notes, progress: Callable[[int], None], chosen: str | None
) -> tuple[Spool, str, None, tuple[str, ...]]:
    """Spool the `chosen` layer of a "shapefile" (zipped) or another "layer" file, the first with rows otherwise.

    Return the encoding of its texts and the names of all layers too, the read one first; no header is read from rows. Values are texts to be judged
    as those of any file; shapes become GeoJSON in the file's own system.
    """
    with TemporaryDirectory() as folder:
        layers = (_unpack if kind == "shapefile" else _list_layers)(path, Path(folder))
        if chosen is not None and chosen not in layers:
            known = ", ".join(layers)
            raise refuse(
                "sheet", f"{chosen} 레이어가 없습니다: {known}", f"there is no layer {chosen}, only {known}"
            )
        for name in [chosen] if chosen is not None else layers:
            about, shapes, columns = _read(layers[name])
            if any(len(texts) for _, texts in columns) or (shapes is not None and len(shapes)):
                notes.fix("sheets_ignored", len(layers) - 1)
                with _refusing():
                    spool = _spool(about, shapes, columns, notes)
                progress(path.stat().st_size)
                return spool, layers[name].encoding, None, (name, *(one for one in layers if one != name))
    raise refuse("no_table", "지물이 있는 레이어가 없습니다", "no layer holds a feature")


def _unpack(path: Path, folder: Path) -> dict[str, _Layer]:
    """Return the shapefiles in a zip by their names."""
    try:
        with open_bytes(path) as stream:
            unpacked = unpack_shapefiles(stream, folder, partial(refuse_bomb, path))
    except DamagedShapefile as error:
        if error.part == "zip":
            raise refuse(
                "zip", "ZIP을 풀 수 없습니다", f"the zip can't be unpacked ({error.said})"
            ) from error
        raise refuse("layer", "shapefile의 속성 파일(.dbf)이 없거나 손상되었습니다", error.said) from error
    return {name: _Layer(source=one.source, encoding=one.encoding) for name, one in unpacked.items()}


def _list_layers(path: Path, folder: Path) -> dict[str, _Layer]:
    """Return the layers of a GeoPackage or KML file by their names."""
    import pyogrio  # noqa: PLC0415 (half a second that only this kind needs)

    content = read_all(path)
    aliases: dict[str, str] = {}
    source = folder / "layers.gpkg"
    if not content.startswith(b"SQLite"):
        # The library reads what a mark tells beyond its name only in files that are called KML.
        source = folder / "layers.kml"
        content, aliases = _alias_data(content)
    source.write_bytes(content)
    with _refusing():
        names = [str(name) for name in pyogrio.list_layers(source)[:, 0]]
    return {name: _Layer(source=source, name=name, encoding="utf-8", aliases=aliases) for name in names}


def _alias_data(content: bytes) -> tuple[bytes, dict[str, str]]:
    """Return KML whose data have names of plain letters, with their own: the library tells Korean ones not apart."""
    aliases: dict[str, str] = {}

    def alias(found: re.Match[bytes]) -> bytes:
        name = html.unescape(found[3].decode("utf-8", "replace"))
        return b"%s%s%s%s" % (
            found[1],
            found[2],
            aliases.setdefault(name, f"data_{len(aliases)}").encode(),
            found[2],
        )

    return _DATA.sub(alias, content), {short: name for name, short in aliases.items()}


def _read(layer: _Layer) -> tuple[dict, np.ndarray | None, list[tuple[str, pa.StringArray]]]:
    """Return what a layer says of itself, its shapes as WKB and its columns as texts."""
    import pyogrio  # noqa: PLC0415

    with _refusing(), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # broken shapes come back as None
        about, _, shapes, columns = pyogrio.raw.read(
            layer.source, layer=layer.name, encoding=layer.encoding, force_2d=True
        )
    return about, shapes, _name(layer, about["fields"].tolist(), columns)


def _name(layer: _Layer, fields: list[str], columns: list[np.ndarray]) -> list[tuple[str, pa.StringArray]]:
    """Return a layer's columns as texts under their names, without those that say nothing of the features."""
    named = [
        (layer.aliases.get(name, name), _as_texts(column))
        for name, column in zip(fields, columns, strict=True)
    ]
    if layer.source.suffix == ".kml":
        named = [
            (name, texts) for name, texts in named if name not in _DRAWING and texts.null_count < len(texts)
        ]
    return named


def _spool(
    about: dict, shapes: np.ndarray | None, columns: list[tuple[str, pa.StringArray]], notes: Notes
) -> Spool:
    names, fixes = name_columns([*(name for name, _ in columns), *([] if shapes is None else [GEOMETRY])])
    for fix, count in fixes.items():
        notes.fix(fix, count)
    arrays = [texts for _, texts in columns]
    fields = [pa.field(name, pa.string()) for name in names[: len(arrays)]]
    spool = Spool(fields)
    if shapes is not None:
        arrays += read_wkb(pa.array(shapes, pa.binary()))
        points = [pa.field(POINT_X, pa.float64()), pa.field(POINT_Y, pa.float64())]
        spool = Spool(
            [*fields, pa.field(names[-1], pa.large_string()), *points], _identify(about["crs"]), names[-1]
        )
    count = len(arrays[0])
    arrays += [pa.array(np.arange(1, count + 1)), pa.array(np.full(count, SOUND, np.int8))]
    whole = pa.RecordBatch.from_arrays(arrays, schema=spool.schema)
    for at in range(0, count, _BATCH):
        spool.write(whole.slice(at, _BATCH))
    spool.finish()
    return spool


def _as_texts(column: np.ndarray) -> pa.StringArray:
    if np.issubdtype(column.dtype, np.datetime64):
        texts = [None if text == "NaT" else text for text in np.datetime_as_string(column).tolist()]
    elif np.issubdtype(column.dtype, np.floating):
        texts = [None if np.isnan(value) else repr(float(value)) for value in column]
    else:
        texts = [None if value is None else str(value).replace("\0", "").rstrip() for value in column]
    return pa.array(texts, pa.string())


def _identify(crs: str | None) -> int | None:
    try:
        return pyproj.CRS.from_user_input(crs).to_epsg(min_confidence=60) if crs else None
    except pyproj.exceptions.CRSError:
        return None


@contextmanager
def _refusing() -> Generator[None]:
    """Turn whatever the library does on a damaged file into a refusal."""
    import pyogrio  # noqa: PLC0415

    damages = (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, shapely.errors.ShapelyError)
    try:
        yield
    except (*damages, ValueError, RuntimeError) as error:
        raise refuse("layer", "지도 파일이 손상되었습니다", f"the layers are damaged: {error}") from error
