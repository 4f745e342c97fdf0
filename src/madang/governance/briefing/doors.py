"""Where the menu leads to the work report."""

from __future__ import annotations

from madang.core.pages.interface import MenuLink

from .pages.strategy import ADDRESS, TREE
from .pages.words import TITLE

MENU = [
    MenuLink(title=TITLE, href="/briefing/", order=60),
    MenuLink(title=TREE, href=ADDRESS, door="desk", order=14, permission="briefing.work"),
]
