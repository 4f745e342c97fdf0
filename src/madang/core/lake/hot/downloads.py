"""Whole datasets as files: streamed batch by batch, so that memory stays flat; also by parts, where they are public."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Literal
from urllib.parse import quote

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pyogrio
import shapely
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse

from madang.core.base.interface import CITY_TIMEZONE, BadInput, new_id
from madang.core.lake.api.datasets import cache_control, make_etag
from madang.core.lake.api.records import Purpose, Sort, Where
from madang.core.lake.asking import list_records, make_order, read_conditions
from madang.core.lake.folders import scratch_path
from madang.core.lake.reading import Reader, authorize
from madang.core.lake.shapes import find_shape_column, read_shapes
from madang.core.pages.interface import is_held, make_cell, open_workbook

from .cp949 import encode_cp949
from .keeping import keep_file

SHEET_ROWS = 1_048_575
BATCH_ROWS = 20_000
CHUNK = 1 << 20
GEOMETRY = "_geometry"
MEDIA = {
    "csv": "text/csv",
    "json": "application/json",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
WRITTEN_ANEW = frozenset({"gpkg", "parquet", "xlsx"})
_MOMENT = "%Y-%m-%dT%H:%M:%S%z"


class DownloadQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which rows and columns; all without them, so that an unknown word is refused. CSV is UTF-8 with a mark that Excel knows, or CP949."""

    where: Where = []
    sort: Sort = []
    column: Annotated[list[str], Meta(description="only these columns; repeated")] = []
    encoding: Literal["utf-8-sig", "utf-8", "cp949"] = "utf-8-sig"
    purpose: Purpose = ""


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it is written, chunk by chunk; `size` where it is known."""

    media: str
    chunks: Iterator[bytes]
    size: int | None = None


Write = Callable[[Reader, DownloadQuery], Content]


def send(ending: str, write: Write) -> Callable[[Request, DownloadQuery, None], Response]:
    """Return the endpoint that answers a dataset as `write` writes it; a version that the client holds isn't sent.

    Of what is public, parts are sent too (Range), from a file that is kept for a while. Forms whose bytes differ each
    time they are written are sent from that file always.
    """

    def answer(request: Request, query: DownloadQuery, body: None) -> Response:
        reader = authorize(request.state.actor, request.path_params["name"], query.purpose)
        headers = _headers(reader, ending)
        if _is_held(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        is_public = headers["Cache-Control"].startswith("public")
        if is_public and (ending in WRITTEN_ANEW or "range" in request.headers):
            path = keep_file(
                f"{reader.snapshot.identity} {headers['ETag']} {query}", lambda: write(reader, query).chunks
            )
            if ending in WRITTEN_ANEW:
                headers["ETag"] = f'{headers["ETag"][:-1]}-{path.stat().st_mtime_ns:x}"'
            return FileResponse(path, headers=headers, media_type=MEDIA[ending])
        if request.method == "HEAD":
            return Response(headers=headers | {"Content-Type": MEDIA[ending]})
        content = write(reader, query)
        size = {} if content.size is None else {"Content-Length": str(content.size)}
        return StreamingResponse(content.chunks, media_type=content.media, headers=headers | size)

    return answer


def _is_held(request: Request, tag: str) -> bool:
    """Return whether the client holds this version, in whichever of the times it was written."""
    begin = tag.removesuffix('"') + "-"
    return is_held(request, tag) or begin in request.headers.get("if-none-match", "")


def write_csv(reader: Reader, query: DownloadQuery) -> Content:
    """Return all rows as .csv; letters that CP949 lacks are written as &#number;.

    Values stand as they are, also those that begin like a formula: programs read this file. Lists of
    pages, which people open in a spreadsheet, disarm them; so does the workbook, whose cells are text.
    """
    batches = _open(reader, query)
    rows = _encode(_write_csv(batches), query.encoding)
    return Content(media=f"text/csv; charset={query.encoding.removesuffix('-sig')}", chunks=rows)


def write_json(reader: Reader, query: DownloadQuery) -> Content:
    """Return all rows as .json: an array with one object a row."""
    batches = _open(reader, query)
    return Content(media=MEDIA["json"], chunks=_join(_write_objects(batches), b"[", b"]\n"))


def write_geojson(reader: Reader, query: DownloadQuery) -> Content:
    """Return all rows as .geojson; rows without a place have a null geometry."""
    batches = _open(reader, query)
    lon, lat = _find_place(reader, query)
    head = b'{"type":"FeatureCollection","features":['
    rows = _join(
        _write_features(batches, lon, lat, find_shape_column(reader.table, reader.columns)), head, b"]}\n"
    )
    return Content(media=MEDIA["geojson"], chunks=rows)


def write_gpkg(reader: Reader, query: DownloadQuery) -> Content:
    """Return all rows as .gpkg: one layer in EPSG:4326, of points or of the shapes that were imported."""
    batches = _open(reader, query)
    lon, lat = _find_place(reader, query)
    shape = find_shape_column(reader.table, reader.columns)
    first = next(batches)
    _, own = read_shapes(first, lon, lat, shape)
    # The text of a geometry goes where the geometry says the same.
    is_told = bool(own.any()) and own.sum() == first.num_rows - first.column(shape).null_count
    dropped = [shape] if is_told else []
    placed = (_place(batch, lon, lat, shape, dropped) for batch in itertools.chain([first], batches))
    first = next(placed)
    path = _make_scratch("gpkg")
    pyogrio.write_arrow(
        pa.RecordBatchReader.from_batches(first.schema, itertools.chain([first], placed)),
        path, layer=reader.table.name, driver="GPKG", geometry_name=GEOMETRY,
        geometry_type="Unknown" if own.any() else "Point",
        crs="EPSG:4326", layer_options={"FID": "_fid", "GEOMETRY_NAME": GEOMETRY},
    )  # fmt: skip
    return _take_away(path, MEDIA["gpkg"])


def _place(batch: pa.RecordBatch, lon: str, lat: str, shape: str, dropped: list[str]) -> pa.RecordBatch:
    """Return the batch with its shapes as well-known binary, without the columns `dropped`."""
    shapes, _ = read_shapes(batch, lon, lat, shape)
    return batch.drop_columns(dropped).append_column(GEOMETRY, pa.array(shapely.to_wkb(shapes), pa.binary()))


def _find_place(reader: Reader, query: DownloadQuery) -> tuple[str, str]:
    """Return the columns of longitude and latitude, or refuse where they aren't there or not asked for."""
    lon, lat = reader.table.lon, reader.table.lat
    names = {column.name for column in reader.columns}
    if lon not in names or lat not in names:
        raise BadInput("lake.no_place", "위치가 없는 데이터입니다", "this dataset has no place", field="name")
    if query.column and not {lon, lat} <= set(query.column):
        raise BadInput(
            "lake.no_place",
            f"column에 {lon}과 {lat}이 필요합니다",
            f"column must name {lon} and {lat} too",
            field="column",
        )
    return str(lon), str(lat)


def write_parquet(reader: Reader, query: DownloadQuery) -> Content:
    """Return all rows as .parquet."""
    batches = _open(reader, query)
    path = _make_scratch("parquet")
    first = next(batches)
    with pq.ParquetWriter(path, first.schema, compression="zstd") as writer:
        for batch in itertools.chain([first], batches):
            writer.write_batch(batch)
    return _take_away(path, MEDIA["parquet"])


def write_xlsx(reader: Reader, query: DownloadQuery) -> Content:
    """Return all rows as .xlsx; refuses more rows than a sheet holds."""
    batches = _open(reader, query)
    path = _make_scratch("xlsx")
    book, sheet = open_workbook(reader.table.name)
    for number, row in enumerate(_iter_rows(batches)):
        if number > SHEET_ROWS:
            raise BadInput(
                "lake.sheet_full",
                f"엑셀 시트에는 {SHEET_ROWS:,}행까지 들어갑니다. CSV로 받거나 조건을 주십시오.",
                f"a sheet holds {SHEET_ROWS:,} rows; take CSV or ask for fewer",
                field="where",
            )
        sheet.append([make_cell(sheet, value) for value in row])
    book.save(path)
    return _take_away(path, MEDIA["xlsx"])


def _open(reader: Reader, query: DownloadQuery) -> Iterator[pa.RecordBatch]:
    """Return what is asked in batches; at least one, perhaps empty, so that columns are known."""
    asked = reader.iter_batches(
        query.column or None, read_conditions(query.where), make_order(reader, query.sort), BATCH_ROWS
    )
    first = next(asked, None)
    if first is None:
        empty = reader.read(query.column or None, limit=0)
        first = pa.RecordBatch.from_arrays(
            [pa.array([], field.type) for field in empty.schema], schema=empty.schema
        )
    return itertools.chain([first], asked)


def _write_csv(batches: Iterator[pa.RecordBatch]) -> Iterator[bytes]:
    for number, batch in enumerate(batches):
        sink = pa.BufferOutputStream()
        options = pa_csv.WriteOptions(include_header=number == 0, quoting_style="needed")
        pa_csv.write_csv(_say_moments(batch), sink, options)
        yield sink.getvalue().to_pybytes()


def _say_moments(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return the batch with instants as ISO 8601 text in the city's time, with its offset."""
    columns = [
        _say_moment(column) if pa.types.is_timestamp(column.type) else column for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _say_moment(column: pa.TimestampArray) -> pa.StringArray:
    local = pc.strftime(column.cast(pa.timestamp("us", str(CITY_TIMEZONE))), format=_MOMENT)
    whole = pc.replace_substring_regex(local, r"\.000000", "")
    return pc.replace_substring_regex(whole, r"([+-]\d{2})(\d{2})$", r"\1:\2")


def _encode(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    if encoding == "utf-8-sig":
        yield b"\xef\xbb\xbf"
    for chunk in chunks:
        if encoding == "cp949":
            yield encode_cp949(chunk.decode())
        else:
            yield chunk


def _write_objects(batches: Iterator[pa.RecordBatch]) -> Iterator[bytes]:
    for batch in batches:
        yield _bare(list_records(pa.Table.from_batches([batch])))


def _write_features(batches: Iterator[pa.RecordBatch], lon: str, lat: str, shape: str) -> Iterator[bytes]:
    for batch in batches:
        shapes, own = read_shapes(batch, lon, lat, shape)
        rows = list_records(pa.Table.from_batches([batch]))
        hidden = [{lon, lat, shape} if one else {lon, lat} for one in own]
        yield _bare([_make_feature(*one) for one in zip(rows, shapes, hidden, strict=True)])


def _make_feature(row: dict[str, Any], shape: shapely.Geometry | None, hidden: set[str]) -> dict[str, Any]:
    """Return a row as a feature; what its geometry says, the columns `hidden`, stands nowhere else."""
    properties = {name: value for name, value in row.items() if name not in hidden}
    geometry = None if shape is None else msgspec.Raw(shapely.to_geojson(shape).encode())
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _bare(rows: list[dict[str, Any]]) -> bytes:
    """Return JSON rows without the brackets around them."""
    return msgspec.json.encode(rows)[1:-1]


def _join(parts: Iterator[bytes], head: bytes, tail: bytes) -> Iterator[bytes]:
    yield head
    is_first = True
    for part in parts:
        if part:
            yield part if is_first else b"," + part
            is_first = False
    yield tail


def _iter_rows(batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[Any, ...]]:
    for number, batch in enumerate(batches):
        if number == 0:
            yield tuple(batch.schema.names)
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _make_scratch(ending: str) -> Path:
    scratch_path().mkdir(parents=True, exist_ok=True)
    return scratch_path() / f"download-{new_id()}.{ending}"


def _take_away(path: Path, media: str) -> Content:
    """Return a file's content; its name goes at once, so that nothing is left however the reading ends."""
    file = path.open("rb")
    path.unlink()
    return Content(media=media, chunks=_read_away(file), size=os.fstat(file.fileno()).st_size)


def _read_away(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK):
            yield chunk


def _headers(reader: Reader, ending: str) -> dict[str, str]:
    name = quote(f"{reader.table.name}.{ending}")
    caching = cache_control(reader)
    return {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": caching,
        "ETag": make_etag(reader, ending).removeprefix("W/"),
        "Accept-Ranges": "bytes" if caching.startswith("public") else "none",
        "X-Dataset-Version": str(reader.version),
    }
