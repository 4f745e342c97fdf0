"""Poles as an open dataset."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import msgspec

from madang.core.base.interface import ColumnType, Register, Table, TableKind, Text, declare_column

from .methods.power import measure_pole
from .queries import list_poles

POLES = Table(
    name="smart_poles",
    title=Text(ko="스마트폴", en="Smart poles"),
    description=Text(
        ko="스마트폴의 위치, 상태, 얹은 장치와 전력",
        en="Smart poles: where they stand, their state, what they carry and their power",
    ),
    kind=TableKind.REGISTER,
    key=("id",),
    freshness_promise_s=600,
    licence="KOGL-1",
    lon="lon",
    lat="lat",
    crs="EPSG:4326",
    columns=(
        declare_column("id", "폴 번호", "Pole"),
        declare_column("name", "이름", "Name"),
        declare_column("district_code", "자치구 코드", "District code"),
        declare_column("state", "상태", "State"),
        declare_column("year", "사업 연도", "Programme year", ColumnType.INTEGER),
        declare_column("modules", "장치", "Modules"),
        declare_column("module_count", "장치 수", "Number of modules", ColumnType.INTEGER),
        declare_column("expected_w", "예상 전력", "Expected power", ColumnType.NUMBER, "W"),
        declare_column("supply_w", "공급 전력", "Supply", ColumnType.NUMBER, "W"),
        declare_column("installed_on", "설치일", "Installed on", ColumnType.DATE),
        declare_column("lon", "경도", "Longitude", ColumnType.NUMBER, "deg"),
        declare_column("lat", "위도", "Latitude", ColumnType.NUMBER, "deg"),
        declare_column("source", "출처", "Source"),
    ),
)


def list_rows() -> Iterator[dict[str, object]]:
    """Yield one row a pole."""
    names = (
        "id",
        "name",
        "district_code",
        "state",
        "year",
        "supply_w",
        "installed_on",
        "lon",
        "lat",
        "source",
    )
    for pole in list_poles():
        yield {name: getattr(pole, name) for name in names} | {
            "modules": ", ".join(sorted({one.type.value for one in pole.modules})),
            "module_count": len(pole.modules),
            "expected_w": measure_pole(pole).expected_w,
        }


def get_version() -> object:
    """Return what differs after a change of poles or modules."""
    return zlib.crc32(msgspec.json.encode(list_poles()))


REGISTERS = [Register(table=POLES, rows=list_rows, version=get_version)]
