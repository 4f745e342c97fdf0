"""Where next: weights and bounds in the address, the best choice as map, table and CSV."""

from __future__ import annotations

import csv
import io
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import Text
from madang.core.pages.interface import page, say_lazily
from madang.infrastructure.smart_poles.methods.siting import PARTS, choose_sites
from madang.infrastructure.smart_poles.queries import list_poles, list_sites
from madang.infrastructure.smart_poles.records import Choice, Wishes

from .drawing import draw_choice, name_districts

TITLE = Text(ko="다음에 세울 자리", en="Where next")
PART_NAMES = {
    "footfall": Text(ko="유동 인구", en="Footfall"),
    "accidents": Text(ko="교통사고", en="Accidents"),
    "night_calls": Text(ko="야간 신고", en="Calls at night"),
    "far_from_poles": Text(ko="폴에서 먼 정도", en="Far from poles"),
}


def _weight(name: str) -> forms.FloatField:
    said = PART_NAMES[name]
    return forms.FloatField(
        label=say_lazily(f"비중: {said.ko}", f"Weight: {said.en}"), min_value=0, max_value=10, initial=1
    )


class WishesForm(forms.Form):
    """What the choice goes by."""

    budget = forms.FloatField(
        label=say_lazily("예산 (천원)", "Budget (thousand won)"),
        min_value=1,
        max_value=1e9,
        initial=1_500_000,
    )
    most = forms.IntegerField(
        label=say_lazily("최대 본수", "At most"), min_value=1, max_value=200, initial=20
    )
    most_in_district = forms.IntegerField(
        label=say_lazily("자치구별 최대 본수", "At most in a district"),
        min_value=1,
        max_value=200,
        initial=3,
    )
    spacing_m = forms.FloatField(
        label=say_lazily("서로 떨어진 거리 (m)", "Spacing (m)"), min_value=0, max_value=5000, initial=300
    )
    footfall, accidents, night_calls, far_from_poles = (_weight(name) for name in PARTS)


@page("smart_poles.work", title=TITLE)
def show_siting(request: HttpRequest) -> HttpResponse:
    """Show the best choice for what the address wishes."""
    initial = {name: field.initial for name, field in WishesForm.base_fields.items()}
    form = WishesForm(initial | {k: v for k, v in request.GET.items() if k in initial})
    sites, poles = list_sites(), [one for one in list_poles() if one.state != "retired"]
    choice = None
    if form.is_valid() and sites:
        places = [(one.lon, one.lat) for one in poles if one.lon is not None and one.lat is not None]
        choice = choose_sites(sites, places, Wishes(**form.cleaned_data))
    names = name_districts(request.language)
    if choice is not None and request.GET.get("form") == "csv":
        return _send_csv(choice, names)
    context: dict[str, Any] = {
        "title": TITLE,
        "form": form,
        "choice": choice,
        "rows": [
            (one, names.get(one.site.district_code, ""), [round(100 * one.parts[name]) for name in PARTS])
            for one in (choice.chosen if choice else ())
        ],
        "part_names": [PART_NAMES[name] for name in PARTS],
        "map": draw_choice(choice, poles, request.language) if choice else None,
        "sites": len(sites),
        "query": request.GET.urlencode(),
        "is_simulated": any("simulated" in one.source for one in sites),
    }
    return render(request, "smart_poles/siting.html", context)


def _send_csv(choice: Choice, names: dict[str, str]) -> HttpResponse:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["code", "name", "district", "lon", "lat", "score", *PARTS, "cost_thousand_won"])
    for one in choice.chosen:
        site = one.site
        parts = [f"{one.parts[name]:.4f}" for name in PARTS]
        place = [site.code, site.name, names.get(site.district_code, ""), site.lon, site.lat]
        writer.writerow([*place, f"{one.score:.4f}", *parts, f"{site.cost:.0f}"])
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="smart_pole_sites.csv"'
    return answer
