"""Where this service stands in the menus."""

from madang.core.pages.interface import MenuLink

from .pages.listing import OWN
from .pages.words import TITLE

MENU = [
    MenuLink(title=TITLE, href="/voting/", order=25),
    MenuLink(title=OWN.title, href="/desk/voting/", door="desk", order=430, permission="voting.hold"),
]
