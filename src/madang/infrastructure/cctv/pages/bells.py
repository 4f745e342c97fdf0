"""Emergency bells: where they hang, when they were pressed, and which of them nobody tried out for a quarter."""

from __future__ import annotations

from collections.abc import Sequence

from madang.core.base.interface import Actor, ColumnType, Text, now
from madang.core.pages.interface import ListColumn, ListFilter, ListPage
from madang.infrastructure.cctv.queries.bells import list_bells, list_untried
from madang.infrastructure.cctv.records import Bell

from .register import BRING_LIST, DEVICE_COLUMNS, DISTRICT_FILTER, STATE_FILTER

TITLE = Text(ko="비상벨", en="Emergency bells")


def _query(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[Bell], int]:
    del actor
    district, state = filters.get("district", ""), filters.get("state", "")
    if filters.get("test"):
        found = list_untried(now(), search=search, district=district, state=state)
        return found[offset : offset + limit], len(found)
    return list_bells(
        search=search, district=district, state=state, sort=sort or "id", offset=offset, limit=limit
    )


LIST = ListPage(
    title=TITLE,
    permission="cctv.view",
    about=Text(
        ko="비상벨이 눌리면 긴급 상황이 생기고, 가까운 카메라의 영상이 관제 화면 맨 앞에 나옵니다. 벨은 시설물 대장에 '비상벨' 종류로 등록하고, 분기마다 한 번 시험합니다.",
        en="A pressed bell is an urgent incident, and the pictures of the cameras around it come first on the wall. Bells are registered as things of the kind 'Emergency bell', and tried out once a quarter.",
    ),
    columns=(
        ListColumn(name="id", title=Text(ko="번호", en="Number"), href=lambda row: f"/desk/things/{row.id}/"),
        *DEVICE_COLUMNS,
        ListColumn(
            name="pressed_at", title=Text(ko="눌림", en="Pressed"), type=ColumnType.TIME, sortable=False
        ),
        ListColumn(
            name="tested_at", title=Text(ko="시험", en="Tried out"), type=ColumnType.TIME, sortable=False
        ),
    ),
    query=_query,
    filters=(
        ListFilter(
            name="test",
            title=Text(ko="시험", en="Test"),
            choices=(("due", Text(ko="석 달 넘게 시험하지 않음", en="Not tried out for three months")),),
        ),
        STATE_FILTER,
        DISTRICT_FILTER,
    ),
    sort="id",
    lon="lon",
    lat="lat",
    empty=Text(
        ko="아직 비상벨이 없습니다. 시설물 대장에서 목록을 가져오면 여기에 나타납니다.",
        en="No bell yet. Bring a list into the register of things and they appear here.",
    ),
    create=BRING_LIST,
)
