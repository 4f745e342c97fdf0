"""Points that aren't two plain numbers: degrees with minutes, both coordinates in one cell, WKT."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from .coordinates import in_korea
from .values import parse_number, trim

Split = Callable[[pa.StringArray], tuple[np.ndarray, np.ndarray]]
_MIN_SHARE = 0.9
_NUMBER = r"[+-]?\d{1,9}\.\d+"
_PAIR = rf"^[(\[]?\s*(?P<one>{_NUMBER})\s*[,;/ ]\s*(?P<other>{_NUMBER})\s*[)\]]?$"
_WKT = r"(?i)^(SRID=\d+;\s*)?(MULTI)?(POINT|LINESTRING|POLYGON)\s*Z?\s*\("
_SRID = r"(?i)^SRID=(\d{4,6});\s*"
_DECIMAL_COMMA = r"^([+-]?\d{1,3}),(\d+)$"
_WKB = r"(?i)^0[01][0-9a-f]{40,}$"
# 37°31'14.8"N, 127도 2분 50.6초, 37-31-14.8, N 37.5208, 127.0473°
_DEGREES = (
    r"(?i)^(?P<before>[NSEW])?\s*(?P<d>\d{1,3})(?:\s*[°º˚도:\- ]\s*(?P<m>\d{1,2})"
    r"(?:\s*['′’분:\- ]\s*(?P<s>\d{1,2}(?:\.\d+)?)?)?\s*(?:\"|″|”|''|′′|’’|초|'|′|’|분)?"
    r"|(?P<f>\.\d+)?\s*[°º˚도]?)\s*(?P<after>[NSEW])?$"
)
_PART = re.compile(
    r"^(?P<axis>.*?(?P<kind>위도|경도|latitude|longitude|lat|lon|lng))[\s_.(\[]*"
    r"(?P<part>도|분|초|deg|degrees?|min|minutes?|sec|seconds?)[)\]]?$",
    re.IGNORECASE,
)
_POINT_NAME = re.compile(r"좌표|위치|경도|위도|coord|location|latl|point|geo", re.IGNORECASE)
_PARTS = {"도": "d", "분": "m", "초": "s", "deg": "d", "min": "m", "sec": "s"}


class InCell(msgspec.Struct, frozen=True, kw_only=True):
    """A column each cell of which holds a whole point, and how it is taken apart into x and y.

    `epsg` is the system that the cells themselves name (SRID=5186;POINT…), None where they name none.
    """

    name: str
    split: Split
    epsg: int | None = None


class InParts(msgspec.Struct, frozen=True, kw_only=True):
    """Columns of degrees, minutes and (or "") seconds for longitude and for latitude."""

    lon: tuple[str, str, str]
    lat: tuple[str, str, str]

    @property
    def names(self) -> set[str]:
        """All columns that are part of a point."""
        return {*self.lon, *self.lat} - {""}


def find_parts(names: list[str]) -> InParts | None:
    """Return the columns of degrees and minutes by their names ("위도(도)", "위도(분)"), None without."""
    axes: dict[str, dict[str, str]] = {}
    for name in names:
        found = _PART.match(name.strip())
        if found:
            axes.setdefault(found["axis"].lower(), {})[_PARTS[found["part"].lower()[:3]]] = name
    whole = {axis: parts for axis, parts in axes.items() if {"d", "m"} <= set(parts)}
    lon, lat = (
        next((parts for axis, parts in whole.items() if re.search(kind, axis)), None)
        for kind in ("경도|lon|lng", "위도|lat")
    )
    if lon is None or lat is None:
        return None
    return InParts(
        lon=(lon["d"], lon["m"], lon.get("s", "")),
        lat=(lat["d"], lat["m"], lat.get("s", "")),
    )


def find_in_cells(words: dict[str, pa.StringArray]) -> InCell | None:
    """Return the column of a sample that holds whole points: "37.52, 127.04" or "POINT (127.04 37.52)".

    Two numbers are a point in the country, or under a name that speaks of one.
    """
    for name, column in words.items():
        texts = trim(column).drop_null()
        if not len(texts):
            continue
        if _share(texts, _WKT) >= _MIN_SHARE:
            named = re.match(_SRID, texts[0].as_py())
            return InCell(name=name, split=split_wkt, epsg=int(named[1]) if named else None)
        if _share(texts, _WKB) >= _MIN_SHARE:
            srid = int(shapely.get_srid(shapely.from_wkb(texts[0].as_py(), on_invalid="ignore")))
            return InCell(name=name, split=split_wkb, epsg=srid or None)
        if _share(texts, _PAIR) >= _MIN_SHARE:
            lon, lat = split_pair(texts)
            if _POINT_NAME.search(name) or (in_korea(lon, lat) | in_korea(lat, lon)).mean() >= _MIN_SHARE:
                return InCell(name=name, split=split_pair)
    return None


def _share(texts: pa.StringArray, pattern: str) -> float:
    return pc.sum(pc.match_substring_regex(texts, pattern)).as_py() / len(texts)


def split_wkt(texts: pa.StringArray) -> tuple[np.ndarray, np.ndarray]:
    """Return x and y of a point inside each shape, NaN where there is none."""
    plain = pc.replace_substring_regex(trim(texts), _SRID, "").to_pylist()
    return _find_inside(shapely.from_wkt(np.array(plain, object), on_invalid="ignore"))


def split_wkb(texts: pa.StringArray) -> tuple[np.ndarray, np.ndarray]:
    """Return x and y of a point inside each shape that stands as hexadecimal WKB, as databases put them out."""
    return _find_inside(shapely.from_wkb(np.array(trim(texts).to_pylist(), object), on_invalid="ignore"))


def _find_inside(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    shapes[shapely.is_empty(shapes)] = None
    flat = np.isin(shapely.get_type_id(shapes), (0, -1))
    shapes[~flat] = shapely.point_on_surface(shapes[~flat])
    return shapely.get_x(shapes), shapely.get_y(shapes)


def split_pair(texts: pa.StringArray) -> tuple[np.ndarray, np.ndarray]:
    """Return the second and the first number of each cell, since people write the latitude first."""
    parts = pc.extract_regex(trim(texts), _PAIR)
    one, other = (
        pc.cast(pc.struct_field(parts, name), pa.float64()).to_numpy(zero_copy_only=False)
        for name in ("one", "other")
    )
    return other, one


def parse_degrees(texts: pa.StringArray) -> pa.DoubleArray:
    """Return numbers, or degrees with minutes and seconds, as degrees; south and west are negative."""
    trimmed = trim(texts)
    numbers = parse_number(trimmed)
    if numbers.null_count == trimmed.null_count:
        return numbers
    trimmed = pc.replace_substring_regex(trimmed, _DECIMAL_COMMA, r"\1.\2")
    parts = pc.extract_regex(trimmed, _DEGREES)
    values = {name: pc.struct_field(parts, name) for name in ("d", "m", "s", "f", "before", "after")}
    degrees, minutes, seconds = (_number(values[name]) for name in ("d", "m", "s"))
    size = degrees + minutes / 60 + seconds / 3600 + _number(values["f"])
    sign = np.where(_is_negative(values["before"]) | _is_negative(values["after"]), -1.0, 1.0)
    good = np.asarray(pc.is_valid(parts)) & (minutes < 60) & (seconds < 60)
    return pc.coalesce(numbers, pa.array(size * sign, mask=~good))


def _number(texts: pa.StringArray) -> np.ndarray:
    filled = pc.if_else(pc.equal(pc.fill_null(pc.binary_length(texts), 0), 0), "0", texts)
    return np.asarray(pc.cast(filled, pa.float64()))


def _is_negative(texts: pa.StringArray) -> np.ndarray:
    return np.asarray(pc.is_in(pc.utf8_upper(texts), value_set=pa.array(["S", "W"])))
