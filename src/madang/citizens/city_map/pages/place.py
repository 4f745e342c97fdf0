"""The page of one place: what is known of it, where it is, and how to say that it is wrong."""

from __future__ import annotations

from typing import Any

import shapely
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.citizens.city_map.methods.hours import DAYS, find_change, is_open, write_in_english
from madang.citizens.city_map.methods.naming import (
    find_address_column,
    find_english_name_column,
    find_hours_column,
    find_name_column,
)
from madang.citizens.city_map.methods.seasons import is_in_season
from madang.citizens.city_map.queries.features import get_collection, read_one
from madang.citizens.city_map.queries.themes import list_shown
from madang.citizens.city_map.records import Collection, Theme
from madang.core.base.interface import Text, now, to_city_time
from madang.core.pages.interface import MapBlock, page, points_layer

from .drawing import draw_shape, find_frame
from .public import HOME, TITLE, describe_season

HIDDEN = frozenset({"id", "district_code", "source", "changed_at"})
MARGIN = 0.004


@page("public", title=TITLE, kept=True)
def show_place(request: HttpRequest, collection: str, feature: str) -> HttpResponse:
    """Show one place of a collection."""
    one = get_collection(collection)
    found = read_one(one, feature)
    row, shape = found.rows[0], found.shapes[0] if found.shapes is not None else None
    theme = next((t for t in list_shown(to_city_time(now()).date()) if t.collection == collection), None)
    name = str(row.get(find_name_column(one)) or one.title.say(request.language))
    title = Text(ko=name, en=str(row.get(find_english_name_column(one)) or name))
    said = find_english_name_column(one) if title.say(request.language) != name else find_name_column(one)
    is_own = theme is not None and not theme.values.dataset
    facts = [
        (column, _say(row[column.name], is_hours=column.name == find_hours_column(one)))
        for column in one.properties
        if column.name != said and not (is_own and column.name in HIDDEN)
    ]
    context = {
        "title": title,
        "one": one,
        "theme": theme,
        "theme_title": theme.values.title if theme else one.title,
        "home": f"{HOME}?theme={one.id}",
        "feature": feature,
        "facts": facts,
        "opening": _say_resting(theme) or describe_opening(str(row.get(find_hours_column(one)) or "")),
        "source": row.get("source") if is_own else one.source,
        "changed_at": row.get("changed_at") if is_own else one.updated_at,
        "map": _draw(one, row, shape, name),
        "near": f"{row[one.lon]:.4f},{row[one.lat]:.4f}" if row[one.lon] is not None else "",
        "takes_proposals": is_own and theme is not None and theme.values.takes_proposals,
    }
    return render(request, "city_map/place.html", context)


def _say_resting(theme: Theme | None) -> Text | None:
    """Return that a theme is out of season, None where it isn't: then the hours of a day say nothing."""
    if theme is None or is_in_season(theme.values.season, to_city_time(now()).date()):
        return None
    season = describe_season(theme) or Text(ko="", en="")
    return Text(ko=f"지금은 운영 기간이 아니에요 ({season.ko})", en=f"Not in season now ({season.en})")


def describe_opening(hours: str) -> Text | None:
    """Return whether a place is open now and until when, None where its hours say nothing."""
    at = to_city_time(now())
    is_now, change = is_open(hours, at), find_change(hours, at)
    if is_now is None:
        return None
    if change is None:
        return Text(ko="늘 열려 있어요", en="Always open")
    is_today = change.date() == at.date()
    when = f"{change:%H:%M}" if is_today else f"{DAYS[change.weekday()]}요일 {change:%H:%M}"
    when_en = f"{change:%H:%M}" if is_today else f"{change:%A} {change:%H:%M}"
    if is_now:
        return Text(ko=f"지금 열려 있어요 · {when}에 닫아요", en=f"Open now, closes {when_en}")
    return Text(ko=f"지금 닫혀 있어요 · {when}에 열어요", en=f"Closed now, opens {when_en}")


def _say(value: Any, *, is_hours: bool) -> Any:
    if isinstance(value, bool):
        return Text(ko="예", en="yes") if value else Text(ko="아니요", en="no")
    if is_hours and (english := write_in_english(str(value or ""))):
        return Text(ko=str(value), en=english)
    return value


def _draw(one: Collection, row: dict[str, Any], shape: shapely.Geometry | None, name: str) -> MapBlock | None:
    lon, lat = row[one.lon], row[one.lat]
    if lon is None or lat is None:
        return None
    address = find_address_column(one)
    said = {"lon": lon, "lat": lat, "id": "here", "title": name, "address": row.get(address) or ""}
    drawn = draw_shape(shape)
    return MapBlock(
        title=Text(ko=name, en=name),
        layers=(points_layer([said | drawn]),),
        bounds=find_frame(shape) if drawn else (lon - MARGIN, lat - MARGIN, lon + MARGIN, lat + MARGIN),
        property_titles={"address": Text(ko="주소", en="Address")},
        quiet_scroll=True,
    )
