"""Districts, imported areas and registered places as lake tables."""

from __future__ import annotations

from collections.abc import Iterator

from madang.core.base.interface import Column, ColumnType, Register, Table, TableKind, Text

from .queries.layers import DISTRICTS, LEGAL_DONGS, get_area_layer
from .queries.locating import list_districts
from .queries.registers import (
    get_areas_version,
    get_places_version,
    iterate_areas,
    iterate_own_areas,
    iterate_places,
)


def _column(name: str, ko: str, en: str, kind: ColumnType = ColumnType.TEXT, unit: str = "") -> Column:
    return Column(name=name, type=kind, title=Text(ko=ko, en=en), unit=unit)


LON = _column("lon", "경도", "Longitude", ColumnType.NUMBER, "deg")
LAT = _column("lat", "위도", "Latitude", ColumnType.NUMBER, "deg")
SIZE = _column("area_m2", "넓이", "Area", ColumnType.NUMBER, "m2")
NAME_KO = _column("name_ko", "이름", "Name in Korean")
NAME_EN = _column("name_en", "로마자 이름", "Name in Latin letters")
DISTRICT = _column("district_code", "자치구 코드", "District code")


def _table(name: str, ko: str, en: str, key: tuple[str, ...], columns: tuple[Column, ...]) -> Table:
    return Table(
        name=name,
        title=Text(ko=ko, en=en),
        kind=TableKind.REGISTER,
        key=key,
        columns=columns,
        freshness_promise_s=5,
        aggregated=True,
        lon="lon",
        lat="lat",
        crs="EPSG:4326",
    )


DISTRICT_TABLE = _table(
    "districts",
    "자치구",
    "Districts",
    ("code",),
    (
        _column("code", "법정 코드", "Legal code"),
        _column("kostat_code", "통계청 코드", "KOSTAT code"),
        NAME_KO,
        NAME_EN,
        LON,
        LAT,
        SIZE,
    ),
)
DONG_TABLE = _table(
    "legal_dongs",
    "법정동",
    "Legal dongs",
    ("code",),
    (_column("code", "법정동 코드", "Legal dong code"), DISTRICT, NAME_KO, NAME_EN, LON, LAT, SIZE),
)
AREA_TABLE = _table(
    "areas",
    "불러온 구역",
    "Imported areas",
    ("layer", "code"),
    (
        _column("layer", "레이어", "Layer"),
        _column("year", "연도", "Year", ColumnType.INTEGER),
        _column("kind", "종류", "Kind"),
        _column("code_system", "코드 체계", "Code system"),
        _column("code", "코드", "Code"),
        DISTRICT,
        NAME_KO,
        NAME_EN,
        LON,
        LAT,
        SIZE,
    ),
)
PLACE_TABLE = _table(
    "places",
    "등록된 장소",
    "Registered places",
    ("id",),
    (
        _column("id", "번호", "Id"),
        _column("name", "이름", "Name"),
        _column("kind", "종류", "Kind"),
        _column("address", "주소", "Address"),
        DISTRICT,
        _column("legal_dong_code", "법정동 코드", "Legal dong code"),
        LON,
        LAT,
        _column("source", "출처", "Source"),
        _column("updated_at", "변경 시각", "Changed at", ColumnType.TIME),
    ),
)


def list_district_rows() -> Iterator[dict[str, object]]:
    """Yield one row a district of the city."""
    kostat = {district.code: district.kostat_code for district in list_districts()}
    for row in iterate_own_areas(DISTRICTS):
        del row["district_code"]
        yield row | {"kostat_code": kostat[str(row["code"])]}


REGISTERS = [
    Register(
        table=DISTRICT_TABLE, rows=list_district_rows, version=lambda: get_area_layer(DISTRICTS).version
    ),
    Register(
        table=DONG_TABLE,
        rows=lambda: iterate_own_areas(LEGAL_DONGS),
        version=lambda: get_area_layer(LEGAL_DONGS).version,
    ),
    Register(table=AREA_TABLE, rows=iterate_areas, version=get_areas_version),
    Register(table=PLACE_TABLE, rows=iterate_places, version=get_places_version),
]
