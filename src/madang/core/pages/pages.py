"""The doors: city, desk and build, with search, status and help."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from madang.core.base.interface import Text, collect, list_manifests

from .city_map import draw_city_map, list_layers
from .context import read_display
from .finding import draw_panels, list_panels, list_source_titles, search_everywhere
from .first_steps import list_first_steps
from .menu import list_chapters, list_walls
from .openapi import build_openapi
from .reference import list_operations
from .screens import describe_screen
from .views import page

YEAR_S = 365 * 86400


@page("public", Text(ko="도시", en="City"), kept=True)
def show_city(request: HttpRequest) -> HttpResponse:
    """Show the city: one search box, the map, what is going on, and every service."""
    city_map = draw_city_map(list_layers(), request.GET.get("layer", ""), request.actor, request.language)
    context = {"panels": _draw("city", request), "services": list_chapters(), "city_map": city_map}
    return render(request, "madang/city.html", context)


@page("signed-in", Text(ko="업무", en="Desk"))
def show_desk(request: HttpRequest) -> HttpResponse:
    """Show what waits for this person over all services."""
    context = {"panels": _draw("desk", request), "first_steps": list_first_steps(request.actor)}
    return render(request, "madang/desk.html", context)


@page("signed-in", Text(ko="상황실 화면", en="Control-room walls"))
def show_walls(request: HttpRequest) -> HttpResponse:
    """Show which walls this person may open."""
    return render(request, "madang/walls.html", {"walls": list_walls(request.actor)})


@page("public", Text(ko="검색", en="Search"))
def show_search(request: HttpRequest) -> HttpResponse:
    """Search services, places, datasets and things at once."""
    query = request.GET.get("q", "").strip().replace("\0", "")[:200]
    found = search_everywhere(request.actor, query) if query else []
    context = {"query": query, "found": found, "sources": list_source_titles()}
    return render(request, "madang/search.html", context)


@page("public", Text(ko="개발", en="Build"), kept=True)
def show_build(request: HttpRequest) -> HttpResponse:
    """Show how to connect, and every address of the API with a console."""
    operations = list_operations(build_openapi(_list_routes(), language=request.language))
    titles = {manifest.label: manifest.title for manifest in list_manifests()}
    groups = [(tag, titles.get(tag), found) for tag, found in operations.items()]
    protocols = sorted((one for _, one in collect("doors", "PROTOCOLS")), key=lambda one: one.order)
    return render(request, "madang/build.html", {"groups": groups, "protocols": protocols})


@page("public", Text(ko="도움말", en="Help"), kept=True)
def show_help(request: HttpRequest) -> HttpResponse:
    """Show how the page that somebody comes from is used, and how all are."""
    screen = describe_screen(request.actor, request.GET.get("of", ""))
    return render(request, "madang/help.html", {"screen": screen})


@page("public")
def choose_display(request: HttpRequest) -> HttpResponse:
    """Keep how this person wants pages drawn, and go back."""
    chosen = read_display(request.COOKIES.get("display", ""))
    mode, text, easy = (request.GET.get(name, getattr(chosen, name)) for name in ("mode", "text", "easy"))
    response = HttpResponseRedirect(_read_next(request))
    response.set_cookie("display", str(read_display(f"{mode}.{text}.{easy}")), max_age=YEAR_S, samesite="Lax")
    return response


def _draw(door: str, request: HttpRequest) -> list[dict[str, Any]]:
    return draw_panels(list_panels(door), request.actor, request.language)


def _read_next(request: HttpRequest) -> str:
    wanted = request.GET.get("next", "/")
    return wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}) else "/"


def _list_routes() -> list[Any]:
    return [route for part in ("api", "hot") for _, route in collect(part, "ROUTES")]
