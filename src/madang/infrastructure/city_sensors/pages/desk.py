"""The workspace: what was not taken, who may send, how packets are laid out."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import now, read_pair, read_settings
from madang.core.pages.interface import format_number, page
from madang.core.people.interface import actor_of, list_agencies
from madang.infrastructure.city_sensors.methods.reasons import say_reason
from madang.infrastructure.city_sensors.queries.ngsi.subscriptions import list_subscriptions
from madang.infrastructure.city_sensors.queries.sources import list_sources
from madang.infrastructure.city_sensors.queries.stations import (
    list_certificates,
    list_layouts,
    list_refused,
    list_stations,
)

from .forms import PERMISSION
from .public import TITLE

SHOWN = 50


@page("city_sensors.work", title=TITLE)
def show_desk(request: HttpRequest) -> HttpResponse:
    """Show the newest packets that were not taken with their reasons, senders and layouts."""
    refused, total = list_refused(actor_of(request.user), SHOWN)
    agencies = {one.code: one.name for one in list_agencies()}
    context = {
        "title": TITLE,
        "stations": len(list_stations()),
        "refused": [row | {"said": say_reason(row["reason"] or "")} for row in refused],
        "refused_total": total,
        "sources": [(one, read_pair(one.source.name or "–")) for one in list_sources()],
        "certificates": [(one, agencies.get(one.agency_code)) for one in list_certificates()],
        "layouts": list_layouts(),
        "moment": now(),
        "subscriptions": list_subscriptions(limit=SHOWN)[0],
        "brought": [_say_number(request.GET.get(name, "")) for name in ("taken", "refused")],
        "may_change": actor_of(request.user).may(PERMISSION),
        "mqtt_port": read_settings().mqtt_port,
    }
    return render(request, "city_sensors/desk.html", context)


def _say_number(text: str) -> str:
    """Return a number of the address as people read it; "" where it is none."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= 12  # noqa: PLR2004 - no file has more
    return format_number(int(text)) if is_number else ""
