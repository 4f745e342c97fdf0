"""The portal: two totals, a search over all datasets with facets, and pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe

from madang.citizens.open_data.methods.linked import describe_catalogue, write_script
from madang.citizens.open_data.methods.naming import say_category, say_licence
from madang.citizens.open_data.queries.calls import count_uses
from madang.citizens.open_data.queries.entries import FILES, UPLOADED
from madang.citizens.open_data.queries.harvest import ORIGIN
from madang.citizens.open_data.queries.search import search
from madang.citizens.open_data.records.search import FACETS, Asked, Entry, Found
from madang.core.base.interface import Text, list_manifests
from madang.core.pages.interface import page
from madang.core.people.interface import list_agencies

from .homes import find_home

TITLE = Text(ko="열린데이터광장", en="Open data")
PAGE_ROWS = 20
MOST_PAGES = 10**6
MOST_CHOICES = 30
TITLES = {
    "origin": Text(ko="서비스·출처", en="Service or source"),
    "category": Text(ko="분야", en="Category"),
    "licence": Text(ko="이용 조건", en="Licence"),
    "form": Text(ko="형식", en="Format"),
}
SORTS = {
    "score": Text(ko="잘 맞는 순", en="Best match"),
    "updated": Text(ko="최근 갱신", en="Newest"),
    "title": Text(ko="이름", en="Name"),
    "-rows": Text(ko="행 많은 순", en="Most rows"),
}


@page("public", title=TITLE, kept=True)
def show_search(request: HttpRequest) -> HttpResponse:
    """Show the datasets that were searched for, or all of them, newest first."""
    asked, number = _read(request)
    found, entries = search(asked)
    last = max(1, -(-found.total // PAGE_ROWS))
    sayings = _list_sayings()
    agencies = {agency.code: agency.name for agency in list_agencies()}
    context = {
        "title": TITLE,
        "linked": mark_safe(
            write_script(describe_catalogue(find_home(request), settings.MADANG.city_name_ko))
        ),  # noqa: S308 - made safe
        "asked": asked,
        "sorts": {name: words for name, words in SORTS.items() if asked.text or name != "score"},
        "found": found,
        "lines": [_draw(entry, sayings, agencies) for entry in entries],
        "facets": [_draw_facet(name, found, asked, sayings[name]) for name in FACETS],
        "page_number": number,
        "pages": _list_pages(number, last),
        "first": asked.offset + 1,
        "last": min(found.total, asked.offset + PAGE_ROWS),
        "is_narrowed": bool(asked.text or asked.facets),
        "datasets": search(Asked(facets=(("owner", "own"),), limit=0, count=()))[0].total,
        "uses": count_uses(),
    }
    return render(request, "open_data/search.html", context)


def _read(request: HttpRequest) -> tuple[Asked, int]:
    given = {name: value.replace("\0", "")[:200].strip() for name, value in request.GET.items()}
    text = given.get("page", "")
    number = min(max(1, int(text)), MOST_PAGES) if text.isascii() and text.isdigit() and len(text) < 10 else 1  # noqa: PLR2004 - no page
    words = given.get("q", "")
    sort = given.get("sort", "")
    asked = Asked(
        text=words,
        facets=tuple((name, given[name]) for name in FACETS if given.get(name)),
        sort=sort if sort in SORTS else "score" if words else "updated",
        offset=(number - 1) * PAGE_ROWS,
        limit=PAGE_ROWS,
    )
    return asked, number


def _list_sayings() -> dict[str, Callable[[str], Text]]:
    names = {manifest.name: manifest.title for manifest in list_manifests()} | {FILES: UPLOADED}
    return {
        "origin": lambda name: names.get(name) or _say_source(name.removeprefix(ORIGIN)),
        "category": say_category,
        "licence": say_licence,
        "form": lambda form: Text(ko=form, en=form),
    }


def _say_source(title: str) -> Text:
    return Text(ko=title, en=title)


def _draw(
    entry: Entry, sayings: dict[str, Callable[[str], Text]], agencies: dict[str, Text]
) -> dict[str, Any]:
    return {
        "entry": entry,
        "origin": sayings["origin"](entry.origin),
        "category": say_category(entry.category) if entry.category else None,
        "agency": agencies.get(entry.agency)
        or (Text(ko=entry.agency, en=entry.agency) if entry.agency else None),
        "licence": say_licence(entry.licence) if entry.licence else None,
    }


def _draw_facet(name: str, found: Found, asked: Asked, say: Callable[[str], Text]) -> dict[str, Any]:
    chosen = dict(asked.facets).get(name, "")
    counted = found.facets[name]
    shown = counted[:MOST_CHOICES] + [one for one in counted[MOST_CHOICES:] if one[0] == chosen]
    return {
        "name": name,
        "title": TITLES[name],
        "chosen": chosen,
        "choices": [(value, say(value), count) for value, count in shown],
    }


def _list_pages(current: int, last: int) -> list[int]:
    wanted = sorted({1, last, *range(max(1, current - 2), min(last, current + 2) + 1)})
    numbers: list[int] = []
    for number in wanted:
        if numbers and number - numbers[-1] > 1:
            numbers.append(0)
        numbers.append(number)
    return numbers
