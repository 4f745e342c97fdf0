"""The desk: poles as a list, the programme with its districts, feeders, permits and visits that are due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import Actor, ColumnType, Text, now, read_pair, to_city_time
from madang.core.pages.interface import ListColumn, ListFilter, ListPage, page
from madang.core.things.interface import STATE_NAMES
from madang.infrastructure.smart_poles.methods.power import measure_pole
from madang.infrastructure.smart_poles.methods.programme import sum_by_district, sum_by_year
from madang.infrastructure.smart_poles.queries import (
    list_feeder_loads,
    list_permits,
    list_poles,
    list_targets,
    list_visits,
)
from madang.infrastructure.smart_poles.records import MODULE_NAMES, PERMIT_KINDS, PermitState, Pole

from .drawing import draw_years, name_districts, say_modules
from .public import TITLE

DESK = "/desk/smart_poles/"
SOON = timedelta(days=60)


def _find(*, actor: Actor, search: str, filters: dict[str, str]) -> Sequence[Pole]:
    del actor
    module, district, state = (filters.get(name, "") for name in ("module", "district", "state"))
    return [
        one
        for one in list_poles()
        if search.lower() in f"{one.id} {one.name} {one.address}".lower()
        and (not district or one.district_code == district)
        and (not state or one.state == state)
        and (not module or any(each.type.value == module for each in one.modules))
    ]


def _list_districts(_actor: Actor) -> list[tuple[str, Text]]:
    korean, english = name_districts("ko"), name_districts("en")
    return [
        (code, Text(ko=name, en=english[code]))
        for code, name in sorted(korean.items(), key=lambda one: one[1])
    ]


POLES = ListPage(
    title=TITLE,
    permission="smart_poles.work",
    about=Text(
        ko="폴과 장치는 시설물 대장에 있습니다. 여기서는 무엇을 얹었고 전력이 얼마나 남았는지 봅니다.",
        en="Poles and modules stand in the register of things. Here is what they carry and how much power is left.",
    ),
    columns=(
        ListColumn(name="id", title=Text(ko="번호", en="Pole"), href=lambda row: f"{DESK}{row.id}/"),
        ListColumn(name="name", title=Text(ko="이름", en="Name"), value=lambda row: row.title),
        ListColumn(
            name="state",
            title=Text(ko="상태", en="State"),
            value=lambda row: next(name for state, name in STATE_NAMES.items() if state.value == row.state),
        ),
        ListColumn(
            name="year",
            title=Text(ko="사업 연도", en="Year"),
            value=lambda row: str(row.year) if row.year else None,
        ),
        ListColumn(
            name="modules",
            title=Text(ko="장치", en="Modules"),
            value=lambda row: Text(ko=say_modules(row, "ko"), en=say_modules(row, "en")),
            sortable=False,
        ),
        ListColumn(
            name="expected_w",
            title=Text(ko="예상 전력", en="Expected"),
            type=ColumnType.NUMBER,
            unit="W",
            value=lambda row: measure_pole(row).expected_w,
        ),
        ListColumn(
            name="share",
            title=Text(ko="공급 대비", en="Of supply"),
            type=ColumnType.NUMBER,
            unit="%",
            value=lambda row: round(100 * measure_pole(row).share, 1),
        ),
        ListColumn(name="feeder", title=Text(ko="배전선로", en="Feeder"), shown=False),
        ListColumn(
            name="installed_on", title=Text(ko="설치일", en="Installed"), type=ColumnType.DATE, shown=False
        ),
        ListColumn(
            name="source",
            title=Text(ko="출처", en="Source"),
            value=lambda row: read_pair(row.source),
            shown=False,
        ),
    ),
    rows=_find,
    filters=(
        ListFilter(
            name="state",
            title=Text(ko="상태", en="State"),
            choices=tuple((state.value, name) for state, name in STATE_NAMES.items()),
        ),
        ListFilter(
            name="module",
            title=Text(ko="장치", en="Module"),
            choices=tuple((kind.value, name) for kind, name in MODULE_NAMES.items()),
        ),
        ListFilter(name="district", title=Text(ko="자치구", en="District"), choices=_list_districts),
    ),
    row_id="id",
    sort="id",
    lon="lon",
    lat="lat",
    empty=Text(
        ko="아직 스마트폴이 없습니다. 시설물 대장에 smart_pole 종류로 등록하면 여기에 나타납니다.",
        en="No smart pole yet. Register things of the kind smart_pole and they appear here.",
    ),
    create=("/desk/things/new/", Text(ko="폴 등록", en="Register a pole"), "things.change"),
)


@page("smart_poles.work", title=Text(ko="스마트폴 구축과 관리", en="Build-out and care of smart poles"))
def show_programme(request: HttpRequest) -> HttpResponse:
    """Show how far the programme is, feeders by load, permits that wait or end soon, visits that are due."""
    today = to_city_time(now()).date()
    poles, targets = list_poles(), list_targets()
    years = sum_by_year(targets, poles)
    asked = request.GET.get("year", "")
    year = int(asked) if asked in {one.name for one in years} else None
    names = name_districts(request.language)
    permits = [
        (one, PERMIT_KINDS[one.kind])
        for one in list_permits()
        if one.state is PermitState.APPLIED
        or (
            one.state is PermitState.GRANTED and one.expires_on is not None and one.expires_on <= today + SOON
        )
    ]
    context = {
        "title": Text(ko="스마트폴 구축과 관리", en="Build-out and care of smart poles"),
        "years": years,
        "year": asked if year else "",
        "districts": [
            (names.get(code, code), one) for code, one in sum_by_district(targets, poles, year).items()
        ],
        "chart": draw_years(years),
        "feeders": list_feeder_loads(),
        "permits": permits,
        "visits": list_visits(due_by=today),
        "today": today,
        "may_plan": request.actor.may("smart_poles.plan"),
        "may_change": request.actor.may("smart_poles.change"),
    }
    return render(request, "smart_poles/programme.html", context)
