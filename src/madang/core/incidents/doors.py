"""What this room adds to the doors: my work, incidents in the search, the menu, live news."""

from __future__ import annotations

from typing import Any

from madang.core.base.interface import Actor, Text
from madang.core.pages.interface import FirstStep, MenuLink, Panel, SearchHit, SearchSource, Topic

from .pages.waiting import HOME, INCIDENTS, address_of, get_due
from .queries import count_incidents, list_incidents, list_rules
from .records import STATE_NAMES, IncidentFilter
from .wording import say_agencies, say_kind, say_owner

SHOWN = 8


def _draw_work(actor: Actor, _language: str) -> dict[str, Any] | None:
    """Return the most urgent incidents that the actor may see, and how many wait and are late."""
    active = IncidentFilter(state="active")
    total = count_incidents(actor=actor, where=active)
    if not total:
        return None
    agencies = say_agencies()
    rows = [
        {
            "incident": incident,
            "href": address_of(incident.number),
            "kind": say_kind(incident.kind),
            "state": STATE_NAMES[incident.state],
            "owner": say_owner(incident, agencies),
            "due": get_due(incident),
        }
        for incident in list_incidents(actor=actor, where=active, limit=SHOWN)
    ]
    return {
        "rows": rows,
        "total": total,
        "overdue": count_incidents(actor=actor, where=IncidentFilter(state="active", overdue=True)),
        "mine": count_incidents(actor=actor, where=IncidentFilter(state="active", assignee=actor.id)),
    }


def _search(actor: Actor, query: str, limit: int) -> list[SearchHit]:
    if not actor.may("incidents.view"):
        return []
    found = list_incidents(actor=actor, where=IncidentFilter(text=query), sort="-number", limit=limit)
    return [
        SearchHit(
            title=Text(ko=f"#{one.number} {one.reason.ko}", en=f"#{one.number} {one.reason.en}"),
            href=address_of(one.number),
            about=say_kind(one.kind),
            lon=one.lon,
            lat=one.lat,
        )
        for one in found
    ]


DESK_PANELS = [
    Panel(
        title=Text(ko="기다리는 상황", en="Incidents that wait"),
        order=0,
        permission="incidents.view",
        template="incidents/panel.html",
        context=_draw_work,
    )
]
SEARCH = [SearchSource(title=INCIDENTS, search=_search, order=20)]
MENU = [
    MenuLink(
        title=INCIDENTS, href=f"{HOME}?state=active", door="desk", order=10, permission="incidents.view"
    ),
    MenuLink(
        title=Text(ko="상황판", en="Wall"),
        href="/wall/incidents/",
        door="desk",
        order=11,
        permission="incidents.view",
    ),
    MenuLink(
        title=Text(ko="배정 규칙", en="Assignment rules"),
        href=f"{HOME}rules/",
        door="desk",
        order=700,
        permission="incidents.change_rules",
    ),
    MenuLink(
        title=Text(ko="전달처", en="Hand-over targets"),
        href=f"{HOME}targets/",
        door="desk",
        order=710,
        permission="incidents.change_targets",
    ),
    MenuLink(
        title=Text(ko="전달 기록", en="Hand-over log"),
        href=f"{HOME}hand-overs/",
        door="desk",
        order=711,
        permission="incidents.read_hand_overs",
    ),
]
FIRST_STEPS = [
    FirstStep(
        title=Text(ko="상황을 누구에게 보낼지 정하기", en="Say who is told of what"),
        about=Text(
            ko="어떤 일이 생기면 어느 기관의 누구에게 가고, 언제까지 확인하지 않으면 위로 가는지 정합니다.",
            en="Which incidents go to which agency, and to whom next where nobody acknowledges in time.",
        ),
        href=f"{HOME}rules/new/",
        permission="incidents.change_rules",
        is_done=lambda: bool(list_rules()),
        order=50,
    ),
]
TOPICS = [Topic(name="incidents", permission="incidents.view")]
