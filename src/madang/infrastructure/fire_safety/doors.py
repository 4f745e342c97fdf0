"""What this service adds to the doors: open alarms in my work, its places in the menu, live news."""

from __future__ import annotations

from typing import Any

from madang.core.base.interface import Actor, Text, read_pair
from madang.core.pages.interface import MenuLink, Panel, SearchHit, SearchSource, Topic

from .pages.desk import WALL, describe
from .pages.public import TITLE
from .queries import list_alarms, list_facilities
from .records import AlarmFilter

SHOWN = 5


def _draw_open(actor: Actor, _language: str) -> dict[str, Any] | None:
    alarms, total = list_alarms(actor=actor, where=AlarmFilter(state="open"), limit=SHOWN)
    return {"rows": [describe(one) for one in alarms], "total": total} if total else None


def _search(actor: Actor, query: str, limit: int) -> list[SearchHit]:
    if not actor.may("fire_safety.view"):
        return []
    found, _ = list_facilities(actor=actor, search=query, limit=limit)
    return [
        SearchHit(
            title=read_pair(one.name),
            href=f"/desk/fire_safety/facilities/{one.code}/",
            about=TITLE,
            lon=one.lon,
            lat=one.lat,
        )
        for one in found
    ]


DESK_PANELS = [
    Panel(
        title=Text(ko="화재 경보", en="Fire alarms"),
        order=-10,
        permission="fire_safety.view",
        template="fire_safety/panel.html",
        context=_draw_open,
    )
]
SEARCH = [SearchSource(title=TITLE, search=_search, order=30)]
MENU = [
    MenuLink(title=TITLE, href="/fire_safety/", order=40),
    MenuLink(title=TITLE, href="/desk/fire_safety/", door="desk", order=300, permission="fire_safety.view"),
    MenuLink(title=WALL, href="/wall/fire_safety/", door="desk", order=301, permission="fire_safety.view"),
]
TOPICS = [Topic(name="fire_safety", permission="fire_safety.view")]
