"""Records of areas, places and codes that cross the room's border."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec
import numpy as np
from shapely import Geometry

WALK_DETOUR = 1.3
"""Ways along streets are about so many times as long as the straight line."""
WALK_M_PER_MINUTE = 67.0


class CodeSystem(StrEnum):
    """Who numbered the areas: the same five digits name different districts in each.

    `LEGAL`: 법정동코드, 10 digits (dong, ri) or 5 (district). `MOIS`: administrative dongs, 10 digits
    (sometimes the first 8); its districts equal the legal ones. `KOSTAT`: 5 digits (district), 7 (dong).
    """

    LEGAL = "legal"
    MOIS = "mois"
    KOSTAT = "kostat"


class Province(msgspec.Struct, frozen=True, kw_only=True):
    """A province with the names people give it."""

    code: str
    name_ko: str
    aliases: tuple[str, ...] = ()


class District(msgspec.Struct, frozen=True, kw_only=True):
    """A district (자치구, 시, 군) with its names and its codes in each system; "" where unknown."""

    code: str
    name_ko: str
    name_en: str = ""
    kostat_code: str = ""
    province: str = ""


class BoundaryArea(msgspec.Struct, frozen=True, kw_only=True):
    """An area with its polygon in EPSG:4326.

    `parent` is the name of what holds it, `district_code` the legal code of the district it lies in.
    """

    code: str
    name_ko: str
    geometry: Geometry
    name_en: str = ""
    parent: str = ""
    district_code: str = ""


class Located(msgspec.Struct, frozen=True, kw_only=True):
    """Where points lie: arrays of text as long as the points, "" where nothing holds the point.

    `district_code` 5 digits and `legal_dong_code` 10 digits are legal codes. `area_code` holds codes
    of the asked layer, None without one.
    """

    district_code: np.ndarray
    legal_dong_code: np.ndarray
    area_code: np.ndarray | None = None


class CodeVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """Which system a whole column of codes is in; `system` is None where that can't be told."""

    system: CodeSystem | None
    reason: str
    candidates: tuple[CodeSystem, ...] = ()


class AreaKind(StrEnum):
    """What the areas of a layer are."""

    DISTRICT = "district"
    LEGAL_DONG = "legal_dong"
    ADMINISTRATIVE_DONG = "administrative_dong"
    OTHER = "other"


class NewAreaLayer(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a boundary file when it is imported.

    Coordinate system (`crs`), columns and code system are found by value; what is given here overrules.
    """

    name: str
    kind: AreaKind
    year: int
    title_ko: str = ""
    title_en: str = ""
    source: str = ""
    licence: str = ""
    crs: str = ""
    code_column: str = ""
    name_column: str = ""


class NewPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A place to register (degrees, EPSG:4326)."""

    name: str
    kind: str
    lon: float
    lat: float
    address: str = ""
    source: str = ""


class RawBoundaries(msgspec.Struct, frozen=True, kw_only=True):
    """A boundary file as read: geometries (None where unreadable), columns, and the system it claims."""

    geometries: np.ndarray
    columns: dict[str, np.ndarray]
    crs: str = ""


class RejectedArea(msgspec.Struct, frozen=True, kw_only=True):
    """A feature that was not taken, counted from 1 in the order of the file."""

    row: int
    code: str
    name: str
    reason: str


class LayerReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an import of an area layer did.

    `repaired` polygons crossed themselves; `merged` features were further parts of an area already read.
    `code_system` is "" where the codes are of no known system.
    """

    layer: str
    features_read: int
    kept: int
    repaired: int
    merged: int
    rejected: dict[str, int]
    rejects: tuple[RejectedArea, ...]
    crs: str
    code_system: str
    code_column: str
    name_column: str


class AreaLayerRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An area layer: the two that are always there, or an imported one. `version` changes with content."""

    name: str
    title_ko: str
    title_en: str
    kind: AreaKind
    version: str
    area_count: int
    year: int | None = None
    code_system: str = ""
    source: str = ""
    licence: str = ""


class NewStreets(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a file of streets; without `crs` the system is found by value."""

    title: str
    source: str = ""
    licence: str = ""
    crs: str = ""


class StreetReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an import of streets did: lines kept, and the net they made.

    `parts` are nets that don't touch; of the largest, `largest_share` is its part of all nodes (0 to 1).
    """

    features_read: int
    kept: int
    rejected: dict[str, int]
    crs: str
    nodes: int
    kilometres: float
    parts: int
    largest_share: float


class StreetsRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The streets that distances on foot go by. `version` changes with content."""

    title: str
    source: str
    licence: str
    version: str
    imported_at: datetime
    report: StreetReport


class Walks(msgspec.Struct, frozen=True, kw_only=True):
    """Ways on foot from one point to others: metres, and whether they go by streets.

    Where no streets were imported, or they know no way, a way is WALK_DETOUR times as long as the straight line.
    """

    metres: np.ndarray
    by_streets: np.ndarray

    @property
    def minutes(self) -> np.ndarray:
        """The whole minutes, at least one, at WALK_M_PER_MINUTE."""
        return np.maximum(1, np.rint(self.metres / WALK_M_PER_MINUTE)).astype(int)


class PlaceHit(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of the search.

    An area has the name of its layer as `kind` and its code; a registered place its own kind and id.
    """

    kind: str
    code: str
    name_ko: str
    lon: float
    lat: float
    name_en: str = ""
    parent: str = ""
    address: str = ""
    is_area: bool = True


class PlaceRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A registered place (degrees, EPSG:4326)."""

    id: str
    name: str
    kind: str
    lon: float
    lat: float
    address: str = ""
    source: str = ""
    district_code: str = ""
    legal_dong_code: str = ""
