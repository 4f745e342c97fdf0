"""Where this service stands in the menus."""

from madang.core.pages.interface import MenuLink

from .pages import TITLE

MENU = [MenuLink(title=TITLE, href="/cctv/", order=35)]
