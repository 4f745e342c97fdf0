"""JSON: rows of objects wherever they are nested, columns, GeoJSON and TopoJSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from .containers import PADDED, read_chunks
from .decoding import detect_encoding, read_blocks
from .features import (
    GEOMETRY,
    add_point,
    find_geometry,
    is_feature,
    read_feature,
    read_features,
    read_system,
)
from .grids import to_batch
from .headers import find_header, is_value, name_columns
from .records import Notes
from .refusals import refuse
from .spool import HIDDEN, POINT_X, POINT_Y, Spool

Rows = list[dict[str, Any]]
_BATCH = 20_000
_HEAD = 100
_MAX_DEPTH = 8
_NAMES = ("columns", "fields", "header", "headers", "names")
_ROWS = ("records", "data", "rows", "row", "items", "values")
_LONG_INTEGER = re.compile(rb"[\s:,\[]-?\d{19,}\s*[,\]}]")
_NOT_A_NUMBER = re.compile(rb"[\s:,\[](NaN|-?Infinity)\s*[,\]}]")
# What people add who write JSON by hand: remarks, and a comma behind the last thing of a list.
_REMARK = re.compile(rb"(\"[^\"\\]*(?:\\.[^\"\\]*)*\")|//[^\n]*|/\*[\s\S]*?\*/")
_LAST_COMMA = re.compile(rb"(\"[^\"\\]*(?:\\.[^\"\\]*)*\")|,(\s*[}\]])")
_NEXT = re.compile(r"[^,\s]")
_ROW_NUMBER = "__row"
# RFC 8142 begins each text of a sequence with it.
_SEPARATOR = b"\x1e"


def spool_json(path: Path, notes: Notes, progress: Callable[[int], None]) -> tuple[Spool, str]:
    """Spool the table of a JSON document; return it with the encoding."""
    encoding = detect_encoding(lambda: read_chunks(path))
    data = b"".join(block.data for block in read_blocks(read_chunks(path), encoding))
    progress(len(data))
    called = PADDED.match(data)
    document = _parse((called[1] if called else data).replace(_SEPARATOR, b"").rstrip(), notes)
    rows = read_features(document, notes) if isinstance(document, dict) else None
    shape = GEOMETRY
    if rows is None:
        rows = find_table(document, "JSON")
        if found := next(filter(None, map(find_geometry, rows[:10])), None):
            shape, rows = found, [add_point(row, found) for row in rows]
    spool = spool_rows(rows, notes, read_system(document), shape)
    spool.titles = _find_titles(document, spool.schema.names)
    return spool, encoding


def _find_titles(document: Any, names: list[str]) -> dict[str, str]:
    """Return the titles of columns where a document describes them, as the city's portal does: {"DESCRIPTION": {"GUNAME": "자치구"}}."""
    described = document.get("DESCRIPTION") if isinstance(document, dict) else None
    if not isinstance(described, dict):
        return {}
    titles = {
        name.lower(): title for name, title in described.items() if isinstance(title, str) and title.strip()
    }
    return {name: titles[name.lower()].strip() for name in names if name.lower() in titles}


def find_table(document: Any, kind: str) -> Rows:
    """Return the rows of the largest table in a document; one without any is refused in its own words."""
    rows = find_rows(document)
    if not rows:
        said = _message(document)
        raise refuse("no_table", f"{kind}에 표가 없습니다{said}", f"the {kind} holds no table{said}", line=1)
    return rows


def find_rows(document: Any) -> Rows:
    """Return the rows of the largest table in a JSON document, [] where there is none."""
    best: Rows = []
    for rows in _candidates(document, 0):
        if len(rows) > len(best):
            best = rows
    return best


def flatten(record: dict[str, Any], prefix: str = "") -> dict[str, str | None]:
    """Return a record with nested objects as dotted names and lists as JSON text."""
    flat: dict[str, str | None] = {}
    for key, value in record.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and value and "coordinates" not in value:
            flat |= flatten(value, f"{name}.")
        else:
            flat[name] = _as_text(value)
    return flat


def _parse(data: bytes, notes: Notes) -> Any:
    try:
        return _load(data)
    except orjson.JSONDecodeError as error:
        rows = _parse_lines(data, notes) or _parse_by_hand(data, notes) or _parse_sequence(data)
        if rows:
            return rows
        raise refuse(
            "json", "JSON이 손상되었습니다", f"damaged JSON: {error.msg}", line=error.lineno
        ) from error


def _load(data: bytes) -> Any:
    """Return a JSON value; whole numbers beyond 64 bits, which the fast parser rounds, keep their digits."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        # Python writes what is no number as NaN, which JSON doesn't know.
        if not _NOT_A_NUMBER.search(data):
            raise
        with suppress(ValueError, RecursionError):
            return json.loads(data, parse_constant=lambda _: None)
        raise
    return json.loads(data) if _LONG_INTEGER.search(data) else value


def _parse_by_hand(data: bytes, notes: Notes) -> Any:
    """Return what JSON holds apart from remarks and commas too many; None where it is damaged otherwise."""
    bare = _LAST_COMMA.sub(
        lambda found: found[1] or found[2], _REMARK.sub(lambda found: found[1] or b" ", data)
    )
    # A list without its brackets is one, too.
    for text in (bare, b"[" + bare.rstrip(b", \r\n") + b"]"):
        with suppress(orjson.JSONDecodeError):
            value = _load(text)
            notes.fix("json_written_by_hand")
            return value
    return None


def _parse_lines(data: bytes, notes: Notes) -> Rows:
    """Return the objects of newline-delimited JSON; damaged lines are rejected if most are sound."""
    rows, damaged = [], []
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            value = _load(line)
        except orjson.JSONDecodeError:
            value = None
        if isinstance(value, dict):
            rows.append(value | {_ROW_NUMBER: number})
        else:
            damaged.append((number, line))
        if len(damaged) > len(rows) + 1:
            return []
    # One line may be damaged in the shortest file: the last, where a transfer broke off.
    if len(rows) < 2 or len(damaged) > max(1, len(rows) // 10):
        return []
    for number, line in damaged:
        notes.reject(number, "damaged_json", line.decode("utf-8", "replace"))
    if all(is_feature(row) for row in rows):
        return [read_feature(row) | {_ROW_NUMBER: row[_ROW_NUMBER]} for row in rows]
    return rows


def _parse_sequence(data: bytes) -> Rows:
    """Return objects that stand one behind another, each over as many lines as it likes; [] where something else stands among them."""
    text, at = data.decode("utf-8", "replace"), 0
    rows: Rows = []
    decoder = json.JSONDecoder()
    with suppress(ValueError, RecursionError):
        while at < len(text):
            value, end = decoder.raw_decode(text, at)
            rows.append(value)
            following = _NEXT.search(text, end)
            at = following.start() if following else len(text)
        return rows if all(map(_is_record, rows)) else []
    return []


def _candidates(value: Any, depth: int) -> Iterator[Rows]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, list):
        if _is_envelope(value):
            yield _rows_of_list(value[1]["row"])
            return
        yield _rows_of_list(value)
        for item in value[:3]:
            yield from _candidates(item, depth + 1) if not _is_record(item) else ()
    elif isinstance(value, dict):
        yield from _candidates_of_object(value, depth)


def _is_envelope(items: list) -> bool:
    """Return whether a list holds the two parts of one answer: `[{"head": […]}, {"row": […]}]`."""
    names = [list(item) if isinstance(item, dict) else None for item in items]
    return names == [["head"], ["row"]] and isinstance(items[1]["row"], list)


def _candidates_of_object(value: dict[str, Any], depth: int) -> Iterator[Rows]:
    if any(isinstance(value.get(key), list) for key in _NAMES):
        found = _named_rows(value) or next((value[key] for key in _ROWS if _are_records(value.get(key))), [])
        if found:
            yield found
            return
    items = list(value.values())
    if len(items) >= 2 and _are_numbered(items):
        yield [
            dict(zip(value, cells, strict=True))
            for cells in zip(*(item.values() for item in items), strict=True)
        ]
        return
    if len(items) >= 2 and all(_is_record(item) for item in items) and _alike(items):
        yield [{"key": key, **item} for key, item in value.items()]
    if len(items) >= 2 and all(isinstance(item, list) and item for item in items) and _are_like(items):
        yield _rows_of_lists(value)
        return
    for key, item in value.items():
        if key == "item" and _is_record(item):
            yield [item]
        yield from _candidates(item, depth + 1)


def _are_numbered(columns: list) -> bool:
    """Return whether columns hold their cells by the numbers of rows, all the same, as data frames are written."""
    if not all(_is_record(column) and not _is_nested(list(column.values())) for column in columns):
        return False
    # Were all of one kind, either could be the rows.
    if len({isinstance(next(iter(column.values())), str) for column in columns}) < 2:
        return False
    rows = list(columns[0])
    return rows == [str(number) for number in range(len(rows))] and all(list(one) == rows for one in columns)


def _rows_of_list(items: list) -> Rows:
    records = [item for item in items if isinstance(item, dict)]
    if records and len(records) == len(items):
        return records
    if (
        items
        and all(isinstance(item, list) and item and not _is_nested(item) for item in items)
        and len(items) > 1
    ):
        return _rows_of_arrays(items)
    return []


def _rows_of_arrays(items: list[list]) -> Rows:
    width = max(map(len, items))
    if width < 2:
        return []
    if _has_names(items):
        return _name_cells(items[0], items[1:])
    return [{f"column_{number}": cell for number, cell in enumerate(item, 1)} for item in items]


def _has_names(items: list[list]) -> bool:
    """Return whether the first of some lists names the cells of the others."""
    if not all(isinstance(cell, str) for cell in items[0]):
        return False
    if any(not isinstance(cell, str) for cell in items[1]):
        return True
    texts = [["" if cell is None else str(cell) for cell in item] for item in items[:_HEAD]]
    header = find_header(texts)
    has_values = any(is_value(cell) for text in texts[1:] for cell in text)
    return has_values and header is not None and bool(header.levels) and header.first_data == 1


def _name_cells(names: list[str], items: list[list]) -> Rows:
    unique, _ = name_columns(names)
    return [dict(zip(unique, item, strict=False)) for item in items]


def _named_rows(value: dict[str, Any]) -> Rows:
    """Return the rows of an object that has names and rows of cells apart, [] where it hasn't."""
    names = next((value[key] for key in _NAMES if isinstance(value.get(key), list)), [])
    names = [name.get("name", name.get("id")) if isinstance(name, dict) else name for name in names]
    items = next((value[key] for key in _ROWS if isinstance(value.get(key), list)), [])
    fits = all(isinstance(item, list) and len(item) == len(names) for item in items)
    return _name_cells(names, items) if names and fits and all(isinstance(n, str) for n in names) else []


def _are_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(_is_record(item) for item in value)


def _are_like(lists: list[list]) -> bool:
    """Return whether lists hold things of one sort: scalars, lists, or objects with mostly the same names."""
    if all(_are_records(items) for items in lists):
        return _alike([items[0] for items in lists])
    kinds = {next((kind for kind in (dict, list) if isinstance(items[0], kind)), None) for items in lists}
    return len(kinds) == 1


def _rows_of_lists(value: dict[str, list]) -> Rows:
    """Return rows of an object whose values are lists: columns if equally long, else one list a key."""
    lengths = {len(items) for items in value.values()}
    scalar = all(not isinstance(item, dict | list) for items in value.values() for item in items)
    if scalar and len(lengths) == 1:
        columns = list(value)
        return [dict(zip(columns, cells, strict=True)) for cells in zip(*value.values(), strict=True)]
    rows: Rows = []
    for key, items in value.items():
        for item in items:
            if isinstance(item, dict):
                rows.append({"key": key, **item})
            elif isinstance(item, list):
                rows.append({"key": key} | {f"value_{number}": cell for number, cell in enumerate(item, 1)})
            else:
                rows.append({"key": key, "value": item})
    return rows


def _is_record(item: Any) -> bool:
    return isinstance(item, dict) and bool(item)


def _is_nested(items: list) -> bool:
    return any(isinstance(item, list | dict) for item in items)


def _alike(records: list[dict]) -> bool:
    names = set(records[0])
    return all(len(names & set(record)) * 2 > len(names | set(record)) for record in records)


def _message(document: Any) -> str:
    """Return what an API's envelope says instead of rows."""
    text = _dump(document)[:5000]
    found = re.search(r'"(?:resultMsg|returnAuthMsg|MESSAGE|message|msg|error)":"([^"]{1,200})"', text)
    return f" ({found[1]})" if found else ""


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return _dump(value)


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def spool_rows(rows: Rows, notes: Notes, epsg: int | None = None, shape: str = GEOMETRY) -> Spool:
    """Spool records as rows of texts, nested ones under dotted names."""
    lines = [row.pop(_ROW_NUMBER, number) for number, row in enumerate(rows, 1)]
    points = [(row.pop(POINT_X, None), row.pop(POINT_Y, None)) for row in rows]
    has_points = any(point != (None, None) for point in points)
    flat = [flatten(row) for row in rows]
    keys = list(dict.fromkeys(key for row in flat for key in row))
    if not keys:
        raise refuse("no_table", "JSON에 열이 없습니다", "the JSON's objects are empty", line=1)
    names, fixes = name_columns(keys)
    for fix, count in fixes.items():
        notes.fix(fix, count)
    fields = [pa.field(name, pa.string()) for name in names]
    extra = [pa.field(POINT_X, pa.float64()), pa.field(POINT_Y, pa.float64())] if has_points else []
    spool = Spool([*fields, *extra], epsg, shape)
    for at in range(0, len(flat), _BATCH):
        part = slice(at, at + _BATCH)
        cells = ([row.get(key) for key in keys] for row in flat[part])
        batch = to_batch(names, zip(lines[part], cells, strict=True))
        spool.write(_add_points(batch, points[part], spool.schema) if has_points else batch)
    spool.finish()
    return spool


def _add_points(batch: pa.RecordBatch, points: list[tuple], schema: pa.Schema) -> pa.RecordBatch:
    own = batch.columns[: -len(HIDDEN)]
    xy = [pa.array(column, pa.float64()) for column in zip(*points, strict=True)]
    return pa.RecordBatch.from_arrays([*own, *xy, *batch.columns[-len(HIDDEN) :]], schema=schema)
