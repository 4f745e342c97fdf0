"""An alarm on the manager's phone: what it is, who is inside, what to say; afterwards the report."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import Actor, ColumnType, MadangError, Text, now, read_pair
from madang.core.pages.interface import (
    FormPage,
    ListColumn,
    ListFilter,
    ListPage,
    page,
    say_lazily,
)
from madang.infrastructure.fire_safety.actions import answer_alarm, close_alarm, list_cameras_near
from madang.infrastructure.fire_safety.methods.naming import say_room
from madang.infrastructure.fire_safety.queries import (
    ALARM_SORTS,
    find_plan,
    get_alarm,
    get_facility,
    get_watch,
    list_alarmed,
    list_alarms,
    list_decisions,
    list_detectors,
    list_hydrants,
    list_ladder,
    list_relays,
    read_contacts,
)
from madang.infrastructure.fire_safety.records import (
    ALARM_STATES,
    KIND_NAMES,
    Alarm,
    AlarmFilter,
    AlarmState,
    SignalKind,
    Verdict,
)

from .desk import BY_PERSON, describe, go_on, read_tap, say_outcome
from .drawing import draw_plan, say_floors, say_needs

HOME = "/desk/fire_safety/"
ALARM = Text(ko="화재 경보", en="Fire alarm")
TAKEN_BACK = timedelta(hours=1)
"""So long a cancelled alarm's page asks whether it was a fire after all."""
REASONS = (
    Text(ko="조리 연기", en="Cooking"),
    Text(ko="수증기", en="Steam"),
    Text(ko="먼지·공사", en="Dust or works"),
    Text(ko="담배 연기", en="Smoking"),
)
FIRST_HEARD = {**KIND_NAMES, SignalKind.CONFIRM: BY_PERSON}
VERDICTS = {
    Verdict.TELL_MANAGER: Text(ko="관리자에게 알림", en="Manager told"),
    Verdict.ESCALATE: Text(ko="다음 사람에게 알림", en="Next person told"),
    Verdict.HAND_OVER: Text(ko="119에 넘김", en="Handed over to 119"),
    Verdict.UPDATE: Text(ko="119에 더 알림", en="119 told more"),
    Verdict.STAND_DOWN: Text(ko="취소", en="Stood down"),
    Verdict.CLOSE: Text(ko="종료", en="Closed"),
    Verdict.TESTED: Text(ko="점검", en="Test"),
    Verdict.NOTHING: Text(ko="하지 않음", en="Nothing done"),
}
SAID = {
    SignalKind.SEEN: Text(ko="보았다고 답했습니다.", en="They know that you have seen it."),
    SignalKind.CONFIRM: Text(
        ko="불이라고 알렸습니다. 119에 넘깁니다.", en="Told as a fire: 119 gets it now."
    ),
    SignalKind.DRILL_CONFIRM: Text(ko="훈련으로 불을 확인했습니다.", en="Confirmed for the drill."),
    SignalKind.FALSE_ALARM: Text(ko="오경보로 취소했습니다.", en="Cancelled as a false alarm."),
}


def address_of(alarm_id: int) -> str:
    """Return the page of an alarm."""
    return f"{HOME}alarms/{alarm_id}/"


@page("fire_safety.view", title=ALARM)
def show_alarm(request: HttpRequest, alarm_id: int) -> HttpResponse:
    """Show an alarm with its plan, people, decisions and messages to 119."""
    actor, moment = request.actor, now()
    alarm = get_alarm(actor, alarm_id)
    decisions = list_decisions(actor, alarm_id)
    facility, name = get_facility(actor, alarm.facility), read_pair(alarm.facility_name)
    detectors = list_detectors(actor, alarm.facility)
    sources = {source for one in decisions for source in one.sources}
    heard_on = [one.floor for one in detectors if one.id in sources]
    floors = list(dict.fromkeys([alarm.floor, *heard_on]))
    on_floor = [one for one in facility.rooms if one.floor in floors]
    may_answer = facility.removed_at is None and actor.may("fire_safety.answer", alarm.agency_code)
    contacts = facility.contacts
    is_drawn_anew = "HX-Request" in request.headers  # whom to call stays as it is on the page then
    if may_answer and describe(alarm)["is_open"] and not is_drawn_anew:  # they may have to be called now
        contacts = read_contacts(actor, moment, alarm.facility, f"alarm {alarm.number}")
    context = {
        **describe(alarm),
        "moment": moment,
        "title": Text(ko=f"{name.ko} 화재 경보", en=f"Fire alarm: {name.en}"),
        "facility": facility,
        "plans": [
            draw_plan(
                facility,
                detectors,
                floor,
                moment,
                sources,
                alarm.room if floor == alarm.floor else "",
                find_plan(actor, alarm.facility, floor),
            )
            for floor in floors
        ],
        "floors": say_floors(floors),
        "in_room": [
            (say_room(one.name), one.people)
            for one in on_floor
            if one.name == alarm.room and one.floor == alarm.floor
        ],
        "floor_needs": say_needs(on_floor),
        "floor_people": sum(one.people for one in on_floor),
        "house_needs": say_needs(facility.rooms),
        "house_people": sum(one.people for one in facility.rooms),
        "decisions": [(one, VERDICTS[one.verdict]) for one in reversed(decisions)],
        "relays": list_relays(actor, alarm_id),
        "reasons": REASONS,
        "contacts": list_ladder(alarm, contacts, moment),
        "hydrants": list_hydrants(facility.lon, facility.lat),
        "cameras": list_cameras_near(facility.lon, facility.lat, alarm.due_at),
        "may_answer": may_answer,
        "is_answered": _is_answered(actor, alarm),
        "may_take_back": alarm.state is AlarmState.STOOD_DOWN and moment - alarm.begun_at < TAKEN_BACK,
    }
    return render(request, "fire_safety/alarm.html", context)


def _is_answered(actor: Actor, alarm: Alarm) -> bool:
    """Return whether a person has answered an alarm that is open."""
    present = get_watch(actor, alarm.facility).alarm
    return present is not None and present.number == alarm.number and present.is_answered


@page("fire_safety.answer", title=ALARM, methods=("POST",))
def answer(request: HttpRequest, alarm_id: int) -> HttpResponse:
    """Take a person's answer and go back to the alarm."""
    alarm = get_alarm(request.actor, alarm_id)
    kind = request.POST.get("kind", "")
    try:
        said = next((one for one in SAID if one.value == kind), SignalKind.SEEN)
        reason = request.POST.get("reason", "").strip()
        moment = answer_alarm(
            actor=request.actor, now=now(), code=alarm.facility, kind=said, reason=reason, alarm=alarm.number,
            tapped_at=read_tap(request),
        )  # fmt: skip
        say_outcome(request, alarm.facility, moment, SAID[said])
        if not describe(alarm)["is_open"]:  # what was said began another alarm
            return go_on(request, f"{HOME}facilities/{alarm.facility}/")
    except MadangError as error:
        messages.error(request, error.text.say(request.language))
    return go_on(request, address_of(alarm_id))


def _query(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[list[dict[str, Any]], int]:
    where = msgspec.convert({**filters, "search": search}, AlarmFilter)
    rows, total = list_alarms(actor=actor, where=where, sort=sort, offset=offset, limit=limit)
    return [{**describe(one), "id": one.id} for one in rows], total


def _list_alarmed(actor: Actor) -> list[tuple[str, Text]]:
    return [(code, read_pair(name)) for code, name in list_alarmed(actor)]


def _column(name: str, ko: str, en: str, **more: Any) -> ListColumn:
    return ListColumn(name=name, title=Text(ko=ko, en=en), sortable=name in ALARM_SORTS, **more)


def _moment(name: str, ko: str, en: str, **more: Any) -> ListColumn:
    return _column(name, ko, en, type=ColumnType.TIME, value=lambda row: getattr(row["alarm"], name), **more)


ALARMS = ListPage(
    title=Text(ko="화재 경보 기록", en="Fire alarms"),
    permission="fire_safety.view",
    about=Text(
        ko="모든 경보와 그 결과입니다. 한 건을 열면 결정과 이유를 볼 수 있습니다.",
        en="Every alarm and what became of it. Open one to see each decision with its reason.",
    ),
    columns=(
        _column(
            "facility_name", "시설", "Facility", value=lambda row: read_pair(row["alarm"].facility_name),
            href=lambda row: address_of(row["id"]),
        ),
        _column("place", "곳", "Where"),
        _column("kind", "처음 알린 것", "First heard"),
        _column("state", "상태", "State"),
        _moment("begun_at", "시작", "Begun"),
        _moment("handed_over_at", "119에 넘긴 때", "Handed over"),
        _moment("received_at", "119가 받은 때", "119 has it"),
        _column(
            "is_drill", "훈련", "Drill", type=ColumnType.BOOLEAN, value=lambda row: row["alarm"].is_drill
        ),
        _moment("closed_at", "종료", "Closed", shown=False),
        _column("note", "결과", "Outcome", value=lambda row: read_pair(row["alarm"].note), shown=False),
    ),
    query=_query,
    filters=(
        ListFilter(name="since", title=Text(ko="이 날부터", en="From"), is_date=True),
        ListFilter(name="until", title=Text(ko="이 날까지", en="Until"), is_date=True),
        ListFilter(name="facility", title=Text(ko="시설", en="Facility"), choices=_list_alarmed),
        ListFilter(
            name="kind", title=Text(ko="처음 알린 것", en="First heard"),
            choices=tuple((kind.value, name) for kind, name in FIRST_HEARD.items()),
        ),
        ListFilter(
            name="state", title=Text(ko="상태", en="State"),
            choices=(
                ("open", Text(ko="진행 중", en="Open")),
                *((state.value, name) for state, name in ALARM_STATES.items()),
            ),
        ),
        ListFilter(
            name="drill", title=Text(ko="훈련", en="Drill"),
            choices=(("no", Text(ko="실제", en="Real")), ("yes", Text(ko="훈련", en="Drill"))),
        ),
    ),
    empty=Text(ko="아직 울린 경보가 없습니다.", en="No alarm has been raised yet."),
)  # fmt: skip


class CloseForm(forms.Form):
    """What it was."""

    note = forms.CharField(
        label=say_lazily("무슨 일이었습니까", "What was it?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


def _close(*, actor: Actor, now: datetime, data: dict[str, Any], alarm_id: int) -> str:
    close_alarm(actor=actor, now=now, alarm_id=alarm_id, note=data["note"])
    return f"{address_of(alarm_id)}report/"


CLOSE = FormPage(
    title=Text(ko="경보 종료", en="Close the alarm"),
    permission="fire_safety.answer",
    form=CloseForm,
    run=_close,
    button=Text(ko="종료", en="Close"),
    consequence=Text(
        ko="상황판에서 내려가고 사후 보고서가 만들어집니다.",
        en="It leaves the wall, and the after-action report is made.",
    ),
    back=f"{HOME}alarms/",
)
