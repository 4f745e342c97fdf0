"""The desk: what waits, themes, proposals, districts' requests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.citizens.city_map.actions.places import remove_places
from madang.citizens.city_map.queries.themes import (
    get_proposal,
    get_request,
    get_theme,
    is_place,
    list_all_places,
    list_places,
    list_proposals,
    list_requests,
    list_themes,
)
from madang.citizens.city_map.records import (
    COLOURS,
    FIELD_TYPES,
    OUTLINES,
    PROPOSAL_KINDS,
    PROPOSAL_STATES,
    REQUEST_STATES,
    THEME_STATES,
    Proposal,
    ProposalKind,
    ProposalState,
    RequestState,
    Theme,
    ThemeRequest,
    ThemeState,
)
from madang.core.base.interface import Actor, ColumnType, Text, now, read_pair, to_city_time
from madang.core.pages.interface import (
    Detail,
    DetailPage,
    Fact,
    ListAction,
    ListColumn,
    ListFilter,
    ListPage,
    MapBlock,
    RecordAction,
    Tab,
    page,
    points_layer,
)
from madang.core.people.interface import list_agencies

from .drawing import draw_place
from .public import TITLE, describe_season

DESK = "/desk/city_map/"
THEMES, PLACES = f"{DESK}themes/", f"{DESK}places/"
PROPOSALS, REQUESTS = f"{DESK}proposals/", f"{DESK}requests/"
THEMES_TITLE = Text(ko="지도 주제", en="Themes of the map")
PLACES_TITLE = Text(ko="주제의 장소", en="Places of themes")
PROPOSALS_TITLE = Text(ko="시민 제안", en="Citizens’ proposals")
REQUESTS_TITLE = Text(ko="주제 요청", en="Requests for themes")
FEW = 8


@page("city_map.work", title=TITLE)
def show_desk(request: HttpRequest) -> HttpResponse:
    """Show what waits: proposals, themes in review, open requests."""
    themes = list_themes()
    today = to_city_time(now()).date()
    waiting, count = list_proposals(actor=request.actor, state=ProposalState.WAITING, limit=FEW)
    context = {
        "title": TITLE,
        "count": count,
        "waiting": [(one, PROPOSAL_KINDS[one.kind]) for one in waiting],
        "review": [one for one in themes if one.state is ThemeState.REVIEW],
        "requests": list_requests(actor=request.actor, state=RequestState.OPEN),
        "shown": sum(one.is_shown(today) for one in themes),
        "ending": [
            one for one in themes
            if one.is_shown(today) and one.values.shown_until and (one.values.shown_until - today).days <= 30
        ],
    }  # fmt: skip
    return render(request, "city_map/desk.html", context)


def _find_themes(*, actor: Actor, search: str, filters: dict[str, str]) -> Sequence[Theme]:
    del actor
    return list_themes(filters.get("state", ""), search=search)


THEME_COLUMNS = (
    ListColumn(
        name="title", title=Text(ko="주제", en="Theme"), value=lambda row: row.values.title,
        href=lambda row: f"{THEMES}{row.code}/",
    ),
    ListColumn(name="code", title=Text(ko="영문 이름", en="Code")),
    ListColumn(name="state", title=Text(ko="상태", en="State"), value=lambda row: THEME_STATES[row.state]),
    ListColumn(name="places", title=Text(ko="장소", en="Places"), type=ColumnType.INTEGER,
               value=lambda row: None if row.values.dataset else row.places),
    ListColumn(name="season", title=Text(ko="철", en="Season"), value=describe_season),
    ListColumn(name="shown_until", title=Text(ko="공개 마지막 날", en="Public until"), type=ColumnType.DATE,
               value=lambda row: row.values.shown_until),
    ListColumn(name="agency", title=Text(ko="기관", en="Agency"), value=lambda row: row.values.agency_code, shown=False),
    ListColumn(name="source", title=Text(ko="출처", en="Source"), value=lambda row: row.values.source, shown=False),
    ListColumn(name="changed_at", title=Text(ko="고친 때", en="Changed"), type=ColumnType.TIME),
)  # fmt: skip
THEME_LIST = ListPage(
    title=THEMES_TITLE,
    permission="city_map.work",
    about=Text(
        ko="주제는 작성, 검토, 공개의 순서로 나아갑니다. 공개 기간이 끝나면 스스로 내려갑니다.",
        en="A theme goes from draft to review to public, and steps down by itself when its days are over.",
    ),
    columns=THEME_COLUMNS,
    rows=_find_themes,
    filters=(
        ListFilter(
            name="state",
            title=Text(ko="상태", en="State"),
            choices=tuple((state.value, name) for state, name in THEME_STATES.items()),
        ),
    ),
    row_id="code",
    sort="title",
    empty=Text(
        ko="아직 주제가 없습니다. 코드 없이 항목과 철을 정해 첫 주제를 만들어 주십시오.",
        en="No theme yet. Make the first one with its fields and season, without code.",
    ),
    create=(f"{THEMES}new/", Text(ko="주제 만들기", en="New theme"), "city_map.edit"),
)


def _find_places(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[dict[str, Any]], int]:
    del actor
    titles = {one.code: one.values.title for one in list_themes()}
    places, total = list_all_places(
        search=search, theme=filters.get("theme", ""), sort=sort, offset=offset, limit=limit
    )
    return [
        {
            "id": f"{one.theme}/places/{one.id}",
            "name": one.values.name,
            "theme": titles[one.theme],
            "address": one.values.address,
            "source": one.values.source,
            "changed_at": one.changed_at,
            "lon": one.values.lon,
            "lat": one.values.lat,
        }
        for one in places
    ], total


def _remove_places(*, actor: Actor, now: datetime, ids: Sequence[str]) -> Text:
    chosen: dict[str, list[str]] = {}
    for one in ids:
        code, _, place_id = one.partition("/places/")
        chosen.setdefault(code, []).append(place_id)
    for code, place_ids in chosen.items():
        remove_places(actor=actor, now=now, code=code, place_ids=place_ids)
    return Text(ko=f"{len(ids)}곳을 뺐습니다.", en=f"{len(ids)} removed.")


PLACE_LIST = ListPage(
    title=PLACES_TITLE,
    permission="city_map.work",
    columns=(
        ListColumn(
            name="name", title=Text(ko="장소", en="Place"), href=lambda row: f"{THEMES}{row['id']}/"
        ),
        ListColumn(name="theme", title=Text(ko="주제", en="Theme")),
        ListColumn(name="address", title=Text(ko="주소", en="Address")),
        ListColumn(name="source", title=Text(ko="출처", en="Source"), shown=False),
        ListColumn(name="changed_at", title=Text(ko="고친 때", en="Changed"), type=ColumnType.TIME),
    ),
    query=_find_places,
    filters=(
        ListFilter(
            name="theme",
            title=Text(ko="주제", en="Theme"),
            choices=lambda _actor: [(one.code, one.values.title) for one in list_themes()],
        ),
    ),
    actions=(
        ListAction(
            name="remove",
            title=Text(ko="빼기", en="Remove"),
            permission="city_map.edit",
            consequence=Text(
                ko="{count}곳이 지도와 데이터에서 바로 사라집니다.", en="{count} go from map and data at once."
            ),
            run=_remove_places,
            is_destructive=True,
        ),
    ),
    sort="name",
    lon="lon",
    lat="lat",
    empty=Text(
        ko="아직 장소가 없습니다. 주제에서 하나씩 적거나 파일로 올려 주십시오.",
        en="No place yet. Write them one by one in a theme or bring a file.",
    ),
)  # fmt: skip


def _find_proposals(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[Proposal], int]:
    state = filters.get("state", "")
    return list_proposals(actor=actor, state=state, search=search, sort=sort, offset=offset, limit=limit)


OUTSIDE = Text(ko="도시 밖", en="outside the city")
PROPOSAL_COLUMNS = (
    ListColumn(
        name="name", title=Text(ko="장소", en="Place"), value=lambda row: row.values.name,
        href=lambda row: f"{PROPOSALS}{row.id}/",
    ),
    ListColumn(name="kind", title=Text(ko="제안", en="Proposal"), value=lambda row: PROPOSAL_KINDS[row.kind]),
    ListColumn(name="theme", title=Text(ko="주제", en="Theme"), value=lambda row: row.theme_title),
    ListColumn(name="state", title=Text(ko="상태", en="State"), value=lambda row: PROPOSAL_STATES[row.state]),
    ListColumn(
        name="is_outside", sortable=False, title=Text(ko="자리", en="Position"), value=lambda row: OUTSIDE if row.is_outside else None,
    ),
    ListColumn(name="sent_at", title=Text(ko="받은 때", en="Received"), type=ColumnType.TIME),
    ListColumn(name="decided_at", title=Text(ko="정한 때", en="Decided"), type=ColumnType.TIME, shown=False),
    ListColumn(name="decided_by", title=Text(ko="정한 사람", en="Decided by"), shown=False, value=lambda row: read_pair(row.decided_by)),
    ListColumn(name="reason", title=Text(ko="까닭", en="Reason"), shown=False),
)  # fmt: skip
PROPOSAL_LIST = ListPage(
    title=PROPOSALS_TITLE,
    permission="city_map.work",
    about=Text(
        ko="오래된 것부터입니다. 누가 보냈는지는 남기지 않습니다.",
        en="The oldest first. Nothing tells who sent them.",
    ),
    columns=PROPOSAL_COLUMNS,
    query=_find_proposals,
    filters=(
        ListFilter(
            name="state",
            title=Text(ko="상태", en="State"),
            choices=tuple((state.value, name) for state, name in PROPOSAL_STATES.items()),
        ),
    ),
    sort="sent_at",
    empty=Text(
        ko="아직 제안이 없습니다. 시민이 지도에서 장소를 알려 주면 여기에서 확인합니다.",
        en="No proposal yet. What citizens tell on the map is checked here.",
    ),
)


def _find_requests(*, actor: Actor, search: str, filters: dict[str, str]) -> Sequence[ThemeRequest]:
    found = list_requests(actor=actor, state=filters.get("state", ""))
    return [one for one in found if search.lower() in f"{one.title} {one.why} {one.agency_name}".lower()]


REQUEST_COLUMNS = (
    ListColumn(
        name="title", title=Text(ko="바라는 주제", en="Theme wanted"), href=lambda row: f"{REQUESTS}{row.id}/"
    ),
    ListColumn(name="agency_name", title=Text(ko="기관", en="Agency")),
    ListColumn(name="state", title=Text(ko="상태", en="State"), value=lambda row: REQUEST_STATES[row.state]),
    ListColumn(name="asked_at", title=Text(ko="요청한 때", en="Asked"), type=ColumnType.TIME),
    ListColumn(name="reason", title=Text(ko="답", en="Answer"), shown=False),
)
REQUEST_LIST = ListPage(
    title=REQUESTS_TITLE,
    permission="city_map.work",
    columns=REQUEST_COLUMNS,
    rows=_find_requests,
    filters=(
        ListFilter(
            name="state",
            title=Text(ko="상태", en="State"),
            choices=tuple((state.value, name) for state, name in REQUEST_STATES.items()),
        ),
    ),
    sort="-asked_at",
    empty=Text(
        ko="아직 요청이 없습니다. 자치구가 바라는 주제를 여기에서 받아 답합니다.",
        en="No request yet. Districts ask for themes here, and are answered here.",
    ),
    create=(f"{REQUESTS}new/", Text(ko="주제 요청하기", en="Ask for a theme"), "city_map.request"),
)


def _describe_theme(*, actor: Actor, language: str, code: str) -> Detail:
    theme = get_theme(code)
    said, home = theme.values, f"{THEMES}{code}/"
    places, _ = ([], 0) if said.dataset else list_places(code, limit=100)
    may_edit = actor.may("city_map.edit", said.agency_code)
    fields = {
        "code": code,
        "rows": [(one, FIELD_TYPES[one.type]) for one in said.fields],
        "may_edit": may_edit and not said.dataset,
    }
    listed = {"code": code, "places": places, "total": theme.places, "may_edit": may_edit}
    return Detail(
        title=said.title,
        about=said.about,
        crumbs=((TITLE, DESK), (THEMES_TITLE, THEMES)),
        summary=(
            Fact(title=Text(ko="상태", en="State"), value=THEME_STATES[theme.state]),
            Fact(title=Text(ko="장소", en="Places"), value=None if said.dataset else theme.places),
            Fact(title=Text(ko="철", en="Season"), value=describe_season(theme) or Text(ko="늘", en="always")),
            Fact(title=Text(ko="고친 때", en="Changed"), value=theme.changed_at),
        ),
        tabs=(
            Tab(name="about", title=Text(ko="설명", en="About"), facts=_list_facts(theme)),
            *(
                ()
                if said.dataset
                else (
                    Tab(name="places", title=Text(ko="장소", en="Places"), template="city_map/desk_places.html",
                        context=listed),
                    Tab(name="fields", title=Text(ko="항목", en="Fields"), template="city_map/desk_fields.html",
                        context=fields),
                )
            ),
        ),
        actions=_list_actions(theme, home) if may_edit else (),
    )  # fmt: skip


def _list_facts(theme: Theme) -> tuple[Fact, ...]:
    said = theme.values
    agencies = {agency.code: agency.name for agency in list_agencies()}
    facts = [
        (Text(ko="영문 이름", en="Code"), theme.code),
        (Text(ko="기관", en="Agency"), agencies.get(said.agency_code, said.agency_code)),
        (Text(ko="데이터셋", en="Dataset"), theme.collection),
        (
            Text(ko="장소를 그리는 법", en="Places drawn as"),
            None if said.dataset else OUTLINES[said.outline],
        ),
        (Text(ko="색", en="Colour"), COLOURS[said.colour][0] if said.colour else None),
        (Text(ko="출처", en="Source"), read_pair(said.source) if said.source else None),
        (Text(ko="출처 누리집", en="Source’s site"), said.source_link),
        (Text(ko="이용 조건", en="Licence"), said.licence),
        (Text(ko="공개 첫날", en="Public from"), said.shown_from),
        (Text(ko="공개 마지막 날", en="Public until"), said.shown_until),
        (
            Text(ko="시민 제안", en="Citizens’ proposals"),
            Text(ko="받음", en="taken") if said.takes_proposals else Text(ko="받지 않음", en="not taken"),
        ),
        (Text(ko="검토 의견", en="Reviewer’s note"), theme.note),
    ]
    return tuple(Fact(title=title, value=value or None) for title, value in facts)


def _list_actions(theme: Theme, home: str) -> tuple[RecordAction, ...]:
    def act(
        ko: str, en: str, href: str, will_ko: str, will_en: str, permission: str = "city_map.edit"
    ) -> RecordAction:
        return RecordAction(
            title=Text(ko=ko, en=en),
            href=f"{home}{href}",
            consequence=Text(ko=will_ko, en=will_en),
            permission=permission,
        )

    actions = [
        act(
            "고치기",
            "Change",
            "change/",
            "이름, 철, 기간, 출처를 고칩니다",
            "Changes words, season, days, source",
        )
    ]
    if not theme.values.dataset:
        actions += [
            act("장소 더하기", "Add a place", "places/new/", "장소 하나를 적습니다", "Writes one place"),
            act(
                "파일로 올리기",
                "Import a file",
                "import/",
                "CSV, 엑셀 등의 장소를 올립니다",
                "Brings places from CSV or Excel",
            ),
        ]
    if theme.state in {ThemeState.DRAFT, ThemeState.WITHDRAWN}:
        actions.append(
            act(
                "검토 맡기기",
                "Hand in for review",
                "submit/",
                "공개할 사람이 검토합니다",
                "Who publishes reviews it",
            )
        )
    if theme.state is ThemeState.REVIEW:
        actions += [
            act(
                "공개하기",
                "Publish",
                "publish/",
                "누구나 보게 됩니다",
                "Everyone will see it",
                "city_map.publish",
            ),
            act(
                "돌려보내기",
                "Give back",
                "return/",
                "까닭과 함께 작성으로 돌아갑니다",
                "Back to draft, with a reason",
                "city_map.publish",
            ),
        ]
    if theme.state is ThemeState.PUBLISHED:
        actions.append(
            act(
                "내리기",
                "Withdraw",
                "withdraw/",
                "아무도 못 보게 됩니다. 장소는 남습니다",
                "Nobody will see it; places are kept",
                "city_map.publish",
            )
        )
    return tuple(actions)


THEME = DetailPage(title=THEMES_TITLE, permission="city_map.work", describe=_describe_theme)


def _describe_proposal(*, actor: Actor, language: str, proposal_id: str) -> Detail:
    del language
    found = get_proposal(actor=actor, proposal_id=proposal_id)
    home = f"{PROPOSALS}{proposal_id}/"
    actions: tuple[RecordAction, ...] = ()
    if found.state is ProposalState.WAITING and actor.may("city_map.moderate", found.agency_code):
        actions = (
            RecordAction(
                title=Text(ko="반영하기", en="Accept"), href=f"{home}accept/", permission="city_map.moderate",
                consequence=Text(ko="바로 지도에 나타납니다", en="It shows on the map at once"),
            ),
            RecordAction(
                title=Text(ko="반영하지 않기", en="Reject"), href=f"{home}reject/", permission="city_map.moderate",
                consequence=Text(ko="보낸 사람이 까닭을 읽습니다", en="Its sender reads the reason"),
            ),
        )  # fmt: skip
    return Detail(
        title=Text(ko=found.values.name, en=found.values.name),
        about=found.theme_title,
        crumbs=((TITLE, DESK), (PROPOSALS_TITLE, PROPOSALS)),
        summary=(
            Fact(title=Text(ko="제안", en="Proposal"), value=PROPOSAL_KINDS[found.kind]),
            Fact(title=Text(ko="상태", en="State"), value=PROPOSAL_STATES[found.state]),
            Fact(title=Text(ko="받은 때", en="Received"), value=found.sent_at),
        ),
        tabs=(
            Tab(
                name="changes",
                title=Text(ko="바뀌는 것", en="What changes"),
                template="city_map/desk_changes.html",
                context={
                    "proposal": found,
                    "map": _draw_proposal(found),
                    "is_gone": found.kind is not ProposalKind.ADD
                    and not is_place(found.theme, found.place_id),
                },
            ),
        ),
        actions=actions,
        lon=found.values.lon,
        lat=found.values.lat,
    )


PROPOSAL = DetailPage(title=PROPOSALS_TITLE, permission="city_map.work", describe=_describe_proposal)


def _draw_proposal(one: Proposal) -> MapBlock | None:
    """Return the line or area that is proposed on a map, None for a point, which every record shows."""
    if not one.values.shape:
        return None
    return MapBlock(
        title=PROPOSALS_TITLE, layers=(points_layer([draw_place(one.values)]),), quiet_scroll=True
    )


def _describe_request(*, actor: Actor, language: str, request_id: str) -> Detail:
    del language
    found = get_request(actor=actor, request_id=request_id)
    actions: tuple[RecordAction, ...] = ()
    if found.state is RequestState.OPEN and actor.may("city_map.publish", found.agency_code):
        home = f"{REQUESTS}{request_id}/"
        actions = (
            RecordAction(
                title=Text(ko="받아들이기", en="Accept"), href=f"{home}accept/", permission="city_map.publish",
                consequence=Text(ko="그 기관의 새 주제가 작성 중으로 생깁니다", en="A draft of that agency begins"),
            ),
            RecordAction(
                title=Text(ko="받아들이지 않기", en="Reject"), href=f"{home}reject/", permission="city_map.publish",
                consequence=Text(ko="기관이 까닭을 읽습니다", en="The agency reads the reason"),
            ),
        )  # fmt: skip
    facts = (
        Fact(title=Text(ko="왜 필요한가", en="Why"), value=found.why),
        Fact(title=Text(ko="답", en="Answer"), value=found.reason or None),
        Fact(title=Text(ko="만든 주제", en="Theme made"), value=found.theme or None,
             href=f"{THEMES}{found.theme}/" if found.theme else ""),
    )  # fmt: skip
    return Detail(
        title=Text(ko=found.title, en=found.title),
        crumbs=((TITLE, DESK), (REQUESTS_TITLE, REQUESTS)),
        summary=(
            Fact(title=Text(ko="기관", en="Agency"), value=found.agency_name),
            Fact(title=Text(ko="상태", en="State"), value=REQUEST_STATES[found.state]),
            Fact(title=Text(ko="요청한 때", en="Asked"), value=found.asked_at),
        ),
        tabs=(Tab(name="about", title=Text(ko="내용", en="About"), facts=facts),),
        actions=actions,
    )


REQUEST = DetailPage(title=REQUESTS_TITLE, permission="city_map.work", describe=_describe_request)
