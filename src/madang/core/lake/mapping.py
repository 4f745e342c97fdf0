"""A dataset's points, lines and areas as a map: coloured by a column, with a legend that counts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from madang.core.base.interface import Column, ColumnType, Text
from madang.core.pages.interface import MapBlock, MapClass, MapLayer, points_layer

from .asking import count_rows
from .naming import name_value
from .reading import Reader
from .records import Filter, Measure, Op, Order
from .shape_index import has_outlines, measure_reach
from .shapes import find_shape_column

INLINE_POINTS, CLASSES, TITLED = 600, 4, 4
KOREA = (124.0, 33.0, 132.0, 39.0)
NAME = re.compile(r"(명|명칭|이름|상호|제목)$|^(name|title)|name$", re.I)
OTHER = Text(ko="그 밖", en="Other")


def choose_colour(columns: Sequence[Column], quality: Mapping[str, Any] | None) -> str:
    """Return the column whose few values best tell points apart, "" where there is none."""
    measured = {one["name"]: one for one in (quality or {}).get("columns", ())}
    for most in (CLASSES, 12):
        for column in columns:
            is_word = column.type in {ColumnType.TEXT, ColumnType.BOOLEAN} and not column.personal
            if is_word and 2 <= measured.get(column.name, {}).get("distinct", 0) <= most:
                return column.name
    return ""


def list_colours(columns: Sequence[Column], quality: Mapping[str, Any] | None) -> list[Column]:
    """Return the columns that points may be coloured by."""
    measured = {one["name"]: one["distinct"] for one in (quality or {}).get("columns", ())}
    words = {ColumnType.TEXT, ColumnType.BOOLEAN}
    return [c for c in columns if c.type in words and not c.personal and 2 <= measured.get(c.name, 0) <= 200]


def draw_map(
    reader: Reader,
    title: Text,
    colour_by: str,
    where: Sequence[Filter] = (),
    *,
    inline_points: int = INLINE_POINTS,
) -> MapBlock | None:
    """Return the map of a dataset with a place, None for one without or with nothing placed.

    More than `inline_points` points are not written into the page but come as tiles, as lines and areas do always.
    """
    lon, lat = reader.table.lon, reader.table.lat
    names = {column.name for column in reader.columns}
    if lon is None or lat is None or not {lon, lat} <= names:
        return None
    placed = (*where, Filter(lon, Op.NOT_NULL), Filter(lat, Op.NOT_NULL))
    total = count_rows(reader, placed)
    if total == 0:
        return None
    classes = _list_classes(reader, colour_by, placed, total) if colour_by in names else ()
    has_shapes = has_outlines(reader)
    few = total <= inline_points and not has_shapes
    layer = (
        points_layer(_list_points(reader, lon, lat, colour_by, placed), layer_id="points")
        if few
        else MapLayer(id="points", tiles=_tiles(reader, colour_by))
    )
    return MapBlock(
        title=title,
        layers=(
            MapLayer(
                id="points",
                shape="any" if has_shapes else "points",
                data=layer.data,
                tiles=layer.tiles,
                colour_by=colour_by if classes else None,
                classes=classes,
            ),
        ),
        bounds=(measure_reach(reader).bounds if has_shapes else None)
        or _find_bounds(reader, lon, lat, placed),
        list_selector="#places",
        property_titles={column.name: column.title for column in reader.columns},
        words={value: words for column in reader.columns for value, words in column.words},
        quiet_scroll=True,
    )


def list_places(reader: Reader, where: Sequence[Filter] = (), limit: int = 12) -> list[dict[str, Any]]:
    """Return placed rows of different titles for the list beside the map: id, lon, lat and title."""
    lon, lat = str(reader.table.lon), str(reader.table.lat)
    placed = (*where, Filter(lon, Op.NOT_NULL), Filter(lat, Op.NOT_NULL))
    by_title = {row["title"]: row for row in reversed(_list_points(reader, lon, lat, "", placed))}
    return list(reversed(by_title.values()))[:limit]


def count_values(reader: Reader, column: str, where: Sequence[Filter], limit: int) -> list[MapClass]:
    """Return the most frequent values of a column with their counts."""
    rows = reader.aggregate(
        [Measure(function="count", name="_count")],
        [column],
        (*where, Filter(column, Op.NOT_NULL)),
        [Order("_count", descending=True), Order(column)],
        limit,
    ).to_pylist()
    known = next(one for one in reader.columns if one.name == column)
    return [
        MapClass(value=_say(row[column]), title=name_value(row[column], known), count=row["_count"])
        for row in rows
    ]


def _list_points(
    reader: Reader, lon: str, lat: str, colour_by: str, where: Sequence[Filter], limit: int = INLINE_POINTS
) -> list[dict[str, Any]]:
    shape = find_shape_column(reader.table, reader.columns)
    texts = [c.name for c in reader.columns if c.type is ColumnType.TEXT and c.name != shape]
    texts.sort(key=lambda name: not NAME.search(name))
    others = [c.name for c in reader.columns if c.name not in {lon, lat, shape, *texts}]
    shown = list(dict.fromkeys([*filter(None, [colour_by]), *texts, *others]))[:TITLED]
    rows = reader.read([lon, lat, *(name for name in shown if name not in {lon, lat})], where, limit=limit)
    points = []
    for number, row in enumerate(rows.to_pylist()):
        said = {name: _plain(row[name]) for name in shown}
        title = next((said[name] for name in shown if name != colour_by and said[name]), "")
        points.append({**said, "id": str(number), "title": str(title), "lon": row[lon], "lat": row[lat]})
    return points


def _list_classes(
    reader: Reader, colour_by: str, where: Sequence[Filter], total: int
) -> tuple[MapClass, ...]:
    classes = count_values(reader, colour_by, where, CLASSES)
    rest = total - sum(entry.count or 0 for entry in classes)
    if rest and len(classes) == CLASSES:
        classes.append(MapClass(value="\u0000", title=OTHER, count=rest))
    return tuple(classes)


def _find_bounds(
    reader: Reader, lon: str, lat: str, where: Sequence[Filter]
) -> tuple[float, float, float, float]:
    """Return the box of the points in Korea, or of all where none is there."""
    west, south, east, north = KOREA
    inside = (*where, Filter(lon, Op.BETWEEN, [west, east]), Filter(lat, Op.BETWEEN, [south, north]))
    edges = [
        Measure(function=f, column=c, name=f"{f}{n}")
        for n, c in enumerate((lon, lat))
        for f in ("min", "max")
    ]
    row = reader.aggregate(edges, (), inside).to_pylist()[0]
    if row["min0"] is None:
        row = reader.aggregate(edges, (), where).to_pylist()[0]
    return row["min0"], row["min1"], row["max0"], row["max1"]


def _tiles(reader: Reader, colour_by: str) -> str:
    query = urlencode({"v": reader.version, **({"colour_by": colour_by} if colour_by else {})})
    return f"/tiles/datasets/{reader.table.name}/{{z}}/{{x}}/{{y}}.mvt?{query}"


def _say(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
