"""Where the menu leads to the work report and the dashboard."""

from __future__ import annotations

from madang.core.pages.interface import MenuLink

from .pages import dashboard
from .pages.strategy import ADDRESS, TREE
from .pages.words import TITLE

MENU = [
    MenuLink(title=TITLE, href="/briefing/", order=60),
    MenuLink(
        title=dashboard.TITLE, href=dashboard.ADDRESS, door="desk", order=12, permission=dashboard.PERMISSION
    ),
    MenuLink(title=TREE, href=ADDRESS, door="desk", order=14, permission="briefing.work"),
]
