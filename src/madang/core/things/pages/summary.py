"""How many things there are, in which state, and what must be replaced when."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import Text, now
from madang.core.pages.interface import ChartBlock, ChartKind, Series, page
from madang.core.things.queries import summarize_due, summarize_states
from madang.core.things.records import STATE_NAMES
from madang.core.things.wording import say_kinds

YEARS_SHOWN = 12
SOURCE = Text(ko="시설물 대장", en="Register of things")


@page("things.view", Text(ko="시설물 현황", en="Overview of things"))
def show_summary(request: HttpRequest) -> HttpResponse:
    """Show things by kind and state, and the replacement plan by year."""
    kinds = say_kinds()
    counts = {(row.kind, row.state): row.count for row in summarize_states()}
    used = sorted({kind for kind, _ in counts})
    rows = [(kinds[kind], kind, [counts.get((kind, state), 0) for state in STATE_NAMES]) for kind in used]
    context: dict[str, Any] = {
        "states": list(STATE_NAMES.values()),
        "rows": [(name, kind, cells, sum(cells)) for name, kind, cells in rows],
        "total": sum(counts.values()),
        "due": _draw_due(),
        "as_of_now": now(),
    }
    return render(request, "things/summary.html", context)


def _draw_due() -> ChartBlock | None:
    this_year = now().year
    by_year: dict[str, int] = {}
    for row in summarize_due():
        year = f"~{this_year - 1}" if row.year < this_year else str(row.year)
        if row.year < this_year + YEARS_SHOWN:
            by_year[year] = by_year.get(year, 0) + row.count
    if not by_year:
        return None
    years = sorted(by_year, key=lambda year: year.lstrip("~"))
    return ChartBlock(
        title=Text(ko="내용연수가 끝나는 해", en="Year the service life ends"),
        kind=ChartKind.BAR,
        x=tuple(years),
        x_title=Text(ko="해", en="Year"),
        series=(
            Series(name=Text(ko="시설물", en="Things"), values=tuple(float(by_year[year]) for year in years)),
        ),
        unit="count",
        source=SOURCE,
        as_of=now(),
    )
