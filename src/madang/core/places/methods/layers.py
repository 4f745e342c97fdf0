"""A boundary file as read → areas with codes, names and sound polygons in degrees."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping

import msgspec
import numpy as np
import shapely

from madang.core.base.interface import BadInput
from madang.core.places.records import BoundaryArea, Located, RawBoundaries, RejectedArea

from .coordinates import COORDINATE_SYSTEMS, name_crs, transform_points
from .romanization import romanize_place

COUNTRY = (124.0, 32.5, 132.5, 39.5)
CODE_NAME = re.compile(r"(^|_)(code|cd)$|코드", re.IGNORECASE)
KOREAN_NAME = re.compile(r"(^|_)(name|nm|title)$|명$|이름|kor_nm", re.IGNORECASE)
ENGLISH_NAME = re.compile(r"eng?($|_)|영문", re.IGNORECASE)
SAMPLE = 500
SAME_AS_DEGREES = {"EPSG:4737", "OGC:CRS84"}  # Korea 2000 and WGS 84 differ by centimetres

Locate = Callable[[np.ndarray, np.ndarray], Located]


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """Names of the columns that hold code, Korean and English name; "" where there is none."""

    code: str = ""
    name_ko: str = ""
    name_en: str = ""


class Draft(msgspec.Struct, kw_only=True):
    """Areas taken so far, by code, and what was done to the others."""

    areas: dict[str, BoundaryArea]
    rejects: list[RejectedArea]
    repaired: int = 0
    merged: int = 0


def choose_columns(columns: Mapping[str, np.ndarray], code: str = "", name: str = "") -> Columns:
    """Return which columns hold what, judged by their values; `code` and `name` overrule."""
    for field, asked in (("code_column", code), ("name_column", name)):
        if asked and asked not in columns:
            raise BadInput(
                "places.column", f"{asked} 열이 없습니다", f"there is no column {asked}", field=field
            )
    texts = {column: [as_text(value) for value in values] for column, values in columns.items()}
    called_code = {column: values for column, values in texts.items() if CODE_NAME.search(column)}
    return Columns(
        code=code or _best(texts, _is_code, CODE_NAME) or _best(called_code, _is_key, CODE_NAME),
        name_ko=name or _best(texts, _is_korean, KOREAN_NAME),
        name_en=_best(texts, _is_english, ENGLISH_NAME),
    )


def as_text(value: object) -> str:
    """Return a value of a column as text: whole numbers without a point, nothing for missing, no NUL."""
    if value is None or (isinstance(value, float | np.floating) and not np.isfinite(value)):
        return ""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        value = int(value)
    return str(value).replace("\0", "").strip()


def detect_crs(
    raw: RawBoundaries, columns: Columns, locate: Locate, name_of: Callable[[str], str], crs: str = ""
) -> str:
    """Return the coordinate system of a file: the one asked for, else the one that fits the country.

    What the file claims wins where it fits: GeoJSON claims degrees even where it holds metres. Where
    several fit (the central belts differ by 300 m or 100 km) the names of the areas decide; where they
    can't, the file is refused rather than shifted.
    """
    if crs:
        return name_crs(crs)
    usable = [i for i, shape in enumerate(raw.geometries) if shape is not None and not shape.is_empty]
    if not usable:
        return raw.crs or "EPSG:4326"
    chosen = usable[:: max(1, len(usable) // SAMPLE)]
    points = shapely.get_coordinates(shapely.centroid(raw.geometries[chosen]))
    if raw.crs and raw.crs not in {*COORDINATE_SYSTEMS, *SAME_AS_DEGREES}:
        raise _unclear(f"{raw.crs}: 쓰지 않는 좌표계입니다", f"{raw.crs} is not a system in use")
    if np.median(np.abs(points)) <= 180:
        return "EPSG:4326"
    column = raw.columns.get(columns.name_ko)
    names = ["" if column is None else as_text(column[i]) for i in chosen]
    metric = [name for name in COORDINATE_SYSTEMS if name != "EPSG:4326"]
    fits = {name: _judge(points, name, names, locate, name_of) for name in metric}
    fitting = {name: agreement for name, agreement in fits.items() if agreement is not None}
    if raw.crs in fitting:
        return raw.crs
    best = max(fitting, key=lambda name: fitting[name], default="")
    if best and all(fitting[best] > other + 0.05 for name, other in fitting.items() if name != best):
        return best
    raise _unclear(
        "좌표계를 알 수 없습니다", "the coordinate system can't be told", candidates=sorted(fitting)
    )


def take_areas(raw: RawBoundaries, columns: Columns, crs: str) -> Draft:
    """Return sound areas in EPSG:4326, mended and merged, and the features that can't be taken."""
    draft = Draft(areas={}, rejects=[])
    cells = {name: [as_text(v) for v in values] for name, values in raw.columns.items()}
    for i, shape in enumerate(raw.geometries):
        code = cells[columns.code][i] if columns.code else str(i + 1)
        name = cells[columns.name_ko][i] if columns.name_ko else ""
        name_en = cells[columns.name_en][i] if columns.name_en else ""
        names = {"name_ko": name or name_en or code, "name_en": name_en or romanize_place(name)}
        reason = _take(draft, shape, crs, code=code, **names)
        if reason:
            draft.rejects.append(RejectedArea(row=i + 1, code=code[:40], name=name[:200], reason=reason))
    return draft


def count_reasons(rejects: list[RejectedArea]) -> dict[str, int]:
    """Return how many features were rejected for each reason."""
    return dict(Counter(reject.reason for reject in rejects))


def _unclear(ko: str, en: str, **details: object) -> BadInput:
    return BadInput(
        "places.crs_unclear",
        f"{ko}. 좌표계를 골라 주세요.",
        f"{en}: please say which",
        field="crs",
        **details,
    )


def _take(draft: Draft, shape: shapely.Geometry | None, crs: str, **names: str) -> str:
    """Add one feature to the draft; return why not, "" where it was taken."""
    if shape is None or shape.is_empty:
        return "no readable geometry"
    if shape.geom_type not in {"Polygon", "MultiPolygon"}:
        return "not an area"
    if not 0 < len(names["code"]) <= 40:
        return "no code"
    polygon = shapely.transform(
        shape, lambda x, y: transform_points(x, y, crs, "EPSG:4326"), interleaved=False
    )
    if not shapely.box(*COUNTRY).covers(shapely.box(*polygon.bounds)):
        return "outside the country"
    mended = _mend(polygon)
    if mended.is_empty:
        return "no area left after repair"
    if mended is not polygon:
        draft.repaired += 1
    return _merge(draft, BoundaryArea(geometry=mended, **names))


def _merge(draft: Draft, area: BoundaryArea) -> str:
    earlier = draft.areas.get(area.code)
    if earlier is not None:
        if earlier.name_ko != area.name_ko:
            return "code of another area"
        whole = _keep_polygons(shapely.union(earlier.geometry, area.geometry))
        area = msgspec.structs.replace(earlier, geometry=whole)
        draft.merged += 1
    draft.areas[area.code] = area
    return ""


def _mend(polygon: shapely.Geometry) -> shapely.Geometry:
    if polygon.is_valid:
        return polygon
    return _keep_polygons(shapely.make_valid(polygon, method="structure", keep_collapsed=False))


def _keep_polygons(shape: shapely.Geometry) -> shapely.Geometry:
    parts = [
        p for p in shapely.get_parts(shapely.get_parts(shape)) if p.geom_type == "Polygon" and p.area > 0
    ]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _judge(
    points: np.ndarray, crs: str, names: list[str], locate: Locate, name_of: Callable[[str], str]
) -> float | None:
    """Return the share of areas whose name agrees with where they would lie; None where they can't lie."""
    located = locate(*transform_points(points[:, 0], points[:, 1], crs, "EPSG:4326"))
    if (located.district_code != "").mean() < 0.8:
        return None
    known = zip(names, located.district_code, located.legal_dong_code, strict=True)
    agreeing = [bool(name) and name.split()[-1] in {name_of(gu), name_of(dong)} for name, gu, dong in known]
    return sum(agreeing) / len(agreeing)


def _best(texts: dict[str, list[str]], fits: Callable[[list[str]], bool], expected: re.Pattern[str]) -> str:
    fitting = [name for name, values in texts.items() if values and fits(values)]
    # A telling name first, then the more telling values.
    return max(fitting, key=lambda name: (bool(expected.search(name)), len(set(texts[name]))), default="")


def _is_code(values: list[str]) -> bool:
    digits = all(value.isascii() and value.isdigit() and 5 <= len(value) <= 10 for value in values)
    return digits and len(set(values)) > 0.5 * len(values)


def _is_key(values: list[str]) -> bool:
    """Return whether values under the name of a code may be codes of another kind: 11 of a province, A-101 of a zone."""
    return all(values) and len(set(values)) > 0.5 * len(values)


def _is_korean(values: list[str]) -> bool:
    return sum(bool(re.search("[가-힣]", value)) for value in values) > 0.8 * len(values)


def _is_english(values: list[str]) -> bool:
    share = sum(bool(re.fullmatch(r"[A-Za-z][A-Za-z0-9 .,()·'-]*", value)) for value in values) / len(values)
    return share > 0.8 and len(set(values)) > 0.3 * len(values)
