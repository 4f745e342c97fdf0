"""Where this service stands in the menus."""

from __future__ import annotations

from madang.core.pages.interface import MenuLink

from .pages.desk import DESK, PROPOSALS, PROPOSALS_TITLE, THEMES, THEMES_TITLE
from .pages.public import TITLE

MENU = [
    MenuLink(title=TITLE, href="/city_map/", order=15),
    MenuLink(title=TITLE, href=DESK, door="desk", order=420, permission="city_map.work"),
    MenuLink(title=THEMES_TITLE, href=THEMES, door="desk", order=421, permission="city_map.work"),
    MenuLink(title=PROPOSALS_TITLE, href=PROPOSALS, door="desk", order=422, permission="city_map.work"),
]
