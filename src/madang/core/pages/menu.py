"""The menu: what the city's door leads to, and the desk by chapter and service."""

from __future__ import annotations

from functools import cache
from itertools import groupby

import msgspec

from madang.core.base.interface import CHAPTERS, Actor, Manifest, Text, collect, list_manifests

from .records import MenuLink

CHAPTER_TITLES = {
    "core": Text(ko="모든 업무에 쓰는 것", en="For every service"),
    "infrastructure": Text(ko="스마트도시 인프라", en="Smart-city infrastructure"),
    "administration": Text(ko="스마트 혁신행정", en="Smart administration"),
    "citizens": Text(ko="시민과 함께", en="With citizens"),
    "governance": Text(ko="시정 운영", en="Governance"),
}


class DeskService(msgspec.Struct, frozen=True):
    """A service's pages at the desk: `href` is its first, `links` are the others."""

    title: Text
    href: str
    links: list[MenuLink]


@cache
def list_chapters() -> list[tuple[Text, list[Manifest]]]:
    """Return services by the report's chapters, without empty chapters."""
    services = [manifest for manifest in list_manifests() if manifest.is_service]
    grouped = [(CHAPTER_TITLES[name], [s for s in services if s.chapter == name]) for name in CHAPTERS]
    return [(title, found) for title, found in grouped if found]


def list_links(actor: Actor, *, of_rooms: bool = False) -> list[MenuLink]:
    """Return what the city's door leads `actor` to, in order; those `of_rooms` stand in no chapter."""
    shown = ((m, link) for m, link in _collect_menu() if link.door == "city" and actor.may(link.permission))
    return [link for manifest, link in shown if not (of_rooms and manifest.is_service)]


def list_walls(actor: Actor) -> list[tuple[Text, MenuLink]]:
    """Return the control-room screens that `actor` may open, each with its service's or room's name, in order."""
    shown = ((manifest.title, link) for manifest, link in _collect_menu() if actor.may(link.permission))
    return [(title, link) for title, link in shown if link.href.startswith("/wall/")]


def list_desk(actor: Actor) -> list[tuple[Text, list[DeskService]]]:
    """Return what `actor` may open at the desk: first what every service shares, then services by chapter.

    Each page of a core room stands for itself; a service's pages stand together under the service's name.
    """
    rooms, services = [], {}
    for manifest, link in _collect_menu():
        if link.door != "desk" or not actor.may(link.permission):
            continue
        if manifest.is_service:
            services.setdefault(manifest.package, (manifest, []))[1].append(link)
        else:
            rooms.append(DeskService(link.title, link.href, []))
    desk = [(CHAPTER_TITLES["core"], rooms)] if rooms else []
    # Services stand in the order of their manifests, so those of a chapter stand together.
    found = sorted(services.values(), key=lambda one: list_manifests().index(one[0]))
    for chapter, those in groupby(found, key=lambda one: one[0].chapter):
        desk.append((CHAPTER_TITLES[chapter], [_describe(manifest, links) for manifest, links in those]))
    return desk


def _describe(manifest: Manifest, links: list[MenuLink]) -> DeskService:
    """Return a service's pages; its first is named beside the others where it has a name of its own."""
    first = links[0]
    named = links if first.title != manifest.title and len(links) > 1 else links[1:]
    return DeskService(manifest.title, first.href, named)


@cache
def _collect_menu() -> list[tuple[Manifest, MenuLink]]:
    return sorted(collect("doors", "MENU"), key=lambda found: found[1].order)
