"""Stations beside one another."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import Text
from madang.core.pages.interface import ChartBlock, ChartKind, Series, page
from madang.infrastructure.city_sensors.methods.packets import GOOD
from madang.infrastructure.city_sensors.queries.stations import (
    list_hours,
    list_shown,
    list_stations,
    list_values,
)
from madang.infrastructure.city_sensors.records import PROPERTIES, PROPERTY_BY_CODE, Property, name_station

from .drawing import HOURS, SOURCE

TITLE = Text(ko="센서 견주기", en="Compare sensors")
MOST = 5


@page("public", title=TITLE)
def show_comparison(request: HttpRequest) -> HttpResponse:
    """Show one property of up to five stations over two days."""
    prop = PROPERTY_BY_CODE.get(request.GET.get("property", ""), PROPERTIES[0])
    stations = list_stations()
    words = [word for text in request.GET.getlist("station") for word in text.replace(",", " ").split()]
    chosen = list(dict.fromkeys(one for one in words if one in stations))[:MOST]
    is_example = not words
    if is_example:
        chosen = _pick_extremes(prop)
    context = {
        "title": TITLE,
        "property": prop,
        "properties": list_shown(),
        "chosen": " ".join(chosen),
        "unknown": [one for one in words if one not in stations][:MOST],
        "links": [
            (one, " · ".join(dict.fromkeys((one, _name(one).say(request.language))))) for one in chosen
        ],
        "chart": _draw(prop, chosen, request.language) if chosen else None,
        "is_example": is_example and bool(chosen),
    }
    return render(request, "city_sensors/compare.html", context)


def _pick_extremes(prop: Property) -> list[str]:
    """Return the stations that measure most, the middle and least now; fewer where there are no three."""
    there = [one for one in list_values(prop.code) if one.value is not None and one.quality == GOOD]
    ids = [one.thing_id for one in sorted(there, key=lambda one: (-(one.value or 0), one.thing_id))]
    return list(dict.fromkeys((ids[0], ids[len(ids) // 2], ids[-1]))) if ids else []


def _name(thing_id: str) -> Text:
    return name_station(thing_id, list_stations()[thing_id].name)


def _draw(prop: Property, chosen: Sequence[str], language: str) -> ChartBlock:
    hours = {one: list_hours(one, prop.code, HOURS) for one in chosen}
    moments = [moment for moment, _ in hours[chosen[0]]]
    names = [_name(one).say(language) for one in chosen]
    return ChartBlock(
        title=Text(ko=f"시간별 {prop.title.ko}", en=f"{prop.title.en} by hour"),
        kind=ChartKind.LINE,
        x=tuple(moments),
        x_title=Text(ko="시각", en="Hour"),
        series=tuple(
            Series(
                name=_name(one),
                values=tuple(None if mean is None else round(mean, prop.digits) for _, mean in hours[one]),
            )
            for one in chosen
        ),
        unit=prop.unit,
        summary=Text(
            ko=f"{', '.join(names)}의 최근 {HOURS}시간이에요.",
            en=f"The last {HOURS} hours of {', '.join(names)}.",
        ),
        source=SOURCE,
        as_of=moments[-1],
    )
