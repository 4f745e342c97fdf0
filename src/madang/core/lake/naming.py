"""What a value of a column is called in both languages."""

from __future__ import annotations

from typing import Any

from madang.core.base.interface import Column, Text
from madang.core.places.interface import list_districts


def name_value(value: Any, column: Column | None = None) -> Text:
    """Return what `value` is called: as its column's words have it, as a district of the city, or as it stands."""
    if isinstance(value, bool):
        return Text(ko="예" if value else "아니요", en="yes" if value else "no")
    said = str(value)
    known = dict(column.words) if column else {}
    return known.get(said) or _name_district(said) or Text(ko=said, en=said)


def _name_district(said: str) -> Text | None:
    names = (Text(ko=one.name_ko, en=one.name_en) for one in list_districts() if one.name_ko == said)
    return next((name for name in names if name.en), None)
