"""Numbers and moments as people read them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from madang.core.base.interface import Text, now, to_city_time

SMALL = 0.1
"""Below it two decimals would say little or nothing."""

UNITS = {
    "person": Text(ko="명", en="people"),
    "krw": Text(ko="원", en="KRW"),
    "count": Text(ko="건", en=""),
    "row": Text(ko="행", en="rows"),
    "ug/m3": Text(ko="µg/m³", en="µg/m³"),
    "%": Text(ko="%", en="%"),
    "Cel": Text(ko="°C", en="°C"),
    "d": Text(ko="일", en="days"),
    "a": Text(ko="년", en="years"),
    "deg": Text(ko="°", en="°"),
    "km2": Text(ko="km²", en="km²"),
    "m2": Text(ko="m²", en="m²"),
    "lx": Text(ko="lx", en="lx"),
    "dB": Text(ko="dB", en="dB"),
    "[ppm]": Text(ko="ppm", en="ppm"),
    "{index}": Text(ko="", en=""),
}
STEPS = (
    (86400, Text(ko="{n}일", en="{n} day")),
    (3600, Text(ko="{n}시간", en="{n} hour")),
    (60, Text(ko="{n}분", en="{n} minute")),
)


def format_number(value: float | Decimal, digits: int | None = None) -> str:
    """Return `value` with thousands separators: whole numbers plain, others with at most 2 decimals, small ones 4."""
    if digits is not None:
        return f"{value:,.{digits}f}"
    if isinstance(value, int) or float(value).is_integer():
        return f"{int(value):,}"
    digits = 2 if abs(value) >= SMALL else 4
    return f"{value:,.{digits}f}".rstrip("0").rstrip(".")


def format_unit(unit: str, language: str) -> str:
    """Return the unit's word in `language`; an unknown unit is written as it is."""
    return UNITS[unit].say(language) if unit in UNITS else unit


def format_moment(moment: datetime, language: str, *, to_second: bool = False) -> str:
    """Return the exact moment in the city's time, such as 2026. 11. 23. 15:04."""
    local = to_city_time(moment)
    pattern = "%-d %b %Y, %H:%M" if language == "en" else "%Y. %-m. %-d. %H:%M"
    return local.strftime(pattern + (":%S" if to_second else ""))


def format_day(day: date, language: str) -> str:
    """Return a day, such as 2026. 11. 23."""
    return day.strftime("%-d %b %Y" if language == "en" else "%Y. %-m. %-d.")


def format_short(moment: date, language: str) -> str:
    """Return a day of this year, and the time if it is a moment, such as 11. 23. 15:04: for axes and popups."""
    pattern = "%-d %b" if language == "en" else "%-m. %-d."
    if not isinstance(moment, datetime):
        return moment.strftime(pattern)
    return to_city_time(moment).strftime(f"{pattern}, %H:%M" if language == "en" else f"{pattern} %H:%M")


def format_relative(moment: datetime, language: str, at: datetime | None = None) -> str:
    """Return how long ago or ahead `moment` is; beyond 30 days the day itself."""
    seconds = ((at or now()) - moment).total_seconds()
    if abs(seconds) >= 30 * 86400:
        return format_day(to_city_time(moment).date(), language)
    for size, words in STEPS:
        count = int(abs(seconds) // size)
        if count:
            return _place(words.say(language).format(n=count), count, language, is_ahead=seconds < 0)
    return "just now" if language == "en" else "방금"


def _place(words: str, count: int, language: str, *, is_ahead: bool) -> str:
    if language == "en":
        words += "s" if count > 1 else ""
        return f"in {words}" if is_ahead else f"{words} ago"
    return f"{words} 후" if is_ahead else f"{words} 전"
