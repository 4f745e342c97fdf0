"""The map's place in the menu."""

from __future__ import annotations

from madang.core.pages.interface import MenuLink

from .pages import TITLE

MENU = [MenuLink(title=TITLE, href="/city_map/", order=15)]
