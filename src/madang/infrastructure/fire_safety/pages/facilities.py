"""The register's pages: facilities with plan, people, contacts, detectors and policy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import (
    HOUSE,
    Actor,
    BadInput,
    ColumnType,
    MadangError,
    NotFound,
    Text,
    now,
    read_pair,
)
from madang.core.pages.interface import (
    FormPage,
    ListColumn,
    ListFilter,
    ListPage,
    MapBlock,
    page,
    say_lazily,
)
from madang.core.people.interface import list_agencies
from madang.infrastructure.fire_safety.actions import (
    answer_alarm,
    register_facility,
    remove_detector,
    remove_facility,
    save_detectors,
    save_holidays,
)
from madang.infrastructure.fire_safety.methods.duty import list_gaps
from madang.infrastructure.fire_safety.methods.health import find_trouble
from madang.infrastructure.fire_safety.methods.naming import say_floor, say_place
from madang.infrastructure.fire_safety.queries import (
    find_plan,
    get_facility,
    get_watch,
    list_alarms,
    list_detectors,
    list_duty,
    list_facilities,
    list_holidays,
    list_hydrants,
    list_plan_floors,
    read_absences,
    read_contacts,
)
from madang.infrastructure.fire_safety.records import (
    FACILITY_KINDS,
    KIND_NAMES,
    NEEDS,
    Absence,
    AlarmFilter,
    Contact,
    Detector,
    Facility,
    FacilityKind,
    Holiday,
    Policy,
    Room,
    SignalKind,
)

from .alarms import HOME, describe
from .desk import go_on, read_tap, say_outcome
from .drawing import draw_plan, draw_surroundings, list_floors, say_dated_gaps, say_gaps, say_needs
from .rows import read_rows, write_rows

FACILITIES = f"{HOME}facilities/"
TITLE = Text(ko="시설", en="Facilities")
CHANGE = "fire_safety.change"
FORGOTTEN_AFTER = timedelta(days=31)
MODES = {
    SignalKind.TEST_BEGINS: Text(ko="점검을 시작합니다.", en="The test begins."),
    SignalKind.TEST_ENDS: Text(ko="점검을 끝냅니다.", en="The test ends."),
    SignalKind.DRILL_BEGINS: Text(ko="훈련을 시작합니다.", en="The drill begins."),
    SignalKind.DRILL_ENDS: Text(ko="훈련을 끝냅니다.", en="The drill ends."),
    SignalKind.CONFIRM: Text(ko="불이라고 알렸습니다.", en="Told as a fire."),
}
BEGINS = frozenset({SignalKind.TEST_BEGINS, SignalKind.DRILL_BEGINS})
ROOM_COLUMNS = ("floor", "name", "x", "y", "width", "height", "people", *NEEDS)
CONTACT_COLUMNS = ("name", "phone", "days", "hours")
ABSENCE_COLUMNS = ("since", "until", "name", "instead")
HOLIDAY_COLUMNS = ("on", "name")
AHEAD_DAYS = 14
DETECTOR_COLUMNS = ("id", "kind", "floor", "room", "x", "y", "expected_every_s")


def _query(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[Facility], int]:
    del sort
    return list_facilities(
        actor=actor, search=search, kind=filters.get("kind", ""), offset=offset, limit=limit
    )


def _column(name: str, ko: str, en: str, **more: Any) -> ListColumn:
    return ListColumn(name=name, title=Text(ko=ko, en=en), sortable=False, **more)


FACILITY_LIST = ListPage(
    title=TITLE,
    permission="fire_safety.view",
    about=Text(
        ko="화재안전망에 든 시설입니다. 사람 수와 필요한 도움만 있고 이름은 없습니다.",
        en="Facilities in the net: how many people live there and what help they need, never who.",
    ),
    columns=(
        _column("name", "시설", "Facility", value=lambda row: read_pair(row.name), href=lambda row: f"{FACILITIES}{row.code}/"),
        _column("kind", "대상", "For", value=lambda row: FACILITY_KINDS[row.kind]),
        _column("address", "주소", "Address", value=lambda row: read_pair(row.address)),
        _column(
            "people", "사람", "People", type=ColumnType.INTEGER,
            value=lambda row: sum(one.people for one in row.rooms),
        ),
        _column(
            "carry", "들어서 옮길 사람", "To be carried", type=ColumnType.INTEGER,
            value=lambda row: sum(one.needs.get("carry", 0) for one in row.rooms),
        ),
        _column("agency_code", "기관", "Agency", shown=False),
        _column("source", "출처", "Source", shown=False, value=lambda row: read_pair(row.source)),
    ),
    query=_query,
    filters=(
        ListFilter(
            name="kind", title=Text(ko="대상", en="For"),
            choices=tuple((kind.value, name) for kind, name in FACILITY_KINDS.items()),
        ),
    ),
    row_id="code",
    lon="lon",
    lat="lat",
    empty=Text(
        ko="아직 등록된 시설이 없습니다. 시설을 등록하고 감지기를 붙이면 경보를 받을 수 있습니다.",
        en="No facility is registered yet. Register one with its detectors and its alarms are heard.",
    ),
    template="fire_safety/facilities.html",
    create=(f"{FACILITIES}new/", Text(ko="시설 등록", en="Register a facility"), CHANGE),
)  # fmt: skip


@page("fire_safety.view", title=TITLE)
def show_facility(request: HttpRequest, code: str) -> HttpResponse:
    """Show a facility: its floors, people, contacts, detectors, alarms, and what can be done."""
    actor, moment = request.actor, now()
    facility, watch = get_facility(actor, code), get_watch(actor, code)
    detectors = list_detectors(actor, code)
    floors = list_floors(facility, detectors, list_plan_floors(code))
    floor = request.GET.get("floor", floors[0] if floors else "")
    alarms, total = list_alarms(actor=actor, where=AlarmFilter(facility=code), limit=10)
    hydrants = list_hydrants(facility.lon, facility.lat)
    on_duty, gaps_ahead = list_duty(actor, code, moment, AHEAD_DAYS)
    is_registered = facility.removed_at is None
    context = {
        "title": read_pair(facility.name),
        "moment": moment,
        "facility": facility,
        "kind": FACILITY_KINDS[facility.kind],
        "floors": [(one, say_floor(one)) for one in floors],
        "floor": floor,
        "plan": draw_plan(facility, detectors, floor, moment, picture=find_plan(actor, code, floor)),
        "people": sum(one.people for one in facility.rooms),
        "needs": say_needs(facility.rooms),
        "detectors": [
            (one, KIND_NAMES[one.kind], say_place(one.floor, one.room), find_trouble(one, moment))
            for one in detectors
        ],
        "alarms": [describe(one) for one in alarms],
        "alarm_count": total,
        "on_duty": on_duty,
        "gaps_ahead": say_dated_gaps(gaps_ahead),
        "days_ahead": AHEAD_DAYS,
        "gaps": say_gaps(list_gaps(facility.contacts)) if facility.contacts else (),
        "hydrants": hydrants,
        "map": draw_surroundings(facility, hydrants, request.language),
        "tested_until": watch.tested_until,
        "tested": ", ".join(watch.tested),
        "drill_until": watch.drill_until,
        "drilled": ", ".join(watch.drilled),
        "test_minutes": round(facility.policy.test_s / 60),
        "drill_minutes": round(facility.policy.drill_s / 60),
        "may_answer": is_registered and actor.may("fire_safety.answer", facility.agency_code),
        "may_change": is_registered and actor.may(CHANGE, facility.agency_code),
    }
    return render(request, "fire_safety/facility.html", context)


@page("fire_safety.answer", title=TITLE, methods=("POST",))
def say(request: HttpRequest, code: str) -> HttpResponse:
    """Begin or end a test or a drill, or tell of a fire; then go back."""
    kind = next((one for one in MODES if one.value == request.POST.get("kind")), None)
    try:
        if kind is None:
            raise BadInput("fire_safety.kind", "모르는 일입니다", "this isn't known")
        expects = request.POST.getlist("expects") if kind in BEGINS else []
        moment = answer_alarm(
            actor=request.actor, now=now(), code=code, kind=kind, expects=expects, tapped_at=read_tap(request)
        )
        say_outcome(request, code, moment, MODES[kind])
    except MadangError as error:
        messages.error(request, error.text.say(request.language))
    return go_on(request, f"{FACILITIES}{code}/")


def _facility_form(_actor: Actor, **_address: Any) -> type[forms.Form]:
    agencies = [(one.code, say_lazily(one.name.ko, one.name.en)) for one in list_agencies()]
    kinds = [(kind.value, say_lazily(name.ko, name.en)) for kind, name in FACILITY_KINDS.items()]
    names = {
        "code": forms.RegexField(
            r"^[A-Za-z0-9_-]+$", label=say_lazily("코드", "Code"), max_length=40,
            help_text=say_lazily("영문자와 숫자. 감지기의 신호가 이 코드로 옵니다.", "Letters and digits: detectors’ signals name it."),
        ),
        "name": forms.CharField(
            label=say_lazily("이름", "Name"), max_length=100,
            help_text=say_lazily(
                "영어 이름도 있으면 ‘한국어 · English’로 적습니다. 당직자·층·방도 그렇게 적을 수 있고, 3층과 301호는 저절로 3F, Room 301이 됩니다.",
                "With an English name: “한국어 · English”. Contacts, floors and rooms can be written so too; 3층 and 301호 are 3F and Room 301 by themselves.",
            ),
        ),
        "kind": forms.ChoiceField(label=say_lazily("대상", "For"), choices=kinds),
        "agency_code": forms.ChoiceField(label=say_lazily("맡은 기관", "Agency in charge"), choices=agencies),
        "address": forms.CharField(label=say_lazily("주소", "Address"), max_length=300, required=False),
        "lat": forms.FloatField(label=say_lazily("위도", "Latitude"), min_value=-90, max_value=90),
        "lon": forms.FloatField(label=say_lazily("경도", "Longitude"), min_value=-180, max_value=180),
        "contacts_text": forms.CharField(
            label=say_lazily("당직자", "Contacts on duty"), required=False, widget=forms.Textarea(attrs={"rows": 4}),
            help_text=say_lazily(
                "한 줄에 한 사람: 이름, 전화, 요일(1 월요일 … 7 일요일, 8 공휴일, 비우면 매일. 7은 공휴일도 맡음), 시간(예: 22-6, 비우면 종일). "
                "그 시각의 당직자부터 차례로, 답이 없으면 나머지 사람에게 알립니다.",
                "One a line: name, phone, days (1 Monday … 7 Sunday, 8 holidays, empty every day; 7 has holidays too), hours (such as 22-6, empty all day). "
                "Those on duty are told first, in this order, and the others where nobody answers.",
            ),
        ),
        "absences_text": forms.CharField(
            label=say_lazily("부재와 대신할 사람", "Absences and who stands in"), required=False,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text=say_lazily(
                "한 줄에 하나: 언제부터, 언제까지, 자리를 비우는 사람, 대신할 사람(없으면 비움). "
                "예: 2026-12-24 09:00, 2026-12-26, 주간 당직, 시설장. 서로 바꾸려면 두 줄을 적습니다.",
                "One a line: from, until, who is absent, who stands in (empty for nobody), such as "
                "2026-12-24 09:00, 2026-12-26, Day shift, Head. A swap is two lines.",
            ),
        ),
        "rooms_text": forms.CharField(
            label=say_lazily("방", "Rooms"), required=False, widget=forms.Textarea(attrs={"rows": 10}),
            help_text=say_lazily(
                "한 줄에 한 방: 층, 이름, 가로 위치, 세로 위치, 너비, 높이(m), 사람, 들어서 옮길 사람, 휠체어, 산소, 이끌 사람",
                "One a line: floor, name, x, y, width, height (m), people, to be carried, wheelchair, oxygen, to be led",
            ),
        ),
    }  # fmt: skip
    return type("FacilityForm", (forms.Form,), {"map": MapBlock(title=TITLE, layers=()), **names})


def _fill_facility(*, actor: Actor, code: str = "") -> dict[str, Any]:
    if not code:
        return {}
    one = get_facility(actor, code)
    contacts = read_contacts(actor, now(), code, "change")
    values = {name: getattr(one, name) for name in ("code", "name", "agency_code", "address", "lat", "lon")}
    return values | {
        "kind": one.kind.value,
        "contacts_text": write_rows(CONTACT_COLUMNS, contacts),
        "absences_text": write_rows(ABSENCE_COLUMNS, read_absences(actor, code)),
        "rooms_text": write_rows(ROOM_COLUMNS, one.rooms),
    }


def _save_facility(*, actor: Actor, now: datetime, data: dict[str, Any], code: str = "") -> str:
    known = get_facility(actor, code) if code else None
    if known and data["code"] != code:
        raise BadInput(
            "fire_safety.code", "코드는 바꿀 수 없습니다", "the code can't be changed", field="code"
        )
    facility = Facility(
        code=data["code"],
        name=data["name"],
        kind=FacilityKind(data["kind"]),
        agency_code=data["agency_code"],
        address=data["address"],
        lon=data["lon"],
        lat=data["lat"],
        contacts=read_rows(data["contacts_text"], CONTACT_COLUMNS, "contacts_text", Contact),
        absences=_read_absences(data["absences_text"], now),
        rooms=read_rows(data["rooms_text"], ROOM_COLUMNS, "rooms_text", Room),
        policy=known.policy if known else Policy(),
        source=known.source if known else "",
    )
    register_facility(actor=actor, now=now, facility=facility, is_new=not code)
    return f"{FACILITIES}{facility.code}/"


def _read_absences(text: str, now: datetime) -> tuple[Absence, ...]:
    """Return what a form says; what is long over names nobody any more."""
    found = read_rows(text, ABSENCE_COLUMNS, "absences_text", Absence)
    return tuple(one for one in found if one.until > now - FORGOTTEN_AFTER)


FACILITY_FORM = FormPage(
    title=Text(ko="시설 등록", en="Register a facility"),
    permission=CHANGE,
    form=_facility_form,
    run=_save_facility,
    initial=_fill_facility,
    is_undoable=True,
    consequence=Text(
        ko="이 코드로 오는 신호를 지금부터 듣습니다.", en="Signals that name this code are heard from now on."
    ),
    back=FACILITIES,
    template="fire_safety/registering.html",
)


def name_facility(*, code: str, **_address: str) -> tuple[Text, str]:
    """Return a facility's name and address: what a form of it is about."""
    return read_pair(get_facility(HOUSE, code).name), f"{FACILITIES}{code}/"


EDIT_FACILITY = msgspec.structs.replace(
    FACILITY_FORM,
    title=Text(ko="시설 고치기", en="Change the facility"),
    consequence=Text(
        ko="다음 경보부터 이 당직 순서와 방을 따릅니다. 진행 중인 경보도 다음 사람부터 이 순서로 알립니다.",
        en="From the next alarm on these contacts and rooms count; an open alarm tells its next person by them too.",
    ),
    subject=name_facility,
)


class HolidaysForm(forms.Form):
    """Holidays, one a line."""

    holidays_text = forms.CharField(
        label=say_lazily("공휴일", "Public holidays"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 20}),
        help_text=say_lazily(
            "한 줄에 하루: 날짜, 이름. 예: 2026-12-25, 기독탄신일. 대체공휴일과 임시공휴일도 적습니다.",
            "One a line: date, name, such as 2026-12-25, Christmas Day; substitute and special holidays too.",
        ),
    )


def _fill_holidays(*, actor: Actor) -> dict[str, Any]:
    del actor
    return {"holidays_text": write_rows(HOLIDAY_COLUMNS, list_holidays())}


def _save_holidays(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    holidays = read_rows(data["holidays_text"], HOLIDAY_COLUMNS, "holidays_text", Holiday)
    save_holidays(actor=actor, now=now, holidays=holidays)
    return FACILITIES


HOLIDAYS_FORM = FormPage(
    title=Text(ko="공휴일", en="Public holidays"),
    permission=CHANGE,
    form=HolidaysForm,
    run=_save_holidays,
    initial=_fill_holidays,
    is_undoable=True,
    has_history=True,
    consequence=Text(
        ko="모든 시설의 당직이 이 날들에 공휴일 당직을 따릅니다. 적지 않은 날은 공휴일이 아닙니다.",
        en="On these days the rota of every facility is that of holidays. Days that aren’t listed are none.",
    ),
    back=FACILITIES,
)


class DetectorsForm(forms.Form):
    """Detectors, one a line."""

    detectors_text = forms.CharField(
        label=say_lazily("감지기", "Detectors"),
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=say_lazily(
            "한 줄에 하나: 번호(devEui), 종류(smoke·heat·gas·call_point·camera_smoke), 층, 방, 가로, 세로(m), 신호 간격(초)",
            "One a line: number (devEui), kind (smoke, heat, gas, call_point, camera_smoke), floor, room, x, y (m), "
            "seconds between its messages",
        ),
    )


def _fill_detectors(*, actor: Actor, code: str) -> dict[str, Any]:
    return {"detectors_text": write_rows(DETECTOR_COLUMNS, list_detectors(actor, code))}


def _save_detectors(*, actor: Actor, now: datetime, data: dict[str, Any], code: str) -> str:
    text = "\n".join(f"{code},{line}" for line in data["detectors_text"].splitlines() if line.strip(" ,"))
    detectors = read_rows(text, ("facility", *DETECTOR_COLUMNS), "detectors_text", Detector)
    save_detectors(actor=actor, now=now, code=code, detectors=detectors)
    return f"{FACILITIES}{code}/"


DETECTORS_FORM = FormPage(
    title=Text(ko="감지기 등록", en="Register detectors"),
    permission=CHANGE,
    form=DetectorsForm,
    run=_save_detectors,
    initial=_fill_detectors,
    consequence=Text(
        ko="적은 감지기가 등록되거나 바뀝니다. 적지 않은 것은 그대로입니다.",
        en="Those listed are registered or changed; others stay.",
    ),
    back=FACILITIES,
    subject=name_facility,
)


def _remove_detector(*, actor: Actor, now: datetime, data: dict[str, Any], code: str, detector: str) -> str:
    del data
    if detector not in {one.id for one in list_detectors(actor, code)}:
        raise NotFound("fire_safety.detector", "그런 감지기가 없습니다", "there is no such detector")
    remove_detector(actor=actor, now=now, detector=detector)
    return f"{FACILITIES}{code}/"


REMOVE_DETECTOR = FormPage(
    title=Text(ko="감지기 지우기", en="Remove the detector"),
    permission=CHANGE,
    form=forms.Form,
    run=_remove_detector,
    button=Text(ko="지우기", en="Remove"),
    is_destructive=True,
    must_equal=lambda *, actor, code, detector: detector,  # noqa: ARG005
    consequence=Text(
        ko="이 감지기가 대장에서 지워집니다. 떼지 않은 감지기가 그 뒤에 울리면 층과 방을 모르는 경보가 됩니다. 지난 경보 기록은 남습니다.",
        en="It leaves the register. If it still hangs and sounds later, its floor and room are unknown. Past alarms stay.",
    ),
    back=FACILITIES,
    subject=name_facility,
)


class RemoveForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=say_lazily("지우는 까닭", "Why it is removed"), max_length=300)


def _remove_facility(*, actor: Actor, now: datetime, data: dict[str, Any], code: str) -> str:
    remove_facility(actor=actor, now=now, code=code, reason=data["reason"])
    return FACILITIES


REMOVE_FACILITY = FormPage(
    title=Text(ko="시설 지우기", en="Remove the facility"),
    permission=CHANGE,
    form=RemoveForm,
    run=_remove_facility,
    button=Text(ko="지우기", en="Remove"),
    is_destructive=True,
    must_equal=lambda *, actor, code: code,  # noqa: ARG005
    consequence=Text(
        ko="시설이 감지기, 평면도 그림, 당직자와 함께 대장에서 지워집니다. 떼지 않은 감지기가 그 뒤에 울리면 모르는 시설의 신호로 알립니다. 지난 경보와 보고서는 남습니다.",
        en="It leaves the register with its detectors, plan pictures and contacts. A detector that still hangs and sounds later is told as an unknown facility’s. Past alarms and their reports stay.",
    ),
    back=FACILITIES,
    subject=name_facility,
)
