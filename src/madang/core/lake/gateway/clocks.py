"""Times of day written without a colon: 0930, 2400, 093000. Only the column's name tells them from other digits."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from .values import parse_time

# These say when something is, not how long it takes.
_MOMENT_NAME = re.compile(
    r"시각|(시작|종료|개시|개장|폐장|개점|폐점|개관|폐관|마감|출발|도착|입장)\s?시간?$|(첫|막)차|hhmm|(start|end|open|close)_?(time|tm)$",
    re.IGNORECASE,
)
_DURATION_NAME = re.compile(
    r"소요|여행|운행시간|대기|통행|이동|경과|지속|평균|간격|주기|누적|총|duration|elapsed|travel",
    re.IGNORECASE,
)
_CLOCK_NAME = re.compile(r"시각|시간|(^|[_\s])(time|tm)$|Tm$|Time$")
_PACKED = r"^(([01]\d|2[0-3])[0-5]\d([0-5]\d)?|2400(00)?|[1-9][0-5]\d|0)$"


def find_packed(name: str, values: pa.StringArray) -> pa.BooleanArray | None:
    """Return which of trimmed `values` of a column may be times without a colon, None where its name speaks of none."""
    if not (_MOMENT_NAME.search(name) or (_CLOCK_NAME.search(name) and not _DURATION_NAME.search(name))):
        return None
    return pc.match_substring_regex(values, _PACKED)


def are_packed(name: str, *, longest: int, shortest: int, has_zero: bool) -> bool:
    """Return whether digits that all could be times are: some keep a zero in front, or the name says so.

    Where Excel took the zeros away (930 and 0 beside 1800) only the name decides.
    """
    is_told = bool(_MOMENT_NAME.search(name))
    return (longest == shortest and has_zero) or (is_told and longest == 4)


def parse_packed(values: pa.StringArray) -> pa.Array:
    """Return times of day; 2400 reads 00:00."""
    whole = pc.utf8_rpad(pc.utf8_lpad(values, 4, "0"), 6, "0")
    return parse_time(pc.replace_substring_regex(whole, r"^(\d\d)(\d\d)(\d\d)$", r"\1:\2:\3"))
