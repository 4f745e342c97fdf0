"""Where this service stands in the menus, what waits for operators, and its live news."""

from __future__ import annotations

from typing import Any

from madang.core.base.interface import Actor, Text
from madang.core.pages.interface import MenuLink, Panel, Topic

from .actions import TOPIC
from .pages.bells import TITLE as BELLS
from .pages.coverage import TITLE as BLIND_SPOTS
from .pages.desk import WALL, describe
from .pages.events import TITLE as EVENTS
from .pages.privacy import TITLE as PRIVACY
from .pages.public import TITLE
from .pages.searching import TITLE as SEARCHES
from .pages.signs import TITLE as SIGNS
from .queries.events import list_events
from .records import Verdict

SHOWN = 5


def _desk(title: Text, href: str, order: int, permission: str = "cctv.view") -> MenuLink:
    return MenuLink(title=title, href=href, door="desk", order=order, permission=permission)


def _draw_open(actor: Actor, _language: str) -> dict[str, Any] | None:
    events, total = list_events(actor, verdict=Verdict.OPEN, limit=SHOWN)
    return {"rows": [describe(one) for one in events], "total": total} if total else None


MENU = [
    MenuLink(title=TITLE, href="/cctv/", order=35),
    _desk(TITLE, "/desk/cctv/", 420),
    _desk(WALL, "/wall/cctv/", 421, "cctv.watch"),
    _desk(EVENTS, "/desk/cctv/events/", 422),
    _desk(Text(ko="카메라", en="Cameras"), "/desk/cctv/cameras/", 423),
    _desk(BLIND_SPOTS, "/desk/cctv/coverage/", 425),
    _desk(BELLS, "/desk/cctv/bells/", 427),
    _desk(SIGNS, "/desk/cctv/signs/", 428),
    _desk(SEARCHES, "/desk/cctv/searches/", 424, "cctv.search"),
    _desk(PRIVACY, "/desk/cctv/privacy/", 426),
]
DESK_PANELS = [
    Panel(
        title=Text(ko="확인할 영상 사건", en="Camera events to judge"),
        order=5,
        permission="cctv.watch",
        template="cctv/panel.html",
        context=_draw_open,
    )
]
TOPICS = [Topic(name=TOPIC, permission="cctv.view")]
