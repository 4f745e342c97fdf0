"""How a value of a dataset stands in a cell."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from madang.core.base.interface import Column, to_city_time
from madang.core.lake.naming import name_value
from madang.core.pages.interface import format_number

register = template.Library()
HANGUL = re.compile("[가-힣]")
SHOWN = 24
"""Letters that a cell surely shows."""


@register.simple_tag(takes_context=True)
def cell(context: template.Context, value: Any, column: Column | None = None) -> SafeString | str:
    """Return a value as people read it, by what its column says of it; a missing one is said to be missing."""
    is_english = context.get("language") == "en"
    if value is None:
        return format_html(
            '<span class="missing-cell" title="{}">–</span>', "no value" if is_english else "값 없음"
        )
    if isinstance(value, bool | str):
        said = name_value(value, column).say("en" if is_english else "ko")
        return format_html('<span lang="ko">{}</span>', said) if is_english and HANGUL.search(said) else said
    if isinstance(value, datetime) and value.tzinfo is not None:
        return to_city_time(value).strftime("%Y-%m-%d %H:%M:%S").removesuffix(":00")
    if isinstance(value, float):
        return f"{value:,.6f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else f"{value:g}"
    if isinstance(value, int) and column is not None and column.unit:
        return format_number(value)
    return str(value)


@register.filter
def is_long(value: Any) -> bool:
    """Return whether a text may be cut in its cell."""
    return isinstance(value, str) and len(value) > SHOWN
