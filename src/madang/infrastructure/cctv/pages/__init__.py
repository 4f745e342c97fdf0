"""What everyone sees: where the city's cameras stand, and how many in each district."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import Text, now
from madang.core.pages.interface import ChartBlock, ChartKind, MapBlock, MapLayer, Series, page
from madang.infrastructure.cctv.queries import count_by_district, list_cameras

TITLE = Text(ko="지능형 CCTV", en="Intelligent CCTV")


@page("public", title=TITLE)
def show_public(request: HttpRequest) -> HttpResponse:
    """Show where cameras stand."""
    counted = count_by_district()
    context = {
        "title": TITLE,
        "cameras": len(list_cameras()),
        "map": MapBlock(
            title=TITLE,
            layers=(MapLayer(id="cameras", data="/api/cctv/cameras.geojson"),),
            property_titles={"purpose": Text(ko="목적", en="Purpose")},
        ),
        "chart": _draw(counted, request.language) if counted else None,
    }
    return render(request, "cctv/public.html", context)


def _draw(counted: list[tuple[Text, int]], language: str) -> ChartBlock:
    name, most = counted[0]
    return ChartBlock(
        title=Text(ko="자치구별 카메라", en="Cameras by district"),
        kind=ChartKind.BARS_ACROSS,
        x=tuple(name.say(language) for name, _ in counted),
        x_title=Text(ko="자치구", en="District"),
        series=(
            Series(name=Text(ko="카메라", en="Cameras"), values=tuple(float(count) for _, count in counted)),
        ),
        summary=Text(ko=f"{name.ko}에 {most:,}대로 가장 많아요.", en=f"Most in {name.en}: {most:,}."),
        source=Text(ko="시설물 대장", en="Register of things"),
        as_of=now(),
    )
