"""Records as lines with commas, which a person can edit."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec

from madang.core.base.interface import CITY_TIMEZONE, BadInput, find_mismatch, say_mismatch, to_city_time
from madang.infrastructure.fire_safety.records import NEEDS, Absence, Room


def write_rows(columns: tuple[str, ...], rows: Sequence[Any]) -> str:
    """Return records as lines."""
    return "\n".join(", ".join(_write_cell(one, name) for name in columns) for one in rows)


def _write_cell(one: Any, name: str) -> str:
    value = one.needs.get(name, 0) if name in NEEDS else getattr(one, name)
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{to_city_time(value):%Y-%m-%d %H:%M}"
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def read_rows(text: str, columns: tuple[str, ...], field: str, into: type) -> tuple[Any, ...]:
    """Return the records of lines with commas; a wrong line is named."""
    found = []
    for number, cells in enumerate(csv.reader(text.splitlines(), skipinitialspace=True), start=1):
        values: dict[str, Any] = dict(zip(columns, (cell.strip() for cell in cells), strict=False))
        if not any(values.values()):
            continue
        needs = {name: int(values.pop(name)) for name in NEEDS if values.get(name, "").isdigit()}
        if into is Absence:
            values |= {
                name: _read_moment(values.get(name, ""), name, number, field) for name in ("since", "until")
            }
        if into is Room:
            values = {name: value for name, value in values.items() if name not in NEEDS}
            values["needs"] = {name: count for name, count in needs.items() if count}
        try:
            found.append(msgspec.convert({k: v for k, v in values.items() if v != ""}, into, strict=False))
        except msgspec.ValidationError as error:
            said = say_mismatch(*find_mismatch(error))
            raise BadInput(
                "fire_safety.line", f"{number}번째 줄: {said.ko}", f"line {number}: {said.en}", field=field
            ) from error
    return tuple(found)


def _read_moment(text: str, name: str, number: int, field: str) -> datetime:
    """Return a moment of the city's clock; a day alone is its beginning, as an end the end of it."""
    try:
        moment = datetime.fromisoformat(text)
        is_day = len(text) == len(date.min.isoformat())
        if is_day and name == "until":
            moment = datetime.combine(moment.date() + timedelta(days=1), time.min)
    except (ValueError, OverflowError) as error:
        raise BadInput(
            "fire_safety.line",
            f"{number}번째 줄: {text or '빈 칸'}은(는) 2026-12-24 09:00 같은 때가 아닙니다",
            f"line {number}: {text or 'nothing'} is no moment such as 2026-12-24 09:00",
            field=field,
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=CITY_TIMEZONE)
