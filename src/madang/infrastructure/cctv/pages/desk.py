"""The workspace, and the selective wall: the streams that need eyes most, and the queue of events."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import Actor, NotFound, Text, now
from madang.core.pages.interface import page
from madang.infrastructure.cctv.queries.cameras import count_cameras, is_simulated
from madang.infrastructure.cctv.queries.events import SEVEREST_FIRST, count_by_verdict, get_event, list_events
from madang.infrastructure.cctv.queries.privacy import list_unmasks
from madang.infrastructure.cctv.queries.sources import list_states
from madang.infrastructure.cctv.queries.wall import rank_streams
from madang.infrastructure.cctv.records import EVENT_NAMES, SEVERITIES, VERDICT_NAMES, EventRecord, Verdict

from .public import TITLE

WALL = Text(ko="선별관제 상황판", en="Selective wall")
BUDGETS = (1, 4, 6, 9, 12)
BUDGET = 6
QUEUE = 8
WEEK = timedelta(days=7)
SAID_FOR = timedelta(minutes=2)


@page("cctv.view", title=TITLE)
def show_desk(request: HttpRequest) -> HttpResponse:
    """Show events to be judged, how sources do, and where to go on."""
    actor, moment = request.actor, now()
    events, total = list_events(actor, verdict=Verdict.OPEN, limit=QUEUE)
    sources = list_states(moment)
    judged = count_by_verdict(actor, moment - WEEK)
    context = {
        "title": TITLE,
        "moment": moment,
        "events": [describe(one) for one in events],
        "open": total,
        "judged": judged[Verdict.CONFIRMED] + judged[Verdict.FALSE],
        "false": judged[Verdict.FALSE],
        "sources": sources,
        "lost": sum(bool(one.trouble) for one in sources),
        "cameras": count_cameras(),
        "waiting": len(list_unmasks(actor, state="asked")),
        "may_watch": actor.may("cctv.watch"),
        "is_simulated": is_simulated(),
    }
    return render(request, "cctv/desk.html", context)


@page("cctv.watch", title=WALL)
def show_wall(request: HttpRequest) -> HttpResponse:
    """Show as many streams as the operator can hold in view, the most needed first, each with its reason."""
    moment, actor = now(), request.actor
    hour = int(moment.timestamp()) // 3600
    if request.session.get("wall_hour") != hour:  # a wall that is looked at stays signed in
        request.session["wall_hour"] = hour
    asked = request.GET.get("budget", "")
    if asked.isdigit() and int(asked) in BUDGETS:
        request.session["cctv_budget"] = int(asked)
    budget = request.session.get("cctv_budget", BUDGET)
    tiles, lost = rank_streams(actor, moment)
    events, total = list_events(actor, verdict=Verdict.OPEN, sort=SEVEREST_FIRST, limit=QUEUE)
    newest = max((int(one.recorded_at.timestamp()) for one in events), default=0)
    context = {
        "tiles": [(number, one) for number, one in enumerate(tiles[:budget], start=1)],
        "streams": len(tiles),
        "lost": lost,
        "room": min(one for one in BUDGETS if one >= min(budget, len(tiles))),
        "budget": budget,
        "budgets": BUDGETS,
        "events": [describe(one) for one in events],
        "open": total,
        "judged": _find_judged(actor, request.session.get("cctv_judged", ""), moment),
        "loudest": newest,
        "at": moment,
        "is_simulated": is_simulated(),
    }
    return render(request, "cctv/wall.html", context)


def _find_judged(actor: Actor, uid: str, moment: datetime) -> dict[str, object] | None:
    """Return the event that was answered here just now: one key is soon pressed wrong."""
    if not uid:
        return None
    try:
        event = get_event(actor, uid)
    except NotFound:
        return None
    if event.judged_at is None or moment - event.judged_at > SAID_FOR:
        return None
    return {**describe(event), "verdict": VERDICT_NAMES[event.verdict]}


def describe(event: EventRecord) -> dict[str, object]:
    """Return an event with its words."""
    return {"event": event, "kind": EVENT_NAMES[event.kind], "severity": SEVERITIES[event.kind].value}


@page("cctv.watch", title=Text(ko="지금 영상", en="Live picture"))
def show_live(request: HttpRequest, camera_id: str) -> HttpResponse:
    """Show one camera's live picture, masked."""
    state = next((one for one in list_states(now()) if one.camera.id == camera_id), None)
    return render(
        request,
        "cctv/live.html",
        {
            "title": Text(ko="지금 영상", en="Live picture"),
            "state": state,
            "camera_id": camera_id,
            "is_simulated": is_simulated(),
        },
    )
