"""What this room adds to the doors: services are found by name."""

from __future__ import annotations

from madang.core.base.interface import Actor, Text, list_manifests

from .records import MenuLink, SearchHit, SearchSource


def search_services(_actor: Actor, query: str, limit: int) -> list[SearchHit]:
    """Return services whose name or summary holds `query` in either language."""
    wanted = query.strip().lower()
    hits = []
    for manifest in list_manifests():
        said = " ".join((manifest.title.ko, manifest.title.en, manifest.summary.ko, manifest.summary.en))
        if manifest.is_service and wanted and wanted in said.lower():
            hits.append(SearchHit(title=manifest.title, href=f"/{manifest.label}/", about=manifest.summary))
    return hits[:limit]


SEARCH = [SearchSource(title=Text(ko="서비스", en="Services"), search=search_services, order=0)]
MENU = [
    MenuLink(
        title=Text(ko="서비스 상태", en="Service status"),
        href="/desk/status/",
        door="desk",
        order=900,
        permission="pages.see_status",
    ),
]
