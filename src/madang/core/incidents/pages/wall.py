"""The wall: what must be done this minute, for a room with big screens."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import Severity, Text, now
from madang.core.incidents.queries import count_incidents, find_loudest, list_incidents, summarize_queue
from madang.core.incidents.records import SEVERITIES, STATE_NAMES, Incident, IncidentFilter
from madang.core.incidents.wording import say_agencies, say_code, say_districts, say_kind, say_owner
from madang.core.pages.interface import page

from .waiting import get_due

SHOWN = 30
ACTIVE = IncidentFilter(state="active")


@page("incidents.view", Text(ko="상황판", en="Wall"))
def show_wall(request: HttpRequest) -> HttpResponse:
    """Show the most urgent incidents, counts, and since when the picture stands."""
    _stay_signed_in(request)
    agencies = say_agencies()
    incidents = list_incidents(actor=request.actor, where=ACTIVE, sort="must_act", limit=SHOWN)
    total = count_incidents(actor=request.actor, where=ACTIVE)
    context: dict[str, Any] = {
        "rows": [_draw(incident, agencies) for incident in incidents],
        "more": total - len(incidents),
        "total": total,
        "counts": _count_severities(request),
        "loudest": find_loudest(actor=request.actor),
        "at": now(),
    }
    return render(request, "incidents/wall.html", context)


def _stay_signed_in(request: HttpRequest) -> None:
    """Renew the session once an hour while the screen asks, so that a wall runs for weeks."""
    hour = int(now().timestamp()) // 3600
    if request.session.get("wall_hour") != hour:
        request.session["wall_hour"] = hour


def _count_severities(request: HttpRequest) -> list[tuple[Severity, int]]:
    counts = dict.fromkeys(reversed(SEVERITIES), 0)
    for row in summarize_queue(actor=request.actor, where=ACTIVE):
        counts[row.severity] += row.count
    return list(counts.items())


def _draw(incident: Incident, agencies: dict[str, Text]) -> dict[str, Any]:
    return {
        "incident": incident,
        "kind": say_kind(incident.kind),
        "district": say_code(say_districts(), incident.district_code),
        "state": STATE_NAMES[incident.state],
        "owner": say_owner(incident, agencies),
        "due": get_due(incident),
    }
