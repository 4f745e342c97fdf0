"""Record pages: a summary strip, tabs, what happened, the place, and actions with their consequences."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import Actor, Text

from .blocks import MapBlock, points_layer
from .views import View, page


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to know: a Text, number, moment or plain value, with its unit."""

    title: Text
    value: Any
    unit: str = ""
    href: str = ""


class Tab(msgspec.Struct, frozen=True, kw_only=True):
    """One tab: facts, or a template of the service with its context."""

    name: str
    title: Text
    facts: tuple[Fact, ...] = ()
    template: str = ""
    context: dict[str, Any] = {}


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the timeline."""

    at: datetime
    what: Text
    who: str = ""


class RecordAction(msgspec.Struct, frozen=True, kw_only=True):
    """What can be done here: where it leads, and what it will do. `is_post` acts at once by a form."""

    title: Text
    href: str
    consequence: Text
    permission: str
    is_destructive: bool = False
    is_post: bool = False


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """A record as its page draws it. Coordinates are degrees."""

    title: Text
    about: Text = Text(ko="", en="")
    crumbs: tuple[tuple[Text, str], ...] = ()
    summary: tuple[Fact, ...] = ()
    tabs: tuple[Tab, ...] = ()
    timeline: tuple[Happening, ...] = ()
    actions: tuple[RecordAction, ...] = ()
    lon: float | None = None
    lat: float | None = None


class DetailPage(msgspec.Struct, frozen=True, kw_only=True):
    """The page of one record: `describe(actor=, language=, **address)` returns its Detail.

    It raises NotFound where there is no such record, or the actor may not know of it.
    """

    title: Text
    permission: str
    describe: Callable[..., Detail]
    template: str = "madang/detail.html"
    entries: tuple[str, ...] = ()

    def as_view(self) -> View:
        """Return the Django view."""

        @page(self.permission, self.title, declared_by=self)
        def show_detail(request: HttpRequest, **address: Any) -> HttpResponse:
            detail = self.describe(actor=request.actor, language=request.language, **address)
            return render(request, self.template, self.build_context(request, detail))

        return show_detail

    def build_context(self, request: HttpRequest, detail: Detail) -> dict[str, Any]:
        """Return what the template draws."""
        asked = request.GET.get("tab", "")
        tab = next((one for one in detail.tabs if one.name == asked), next(iter(detail.tabs), None))
        return {
            "detail": detail,
            "tab": tab,
            "actions": list_allowed(detail.actions, request.actor),
            "map": _draw_place(detail, request.language),
            "entries": self.entries,
            **(tab.context if tab else {}),
        }


def list_allowed(actions: tuple[RecordAction, ...], actor: Actor) -> list[RecordAction]:
    """Return the actions that `actor` may take."""
    return [action for action in actions if actor.may(action.permission)]


def _draw_place(detail: Detail, language: str) -> MapBlock | None:
    if detail.lon is None or detail.lat is None:
        return None
    point = {"lon": detail.lon, "lat": detail.lat, "id": "here", "title": detail.title.say(language)}
    margin = 0.01
    return MapBlock(
        title=detail.title,
        layers=(points_layer([point]),),
        bounds=(detail.lon - margin, detail.lat - margin, detail.lon + margin, detail.lat + margin),
    )
