"""The map for everyone: one theme at a time, with a list that holds what the map holds."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.citizens.city_map.queries import find_bounds, list_themes, search_places
from madang.citizens.city_map.records import Collection
from madang.core.base.interface import ColumnType, Text
from madang.core.pages.interface import MapBlock, MapLayer, page

TITLE = Text(ko="도시생활지도", en="City life map")
SHOWN = 30
NAME = re.compile(r"(명|명칭|이름|상호|제목)$|^(name|title)|name$", re.IGNORECASE)
ADDRESS = re.compile(r"주소|address", re.IGNORECASE)


@page("public", title=TITLE)
def show_map(request: HttpRequest) -> HttpResponse:
    """Show one theme on the map and in a list that can be searched."""
    themes = sorted(list_themes(), key=lambda one: one.title.say(request.language))
    theme = next((one for one in themes if one.id == request.GET.get("theme")), themes[0] if themes else None)
    context = {
        "title": TITLE,
        "themes": themes,
        "theme": theme,
        "search": request.GET.get("q", "").strip()[:100],
    }
    if theme is not None:
        address = _find_column(theme, ADDRESS)
        name = _find_column(theme, NAME) or address
        rows, total = search_places(theme, name, context["search"], SHOWN)
        context |= {
            "map": _draw(theme),
            "rows": [(row.get(name) or "–", row.get(address) or "") for row in rows],
            "total": total,
            "more": total - len(rows),
        }
    return render(request, "city_map/public.html", context)


def _draw(theme: Collection) -> MapBlock:
    tiles = f"/tiles/datasets/{theme.id}/{{z}}/{{x}}/{{y}}.mvt?v={theme.version}"
    return MapBlock(
        title=theme.title, layers=(MapLayer(id="points", tiles=tiles),), bounds=find_bounds(theme)
    )


def _find_column(theme: Collection, pattern: re.Pattern[str]) -> str:
    """Return the text column that fits, "" where none does."""
    texts = [one.name for one in theme.properties if one.type is ColumnType.TEXT]
    return next((name for name in texts if pattern.search(name)), "")
