"""How a value of a dataset stands in a cell."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from madang.core.base.interface import to_city_time

register = template.Library()


@register.simple_tag(takes_context=True)
def cell(context: template.Context, value: Any) -> SafeString | str:
    """Return a value as people read it; a missing one is said to be missing."""
    is_english = context.get("language") == "en"
    if value is None:
        return format_html(
            '<span class="missing-cell" title="{}">–</span>', "no value" if is_english else "값 없음"
        )
    if isinstance(value, bool):
        return ("yes" if value else "no") if is_english else ("예" if value else "아니요")
    if isinstance(value, datetime) and value.tzinfo is not None:
        return to_city_time(value).strftime("%Y-%m-%d %H:%M:%S").removesuffix(":00")
    if isinstance(value, float):
        return f"{value:,.6f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else f"{value:g}"
    return str(value)
