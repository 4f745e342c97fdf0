"""Where this service stands in the menus."""

from madang.core.pages.interface import MenuLink

from .pages.elections import TITLE

MENU = [MenuLink(title=TITLE, href="/voting/", order=25)]
