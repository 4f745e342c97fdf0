"""Where this service stands in the menus."""

from madang.core.pages.interface import MenuLink

from .pages.desk import TITLE as DESK_TITLE
from .pages.services import TITLE

MENU = [
    MenuLink(title=TITLE, href="/open_data/", order=20),
    MenuLink(title=DESK_TITLE, href="/desk/open_data/", door="desk", order=410, permission="open_data.work"),
]
