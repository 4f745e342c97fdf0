"""The map for everyone: themes on and off, a list that holds what the map holds, near me, print, embed."""

from __future__ import annotations

import math
from calendar import month_abbr
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.clickjacking import xframe_options_exempt

from madang.citizens.city_map.methods.asking import read_only
from madang.citizens.city_map.methods.cql.tree import Wrong
from madang.citizens.city_map.methods.naming import find_hours_column
from madang.citizens.city_map.methods.seasons import is_in_season
from madang.citizens.city_map.queries.features import find_bounds, list_collections
from madang.citizens.city_map.queries.live import list_live, read_live
from madang.citizens.city_map.queries.spots import NEAR_M, add_walks, list_near, list_spots, pick_spots
from madang.citizens.city_map.queries.themes import list_shown
from madang.citizens.city_map.records import COLOURS, Collection, FieldType, LiveLayer, Only, Spot, Theme
from madang.core.base.interface import LANGUAGES, Text, box_around, now, to_city_time
from madang.core.pages.interface import MapBlock, MapClass, MapLayer, page
from madang.core.places.interface import search_places

from .icons import draw_icon

TITLE = Text(ko="도시생활지도", en="City life map")
HOME = "/city_map/"
SHOWN, FOUND, MOST_THEMES, MOST_LIVE = 30, 6, 5, 2
NEAREST, LEAST_M = 5, 300.0
"""The map shows at least this many of the nearest places, and this far."""
FIRST_THEMES, MOST_ONLY = 8, 5
TRUTHS = {"true": Text(ko="예", en="yes"), "false": Text(ko="아니요", en="no")}
LIVE_COLOURS = ("danger", "chart-5")
EMBED_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors *"
)


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One theme that can be put on the map; `address` puts it there or takes it off."""

    id: str
    title: Text
    icon: str
    is_on: bool
    is_now: bool
    season: Text | None
    address: str


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the address asks for; `near` is lon, lat in degrees. It `misses` a theme that nobody sees (any more)."""

    themes: tuple[str, ...]
    misses: bool
    live: tuple[str, ...]
    search: str
    find: str
    near: tuple[float, float] | None
    label: str
    hides_closed: bool
    only: tuple[Only, ...]
    page: int


@page("public", title=TITLE, kept=True)
def show_map(request: HttpRequest) -> HttpResponse:
    """Show the chosen themes on the map and in a list beside it."""
    context = _describe(request)
    asked: Asked = context["asked"]
    hits = search_places(asked.find, FOUND) if asked.find else ()
    keep = [("theme", name) for name in asked.themes]
    here = [*keep, *(("live", name) for name in asked.live)]
    context |= {
        "hits": [
            (hit, urlencode([*here, ("near", f"{hit.lon:.4f},{hit.lat:.4f}"), ("label", hit.name_ko)]))
            for hit in hits
        ],
        "embed": f"{HOME}embed/?{urlencode([*keep, *_list_language(request)])}",
    }
    return render(request, "city_map/public.html", context)


def _list_language(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what an address says of a page's language: in another site's frame no cookie tells it."""
    language = str(getattr(request, "language", LANGUAGES[0]))
    return [] if language == LANGUAGES[0] else [("language", language)]


@xframe_options_exempt
@page("public", title=TITLE, kept=True)
def show_embed(request: HttpRequest) -> HttpResponse:
    """Show the map alone, for the frame of another site's page."""
    answer = render(request, "city_map/embed.html", _describe(request, is_framed=True))
    answer.headers["Content-Security-Policy"] = EMBED_POLICY
    return answer


def describe_season(theme: Theme) -> Text | None:
    """Return the first and last day of a theme's season in words, None without one."""
    season = theme.values.season
    if season is None:
        return None
    (a, b), (c, d) = (map(int, day.split("-")) for day in (season.first, season.last))
    return Text(ko=f"{a}월 {b}일–{c}월 {d}일", en=f"{b} {month_abbr[a]} to {d} {month_abbr[c]} each year")


def _describe(request: HttpRequest, *, is_framed: bool = False) -> dict[str, Any]:
    at = to_city_time(now())
    today = at.date()
    collections = {one.id: one for one in list_collections() if not one.is_summary and one.rows}
    live = {one.id: one for one in list_live(request.actor)}
    themes = [one for one in list_shown(today) if one.collection in collections]
    current = [one.collection for one in themes if is_in_season(one.values.season, today)]
    asked = _read(request, collections, [*current, *collections], live, is_framed=is_framed)
    chosen = [collections[name] for name in asked.themes]
    titled = {one.collection: one.values.title for one in themes}
    chosen = [msgspec.structs.replace(one, title=titled.get(one.id, one.title)) for one in chosen]
    resting = {
        one.collection: one
        for one in themes
        if one.collection in asked.themes and one.collection not in current
    }
    listed = [one for one in chosen if not (asked.hides_closed and one.id in resting)]
    spots, total, last = _list(
        listed, asked, at, [spot for name in asked.live for spot in read_live(request.actor, name)]
    )
    # Out of season the hours of a day say nothing.
    spots = [msgspec.structs.replace(one, is_open=None) if one.theme in resting else one for one in spots]
    mine = {one.collection: one for one in themes}
    titles = {one.id: one.title for one in [*chosen, *(live[name] for name in asked.live)]}
    themed = [_choose(one, collections[one.collection], asked, today) for one in themes]
    themed.sort(key=lambda one: (not one.is_on, not one.is_now, one.season is None))
    others = [one for name, one in sorted(collections.items()) if name not in mine]
    return {
        "title": TITLE,
        "asked": asked,
        "themes": themed[:FIRST_THEMES],
        "more": themed[FIRST_THEMES:],
        "others": [_offer(one, asked) for one in others],
        "is_other": any(one.id not in mine for one in chosen),
        "chosen": [(one, mine.get(one.id), draw_icon(_icon(mine.get(one.id)))) for one in chosen],
        "live": [_offer_live(one, asked) for one in live.values()],
        "map": _draw(chosen, mine, [live[name] for name in asked.live], asked, spots) if chosen else None,
        "spots": [(spot, titles[spot.theme]) for spot in spots],
        "is_several": len(titles) > 1,
        "total": total,
        "pages": max(1, math.ceil(last / SHOWN)),
        "before": asked.page - 1,
        "after": asked.page + 1,
        "near_km": NEAR_M / 1000,
        "resting": [(one.values.title, describe_season(one)) for one in resting.values()],
        "choices": _list_choices(
            [mine[one.id] for one in chosen if one.id in mine and not mine[one.id].values.dataset], asked
        ),
        "has_hours": any(map(find_hours_column, chosen)),
        "is_simulated": any("simulated" in one.source for one in chosen),
        "proposable": [
            one for one in themes if one.collection in asked.themes and one.values.takes_proposals
            and not one.values.dataset
        ],
    }  # fmt: skip


def _read(
    request: HttpRequest,
    collections: dict[str, Collection],
    usual: Sequence[str],
    live: dict[str, LiveLayer],
    *,
    is_framed: bool,
) -> Asked:
    """Return what is asked for; where no theme is left, the first one stands on the page, nothing in another's frame."""
    wanted = list(dict.fromkeys(filter(None, request.GET.getlist("theme"))))
    given = [name for name in wanted if name in collections]
    return Asked(
        themes=tuple(given[:MOST_THEMES] or ([] if wanted and is_framed else usual[:1])),
        misses=len(given) < len(wanted),
        live=tuple(name for name in dict.fromkeys(request.GET.getlist("live")) if name in live)[:MOST_LIVE],
        search=request.GET.get("q", "").replace("\0", "").strip()[:100],
        find=request.GET.get("find", "").replace("\0", "").strip()[:100],
        near=read_near(request.GET.get("near", "")),
        label=request.GET.get("label", "").strip()[:60],
        hides_closed=request.GET.get("closed") == "hide",
        only=_read_only(request, [collections[name] for name in given[:MOST_THEMES]]),
        page=_read_page(request.GET.get("page", "")),
    )


def _read_only(request: HttpRequest, chosen: Sequence[Collection]) -> tuple[Only, ...]:
    """Return what is asked of the chosen themes; what no theme has any more is left out."""
    found: list[Only] = []
    for text in request.GET.getlist("only")[: MOST_ONLY * 2]:
        with suppress(Wrong):
            found += read_only([text], chosen)
    return tuple(dict.fromkeys(found))[:MOST_ONLY]


def write_only(one: Only) -> str:
    """Return what `read_only` reads."""
    return f"{one.collection}.{one.name}:{one.value}"


def _list_choices(themes: Sequence[Theme], asked: Asked) -> list[tuple[Text, list[tuple[str, Text, bool]]]]:
    """Return the fields of the chosen themes that places can be chosen by: title and (value, words, whether chosen)."""
    found = []
    for theme in themes:
        for field in theme.values.fields:
            said = (
                {word: Text(ko=word, en=word) for word in field.choices}
                if field.type is FieldType.CHOICE
                else {}
            )
            said = TRUTHS if field.type is FieldType.BOOLEAN else said
            title = Text(
                ko=f"{theme.values.title.ko} · {field.title.ko}",
                en=f"{theme.values.title.en} · {field.title.en}",
            )
            options = [(Only(theme.collection, field.name, value), words) for value, words in said.items()]
            if options:
                found.append((title, [(write_only(one), words, one in asked.only) for one, words in options]))
    return found


def _read_page(text: str) -> int:
    """Return the number of a page from 1 to 10,000, 1 for anything else."""
    return min(max(int(text), 1), 10_000) if text.isascii() and text.isdigit() and len(text) < 10 else 1  # noqa: PLR2004 - no page


def read_near(text: str) -> tuple[float, float] | None:
    """Return lon, lat of "lon,lat" in degrees, None for anything else."""
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError:
        return None
    return (lon, lat) if -180 <= lon <= 180 and -85 <= lat <= 85 else None


def _list(
    chosen: Sequence[Collection], asked: Asked, at: datetime, live: Sequence[Spot]
) -> tuple[list[Spot], int, int]:
    """Return a page of what stands on the map, how much there is, and how much of it pages show.

    Places of the themes come first, then what is live; or all of it by distance.
    """
    begin = (asked.page - 1) * SHOWN
    live = pick_spots(live, search=asked.search, near=asked.near)
    judged: dict[str, Any] = {
        "search": asked.search,
        "at": at,
        "hides_closed": asked.hides_closed,
        "only": asked.only,
    }
    if asked.near is None:
        spots, total = list_spots(chosen, **judged, offset=begin, limit=SHOWN)
        skipped = max(0, begin - total)
        return [*spots, *live[skipped : skipped + SHOWN - len(spots)]], total + len(live), total + len(live)
    near, total = list_near(chosen, *asked.near, **judged)
    found = sorted([*near, *live], key=lambda spot: spot.away_m or 0.0)
    shown = add_walks(found[begin : begin + SHOWN], *asked.near)
    return shown, total + len(live), len(found)


def _choose(theme: Theme, one: Collection, asked: Asked, today: date) -> Choice:
    return Choice(
        id=one.id,
        title=theme.values.title,
        icon=draw_icon(theme.values.icon),
        is_on=one.id in asked.themes,
        is_now=is_in_season(theme.values.season, today),
        season=describe_season(theme),
        address=_toggle(asked, one.id),
    )


def _offer(one: Collection, asked: Asked) -> Choice:
    return Choice(
        id=one.id,
        title=one.title,
        icon=draw_icon("place"),
        is_on=one.id in asked.themes,
        is_now=True,
        season=None,
        address=_toggle(asked, one.id),
    )


def _offer_live(one: LiveLayer, asked: Asked) -> Choice:
    return Choice(
        id=one.id,
        title=one.title,
        icon=draw_icon("live"),
        is_on=one.id in asked.live,
        is_now=True,
        season=None,
        address=_toggle(asked, live=one.id),
    )


def _toggle(asked: Asked, name: str = "", *, live: str = "") -> str:
    """Return the address with a theme or a live layer more or less."""
    themes = _turn(asked.themes, name)[-MOST_THEMES:]
    kept = [("theme", one) for one in themes] + [
        ("live", one) for one in _turn(asked.live, live)[-MOST_LIVE:]
    ]
    kept += [("only", write_only(one)) for one in asked.only if one.collection in themes]
    near = [("near", f"{asked.near[0]},{asked.near[1]}")] if asked.near else []
    return urlencode([*kept, *near, *([("label", asked.label)] if near and asked.label else [])])


def _turn(names: Sequence[str], name: str) -> list[str]:
    """Return names without `name` where it is one of them, else with it."""
    rest = [one for one in names if one != name]
    return rest if not name or name in names else [*rest, name]


def _icon(theme: Theme | None) -> str:
    return theme.values.icon if theme else "place"


def choose_colours(wanted: Sequence[str]) -> list[str]:
    """Return the colours of themes that are shown together: each its own, or another where that is taken.

    At most as many as there are COLOURS.
    """
    taken: list[str] = []
    for at, colour in enumerate(wanted):
        left = [one for one in COLOURS if one not in taken]
        unwanted = [one for one in left if one not in wanted[at + 1 :]]
        taken.append(colour if colour in left else (unwanted or left)[0])
    return taken


def _draw(
    chosen: Sequence[Collection],
    themes: Mapping[str, Theme],
    live: Sequence[LiveLayer],
    asked: Asked,
    spots: Sequence[Spot],
) -> MapBlock:
    wanted = [themes[one.id].values.colour if one.id in themes else "" for one in chosen]
    coloured = zip(chosen, choose_colours(wanted), strict=True)
    only = [("only", write_only(one)) for one in asked.only]
    query = urlencode(
        [*(("theme", one.id) for one in chosen), *only, ("v", sum(one.version for one in chosen))]
    )
    narrowed = {one.collection for one in asked.only}
    layer = MapLayer(
        id="places",
        shape=name_shape(chosen),
        tiles=f"{HOME}tiles/{{z}}/{{x}}/{{y}}.mvt?{query}",
        colour_by="class",
        classes=tuple(
            MapClass(
                value=one.id, title=one.title, count=None if one.id in narrowed else one.rows, colour=colour
            )
            for one, colour in coloured
        ),
    )
    moving = tuple(
        MapLayer(
            id=f"live-{one.id}",
            data=f"{HOME}live/{one.id}.geojson",
            colour_by="class",
            classes=(MapClass(value=one.id, title=one.title, colour=colour),),
            scale=1.2,
        )
        for one, colour in zip(live, LIVE_COLOURS, strict=False)
    )
    return MapBlock(
        title=TITLE,
        layers=(layer, *moving, *_mark_here(asked)),
        bounds=_frame(chosen, asked, spots),
        list_selector="#places",
        property_titles={
            "address": Text(ko="주소", en="Address") if not live else Text(ko="알려진 것", en="Known")
        },
        quiet_scroll=True,
    )


def _mark_here(asked: Asked) -> list[MapLayer]:
    """Return the point that "near" is measured from."""
    if asked.near is None:
        return []
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": asked.near},
        "properties": {"class": "here", "title": asked.label},
    }
    return [
        MapLayer(
            id="here",
            data={"type": "FeatureCollection", "features": [feature]},
            colour_by="class",
            classes=(
                MapClass(value="here", title=Text(ko="기준 위치", en="Measured from here"), colour="ink"),
            ),
            scale=1.5,
        )
    ]


def name_shape(shown: Sequence[Collection]) -> str:
    """Return how a map layer of collections is drawn."""
    return "any" if any(one.shape for one in shown) else "points"


def _frame(
    chosen: Sequence[Collection], asked: Asked, spots: Sequence[Spot]
) -> tuple[float, float, float, float] | None:
    if asked.near is not None:
        away = [one.away_m for one in spots if one.away_m is not None][:NEAREST]
        return box_around(*asked.near, max(LEAST_M, *away) if away else NEAR_M / 2)
    if asked.search and spots:
        placed = [(one.lon, one.lat) for one in spots if one.lon is not None and one.lat is not None]
        if placed:
            lons, lats = zip(*placed, strict=True)
            return min(lons) - 0.003, min(lats) - 0.003, max(lons) + 0.003, max(lats) + 0.003
    boxes = [box for box in map(find_bounds, chosen) if box is not None]
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)
