"""Points to districts and dongs, and codes to districts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
import shapely

from madang.core.base.interface import BadInput, Text
from madang.core.places.gateway.country import (
    read_district_codes,
    read_district_outlines,
    read_dongs,
    read_provinces,
)
from madang.core.places.methods.addresses import AddressReader
from madang.core.places.methods.codes import CodeBook
from madang.core.places.methods.locating import AreaIndex, Locator
from madang.core.places.methods.romanization import romanize_place
from madang.core.places.records import CodeSystem, CodeVerdict, District, Located

from .layers import get_province_code, locate_in_layer


def locate_points(lon: np.ndarray, lat: np.ndarray, *, layer: str | None = None) -> Located:
    """Return the district and the legal dong of each point (degrees, EPSG:4326), in the whole country.

    A point on a shared border belongs to the lower code. "" where nothing holds the point or a
    coordinate is missing. With `layer` (NotFound where there is none of that name) the answer's
    `area_code` holds the codes of that layer's areas. About a million points a second.
    """
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    if lon.ndim != 1 or lon.shape != lat.shape:
        raise BadInput(
            "places.points",
            "경도와 위도의 길이가 같아야 합니다",
            "longitudes and latitudes must be two lists of one length",
        )
    district, dong = _load_locator(get_province_code()).locate(lon, lat)
    areas = None if layer is None else locate_in_layer(lon, lat, layer)
    return Located(district_code=district, legal_dong_code=dong, area_code=areas)


def locate_in_outlines(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Return the district code of each point by the districts' own outlines, "" where nothing holds it.

    A second opinion near borders: the outlines are another survey than the legal dongs, which decide in
    `locate_points`, and the two differ by up to some dozen metres.
    """
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    return _load_locator(get_province_code()).locate_in_outlines(lon, lat)


def list_districts(*, whole_country: bool = False) -> tuple[District, ...]:
    """Return the city's districts by code, or the whole country's."""
    prefix = "" if whole_country else get_province_code()
    return tuple(d for d in read_district_codes() if d.code.startswith(prefix))


def resolve_code(code: str, system: CodeSystem | str) -> District:
    """Return the district that `code` (a district's or a dong's) names in `system`."""
    return _load_code_book().resolve(code, CodeSystem(system))


def detect_code_system(codes: Iterable[str], names: Sequence[str] | None = None) -> CodeVerdict:
    """Return which system a whole column of codes is in, or that it can't be told."""
    return _load_code_book().detect(codes, names)


def detect_layer_codes(codes: Sequence[str], district_codes: Sequence[str]) -> CodeSystem | None:
    """Return the system of areas' codes, judged by the districts (legal codes) the areas lie in."""
    return _load_code_book().detect_by_place(codes, district_codes)


def find_district_in_text(texts: Iterable[str | None]) -> np.ndarray:
    """Return the legal code of the district (5 digits) that each address names first, "" where none.

    Understands "서울특별시 종로구 사직로 8", "종로구", "서울종로구", "종로구청운동", "Jongno-gu"; a district
    without a province is the city's own. About 200,000 different texts a second.
    """
    return _load_address_reader(get_province_code()).find(texts)


def find_own_district(*parts: str) -> str:
    """Return the legal code of the city's district that columns of a list name together; "" for another city's.

    `parts` may be a province (시도명), a district or its office: "서울특별시", "종로구청".
    """
    province_code = get_province_code()
    reader = _load_address_reader(province_code)
    code = str(reader.find([" ".join(filter(None, parts))], of_agency=True)[0])
    return code if code.startswith(province_code) else ""


def get_area_name(code: str) -> str:
    """Return the Korean name of a district (5 digits) or legal dong (8 or 10), "" where there is none."""
    return _load_names().get(code[:8] if len(code) > 5 else code, "")


def say_area(code: str) -> Text:
    """Return the name of a district (5 digits) or legal dong (8 or 10) in both languages, the code where there is none."""
    ko = get_area_name(code)
    return Text(ko=ko, en=romanize_place(ko)) if ko else Text(ko=code, en=code)


@cache
def _load_names() -> dict[str, str]:
    return {area.code: area.name_ko for area in (*read_district_outlines(), *read_dongs())}


@cache
def _load_address_reader(province_code: str) -> AddressReader:
    dongs = defaultdict(list)
    for area in read_dongs():
        dongs[area.code[:5]].append(area.name_ko)
    return AddressReader(read_provinces(), read_district_codes(), dongs, province_code)


@cache
def _load_code_book() -> CodeBook:
    return CodeBook(read_district_codes(), (area.code for area in read_dongs()))


@cache
def _load_locator(province_code: str) -> Locator:
    dongs, outlines = read_dongs(), read_district_outlines()
    home = [area.geometry for area in dongs if area.code.startswith(province_code)]
    return Locator(
        AreaIndex([area.code for area in dongs], [area.geometry for area in dongs]),
        AreaIndex([area.code for area in outlines], [area.geometry for area in outlines]),
        tuple(shapely.total_bounds(home)),
    )
