"""What of a district cameras see, and what nobody sees. For staff alone: it shows where no one looks."""

from __future__ import annotations

import numpy as np
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import Text, now
from madang.core.pages.interface import page
from madang.core.places.interface import locate_points, say_area
from madang.infrastructure.cctv.methods.coverage import REACH_M, CellShare
from madang.infrastructure.cctv.queries.coverage import measure_coverage

from .drawing import draw_cells, name_districts

TITLE = Text(ko="사각지대", en="Blind spots")
WORST = 10


@page("cctv.view", title=TITLE)
def show_coverage(request: HttpRequest) -> HttpResponse:
    """Show a district's hexagons by the share of them that a camera sees."""
    names = name_districts()
    asked = request.GET.get("district", "")
    district = asked if asked in names else min(names)
    found = measure_coverage(district)
    worst = sorted(found.cells, key=lambda one: (one.share, -one.points, one.cell))[:WORST]
    context = {
        "title": TITLE,
        "districts": sorted(names.items(), key=lambda one: one[1].ko),
        "district": district,
        "name": names[district],
        "found": found,
        "share": 100 * found.share,
        "blind": sum(one.seen == 0 for one in found.cells),
        "reach": round(REACH_M),
        "worst": _name_cells(worst),
        "map": draw_cells(found.cells, TITLE),
        "moment": now(),
    }
    return render(request, "cctv/coverage.html", context)


def _name_cells(cells: list[CellShare]) -> list[tuple[Text, float, tuple[float, float]]]:
    """Return each cell's legal dong, how much of it is seen (%) and its middle (lon, lat)."""
    middles = [_find_middle(one.corners) for one in cells]
    located = locate_points(np.array([lon for lon, _ in middles]), np.array([lat for _, lat in middles]))
    dongs = [say_area(code) for code in located.legal_dong_code]
    return [(dong, 100 * one.share, at) for dong, one, at in zip(dongs, cells, middles, strict=True)]


def _find_middle(corners: tuple[tuple[float, float], ...]) -> tuple[float, float]:
    return sum(x for x, _ in corners) / len(corners), sum(y for _, y in corners) / len(corners)
