"""Fields of a theme: their declaration, and values as people and files write them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from madang.citizens.city_map.records import FieldType, ThemeField
from madang.core.base.interface import BadInput

from .hours import read_hours

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
TAKEN = frozenset(
    {"id", "name", "address", "district_code", "lon", "lat", "source", "changed_at", "geometry"}
)
TAKEN_WORDS = frozenset({"bbox", "crs", "datetime", "limit", "offset", "f", "filter"})
MOST_FIELDS, LONGEST = 20, 500
LINK = re.compile(r"https?://[^\s<>\"']{3,}")
PHONE = re.compile(r"\+?[0-9][0-9 ()\-.~]{2,24}")
YES = frozenset({"true", "1", "y", "yes", "예", "o", "○", "있음"})
NO = frozenset({"false", "0", "n", "no", "아니요", "아니오", "x", "×", "없음"})


def check_fields(fields: Sequence[ThemeField]) -> None:
    """Raise BadInput where a theme's fields contradict themselves."""
    names = [one.name for one in fields]
    if len(names) > MOST_FIELDS:
        raise _bad("fields", f"항목은 {MOST_FIELDS}개까지입니다", f"at most {MOST_FIELDS} fields")
    for one in fields:
        if not NAME.fullmatch(one.name) or one.name in TAKEN | TAKEN_WORDS:
            raise _bad(
                "fields",
                f"항목의 영문 이름을 쓸 수 없습니다: {one.name or '(빈칸)'}",
                f"this can't be a field's name: {one.name or '(blank)'}",
            )
        if not one.title.ko.strip():
            raise _bad(
                "fields", f"{one.name}: 한국어 이름을 적어 주십시오", f"{one.name}: a Korean title is needed"
            )
        if one.type is FieldType.CHOICE and len(one.choices) < 2:
            raise _bad(
                "fields",
                f"{one.title.ko}: 고를 것을 둘 이상 적어 주십시오",
                f"{one.name}: two choices are needed",
            )
    if len(set(names)) < len(names):
        raise _bad("fields", "영문 이름이 같은 항목이 있습니다", "two fields have the same name")


def read_values(fields: Sequence[ThemeField], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a theme's fields in their types, ready for JSON; blanks are left out.

    Raises BadInput that names the field where one is wrong or a required one is missing.
    """
    values: dict[str, Any] = {}
    for one in fields:
        raw = given.get(one.name)
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            if one.required:
                raise _bad(one.name, f"{one.title.ko}을(를) 적어 주세요", f"{one.title.en} is needed")
            continue
        values[one.name] = _read_value(one, raw)
    return values


def _read_value(one: ThemeField, raw: Any) -> Any:
    text = str(raw).strip()
    try:
        value = _READERS[one.type](text)
    except (ValueError, OverflowError):
        value = None
    if one.type is FieldType.CHOICE and value not in one.choices:
        value = None
    if value is None:
        raise _bad(
            one.name,
            f"{one.title.ko}에 맞지 않는 값이에요: {text[:40]}",
            f"{text[:40]!r} doesn't fit {one.title.en}",
        )
    return value


def _read_text(text: str) -> str | None:
    return text if len(text) <= LONGEST else None


def _read_integer(text: str) -> int | None:
    number = float(text.replace(",", ""))
    return int(number) if number == int(number) and abs(number) < 2**53 else None


def _read_number(text: str) -> float | None:
    number = float(text.replace(",", ""))
    return number if math.isfinite(number) else None


def _read_boolean(text: str) -> bool | None:
    word = text.lower()
    return True if word in YES else False if word in NO else None


def _read_date(text: str) -> str:
    return date.fromisoformat(text[:10].rstrip(".").replace(".", "-").replace("/", "-")).isoformat()


def _read_link(text: str) -> str | None:
    return text if len(text) <= LONGEST and LINK.fullmatch(text) else None


def _read_phone(text: str) -> str | None:
    return text if PHONE.fullmatch(text) else None


def _read_hours(text: str) -> str | None:
    return text if len(text) <= LONGEST and read_hours(text) else None


_READERS: dict[FieldType, Any] = {
    FieldType.TEXT: _read_text,
    FieldType.INTEGER: _read_integer,
    FieldType.NUMBER: _read_number,
    FieldType.BOOLEAN: _read_boolean,
    FieldType.DATE: _read_date,
    FieldType.CHOICE: _read_text,
    FieldType.LINK: _read_link,
    FieldType.PHONE: _read_phone,
    FieldType.HOURS: _read_hours,
}


def _bad(field: str, ko: str, en: str) -> BadInput:
    return BadInput("city_map.field", ko, en, field=field)
