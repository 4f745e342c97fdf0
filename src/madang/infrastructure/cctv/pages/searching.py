"""The search for a missing person: asked, started by another, candidates answered, found, and all of it purged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from madang.core.base.interface import Actor, ColumnType, MadangError, Text, now, read_pair
from madang.core.pages.interface import (
    FormPage,
    ListColumn,
    ListFilter,
    ListPage,
    MapBlock,
    MapClass,
    MapLayer,
    page,
    say_lazily,
)
from madang.infrastructure.cctv.actions import (
    add_place,
    answer_sighting,
    ask_search,
    decide_search,
    end_search,
)
from madang.infrastructure.cctv.methods.clothing import WEAR_NAMES, Wear
from madang.infrastructure.cctv.methods.reaching import Anchor, measure_reach
from madang.infrastructure.cctv.queries.searches import (
    get_search,
    list_candidates,
    list_places,
    list_reachable,
    list_searches,
)
from madang.infrastructure.cctv.records import (
    SEARCH_STATES,
    SPEEDS,
    Camera,
    Candidate,
    NewSearch,
    PlaceKnown,
    Search,
    SearchState,
)

from .register import HOME

SEARCHES = f"{HOME}searches/"
TITLE = Text(ko="실종자 찾기", en="Missing persons")
SOURCES = {
    "report": Text(ko="신고", en="report"),
    "beacon": Text(ko="비콘", en="beacon"),
    "witness": Text(ko="제보", en="witness"),
    "camera": Text(ko="카메라에서 확인", en="confirmed on camera"),
}
CLASSES = (
    ("place", Text(ko="있었던 곳", en="Known places")),
    ("watched", Text(ko="찾고 있는 카메라", en="Cameras that search")),
    ("other", Text(ko="닿을 수 있으나 영상이 없는 카메라", en="Within reach, without a stream")),
)
SHOWN_OTHERS = 200


def _query(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[Search], int]:
    del sort
    return list_searches(
        actor, reference=search.strip(), state=filters.get("state", ""), offset=offset, limit=limit
    )


LIST = ListPage(
    title=TITLE,
    permission="cctv.search",
    about=Text(
        ko="실종 신고가 있을 때에만, 다른 사람의 승인을 받아 정해진 시간 동안 찾습니다. 끝나면 본 것을 모두 지웁니다.",
        en="Only upon a report, with another person’s approval, and for a set time. At its end all that was seen is deleted.",
    ),
    columns=(
        ListColumn(name="reference", title=Text(ko="접수 번호", en="Report"), sortable=False, href=lambda row: f"{SEARCHES}{row.id}/"),
        ListColumn(name="state", title=Text(ko="상태", en="State"), sortable=False, value=lambda row: SEARCH_STATES[row.state]),
        ListColumn(name="asked_at", title=Text(ko="요청", en="Asked"), type=ColumnType.TIME, sortable=False),
        ListColumn(name="asked_by_name", title=Text(ko="요청한 사람", en="Asked by"), sortable=False, value=lambda row: read_pair(row.asked_by_name)),
        ListColumn(name="decided_by_name", title=Text(ko="결정한 사람", en="Decided by"), sortable=False, value=lambda row: read_pair(row.decided_by_name) if row.decided_by_name else None),
        ListColumn(name="expires_at", title=Text(ko="기한", en="Until"), type=ColumnType.TIME, sortable=False),
        ListColumn(name="ended_at", title=Text(ko="끝", en="Ended"), type=ColumnType.TIME, sortable=False),
    ),
    query=_query,
    filters=(ListFilter(name="state", title=Text(ko="상태", en="State"), choices=tuple((one.value, name) for one, name in SEARCH_STATES.items())),),
    empty=Text(ko="아직 찾은 적이 없습니다.", en="Nobody was searched for yet."),
    create=(f"{SEARCHES}new/", Text(ko="찾기 요청", en="Ask for a search"), "cctv.search"),
)  # fmt: skip


class PlacedForm(forms.Form):
    """Where and when somebody was: found by name, clicked on the map, or typed."""

    map = MapBlock(title=Text(ko="있었던 곳", en="Where they were"), layers=())
    lat = forms.FloatField(label=say_lazily("위도", "Latitude"), min_value=-85, max_value=85)
    lon = forms.FloatField(label=say_lazily("경도", "Longitude"), min_value=-180, max_value=180)
    at = forms.DateTimeField(
        label=say_lazily("그때", "When"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )


def _colour(ko: str, en: str) -> forms.ChoiceField:
    choices = [
        ("", say_lazily("모름", "not known")),
        *((one.value, say_lazily(name.ko, name.en)) for one, name in WEAR_NAMES.items()),
    ]
    return forms.ChoiceField(label=say_lazily(ko, en), choices=choices, required=False)


class AskForm(PlacedForm):
    """Whom to search for, where from, why it may be done, and for how long."""

    reference = forms.CharField(
        label=say_lazily("경찰 접수 번호", "Number of the police's report"), max_length=100,
        help_text=say_lazily("이름은 적지 않습니다.", "No names."),
    )  # fmt: skip
    ground = forms.CharField(
        label=say_lazily("법의 근거와 공문", "Legal ground and document"), max_length=300,
        help_text=say_lazily(
            "예: 실종아동등의 보호 및 지원에 관한 법률 제9조, 요청 공문 번호",
            "Such as: Act on protection of missing children and others, art. 9; number of the request",
        ),
    )  # fmt: skip
    description = forms.CharField(
        label=say_lazily("모습", "What they look like"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    top = _colour("윗옷 색", "Colour of the top")
    bottom = _colour("아래옷 색", "Colour of trousers or skirt")
    speed_m_s = forms.TypedChoiceField(
        label=say_lazily("걸음", "Pace"), coerce=float, initial="1.2",
        choices=[(str(one), say_lazily(name.ko, name.en)) for one, name in SPEEDS.items()],
    )  # fmt: skip
    hours = forms.FloatField(
        label=say_lazily("찾는 시간 (시간)", "Hours it may run"), min_value=0.5, max_value=48, initial=12
    )


def _ask(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    made = ask_search(actor=actor, now=now, asked=NewSearch(**data))
    return f"{SEARCHES}{made.id}/"


ASK = FormPage(
    title=Text(ko="실종자 찾기 요청", en="Ask for a search"),
    permission="cctv.search",
    form=AskForm,
    run=_ask,
    button=Text(ko="요청", en="Ask"),
    consequence=Text(
        ko="다른 사람이 승인해야 시작됩니다. 시작되면 닿을 수 있는 카메라에 보이는 사람들의 옷 색을 적고, 끝나면 모두 지웁니다.",
        en="It begins when somebody else approves. Then the colours that people wear are noted at the cameras within reach, and all of it is deleted at the end.",
    ),
    back=SEARCHES,
    template="cctv/placing.html",
)


class PlaceForm(PlacedForm):
    """Where else the person was."""

    source = forms.ChoiceField(
        label=say_lazily("알려 준 것", "Told by"),
        choices=[(one, say_lazily(SOURCES[one].ko, SOURCES[one].en)) for one in ("beacon", "witness")],
    )


def _add_place(*, actor: Actor, now: datetime, data: dict[str, Any], search_id: int) -> str:
    add_place(actor=actor, now=now, search_id=search_id, place=PlaceKnown(**data))
    return f"{SEARCHES}{search_id}/"


PLACE = FormPage(
    title=Text(ko="새 위치", en="Another place"),
    permission="cctv.search",
    form=PlaceForm,
    run=_add_place,
    consequence=Text(
        ko="가장 새로운 위치에서 다시 찾습니다.", en="The search goes on from the newest place."
    ),
    back=SEARCHES,
    template="cctv/placing.html",
)


@page("cctv.search", title=TITLE)
def show_search(request: HttpRequest, search_id: int) -> HttpResponse:
    """Show a search: where it looks, whom it saw, what was said."""
    moment, actor = now(), request.actor
    search = get_search(actor, search_id)
    is_running = (
        search.state is SearchState.RUNNING and search.expires_at is not None and search.expires_at > moment
    )
    watched, others = list_reachable(search, moment) if is_running else ([], [])
    places = list_places(search_id)
    candidates = list_candidates(search) if is_running else []
    context = {
        "title": Text(ko=f"{TITLE.ko}: {search.reference}", en=f"{TITLE.en}: {search.reference}"),
        "search": search,
        "state": SEARCH_STATES[search.state],
        "is_running": is_running,
        "is_asked": search.state is SearchState.ASKED,
        "is_own": search.asked_by == actor.id,
        "may_approve": actor.may("cctv.approve"),
        "pace": SPEEDS.get(search.speed_m_s),
        "wear": [WEAR_NAMES[Wear(one)] if one else None for one in (search.top, search.bottom)],
        "reach": measure_reach(Anchor(search.lon, search.lat, search.last_at), search.speed_m_s, moment),
        "watched": watched,
        "others": len(others),
        "places": [(one, SOURCES[one.source]) for one in reversed(places)],
        "candidates": [_describe(one) for one in candidates],
        "map": _draw(places, watched, others[:SHOWN_OTHERS], request.language),
        "moment": moment,
    }
    return render(request, "cctv/search.html", context)


def _describe(one: Candidate) -> dict[str, Any]:
    def name(shares: dict[str, float]) -> list[Text]:
        return [WEAR_NAMES[Wear(key)] for key, _ in sorted(shares.items(), key=lambda each: -each[1])[:2]]

    sighting = one.sighting
    return {
        "one": one,
        "percent": 100 * one.score,
        "top": name(sighting.top),
        "bottom": name(sighting.bottom),
    }


def _draw(
    places: Sequence[PlaceKnown], watched: Sequence[Camera], others: Sequence[Camera], language: str
) -> MapBlock:
    features = [
        _point(one.lon, one.lat, f"place-{number}", SOURCES[one.source].say(language), "place")
        for number, one in enumerate(places)
    ]
    for cameras, kind in ((watched, "watched"), (others, "other")):
        features += [
            _point(one.lon, one.lat, one.id, read_pair(one.name).say(language), kind) for one in cameras
        ]
    counts = {"place": len(places), "watched": len(watched), "other": len(others)}
    return MapBlock(
        title=TITLE,
        layers=(
            MapLayer(
                id="search",
                data={"type": "FeatureCollection", "features": features},
                colour_by="class",
                classes=tuple(
                    MapClass(value=value, title=name, count=counts[value]) for value, name in CLASSES
                ),
            ),
        ),
    )


def _point(lon: float, lat: float, identity: str, title: str, kind: str) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": {"id": identity, "title": title, "class": kind},
    }


@page("cctv.search", title=TITLE, methods=("POST",))
def answer(request: HttpRequest, search_id: int) -> HttpResponse:
    """Take an operator's word on a candidate, an approver's on the search, or its end."""
    do, actor, moment = request.POST.get("do", ""), request.actor, now()
    try:
        if do in {"yes", "no"}:
            uid = request.POST.get("sighting", "")
            answer_sighting(actor=actor, now=moment, search_id=search_id, uid=uid, is_right=do == "yes")
            said = Text(ko="답을 적었습니다.", en="Your answer was noted.")
        elif do in {"start", "refuse"}:
            decide_search(actor=actor, now=moment, search_id=search_id, start=do == "start")
            said = Text(ko="결정했습니다.", en="It was decided.")
        else:
            state = SearchState.FOUND if do == "found" else SearchState.ENDED
            count = end_search(actor=actor, now=moment, search_id=search_id, state=state)
            said = Text(
                ko=f"끝냈습니다. 사진 {count}장을 지웠습니다.",
                en=f"It ended, and {count} pictures were deleted.",
            )
        messages.success(request, said.say(request.language))
    except MadangError as error:
        messages.error(request, error.text.say(request.language))
    return HttpResponseRedirect(f"{SEARCHES}{search_id}/")
