"""What the doors are composed of: panels and search sources of every room."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import cache
from typing import Any

from madang.core.base.interface import Actor, Text, collect

from .records import Panel, SearchHit, SearchSource

log = logging.getLogger("madang.pages")
SHOWN_PER_SOURCE = 6


@cache
def list_panels(door: str) -> tuple[Panel, ...]:
    """Return the panels that rooms contribute to `door` ("city" or "desk"), in order."""
    found = (panel for _, panel in collect("doors", f"{door.upper()}_PANELS"))
    return tuple(sorted(found, key=lambda panel: panel.order))


def draw_panels(panels: Iterable[Panel], actor: Actor, language: str) -> list[dict[str, Any]]:
    """Return what to draw for `actor`; a panel that fails says so and leaves the others standing."""
    drawn = []
    for panel in panels:
        if not actor.may(panel.permission):
            continue
        try:
            context = panel.context(actor, language)
        except Exception:
            log.exception("panel %s", panel.title.en)
            drawn.append({"title": panel.title, "failed": True})
            continue
        if context is not None:
            drawn.append({"title": panel.title, "template": panel.template, **context})
    return drawn


def search_everywhere(
    actor: Actor, query: str, limit: int = SHOWN_PER_SOURCE
) -> list[tuple[Text, list[SearchHit]]]:
    """Return hits by source, without empty sources; a source that fails is left out and logged."""
    found = []
    for source in _list_sources():
        try:
            hits = source.search(actor, query, limit)
        except Exception:
            log.exception("search source %s", source.title.en)
            continue
        if hits:
            found.append((source.title, hits))
    return found


def list_source_titles() -> list[Text]:
    """Return what can be searched, in the order in which it is found."""
    return [source.title for source in _list_sources()]


@cache
def _list_sources() -> tuple[SearchSource, ...]:
    return tuple(sorted((item for _, item in collect("doors", "SEARCH")), key=lambda item: item.order))
