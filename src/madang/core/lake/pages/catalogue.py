"""`/datasets/`: everything the city publishes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import Text
from madang.core.lake.catalogue import FACETS, Browse, browse_catalogue, browse_public
from madang.core.lake.vocabulary import say_category, say_licence
from madang.core.pages.interface import page
from madang.core.people.interface import list_agencies

PAGE_ROWS = 20
TITLES = {
    "category": Text(ko="분야", en="Category"),
    "agency": Text(ko="기관", en="Agency"),
    "licence": Text(ko="이용 조건", en="Licence"),
    "kind": Text(ko="종류", en="Kind"),
}
KINDS = {
    "dataset": Text(ko="파일 데이터", en="Dataset"),
    "stream": Text(ko="실시간 데이터", en="Stream"),
    "register": Text(ko="대장", en="Register"),
}
SORTS = {
    "updated": Text(ko="최근 갱신", en="Newest"),
    "title": Text(ko="이름", en="Name"),
    "rows": Text(ko="행 많은 순", en="Most rows"),
}


@page("public", Text(ko="데이터", en="Data"), kept=True)
def show_catalogue(request: HttpRequest) -> HttpResponse:
    """Show published datasets: search, facets with counts, sort, pages."""
    asked = {name: value.replace("\0", "")[:200].strip() for name, value in request.GET.items()}
    number = read_number(asked.get("page", ""))
    browse = Browse(
        search=asked.get("q", ""),
        facets={facet: asked[facet] for facet in FACETS if asked.get(facet)},
        has_place=asked.get("place") == "yes",
        sort=asked["sort"] if asked.get("sort") in SORTS else "updated",
        offset=(number - 1) * PAGE_ROWS,
        limit=PAGE_ROWS,
    )
    found = browse_catalogue(actor=request.actor, asked=browse)
    agencies = name_agencies()
    is_narrowed = bool(browse.search or browse.facets or browse.has_place)
    sees_more = request.actor.kind != "anonymous" and not is_narrowed
    context = {
        "asked": browse,
        "public_total": browse_public(0).total if sees_more else found.total,
        "found": found,
        "datasets": [describe(record, agencies) for record in found.records],
        "facets": [_draw_facet(name, found.facets[name], browse, agencies) for name in FACETS],
        "sorts": SORTS,
        "page_number": number,
        "pages": list_pages(number, -(-found.total // PAGE_ROWS)),
        "first": browse.offset + 1,
        "last": min(found.total, browse.offset + PAGE_ROWS),
        "is_narrowed": is_narrowed,
    }
    return render(request, "lake/catalogue.html", context)


def describe(record: Any, agencies: dict[str, Text]) -> dict[str, Any]:
    """Return what a line about a dataset says."""
    table = record.table
    return {
        "record": record,
        "table": table,
        "category": say_category(record.category) if record.category else None,
        "agency": agencies.get(table.owner_agency),
        "licence": say_licence(table.licence) if table.licence else None,
        "kind": KINDS.get(table.kind.value),
        "has_place": bool(table.lon and table.lat),
        "columns": len(table.columns),
    }


def name_agencies() -> dict[str, Text]:
    """Return the names of agencies by their code."""
    return {agency.code: agency.name for agency in list_agencies()}


def read_number(text: str) -> int:
    """Return a page's number; anything else is the first."""
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def list_pages(current: int, last: int) -> list[int]:
    """Return the pages to offer: first, last and two around the current; 0 marks a gap."""
    wanted = sorted({1, last, *range(max(1, current - 2), min(last, current + 2) + 1)} - {0})
    numbers: list[int] = []
    for number in wanted:
        if numbers and number - numbers[-1] > 1:
            numbers.append(0)
        numbers.append(number)
    return numbers


def _draw_facet(
    name: str, counted: list[tuple[str, int]], browse: Browse, agencies: dict[str, Text]
) -> dict[str, Any]:
    say = {
        "category": say_category,
        "licence": say_licence,
        "agency": lambda code: agencies.get(code) or Text(ko=code, en=code),
        "kind": lambda kind: KINDS.get(kind) or Text(ko=kind, en=kind),
    }[name]
    chosen = browse.facets.get(name, "")
    return {
        "name": name,
        "title": TITLES[name],
        "chosen": chosen,
        "choices": [(value, say(value), count) for value, count in counted[:30]],
    }
