"""What the demonstration city holds before any service: assets in the register, two datasets in the lake.

All of it enters as a city's own would: rows through the register's import, files through the file gateway.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec

from madang.core.base.interface import HOUSE, Text
from madang.core.lake.interface import (
    ColumnChange,
    DatasetChange,
    ImportChoice,
    describe_dataset,
    import_file,
    list_tables,
)
from madang.core.places.interface import list_districts
from madang.core.things.interface import (
    Kind,
    import_things,
    list_kinds,
    register_kind,
)

from .files import SHELTER_KINDS, draw_points, write_fine_dust, write_shelters
from .pace import make_generator

SEED = 2022
SOURCE = "시뮬레이션 · simulated"
KINDS = (
    (
        Kind(
            code="air_sensor",
            name=Text(ko="대기질 센서", en="Air sensor"),
            icon="sensor",
            service_life_years=7,
        ),
        200,
    ),
    (
        Kind(
            code="street_light",
            name=Text(ko="가로등", en="Street light"),
            icon="light",
            service_life_years=15,
        ),
        300,
    ),
    (
        Kind(
            code="bike_rack",
            name=Text(ko="자전거 거치대", en="Bicycle rack"),
            icon="bicycle",
            service_life_years=10,
        ),
        150,
    ),
    (
        Kind(
            code="ev_charger",
            name=Text(ko="전기차 충전기", en="EV charger"),
            icon="charger",
            service_life_years=8,
        ),
        150,
    ),
)


class DemoFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that the demonstration drops in as a data officer would."""

    file_name: str
    choice: ImportChoice
    columns: tuple[ColumnChange, ...]


SHELTERS = DemoFile(
    file_name="무더위쉼터_현황.csv",
    choice=ImportChoice(
        table_name="cooling_shelters",
        title=Text(ko="무더위쉼터 (시뮬레이션)", en="Cooling shelters (simulated)"),
        description=Text(
            ko="더위를 피해 쉴 수 있는 곳이에요. 시연을 위해 만든 자료라 실제 시설이 아니에요.",
            en="Places to rest from the heat. Made up for the demonstration; these are no real facilities.",
        ),
        category="welfare",
        licence="CC0-1.0",
        source=SOURCE,
        publish=True,
    ),
    columns=(
        ColumnChange(name="관리번호", title=Text(ko="관리번호", en="Number")),
        ColumnChange(name="자치구", title=Text(ko="자치구", en="District")),
        ColumnChange(name="쉼터명", title=Text(ko="쉼터명", en="Name")),
        ColumnChange(
            name="시설유형",
            title=Text(ko="시설유형", en="Kind of facility"),
            words=tuple((kind, Text(ko=kind, en=english)) for kind, english in SHELTER_KINDS.items()),
        ),
        ColumnChange(name="이용가능인원", title=Text(ko="이용가능인원", en="Capacity"), unit="person"),
        ColumnChange(name="지정일자", title=Text(ko="지정일자", en="Designated on")),
        ColumnChange(name="경도", title=Text(ko="경도", en="Longitude"), unit="deg"),
        ColumnChange(name="위도", title=Text(ko="위도", en="Latitude"), unit="deg"),
    ),
)
FINE_DUST = DemoFile(
    file_name="자치구별_시간별_미세먼지.csv",
    choice=ImportChoice(
        table_name="fine_dust_hourly",
        title=Text(ko="자치구별 시간 미세먼지 (시뮬레이션)", en="Hourly fine dust by district (simulated)"),
        description=Text(
            ko="자치구마다 한 시간에 한 번 잰 PM10 농도예요. 시연을 위해 계산한 값이에요.",
            en="PM10 of every district, once an hour. Computed for the demonstration.",
        ),
        category="environment",
        licence="CC0-1.0",
        source=SOURCE,
        publish=True,
    ),
    columns=(
        ColumnChange(name="측정일시", title=Text(ko="측정일시", en="Measured at")),
        ColumnChange(name="자치구코드", title=Text(ko="자치구코드", en="District code")),
        ColumnChange(name="자치구", title=Text(ko="자치구", en="District")),
        ColumnChange(name="미세먼지", title=Text(ko="미세먼지(PM10)", en="Fine dust (PM10)"), unit="ug/m3"),
    ),
)


def lay_out(now: datetime) -> None:
    """Lay out the demonstration's assets and datasets, each once."""
    lay_out_things(now)
    held = {table.name for table in list_tables()}
    with tempfile.TemporaryDirectory() as folder:
        if SHELTERS.choice.table_name not in held:
            write_shelters(Path(folder) / SHELTERS.file_name, make_generator(SEED))
            _import(Path(folder), SHELTERS, now)
        if FINE_DUST.choice.table_name not in held:
            write_fine_dust(Path(folder) / FINE_DUST.file_name, make_generator(SEED), now)
            _import(Path(folder), FINE_DUST, now)


def lay_out_things(now: datetime) -> None:
    """Register the demonstration's kinds and assets where there are none."""
    known = {kind.code for kind in list_kinds()}
    new = [kind for kind, _ in KINDS if kind.code not in known]
    if not new:
        return
    for kind in new:
        register_kind(actor=HOUSE, now=now, kind=kind)
    import_things(actor=HOUSE, now=now, rows=_draw_things(now.date()), source=SOURCE)


def _draw_things(today: date) -> Iterator[dict[str, Any]]:
    generator = make_generator(SEED)
    districts = {one.code: one for one in list_districts()}
    for kind, count in KINDS:
        for number, (lon, lat, code) in enumerate(draw_points(generator, count), start=1):
            installed_on = date(
                int(generator.integers(today.year - 12, today.year)), int(generator.integers(1, 13)), 1
            )
            yield {
                "id": f"{kind.code.upper().replace('_', '-')}-{number:05d}",
                "kind": kind.code,
                "name": f"{districts[code].name_ko} {kind.name.ko} {number} · "
                f"{districts[code].name_en} {kind.name.en} {number}",
                "agency_code": code,
                "lon": round(lon, 6),
                "lat": round(lat, 6),
                "state": "faulty" if generator.random() < 0.03 else "active",
                "installed_on": installed_on,
                "service_life_years": kind.service_life_years,
            }


def _import(folder: Path, demo: DemoFile, now: datetime) -> None:
    import_file(actor=HOUSE, now=now, path=folder / demo.file_name, choice=demo.choice)
    change = DatasetChange(columns=demo.columns)
    describe_dataset(actor=HOUSE, now=now, name=str(demo.choice.table_name), change=change)
