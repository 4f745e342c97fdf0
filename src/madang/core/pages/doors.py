"""What this room adds to the doors: services and pages are found by name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.urls import URLResolver, get_resolver

from madang.core.base.interface import Actor, Text, list_manifests

from .records import MenuLink, SearchHit, SearchSource

DESK = Text(ko="업무", en="Desk")


def search_services(_actor: Actor, query: str, limit: int) -> list[SearchHit]:
    """Return services whose name or summary holds `query` in either language."""
    wanted = query.strip().lower()
    hits = []
    for manifest in list_manifests():
        said = " ".join((manifest.title.ko, manifest.title.en, manifest.summary.ko, manifest.summary.en))
        if manifest.is_service and wanted and wanted in said.lower():
            hits.append(SearchHit(title=manifest.title, href=f"/{manifest.label}/", about=manifest.summary))
    return hits[:limit]


def search_pages(actor: Actor, query: str, limit: int) -> list[SearchHit]:
    """Return the desk's pages whose title holds `query` in either language, of those that `actor` may open."""
    wanted = query.strip().lower()
    return [
        SearchHit(title=title, href=href, about=DESK)
        for title, href, permission in _list_desk()
        if wanted and wanted in f"{title.ko}\n{title.en}".lower() and actor.may(permission)
    ][:limit]


@cache
def _list_desk() -> list[tuple[Text, str, str]]:
    """Return title, address and permission of the desk's pages that need no number, the shortest titles first."""
    found = [
        (view.title, href, view.permission)
        for href, view in _walk(get_resolver())
        if href.startswith("/desk/") and "<" not in href and getattr(view, "title", None)
    ]
    return sorted(found, key=lambda one: (len(one[0].ko), one[1]))


def _walk(resolver: URLResolver, before: str = "/") -> Iterator[tuple[str, Any]]:
    for one in resolver.url_patterns:
        address = f"{before}{one.pattern}"
        if isinstance(one, URLResolver):
            yield from _walk(one, address)
        else:
            yield address, one.callback


SEARCH = [
    SearchSource(title=Text(ko="서비스", en="Services"), search=search_services, order=0),
    SearchSource(title=Text(ko="화면", en="Pages"), search=search_pages, order=5),
]
MENU = [
    MenuLink(
        title=Text(ko="서비스 상태", en="Service status"),
        href="/desk/status/",
        door="desk",
        order=900,
        permission="pages.see_status",
    ),
]
