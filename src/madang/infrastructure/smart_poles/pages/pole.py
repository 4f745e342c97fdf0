"""The page of one pole: what it carries, power, permits, visits, incidents."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import NotFound, now, to_city_time
from madang.core.incidents.interface import IncidentFilter, list_incidents
from madang.core.pages.interface import page
from madang.core.things.interface import STATE_NAMES
from madang.infrastructure.smart_poles.methods.power import find_room_w, measure_feeder, measure_pole
from madang.infrastructure.smart_poles.queries import (
    get_pole,
    list_feeders,
    list_heard,
    list_permits,
    list_poles,
    list_visits,
)
from madang.infrastructure.smart_poles.records import MODULE_NAMES, PERMIT_KINDS, PERMIT_NAMES

from .drawing import draw_pole
from .public import TITLE

STATES = {state.value: name for state, name in STATE_NAMES.items()}


@page("smart_poles.work", title=TITLE)
def show_pole(request: HttpRequest, pole_id: str) -> HttpResponse:
    """Show one pole."""
    try:
        pole = get_pole(pole_id)
    except NotFound as error:
        raise Http404 from error
    feeder = list_feeders().get(pole.feeder)
    neighbours = [one for one in list_poles() if one.feeder == pole.feeder]
    heard = list_heard([one.stream for one in pole.modules if one.stream])
    incidents = [
        one
        for thing_id in (pole.id, *(module.id for module in pole.modules))
        for one in list_incidents(actor=request.actor, where=IncidentFilter(thing_id=thing_id), limit=5)
    ]
    context = {
        "title": pole.title,
        "pole": pole,
        "state": STATES[pole.state],
        "modules": [
            (one, MODULE_NAMES[one.type], STATES[one.state], heard.get(one.stream)) for one in pole.modules
        ],
        "load": measure_pole(pole),
        "feeder": feeder,
        "feeder_load": measure_feeder(feeder, neighbours) if feeder else None,
        "room_w": find_room_w(pole, feeder, neighbours),
        "permits": [(one, PERMIT_KINDS[one.kind], PERMIT_NAMES[one.state]) for one in list_permits(pole.id)],
        "visits": list_visits(pole.id),
        "today": to_city_time(now()).date(),
        "incidents": incidents,
        "map": draw_pole(pole, request.language),
        "may_change": request.actor.may("smart_poles.change", pole.agency_code),
    }
    return render(request, "smart_poles/pole.html", context)
