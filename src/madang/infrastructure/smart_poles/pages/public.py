"""What everyone sees: where smart poles stand, what they do, how far the programme is."""

from __future__ import annotations

from collections import Counter

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import Text
from madang.core.pages.interface import page
from madang.infrastructure.smart_poles.methods.programme import BUILT, sum_by_year
from madang.infrastructure.smart_poles.queries import list_poles, list_targets
from madang.infrastructure.smart_poles.records import MODULE_NAMES

from .drawing import draw_poles, draw_years

TITLE = Text(ko="스마트폴", en="Smart poles")


@page("public", title=TITLE)
def show_public(request: HttpRequest) -> HttpResponse:
    """Show the poles on a map, what they carry, and the programme."""
    poles = [one for one in list_poles() if one.state != "retired"]
    years = sum_by_year(list_targets(), poles)
    counts = Counter(module.type for pole in poles if pole.state in BUILT for module in pole.modules)
    context = {
        "title": TITLE,
        "poles": len(poles),
        "built": sum(one.state in BUILT for one in poles),
        "planned": sum(one.planned for one in years),
        "modules": [(MODULE_NAMES[kind], count) for kind, count in counts.most_common()],
        "map": draw_poles(poles, request.language),
        "chart": draw_years(years),
        "is_simulated": any("simulated" in one.source for one in poles),
    }
    return render(request, "smart_poles/public.html", context)
