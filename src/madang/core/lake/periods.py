"""Years, months and quarters that stand in a column as words or whole numbers: 2022, 202203, 2022.1/4."""

from __future__ import annotations

import re
from typing import Any

from madang.core.base.interface import Column, ColumnType

_YEAR = r"(19\d\d|20\d\d|2100)"
# One form after the other: the year, and how far into it.
_FORMS = (
    re.compile(rf"^{_YEAR}년?$"),
    re.compile(rf"^{_YEAR}(0[1-9]|1[0-2])$"),
    re.compile(rf"^{_YEAR}\s?[-./]\s?(0?[1-9]|1[0-2])\.?$"),
    re.compile(rf"^{_YEAR}년\s?(0?[1-9]|1[0-2])월$"),
    re.compile(rf"^{_YEAR}(?:년|\s?[-.])?\s?([1-4])(?:/4|\s?분기)$"),
    re.compile(rf"^{_YEAR}(?:년|\s?[-.])?\s?Q([1-4])$", re.IGNORECASE),
)
# 2022 and 202203 are any numbers but under a name that says what they are.
_NAME = re.compile(
    r"[연년]도|년$|[연년]월|월$|시점|기간|분기|year|month|quarter|period|ym$|^time$", re.IGNORECASE
)


def read_period(value: Any) -> tuple[int, ...] | None:
    """Return (form, year, month or quarter) by which a value is ordered among those of its form, None where it is none."""
    text = str(value).strip()
    for number, form in enumerate(_FORMS):
        if found := form.match(text):
            return (number, *(int(part) for part in found.groups()))
    return None


def are_periods(column: Column, low: Any, high: Any) -> bool:
    """Return whether a column with the least value `low` and the greatest `high` holds periods."""
    if column.type not in {ColumnType.TEXT, ColumnType.INTEGER} or not _NAME.search(column.name):
        return False
    first, last = read_period(low), read_period(high)
    return first is not None and last is not None and first[0] == last[0]
