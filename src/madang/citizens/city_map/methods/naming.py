"""Which of a collection's columns say what a place is called and where it is."""

from __future__ import annotations

import re

from madang.citizens.city_map.records import Collection
from madang.core.base.interface import ColumnType

NAME = re.compile(r"(명|명칭|이름|상호|제목)$|^(name|title)|name$", re.IGNORECASE)
ENGLISH = re.compile(r"영문|영어|(^|_)(en|eng|english)(_|$)|english", re.IGNORECASE)
ADDRESS = re.compile(r"주소|소재지|address", re.IGNORECASE)
CALLED = re.compile(r"명$|명칭|이름|상호|제목|name|title", re.IGNORECASE)
INITIAL = re.compile(r"[ㄱ-ㅎ]")
HOURS = re.compile(r"(여는|운영|이용|개방|진료|영업)\s*시간|open(ing)?_?hours", re.IGNORECASE)


def find_name_column(one: Collection) -> str:
    """Return the text column with names, else with addresses, "" where neither is there."""
    names = [name for name in _list_texts(one) if NAME.search(name)]
    return next((name for name in names if not ENGLISH.search(name)), "") or next(
        iter(names), find_address_column(one)
    )


def find_english_name_column(one: Collection) -> str:
    """Return the text column with names in English beside that with names, "" where none is."""
    names = (name for name in _list_texts(one) if ENGLISH.search(name) and CALLED.search(name))
    return next((name for name in names if name != find_name_column(one)), "")


def find_address_column(one: Collection) -> str:
    """Return the text column with addresses, "" where none is."""
    return _find(one, ADDRESS)


def find_hours_column(one: Collection) -> str:
    """Return the text column that says when a place is open, "" where none does."""
    texts = [column for column in one.properties if column.type is ColumnType.TEXT]
    return next((one.name for one in texts if HOURS.search(one.name) or HOURS.search(one.title.ko)), "")


def has_initials(search: str) -> bool:
    """Return whether a search stands for syllables by their initials (초성), as ㅈㄹ for 종로."""
    return bool(INITIAL.search(search))


def _find(one: Collection, pattern: re.Pattern[str]) -> str:
    return next((name for name in _list_texts(one) if pattern.search(name)), "")


def _list_texts(one: Collection) -> list[str]:
    return [column.name for column in one.properties if column.type is ColumnType.TEXT]
