"""What an address asks for, read as the standard says: anything it doesn't name is refused."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from madang.citizens.city_map.records import Asked, Collection, Only
from madang.core.base.interface import CITY_TIMEZONE, ColumnType

from .cql.checking import check
from .cql.objects import read_json
from .cql.text import read_text
from .cql.tree import Wrong
from .systems import CRS84, find_system

MOST, USUAL = 10_000, 10
FARTHEST = 10**9
FILTER = ("filter", "filter-lang", "filter-crs")
SHAPING = ("sortby", "properties", "skipGeometry")
KNOWN = frozenset({"bbox", "bbox-crs", "crs", "datetime", "limit", "offset", "f", *FILTER, *SHAPING})
SIDES = (4, 6)
DAY = re.compile(r"\d{4}-\d\d-\d\d")


def read_asked(
    collection: Collection, given: Sequence[tuple[str, str]]
) -> tuple[Asked, str, list[float] | None]:
    """Return what is asked, the system of its box, and the box as it was given (None without one)."""
    values = dict(given)
    if len(values) < len(given):
        raise Wrong("query", "a parameter stands twice")
    if values.get("f", "json") not in {"json", "geojson", "html"}:
        raise Wrong("f", "features are answered as json or html")
    names = {one.name for one in collection.properties}
    unknown = values.keys() - KNOWN - names
    if unknown:
        raise Wrong(min(unknown), "there is no such parameter or property")
    crs = _read_system(values, "crs")
    box_crs = _read_system(values, "bbox-crs")
    asked = Asked(
        times=_read_times(collection, values["datetime"]) if "datetime" in values else None,
        equal=tuple((name, value) for name, value in given if name in names - KNOWN),
        filter=read_filter(collection, values),
        sort=_read_sort(values.get("sortby", ""), names),
        properties=_read_names(values["properties"], names) if "properties" in values else None,
        has_geometry=not _read_truth(values, "skipGeometry"),
        crs=crs,
        limit=min(_read_count(values, "limit", USUAL, 1), MOST),
        offset=_read_count(values, "offset", 0, 0),
    )
    return asked, box_crs, _read_box(values["bbox"], box_crs) if values.get("bbox") else None


def read_filter(collection: Collection, values: dict[str, str]) -> Any:
    """Return the tree of a filter, None without one; its geometries are still in the system of filter-crs."""
    language = values.get("filter-lang", "cql2-text")
    readers = {"cql2-text": read_text, "cql2-json": read_json}
    if language not in readers:
        raise Wrong("filter-lang", "cql2-text and cql2-json are served")
    if "filter" not in values:
        return None
    found = readers[language](values["filter"])
    check(found, collection.properties)
    return found


def read_only(texts: Sequence[str], collections: Sequence[Collection]) -> tuple[Only, ...]:
    """Return what `collection.property:value` ask of the collections; raise Wrong for what none of them has."""
    known = {one.id: {column.name: column.type for column in one.properties} for one in collections}
    found = []
    for text in filter(None, texts):
        collection, _, rest = text.partition(".")
        name, _, value = rest.partition(":")
        kind = known.get(collection, {}).get(name)
        if kind not in {ColumnType.TEXT, ColumnType.BOOLEAN} or "\0" in value:
            raise Wrong("only", "collection.property:value is needed, of a text or truth value")
        if kind is ColumnType.BOOLEAN and value not in {"true", "false"}:
            raise Wrong("only", "a truth value is true or false")
        found.append(Only(collection, name, value))
    return tuple(dict.fromkeys(found))


def read_filter_system(values: dict[str, str]) -> str:
    """Return the system that a filter's geometries are written in."""
    return _read_system(values, "filter-crs")


def _read_sort(text: str, names: set[str]) -> tuple[str, ...]:
    """Return the properties of `+a,-b`, those that descend with "-" in front; a plus may come as the blank it stands for."""
    parts = [part.strip() for part in text.split(",")] if text else []
    signed = [("-" if part.startswith("-") else "", part.lstrip("+-")) for part in parts]
    _require([name for _, name in signed], names, "sortby")
    return tuple(sign + name for sign, name in signed)


def _read_names(text: str, names: set[str]) -> tuple[str, ...]:
    found = [part.strip() for part in text.split(",") if part.strip()]
    _require(found, names, "properties")
    return tuple(dict.fromkeys(found))


def _require(found: Sequence[str], names: set[str], parameter: str) -> None:
    unknown = next((name for name in found if name not in names), None)
    if unknown is not None:
        raise Wrong(parameter, f"there is no property '{unknown}'")


def _read_truth(values: dict[str, str], name: str) -> bool:
    text = values.get(name, "false").lower()
    if text not in {"true", "false"}:
        raise Wrong(name, "true or false is needed")
    return text == "true"


def _read_system(values: dict[str, str], name: str) -> str:
    given = values.get(name)
    if not given:
        return CRS84
    found = find_system(given)
    if found is None:
        raise Wrong(name, f"{given} is not served; see the collection's crs")
    return found


def _read_count(values: dict[str, str], name: str, usual: int, least: int) -> int:
    text = values.get(name, "")
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= FARTHEST):
        raise Wrong(name, f"a whole number from {least} is needed")
    return int(text)


def _read_box(text: str, crs: str) -> list[float]:
    """Return west, south, east, north as given; in degrees west may be beyond east: across the antimeridian."""
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        raise Wrong("bbox", "numbers separated by commas are needed") from None
    if len(numbers) not in SIDES or not all(map(math.isfinite, numbers)):
        raise Wrong("bbox", "4 numbers, or 6 with heights, are needed")
    half = len(numbers) // 2
    low, high = numbers[:half][:2], numbers[half:][:2]
    if low[1] > high[1] or (low[0] > high[0] and crs != CRS84):
        raise Wrong("bbox", "its lower corner comes first; across the antimeridian a box is given in CRS84")
    return [*low, *high]


def _read_times(collection: Collection, text: str) -> tuple[datetime | None, datetime | None] | None:
    begin, slash, end = text.partition("/")
    if not slash and begin in {"", ".."}:
        raise Wrong("datetime", "a time, or two with / between them, are needed")
    first = _read_moment(begin, is_end=False)
    last = _read_moment(end if slash else begin, is_end=True)
    if first and last and first > last:
        raise Wrong("datetime", "the earlier time comes first")
    # Features without a time match any time, as the standard says.
    return None if collection.time is None else (first, last)


def _read_moment(text: str, *, is_end: bool) -> datetime | None:
    """Return the moment a text names, of a day of the city its first or last; None for an open end."""
    if text in {"", ".."}:
        return None
    try:
        if DAY.fullmatch(text):
            begin = datetime.fromisoformat(text).replace(tzinfo=CITY_TIMEZONE)
            return begin + timedelta(days=1, microseconds=-1) if is_end else begin
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise Wrong("datetime", f"{text!r} is no time of RFC 3339") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
