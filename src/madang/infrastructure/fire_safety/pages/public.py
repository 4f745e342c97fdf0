"""What everyone sees: what the net is for, where it is, and how it goes."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import Text, now, read_pair
from madang.core.pages.interface import MapBlock, MapClass, MapLayer, page
from madang.infrastructure.fire_safety.queries import count_public, is_simulated, list_places
from madang.infrastructure.fire_safety.records import FACILITY_KINDS

TITLE = Text(ko="이동약자 화재안전망", en="Fire-safety net")
DAYS = 30


@page("public", title=TITLE)
def show_public(request: HttpRequest) -> HttpResponse:
    """Show the facilities of the net on the map, and its figures."""
    moment = now()
    places = list_places()
    features = [
        {
            "type": "Feature",
            "id": code,
            "geometry": {"type": "Point", "coordinates": [lon, lat]},
            "properties": {"id": code, "title": read_pair(name).say(request.language), "class": kind.value},
        }
        for code, name, kind, lon, lat in places
    ]
    classes = tuple(
        MapClass(value=kind.value, title=name, count=sum(one[2] is kind for one in places))
        for kind, name in FACILITY_KINDS.items()
    )
    layer = MapLayer(
        id="facilities",
        data={"type": "FeatureCollection", "features": features},
        colour_by="class",
        classes=classes,
    )
    context = {
        "title": TITLE,
        "figures": count_public(moment - timedelta(days=DAYS)),
        "days": DAYS,
        "moment": moment,
        "places": [(read_pair(name), FACILITY_KINDS[kind]) for _, name, kind, *_ in places],
        "map": MapBlock(title=TITLE, layers=(layer,)),
        "is_simulated": is_simulated(),
    }
    return render(request, "fire_safety/public.html", context)
