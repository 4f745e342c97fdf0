"""What this room adds to the doors: things in the search, and the register in the menu."""

from __future__ import annotations

from madang.core.base.interface import Actor, Text
from madang.core.pages.interface import FirstStep, MenuLink, SearchHit, SearchSource

from .pages.listing import HOME, THINGS, address_of
from .queries import count_things, list_things
from .records import ThingFilter
from .wording import say_kinds


def search(actor: Actor, query: str, limit: int) -> list[SearchHit]:
    """Return things that `query` may mean, for those who may see the register."""
    if not actor.may("things.view"):
        return []
    kinds = say_kinds()
    return [
        SearchHit(
            title=Text(ko=f"{thing.title.ko} ({thing.id})", en=f"{thing.title.en} ({thing.id})"),
            href=address_of(thing.id),
            about=kinds[thing.kind],
            lon=thing.lon,
            lat=thing.lat,
        )
        for thing in list_things(ThingFilter(text=query), limit=limit)
    ]


SEARCH = [SearchSource(title=THINGS, search=search, order=30)]
MENU = [MenuLink(title=THINGS, href=HOME, door="desk", order=300, permission="things.view")]
FIRST_STEPS = [
    FirstStep(
        title=Text(ko="시설물과 센서 등록", en="Register assets and sensors"),
        about=Text(
            ko="목록 파일로 가져오거나 하나씩 등록합니다. 센서와 카메라, 폴의 값이 여기 등록된 것에 붙습니다.",
            en="Bring a list as a file or register one by one. What sensors, cameras and poles send belongs to these.",
        ),
        href=f"{HOME}import/",
        permission="things.import",
        is_done=lambda: count_things() > 0,
        order=40,
    ),
]
