"""What everyone sees: the map of one property, and one station."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import NotFound, Text
from madang.core.pages.interface import MapBlock, page
from madang.infrastructure.city_sensors.queries.corrections import list_corrections
from madang.infrastructure.city_sensors.queries.stations import (
    get_station,
    list_shown,
    list_station_values,
    list_stations,
    list_values,
)
from madang.infrastructure.city_sensors.records import (
    PROPERTIES,
    PROPERTY_BY_CODE,
    STATION_KIND,
    Property,
    name_station,
)

from .drawing import draw_districts, draw_layer, draw_station

TITLE = Text(ko="IoT 도시데이터", en="City sensors")
VALUE = {"value": Text(ko="값", en="Value")}


@page("public", title=TITLE)
def show_public(request: HttpRequest) -> HttpResponse:
    """Show what the city's sensors measure now."""
    prop = _choose(request)
    values = list_values(prop.code)
    context = {
        "title": TITLE,
        "property": prop,
        "properties": list_shown(),
        "stations": len(list_stations()),
        "measured": sum(one.value is not None for one in values),
        "as_of": max((one.observed_at for one in values), default=None),
        "map": MapBlock(
            title=prop.title,
            layers=(draw_layer(prop, request.language),),
            property_titles=VALUE,
        ),
        "chart": draw_districts(prop, request.language),
        "is_simulated": any("simulated" in one.source for one in list_stations().values()),
    }
    return render(request, "city_sensors/public.html", context)


@page("public", title=TITLE)
def show_station(request: HttpRequest, thing_id: str) -> HttpResponse:
    """Show one station: its newest values, and one property over two days."""
    try:
        station = get_station(thing_id)
    except NotFound as error:
        raise Http404 from error
    if station.kind != STATION_KIND:
        raise Http404
    newest = list_station_values(thing_id, tuple(PROPERTY_BY_CODE))
    is_usual = not newest or any(PROPERTY_BY_CODE[code].is_common for code in newest)
    shown = [one for one in PROPERTIES if one.code in newest or (is_usual and one.is_common)]
    prop = _choose(request, shown)
    context = {
        "title": name_station(station.id, station.name),
        "station": station,
        "property": prop,
        "rows": [(one, newest.get(one.code)) for one in shown],
        "chart": draw_station(prop, thing_id),
        "corrections": [(one, PROPERTY_BY_CODE[one.property].title) for one in list_corrections(thing_id)],
        "may_change": request.actor.may("city_sensors.change_receiver", station.agency_code),
    }
    return render(request, "city_sensors/station.html", context)


def _choose(request: HttpRequest, shown: Sequence[Property] = PROPERTIES) -> Property:
    return PROPERTY_BY_CODE.get(request.GET.get("property", ""), shown[0])
