"""Where this service stands in the menus."""

from __future__ import annotations

from madang.core.base.interface import Text
from madang.core.pages.interface import MenuLink, Protocol

from .pages.desk import DESK, PROPOSALS, PROPOSALS_TITLE, THEMES, THEMES_TITLE
from .pages.public import TITLE

MENU = [
    MenuLink(title=TITLE, href="/city_map/", order=15),
    MenuLink(title=TITLE, href=DESK, door="desk", order=420, permission="city_map.work"),
    MenuLink(title=THEMES_TITLE, href=THEMES, door="desk", order=421, permission="city_map.work"),
    MenuLink(title=PROPOSALS_TITLE, href=PROPOSALS, door="desk", order=422, permission="city_map.work"),
]
PROTOCOLS = [
    Protocol(
        title=Text(ko="OGC API Features와 Tiles", en="OGC API Features and Tiles"),
        about=Text(
            ko="QGIS 같은 지도 프로그램으로 도시의 장소를 열어요.",
            en="Opens the city's places in QGIS and other map programs.",
        ),
        example="/ogc/collections?f=json",
        order=20,
    ),
]
