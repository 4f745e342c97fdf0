"""What this room adds to the doors: places in the search, and the list of areas in the menu."""

from __future__ import annotations

from madang.core.base.interface import Actor, Text
from madang.core.pages.interface import FirstStep, MenuLink, SearchHit, SearchSource
from madang.core.people.interface import list_agencies

from .pages.layers import LAYERS, PERMISSION, TITLE
from .pages.public import address_of
from .pages.streets import STREETS
from .pages.streets import TITLE as STREETS_TITLE
from .queries.searching import search_places


def search(_actor: Actor, query: str, limit: int) -> list[SearchHit]:
    """Return areas and registered places that `query` may mean."""
    return [
        SearchHit(
            title=Text(ko=hit.name_ko, en=hit.name_en or hit.name_ko),
            href=address_of(hit),
            about=Text(ko=hit.parent or hit.address, en=hit.parent or hit.address),
            lon=hit.lon,
            lat=hit.lat,
        )
        for hit in search_places(query, limit)
    ]


SEARCH = [SearchSource(title=Text(ko="장소", en="Places"), search=search, order=10)]
MENU = [
    MenuLink(title=Text(ko="장소", en="Places"), href="/places/", order=50),
    MenuLink(title=TITLE, href=LAYERS, door="desk", order=310, permission=PERMISSION),
    MenuLink(title=STREETS_TITLE, href=STREETS, door="desk", order=311, permission=PERMISSION),
]
FIRST_STEPS = [
    FirstStep(
        title=Text(ko="기관 등록", en="Register agencies"),
        about=Text(
            ko="자치구는 한 번에 등록합니다. 담당자와 시설물이 기관에 속합니다.",
            en="Districts come in one step. Officers and things belong to agencies.",
        ),
        href="/desk/places/agencies/",
        permission="people.change_agencies",
        is_done=lambda: bool(list_agencies()),
        order=10,
    ),
]
