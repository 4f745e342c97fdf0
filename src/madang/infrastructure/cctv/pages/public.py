"""What everyone sees: where the city's cameras stand, what for, and how many in each district."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import Text, now
from madang.core.pages.interface import ChartBlock, ChartKind, MapBlock, MapLayer, Series, page
from madang.infrastructure.cctv.queries.cameras import (
    count_by_district,
    count_cameras,
    find_tiles,
    is_simulated,
)
from madang.infrastructure.cctv.records import PURPOSES

TITLE = Text(ko="지능형 CCTV", en="Intelligent CCTV")
PROPERTIES = {
    "name": Text(ko="이름", en="Name"),
    "purpose": Text(ko="목적", en="Purpose"),
    "agency_code": Text(ko="소유 기관 코드", en="Owner code"),
    "retention_days": Text(ko="보관 일수", en="Days kept"),
}


@page("public", title=TITLE)
def show_public(request: HttpRequest) -> HttpResponse:
    """Show where cameras stand."""
    counted = count_by_district()
    tiles = find_tiles()
    layer = (
        MapLayer(id="points", tiles=tiles)
        if tiles
        else MapLayer(id="cameras", data="/api/cctv/cameras.geojson")
    )
    context = {
        "title": TITLE,
        "cameras": count_cameras(),
        "districts": len(counted),
        "is_simulated": is_simulated(),
        "map": MapBlock(title=TITLE, layers=(layer,), property_titles=PROPERTIES, words=PURPOSES),
        "chart": draw_districts(counted, request.language) if counted else None,
    }
    return render(request, "cctv/public.html", context)


def draw_districts(counted: list[tuple[str, Text, int]], language: str) -> ChartBlock:
    """Return the chart of cameras by district."""
    _, name, most = counted[0]
    return ChartBlock(
        title=Text(ko="자치구별 카메라", en="Cameras by district"),
        kind=ChartKind.BARS_ACROSS,
        x=tuple(name.say(language) for _, name, _ in counted),
        x_title=Text(ko="자치구", en="District"),
        series=(
            Series(
                name=Text(ko="카메라", en="Cameras"), values=tuple(float(count) for _, _, count in counted)
            ),
        ),
        summary=Text(ko=f"{name.ko}에 {most:,}곳으로 가장 많아요.", en=f"Most in {name.en}: {most:,}."),
        source=Text(ko="시설물 대장", en="Register of things"),
        as_of=now(),
    )
