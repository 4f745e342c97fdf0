"""Records of areas, places and codes that cross the room's border."""

from __future__ import annotations

from enum import StrEnum

import msgspec
import numpy as np
from shapely import Geometry


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
    """An area with its polygon in EPSG:4326; `parent` is the name of what holds it."""

    code: str
    name_ko: str
    geometry: Geometry
    name_en: str = ""
    parent: str = ""


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
