"""Where the menu leads to smart poles."""

from __future__ import annotations

from madang.core.base.interface import Text
from madang.core.pages.interface import MenuLink

from .pages.public import TITLE

MENU = [
    MenuLink(title=TITLE, href="/smart_poles/", order=35),
    MenuLink(title=TITLE, href="/desk/smart_poles/", door="desk", order=410, permission="smart_poles.work"),
    MenuLink(
        title=Text(ko="스마트폴 구축과 관리", en="Smart pole programme"),
        href="/desk/smart_poles/programme/",
        door="desk",
        order=411,
        permission="smart_poles.work",
    ),
]
