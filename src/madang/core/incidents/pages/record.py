"""One incident's page, with its clocks, its timeline and what can be done."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from madang.core.base.interface import Actor, MadangError, Text, now, read_pair
from madang.core.incidents.actions import acknowledge, start_work
from madang.core.incidents.queries import count_hand_overs, get_incident, list_clocks, list_timeline
from madang.core.incidents.records import (
    EVENT_NAMES,
    RESOLUTION_NAMES,
    SEVERITY_NAMES,
    STATE_NAMES,
    Clock,
    ClockKind,
    Entry,
    Incident,
    IncidentState,
    Resolution,
)
from madang.core.incidents.wording import (
    say_agencies,
    say_code,
    say_districts,
    say_kind,
    say_owner,
    say_roles,
    say_services,
)
from madang.core.pages.interface import Detail, DetailPage, Fact, Happening, RecordAction, Tab, page

from .evidence import list_evidence
from .waiting import HOME, INCIDENTS, WORK, address_of, get_due

CLOCK_NAMES = {
    ClockKind.ACKNOWLEDGE: Text(ko="확인 기한", en="Acknowledge by"),
    ClockKind.CLOSE: Text(ko="종결 기한", en="Close by"),
    ClockKind.ESCALATE: Text(ko="상위 보고", en="Escalation"),
}


def _describe(*, actor: Actor, language: str, number: int) -> Detail:
    del language
    incident = get_incident(actor=actor, number=number)
    agencies = say_agencies()
    state = STATE_NAMES[incident.state]
    if incident.is_overdue and incident.state != IncidentState.CLOSED:
        state = Text(ko=f"{state.ko} · 기한 넘김", en=f"{state.en} · overdue")
    return Detail(
        title=Text(ko=f"#{number} {incident.reason.ko}", en=f"#{number} {incident.reason.en}"),
        about=say_kind(incident.kind),
        crumbs=((INCIDENTS, f"{HOME}?state=active"),),
        summary=(
            _fact("심각도", "Severity", SEVERITY_NAMES[incident.severity]),
            _fact("상태", "State", state),
            _fact("담당", "Who", say_owner(incident, agencies)),
            _fact("관측 횟수", "Times seen", incident.count),
            *([_fact("기한", "Due", due)] if (due := get_due(incident)) else []),
        ),
        tabs=tuple(_list_tabs(actor, incident, agencies)),
        timeline=tuple(_to_happening(entry) for entry in reversed(list_timeline(actor=actor, number=number))),
        actions=tuple(_list_actions(actor, incident)),
        lon=incident.lon,
        lat=incident.lat,
    )


def _list_tabs(actor: Actor, incident: Incident, agencies: dict[str, Text]) -> list[Tab]:
    tabs = [Tab(name="facts", title=Text(ko="정보", en="Facts"), facts=tuple(_list_facts(actor, incident)))]
    if incident.evidence:
        tabs.append(Tab(name="evidence", title=Text(ko="근거", en="Evidence"), facts=list_evidence(incident)))
    clocks = list_clocks(actor=actor, number=incident.number)
    if clocks:
        facts = tuple(_to_clock_fact(clock, agencies) for clock in clocks)
        tabs.append(Tab(name="clocks", title=Text(ko="기한과 보고", en="Clocks"), facts=facts))
    return tabs


def _list_facts(actor: Actor, incident: Incident) -> list[Fact]:
    facts = [
        _fact("발생", "Began", incident.opened_at),
        _fact("접수", "Received", incident.received_at),
        _fact("마지막 관측", "Last seen", incident.last_seen_at),
        *([_fact("원인 해소", "Cleared", incident.cleared_at)] if incident.cleared_at else []),
        _fact("자치구", "District", say_code(say_districts(), incident.district_code)),
        _fact("출처", "Source", say_code(say_services(), incident.source)),
    ]
    if incident.thing_id:
        href = f"/desk/things/{incident.thing_id}/" if actor.may("things.view") else ""
        facts.append(_fact("시설물", "Thing", incident.thing_id, href=href))
    if incident.state == IncidentState.CLOSED:
        facts.append(_fact("결과", "Outcome", RESOLUTION_NAMES[Resolution(incident.resolution)]))
        facts.append(_fact("종결 까닭", "Why closed", incident.close_reason or None))
    if incident.merged_into is not None:
        other = incident.merged_into
        facts.append(_fact("병합된 곳", "Merged into", f"#{other}", href=address_of(other)))
    if actor.may("incidents.read_hand_overs"):
        count = count_hand_overs(actor=actor, number=incident.number)
        facts.append(
            _fact("외부 전달", "Hand-overs", count, href=f"{HOME}hand-overs/?q=%23{incident.number}")
        )
    return facts


def _fact(ko: str, en: str, value: Any, href: str = "") -> Fact:
    return Fact(title=Text(ko=ko, en=en), value=value, href=href)


def _to_clock_fact(clock: Clock, agencies: dict[str, Text]) -> Fact:
    title = CLOCK_NAMES[clock.kind]
    if clock.step is not None:
        who = say_code(say_roles(), clock.step.role) or say_code(agencies, clock.step.agency_code)
        who = who or read_pair(clock.step.assignee)
        title = Text(ko=f"{title.ko} {clock.level}단계: {who.ko}", en=f"{title.en} {clock.level}: {who.en}")
    if clock.fired_at is not None:
        title = Text(ko=f"{title.ko} (지남)", en=f"{title.en} (passed)")
    elif clock.stopped_at is not None:
        title = Text(ko=f"{title.ko} (멈춤)", en=f"{title.en} (stopped)")
    return Fact(title=title, value=clock.due_at)


def _to_happening(entry: Entry) -> Happening:
    name = EVENT_NAMES[entry.event]
    details = entry.details
    ko = en = ""
    if "level" in details:
        ko, en = f" {details['level']}단계", f" (step {details['level']})"
    elif "target" in details:
        ko = en = f": {details['target']}"
    elif details.get("name"):
        ko = en = f": {details['name']}"
    elif "into" in details or "from" in details:
        ko = en = f" #{details.get('into', details.get('from'))}"
    note = f" · {entry.note}" if entry.note else ""
    return Happening(
        at=entry.at, what=Text(ko=f"{name.ko}{ko}{note}", en=f"{name.en}{en}{note}"), who=entry.actor_name
    )


def _list_actions(actor: Actor, incident: Incident) -> list[RecordAction]:
    if not actor.may(WORK, incident.agency_code or None):
        return []
    here = address_of(incident.number)
    if incident.state == IncidentState.CLOSED:
        return [
            _action(
                f"{here}reopen/", "다시 열기", "Reopen", "기한이 새로 시작됩니다.", "Its clocks start anew."
            ),
            _action(f"{here}comment/", "의견 남기기", "Comment", "이력에 남습니다.", "Kept in the timeline."),
        ]
    actions = []
    if incident.state == IncidentState.OPEN:
        said = "확인 기한과 상위 보고가 멈춥니다.", "Acknowledgement and escalation stop."
        actions.append(_action(f"{here}acknowledge/", "확인", "Acknowledge", *said, is_post=True))
    if incident.state != IncidentState.IN_PROGRESS:
        said = "조치 중으로 바뀝니다.", "It becomes “in progress”."
        actions.append(_action(f"{here}start/", "조치 시작", "Start work", *said, is_post=True))
    actions += [
        _action(f"{here}assign/", "배정", "Assign", "다른 기관이나 사람에게 맡깁니다.", "Give it to somebody."),
        _action(f"{here}comment/", "의견 남기기", "Comment", "이력에 남습니다.", "Kept in the timeline."),
        _action(f"{here}hand-over/", "외부 전달", "Hand over", "한 번만 전달됩니다.", "It is delivered exactly once."),
        _action(f"{here}merge/", "병합", "Merge", "같은 일이면 하나로 묶습니다.", "Join it with the same cause."),
        _action(
            f"{here}close/", "종결", "Close", "모든 기한이 멈춥니다. 다시 열 수 있습니다.",
            "All clocks stop; it can be reopened.", is_destructive=True,
        ),
    ]  # fmt: skip
    return actions


def _action(href: str, ko: str, en: str, does_ko: str, does_en: str, **more: Any) -> RecordAction:
    return RecordAction(
        title=Text(ko=ko, en=en), href=href, consequence=Text(ko=does_ko, en=does_en), permission=WORK, **more
    )


@page(WORK, Text(ko="확인", en="Acknowledge"), ("POST",))
def acknowledge_one(request: HttpRequest, number: int) -> HttpResponse:
    """Acknowledge and go back."""
    return _act(request, number, acknowledge)


@page(WORK, Text(ko="조치 시작", en="Start work"), ("POST",))
def start_one(request: HttpRequest, number: int) -> HttpResponse:
    """Start work and go back."""
    return _act(request, number, start_work)


def _act(request: HttpRequest, number: int, action: Any) -> HttpResponse:
    try:
        action(actor=request.actor, now=now(), number=number)
    except MadangError as error:
        messages.error(request, error.text.say(request.language))
    return HttpResponseRedirect(address_of(number))


INCIDENT = DetailPage(title=Text(ko="상황", en="Incident"), permission="incidents.view", describe=_describe)
