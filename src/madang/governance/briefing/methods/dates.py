"""Dates and periods as a Korean report prints them: '22.7.1., '22. 7월 ~ 12월, '22. 9.26. ~ 27."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from madang.governance.briefing.records import PartialDate, Period

YEAR = r"(?:['’‘](?P<y2>\d{2})|(?<!\d)(?P<y4>(?:19|20)\d{2}))(?:\s?년|\s?\.|(?=\s*[~)\]])|(?=\s*$))"
REST = r"\s*(?:(?P<m>\d{1,2})(?P<mu>\s?월(?:말|중|초)?|\.)?\s*(?:(?P<d>\d{1,2})(?:일|\.)?)?)?"
LEFT = re.compile(rf"{YEAR}{REST}\s*$")
LEFT_MONTH = re.compile(r"(?<![\d.,'’])(?P<m>\d{1,2})\s?월?\s*$")
RIGHT = re.compile(
    r"\s*(?:['’‘](?P<y2>\d{2})(?!\d)|['’‘]?(?P<y4>(?:19|20)\d{2})(?!\d))(?!\s?년\s?[간대])(?:\s?년|\.)?"
    + REST
)
RIGHT_YEAR = re.compile(r"\s*(?P<y>\d{2})(?!\d)(?!\s?년\s?[간대])(?P<mark>\s?년)?")
RIGHT_SHORT = re.compile(
    r"\s*(?P<a>\d{1,2})(?!\d)(?P<au>\s?월(?:말|중|초)?|일|\.)?(?:\s*(?P<b>\d{1,2})(?!\d)(?P<bu>일|\.)?)?"
)
COUNTED = re.compile(
    r"\s*\d[\d,.]*\s?(?:년\s?[간대]|개|세|살|대|명|건|회|배|호|층|번|시|분|초|주|일간|여|%|[a-zA-Z㎞㎡])"
)
SINGLE = re.compile(
    rf"{YEAR}\s*(?P<m>\d{{1,2}})(?P<mu>\s?월|\.(?!\d+\s?[%조억만천백배명건개대점hk㎢톤]))\s*(?:(?P<d>\d{{1,2}})(?:일|\.))?"
)
LAST_MONTH = 12
THIS_CENTURY = 70


def read_periods(text: str) -> tuple[Period, ...]:
    """Return the periods of a sentence ("~" or 부터 between or beside dates), left to right."""
    found = []
    text = text.replace("부터 ", " ~ ")
    for match in re.finditer(r"~", text):
        period = _read_period(text, match.start())
        if period is not None:
            found.append(period)
    return tuple(found)


def read_single_dates(text: str) -> tuple[tuple[PartialDate, str], ...]:
    """Return every date with a year and a month, as (date, as printed)."""
    return tuple((_to_date(match), match[0].strip()) for match in SINGLE.finditer(text))


def read_leading_date(text: str) -> PartialDate | None:
    """Return the date a sentence opens with, or None."""
    match = SINGLE.match(text)
    return _to_date(match) if match else None


def is_possible(one: PartialDate) -> bool:
    """Return whether the calendar has such a month and day."""
    if one.month is None:
        return True
    if not 1 <= one.month <= LAST_MONTH:
        return False
    return one.day is None or 1 <= one.day <= monthrange(one.year or 2000, one.month)[1]


def is_backwards(first: PartialDate, last: PartialDate) -> bool:
    """Return whether `last` lies before `first`, comparing only what both print."""
    for name in ("year", "month", "day"):
        one, two = getattr(first, name), getattr(last, name)
        if one is None or two is None:
            return False
        if one != two:
            return two < one
    return False


def get_last_day(one: PartialDate) -> date | None:
    """Return the last day that `one` can mean, or None where the calendar has none."""
    if one.year is None or not is_possible(one):
        return None
    month = one.month or LAST_MONTH
    return date(one.year, month, one.day or monthrange(one.year, month)[1])


def _read_period(text: str, middle: int) -> Period | None:
    left = LEFT.search(text[:middle])
    if left is None:
        return _read_without_year(text, middle)
    first = _to_date(left)
    if first.month == 0:
        return None
    last, end = _read_right(text, middle + 1, first)
    return Period(first=first, last=last, text=text[left.start() : end].strip(), start=left.start(), end=end)


def _read_without_year(text: str, middle: int) -> Period | None:
    right = RIGHT.match(text, middle + 1)
    if right is not None and not text[:middle].rstrip()[-1:].isdigit():
        last = _to_date(right)
        return Period(
            first=None, last=last, text=text[middle : right.end()].strip(), start=middle, end=right.end()
        )
    left = LEFT_MONTH.search(text[:middle])
    short = re.match(r"\s*(?P<m>\d{1,2})\s?월", text[middle + 1 :])
    if left is None or short is None:
        return None
    end = middle + 1 + short.end()
    first, last = PartialDate(month=int(left["m"])), PartialDate(month=int(short["m"]))
    return Period(first=first, last=last, text=text[left.start() : end], start=left.start(), end=end)


def _read_right(text: str, start: int, first: PartialDate) -> tuple[PartialDate | None, int]:
    """Return the date behind "~" and where it ends; what lacks there is as in `first`. A number of things is none."""
    if COUNTED.match(text, start):
        return None, start
    right = RIGHT.match(text, start)
    if right is not None:
        return _to_date(right), right.end()
    year = RIGHT_YEAR.match(text, start)
    if year is not None and first.year is not None and (year["mark"] or _is_year(text, year, first)):
        return PartialDate(year=first.year // 100 * 100 + int(year["y"])), year.end()
    short = RIGHT_SHORT.match(text, start)
    return (None, start) if short is None else _read_short(short, first)


def _is_year(text: str, found: re.Match[str], first: PartialDate) -> bool:
    """Return whether two figures go on from a year alone ("2014~18"), not from a month."""
    return first.month is None and not re.match(r"\s?(?:월|\.\s?\d)", text[found.end() :])


def _read_short(short: re.Match[str], first: PartialDate) -> tuple[PartialDate | None, int]:
    one, two = int(short["a"]), short["b"]
    is_dotted = short["au"] == "."
    if two is not None and is_dotted and one > LAST_MONTH and first.day is None:
        return PartialDate(year=2000 + one, month=int(two)), short.end()
    if two is not None and (short["bu"] or (is_dotted and first.day is not None and one <= LAST_MONTH)):
        return PartialDate(year=first.year, month=one, day=int(two)), short.end()
    end = short.end("au") if short["au"] else short.end("a")
    is_month = first.day is None or (short["au"] or "").strip().startswith("월")
    if is_month:
        return PartialDate(year=first.year, month=one), end
    return PartialDate(year=first.year, month=first.month, day=one), end


def _to_date(match: re.Match[str]) -> PartialDate:
    short = int(match["y2"] or 0)
    year = int(match["y4"]) if match["y4"] else short + (2000 if short < THIS_CENTURY else 1900)
    month, day = match["m"], match["d"]
    return PartialDate(year=year, month=int(month) if month else None, day=int(day) if day else None)
