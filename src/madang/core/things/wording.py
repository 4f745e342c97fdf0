"""How kinds, agencies, districts and fields of things are said to people."""

from __future__ import annotations

from madang.core.base.interface import Text
from madang.core.people.interface import list_agencies
from madang.core.places.interface import list_districts

from .queries import list_kinds

FIELDS = {
    "kind": Text(ko="종류", en="Kind"),
    "name": Text(ko="이름", en="Name"),
    "agency_code": Text(ko="소유 기관", en="Owner agency"),
    "lon": Text(ko="경도", en="Longitude"),
    "lat": Text(ko="위도", en="Latitude"),
    "address": Text(ko="주소", en="Address"),
    "district_code": Text(ko="자치구", en="District"),
    "legal_dong_code": Text(ko="법정동", en="Legal dong"),
    "state": Text(ko="상태", en="State"),
    "installed_on": Text(ko="설치일", en="Installed on"),
    "service_life_years": Text(ko="내용연수", en="Service life"),
    "due_on": Text(ko="교체 예정일", en="Due on"),
    "maker": Text(ko="제조사", en="Maker"),
    "model": Text(ko="모델", en="Model"),
    "serial": Text(ko="일련번호", en="Serial number"),
    "attributes": Text(ko="속성", en="Attributes"),
    "parent_id": Text(ko="상위 시설물", en="Parent"),
    "source": Text(ko="출처", en="Source"),
}
ACTIONS = {
    "register": Text(ko="등록", en="registered"),
    "change": Text(ko="변경", en="changed"),
    "move": Text(ko="이설", en="moved"),
    "retire": Text(ko="폐기", en="retired"),
    "undo": Text(ko="가져오기 되돌림", en="import undone"),
}


def say_kinds() -> dict[str, Text]:
    """Return the name of each kind by code."""
    return {kind.code: kind.name for kind in list_kinds()}


def say_agencies() -> dict[str, Text]:
    """Return the name of each agency by code."""
    return {agency.code: agency.name for agency in list_agencies()}


def say_districts() -> dict[str, Text]:
    """Return the name of each district of the city by legal code."""
    return {one.code: Text(ko=one.name_ko, en=one.name_en or one.name_ko) for one in list_districts()}


def say_code(names: dict[str, Text], code: str) -> Text | None:
    """Return a code's name; an unknown code is said as it is, an empty one is None."""
    return names.get(code, Text(ko=code, en=code)) if code else None
