"""Periods in the report's own form."""

from __future__ import annotations

from datetime import date, timedelta


def write_period(first: date | None, last: date | None) -> str:
    """Return '22. 7월 ~ 12월 for whole months, otherwise with days; an open end stays open."""
    if first is None or last is None:
        day = first or last
        if day is None:
            return ""
        return f"{_write(day, is_day=True)} ~" if first else f"~ {_write(day, is_day=True)}"
    is_day = first.day != 1 or (last + timedelta(days=1)).day != 1
    if (first.year, first.month) == (last.year, last.month) and not is_day:
        return _write(first, is_day=False)
    if first == last:
        return _write(first, is_day=True)
    if first.year == last.year and not is_day:
        return f"{_write(first, is_day=False)} ~ {last.month}월"
    return f"{_write(first, is_day=is_day)} ~ {_write(last, is_day=is_day)}"


def _write(day: date, *, is_day: bool) -> str:
    return f"'{day:%y}.{day.month}.{day.day}." if is_day else f"'{day:%y}. {day.month}월"
