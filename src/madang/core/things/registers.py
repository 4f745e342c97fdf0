"""The register of things as a lake table."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from madang.core.base.interface import ColumnType, Register, Table, TableKind, Text, declare_column

from .queries import get_version, iterate_things

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
        declare_column("id", "시설물 번호", "Id"),
        declare_column("kind", "종류", "Kind"),
        declare_column("name", "이름", "Name"),
        declare_column("agency_code", "소유 기관", "Owner agency"),
        declare_column("lon", "경도", "Longitude", ColumnType.NUMBER, "deg"),
        declare_column("lat", "위도", "Latitude", ColumnType.NUMBER, "deg"),
        declare_column("address", "주소", "Address"),
        declare_column("district_code", "자치구 코드", "District code"),
        declare_column("legal_dong_code", "법정동 코드", "Legal dong code"),
        declare_column("state", "상태", "State"),
        declare_column("installed_on", "설치일", "Installed on", ColumnType.DATE),
        declare_column("service_life_years", "내용연수", "Service life", ColumnType.INTEGER, "a"),
        declare_column("due_on", "교체 예정일", "Due on", ColumnType.DATE),
        declare_column("maker", "제조사", "Maker"),
        declare_column("model", "모델", "Model"),
        declare_column("serial", "일련번호", "Serial number"),
        declare_column("attributes", "속성 (JSON)", "Attributes (JSON)"),
        declare_column("parent_id", "상위 시설물", "Parent"),
        declare_column("source", "출처", "Source"),
        declare_column("created_at", "등록 시각", "Registered at", ColumnType.TIME),
        declare_column("updated_at", "변경 시각", "Changed at", ColumnType.TIME),
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
