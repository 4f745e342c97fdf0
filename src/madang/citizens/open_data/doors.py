"""Where this service stands in the menus."""

from madang.core.base.interface import Text
from madang.core.pages.interface import MenuLink, Protocol

from .pages.desk import TITLE as DESK_TITLE
from .pages.handling import TITLE as TALK_TITLE
from .pages.quotas import ADDRESS_LIST, KEY_LIST
from .pages.refresh import REFRESH_LIST
from .pages.search import TITLE
from .pages.sources import DESK_TITLE as SOURCES_TITLE

MENU = [
    MenuLink(title=TITLE, href="/open_data/", order=20),
    MenuLink(title=DESK_TITLE, href="/desk/open_data/", door="desk", order=410, permission="open_data.work"),
    MenuLink(
        title=TALK_TITLE,
        href="/desk/open_data/talk/?state=waiting",
        door="desk",
        order=411,
        permission="open_data.answer",
    ),
    MenuLink(
        title=KEY_LIST.title,
        href="/desk/open_data/keys/",
        door="desk",
        order=412,
        permission="open_data.declare",
    ),
    MenuLink(
        title=ADDRESS_LIST.title,
        href="/desk/open_data/addresses/",
        door="desk",
        order=412,
        permission="open_data.declare",
    ),
    MenuLink(
        title=SOURCES_TITLE,
        href="/desk/open_data/sources/",
        door="desk",
        order=413,
        permission="open_data.harvest",
    ),
    MenuLink(
        title=REFRESH_LIST.title,
        href="/desk/open_data/refreshes/",
        door="desk",
        order=414,
        permission="open_data.harvest",
    ),
]
DATASET_LINKS = [
    MenuLink(
        title=Text(ko="Open API·질문·비슷한 데이터", en="Open API, questions, similar data"),
        href="/open_data/{name}/",
    )
]
PROTOCOLS = [
    Protocol(
        title=Text(ko="CKAN API", en="CKAN API"),
        about=Text(
            ko="CKAN을 쓰던 프로그램이 데이터 목록을 찾아요.",
            en="Programs made for CKAN search the catalogue.",
        ),
        example="/api/3/action/package_search?rows=1",
        order=30,
    ),
    Protocol(
        title=Text(ko="DCAT", en="DCAT"),
        about=Text(
            ko="다른 포털이 목록을 통째로 거두어 가요.", en="Other portals harvest the whole catalogue."
        ),
        example="/catalog.jsonld",
        order=31,
    ),
]
