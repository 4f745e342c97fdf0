"""What the Open API serves, is asked and answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec

from madang.core.base.interface import OpenField, Text

SAMPLE_KEY = "sample"
CKAN_KEY, SQL_KEY, DOWNLOAD_KEY, API_KEY, PLACES_KEY = "ckan", "ckan_sql", "download", "api", "ogc"
"""What uses without a key are counted under: the door that they came by."""
DOORS = {
    "": Text(ko="Open API", en="Open API"),
    CKAN_KEY: Text(ko="CKAN 행", en="CKAN rows"),
    SQL_KEY: Text(ko="CKAN SQL", en="CKAN SQL"),
    DOWNLOAD_KEY: Text(ko="내려받기", en="downloads"),
    API_KEY: Text(ko="JSON API", en="JSON API"),
    PLACES_KEY: Text(ko="공간정보 API", en="places API"),
}
"""The doors by what their uses are counted under; "" stands for the Open API, which counts under its keys."""
SAMPLE_ROWS = 5
MOST_ROWS = 1000

MESSAGES = {
    "INFO-000": "정상 처리되었습니다",
    "INFO-100": "인증키가 유효하지 않습니다. 열린데이터광장에서 인증키를 받아 주십시오.",
    "INFO-200": "해당하는 데이터가 없습니다.",
    "ERROR-300": "필수 값이 누락되어 있거나 요청인자가 맞지 않습니다.",
    "ERROR-301": "파일타입(TYPE)이 누락되었거나 유효하지 않습니다. json, xml, xmlf, xls 가운데 하나를 쓰십시오.",
    "ERROR-310": "해당하는 서비스를 찾을 수 없습니다. SERVICE 값을 확인하십시오.",
    "ERROR-331": "요청시작위치(START_INDEX) 값을 확인하십시오.",
    "ERROR-332": "요청종료위치(END_INDEX) 값을 확인하십시오.",
    "ERROR-333": "요청위치 값의 타입이 유효하지 않습니다. 정수를 입력하십시오.",
    "ERROR-334": "요청종료위치보다 요청시작위치가 더 큽니다.",
    "ERROR-335": "샘플 인증키(sample)로는 한 번에 5건까지 요청할 수 있습니다.",
    "ERROR-336": "데이터는 한 번에 1000건까지 요청할 수 있습니다.",
    "ERROR-337": "오늘 쓸 수 있는 호출 수를 넘었습니다. 이용 한도는 열린데이터광장의 인증키 쪽에서 볼 수 있습니다.",
    "ERROR-500": "서버 오류입니다.",
    "ERROR-600": "데이터베이스에 연결할 수 없습니다.",
    "ERROR-601": "데이터를 읽는 문장에 오류가 있습니다.",
}


class OlderFields(msgspec.Struct, frozen=True, kw_only=True):
    """What a service's fields were called before the day `until`."""

    until: date
    fields: tuple[OpenField, ...]


class OpenService(msgspec.Struct, frozen=True, kw_only=True):
    """How one table answers the Open API.

    `envelope` is the key around the answer where it differs from the name; `arguments` are the columns
    that the optional parts of an address filter by, in order; `order_by` is a column, "-" descends.
    `older` are the names that fields had once, for programs written then.
    """

    name: str
    table: str
    envelope: str = ""
    fields: tuple[OpenField, ...] = ()
    arguments: tuple[str, ...] = ()
    order_by: str = ""
    older: tuple[OlderFields, ...] = ()

    def list_fields(self, written: date | None) -> tuple[OpenField, ...]:
        """Return the fields as a program written on that day knows them; None for today's."""
        past = [one for one in self.older if written is not None and written < one.until]
        return min(past, key=lambda one: one.until).fields if past else self.fields


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call as its address says it; `start` and `end` are still text."""

    key: str
    form: str
    service: str
    start: str
    end: str
    arguments: tuple[str, ...] = ()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a call is answered: a code, and rows of text where it is INFO-000."""

    code: str
    envelope: str = ""
    total: int = 0
    rows: tuple[dict[str, str], ...] = ()


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key somebody made for their program; the key itself is not kept. `daily_limit` None: as for everyone.

    `written` is the day the program was written, None for one that follows every change.
    """

    id: str
    hint: str
    purpose: str
    created_at: datetime
    revoked_at: datetime | None
    daily_limit: int | None = None
    written: date | None = None


class HeldKey(msgspec.Struct, frozen=True, kw_only=True):
    """What a call's key is counted under, and when its program was written."""

    id: str
    written: date | None = None


class KeyLine(msgspec.Struct, frozen=True, kw_only=True):
    """A key as staff see it."""

    id: str
    hint: str
    purpose: str
    used_today: int
    limit: int
    created_at: datetime


class AddressLine(msgspec.Struct, frozen=True, kw_only=True):
    """An address that called without a key today, as staff see it; nobody can tell the address from `hint`."""

    id: str
    hint: str
    used_today: int
    limit: int


class NewKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key at the one moment it is shown."""

    key: ApiKey
    secret: str


class ServiceLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list of services."""

    name: str
    title: str
    table: str
    rows: int
    category: str
    arguments: str
    updated_at: datetime


class DayUse(msgspec.Struct, frozen=True, kw_only=True):
    """How often a dataset was used on a day of the city by one of the DOORS."""

    day: date
    door: str
    uses: int


Record = dict[str, Any]
