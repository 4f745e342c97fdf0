"""The workspace, and the wall of the control room."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render

from madang.core.base.interface import Actor, Text, now, read_pair
from madang.core.pages.interface import page
from madang.infrastructure.fire_safety.gateway.heartbeat import is_watching
from madang.infrastructure.fire_safety.methods.health import find_trouble
from madang.infrastructure.fire_safety.methods.naming import say_place
from madang.infrastructure.fire_safety.queries import (
    count_by_state,
    count_refused,
    count_waiting_relays,
    find_plan,
    find_refusal,
    get_facility,
    is_decided,
    is_simulated,
    list_alarms,
    list_decisions,
    list_detectors,
    list_facilities,
    list_network_troubles,
    list_nuisances,
    list_places,
    rank_loudness,
)
from madang.infrastructure.fire_safety.records import (
    ALARM_STATES,
    KIND_NAMES,
    Alarm,
    AlarmFilter,
    AlarmState,
    Detector,
    Nuisance,
)

from .drawing import draw_plan, draw_wall_map, say_needs
from .public import TITLE

SHOWN, LISTED, ON_WALL, MAPPED = 8, 20, 60, 500
WITH_PLANS = 4
"""So many alarms stand on the wall with their plans; where there are more, each has a line or two."""
NUISANCE, REASONS = timedelta(days=90), 3
DECIDED_S = 1.5
UNDECIDED = Text(
    ko="답을 받아 두었습니다. 아직 판단하는 중이니 이 화면에서 결과를 확인하십시오.",
    en="Your answer is kept and not decided on yet: see on this page what comes of it.",
)
BY_PERSON = Text(ko="사람이 알린 불", en="fire told by a person")
WALL = Text(ko="화재 상황판", en="Fire wall")


@page("fire_safety.view", title=TITLE)
def show_desk(request: HttpRequest) -> HttpResponse:
    """Show open alarms, detectors that need care, facilities, what came that could not be read."""
    moment, actor = now(), request.actor
    where = AlarmFilter(state="open")
    alarms, open_count = list_alarms(actor=actor, where=where, limit=LISTED, sort="must_act")
    facilities, total = list_facilities(actor=actor, limit=SHOWN)
    troubled = list_detectors(actor, only_trouble=True)
    names = {one.code: one.name for one in facilities}
    states = count_by_state(actor)
    context = {
        "title": TITLE,
        "moment": moment,
        "alarms": [describe(one) for one in alarms],
        "alarm_count": open_count,
        "facilities": facilities,
        "facility_count": total,
        "troubled": [(one, _say_where(one, names), find_trouble(one, moment)) for one in troubled[:SHOWN]],
        "trouble_count": len(troubled),
        "stood_down": states[AlarmState.STOOD_DOWN],
        "closed": states[AlarmState.CLOSED],
        "refused": count_refused(moment - timedelta(days=1)),
        "waiting": count_waiting_relays(),
        "network": list_network_troubles(moment),
        "is_simulated": is_simulated(),
        "nuisances": [] if "HX-Request" in request.headers else _list_nuisances(actor, moment),
        "nuisance_days": NUISANCE.days,
    }
    return render(request, "fire_safety/desk.html", context)


@page("fire_safety.view", title=WALL)
def show_wall(request: HttpRequest) -> HttpResponse:
    """Show every open alarm with its floor, who is inside and what 119 knows."""
    moment = now()
    hour = int(moment.timestamp()) // 3600
    if request.session.get("wall_hour") != hour:  # a wall that is looked at stays signed in
        request.session["wall_hour"] = hour
    found, total = list_alarms(
        actor=request.actor, where=AlarmFilter(state="open"), limit=MAPPED, sort="must_act"
    )
    alarms, is_dense = found[:ON_WALL], total > WITH_PLANS
    context = {
        "rows": [_draw(request.actor, one, moment, with_plan=not is_dense) for one in alarms],
        "is_dense": is_dense,
        "total": total,
        "more": total - len(alarms),
        "loudest": rank_loudness(found),
        "is_watching": is_watching(),
        "troubled": len(list_detectors(request.actor, only_trouble=True)),
        "waiting": count_waiting_relays(),
        "at": moment,
        "map": draw_wall_map(list_places(), found, request.language),
    }
    return render(request, "fire_safety/wall.html", context)


def _list_nuisances(actor: Actor, moment: datetime) -> list[tuple[Nuisance, Text, list[tuple[Text, int]]]]:
    """Return detectors with many false alarms, where each hangs and the reasons that were given."""
    return [
        (
            one,
            say_place(one.floor, one.room, before=one.facility_name),
            [(read_pair(reason), count) for reason, count in one.reasons[:REASONS]],
        )
        for one in list_nuisances(actor, moment - NUISANCE, SHOWN)
    ]


def _say_where(one: Detector, names: Mapping[str, str]) -> Text:
    return say_place(one.floor, one.room, before=names.get(one.facility, one.facility))


def say_outcome(request: HttpRequest, code: str, since: datetime, done: Text) -> None:
    """Tell a person what became of what they said of a facility at a moment: `done`, or why it changes nothing.

    It waits for the decision, for a moment at most; what isn't decided on yet isn't called done.
    """
    until = time.monotonic() + DECIDED_S
    while not (decided := is_decided(code)) and time.monotonic() < until:
        time.sleep(0.05)
    refusal = find_refusal(request.actor, code, since)
    if refusal is not None:
        messages.error(request, refusal.say(request.language))
    elif decided:
        messages.success(request, done.say(request.language))
    else:
        messages.warning(request, UNDECIDED.say(request.language))


def read_tap(request: HttpRequest) -> datetime | None:
    """Return the moment at which a page says that an answer was tapped; a wrong one must not stop the answer."""
    try:
        moment = datetime.fromisoformat(request.POST.get("tapped_at", ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def go_on(request: HttpRequest, address: str) -> HttpResponse:
    """Lead on to a page: where a script sent the answer (and sends it until it arrives) as JSON {"href": address}."""
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"href": address})
    return HttpResponseRedirect(address)


def describe(alarm: Alarm) -> dict[str, Any]:
    """Return an alarm with its words."""
    return {
        "alarm": alarm,
        "state": ALARM_STATES[alarm.state],
        "kind": KIND_NAMES.get(alarm.kind, BY_PERSON),
        "place": say_place(alarm.floor, alarm.room) if alarm.floor or alarm.room else None,
        "is_told": alarm.state is AlarmState.TOLD,
        "is_open": alarm.state in {AlarmState.TOLD, AlarmState.HANDED_OVER},
        "is_handed_over": alarm.state is AlarmState.HANDED_OVER,
    }


def _draw(actor: Actor, alarm: Alarm, moment: datetime, *, with_plan: bool) -> dict[str, Any]:
    facility = get_facility(actor, alarm.facility)
    on_floor = [one for one in facility.rooms if not alarm.floor or one.floor == alarm.floor]
    drawn = {
        **describe(alarm),
        "needs": say_needs(on_floor),
        "people": sum(one.people for one in on_floor),
    }
    if not with_plan:
        return drawn
    decisions = list_decisions(actor, alarm.id)
    return {
        **drawn,
        "reason": decisions[-1].reason if decisions else None,
        "plan": draw_plan(
            facility,
            list_detectors(actor, alarm.facility),
            alarm.floor,
            moment,
            {source for one in decisions for source in one.sources},
            alarm.room,
            find_plan(actor, alarm.facility, alarm.floor),
        ),
    }
