"""The register of things as a lake table."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from madang.core.base.interface import Column, ColumnType, Register, Table, TableKind, Text

from .queries import get_version, iterate_things


def _column(name: str, ko: str, en: str, kind: ColumnType = ColumnType.TEXT, unit: str = "") -> Column:
    return Column(name=name, type=kind, title=Text(ko=ko, en=en), unit=unit)


THINGS = Table(
    name="things",
    title=Text(ko="시설물 대장", en="Register of things"),
    description=Text(
        ko="도시의 모든 시설물과 센서: 종류, 소유 기관, 위치, 상태, 내용연수",
        en="Every asset and sensor of the city: kind, owner, place, state, service life",
    ),
    kind=TableKind.REGISTER,
    key=("id",),
    read_permission="things.view",
    freshness_promise_s=5,
    lon="lon",
    lat="lat",
    crs="EPSG:4326",
    columns=(
        _column("id", "시설물 번호", "Id"),
        _column("kind", "종류", "Kind"),
        _column("name", "이름", "Name"),
        _column("agency_code", "소유 기관", "Owner agency"),
        _column("lon", "경도", "Longitude", ColumnType.NUMBER, "deg"),
        _column("lat", "위도", "Latitude", ColumnType.NUMBER, "deg"),
        _column("address", "주소", "Address"),
        _column("district_code", "자치구 코드", "District code"),
        _column("legal_dong_code", "법정동 코드", "Legal dong code"),
        _column("state", "상태", "State"),
        _column("installed_on", "설치일", "Installed on", ColumnType.DATE),
        _column("service_life_years", "내용연수", "Service life", ColumnType.INTEGER, "a"),
        _column("due_on", "교체 예정일", "Due on", ColumnType.DATE),
        _column("maker", "제조사", "Maker"),
        _column("model", "모델", "Model"),
        _column("serial", "일련번호", "Serial number"),
        _column("attributes", "속성 (JSON)", "Attributes (JSON)"),
        _column("parent_id", "상위 시설물", "Parent"),
        _column("source", "출처", "Source"),
        _column("created_at", "등록 시각", "Registered at", ColumnType.TIME),
        _column("updated_at", "변경 시각", "Changed at", ColumnType.TIME),
    ),
)


def list_rows() -> Iterator[dict[str, object]]:
    """Yield one row a thing."""
    for thing in iterate_things():
        row = msgspec.structs.asdict(thing)
        yield row | {
            "state": thing.state.value,
            "attributes": msgspec.json.encode(thing.attributes, order="sorted").decode(),
        }


REGISTERS = [Register(table=THINGS, rows=list_rows, version=get_version)]
