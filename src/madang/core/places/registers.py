"""Districts, imported areas and registered places as lake tables."""

from __future__ import annotations

from collections.abc import Iterator

from madang.core.base.interface import Column, ColumnType, Register, Table, TableKind, Text, declare_column

from .queries.layers import DISTRICTS, LEGAL_DONGS, get_area_layer
from .queries.locating import list_districts
from .queries.registers import (
    get_areas_version,
    get_places_version,
    iterate_areas,
    iterate_own_areas,
    iterate_places,
)

LON = declare_column("lon", "경도", "Longitude", ColumnType.NUMBER, "deg")
LAT = declare_column("lat", "위도", "Latitude", ColumnType.NUMBER, "deg")
SIZE = declare_column("area_m2", "넓이", "Area", ColumnType.NUMBER, "m2")
NAME_KO = declare_column("name_ko", "이름", "Name in Korean")
NAME_EN = declare_column("name_en", "로마자 이름", "Name in Latin letters")
DISTRICT = declare_column("district_code", "자치구 코드", "District code")


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
        declare_column("code", "법정 코드", "Legal code"),
        declare_column("kostat_code", "통계청 코드", "KOSTAT code"),
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
    (declare_column("code", "법정동 코드", "Legal dong code"), DISTRICT, NAME_KO, NAME_EN, LON, LAT, SIZE),
)
AREA_TABLE = _table(
    "areas",
    "불러온 구역",
    "Imported areas",
    ("layer", "code"),
    (
        declare_column("layer", "레이어", "Layer"),
        declare_column("year", "연도", "Year", ColumnType.INTEGER),
        declare_column("kind", "종류", "Kind"),
        declare_column("code_system", "코드 체계", "Code system"),
        declare_column("code", "코드", "Code"),
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
        declare_column("id", "번호", "Id"),
        declare_column("name", "이름", "Name"),
        declare_column("kind", "종류", "Kind"),
        declare_column("address", "주소", "Address"),
        DISTRICT,
        declare_column("legal_dong_code", "법정동 코드", "Legal dong code"),
        LON,
        LAT,
        declare_column("source", "출처", "Source"),
        declare_column("updated_at", "변경 시각", "Changed at", ColumnType.TIME),
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
