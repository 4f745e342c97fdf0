"""The mayor's dashboard: the state of the city on one screen, for a wall and for a phone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode

from madang.core.base.interface import (
    MadangError,
    ProcessState,
    Severity,
    Text,
    list_manifests,
    now,
    to_city_time,
)
from madang.core.incidents.interface import SEVERITY_NAMES, Incident
from madang.core.pages.interface import (
    CityPicture,
    CityView,
    MapBlock,
    MapClass,
    MapLayer,
    draw_city_view,
    list_city_views,
    list_layers,
    page,
)
from madang.core.places.interface import list_districts
from madang.governance.briefing.methods.standing import (
    AGES,
    Flow,
    Money,
    Reading,
    SeverityRow,
    find_moved,
    find_slipped,
    say_standing,
    say_won,
)
from madang.governance.briefing.queries.dashboard import (
    count_overdue_steps,
    list_open,
    list_readings,
    list_unsteady,
    read_flow,
    read_money,
    read_open,
)

log = logging.getLogger("madang.briefing")
T = TypeVar("T")
PERMISSION = "briefing.see_dashboard"
TITLE = Text(ko="디지털시장실", en="Mayor's dashboard")
ADDRESS = "/wall/briefing/"
URGENT, SLIPPED, MOVED, LATE = 3, 3, 2, 3
TILES = {
    "incidents": Text(ko="상황", en="Incidents"),
    "indicators": Text(ko="지표", en="Indicators"),
    "money": Text(ko="예산", en="Budget"),
    "changes": Text(ko="어제와 다른 것", en="Changes"),
}
FAILED = Text(ko="지금은 읽을 수 없습니다", en="can't be read just now")
WEEKDAYS = (
    Text(ko="월", en="Mon"),
    Text(ko="화", en="Tue"),
    Text(ko="수", en="Wed"),
    Text(ko="목", en="Thu"),
    Text(ko="금", en="Fri"),
    Text(ko="토", en="Sat"),
    Text(ko="일", en="Sun"),
)
COLOURS = {
    Severity.EXTREME: "danger",
    Severity.SEVERE: "danger",
    Severity.MODERATE: "warning",
    Severity.MINOR: "information",
}
POINTS = MapLayer(
    id="incidents",
    colour_by="_severity",
    classes=tuple(
        MapClass(value=one.value, title=SEVERITY_NAMES[one], colour=colour) for one, colour in COLOURS.items()
    ),
    scale=3.0,
)


class Found(msgspec.Struct, Generic[T], frozen=True):
    """What was read, or `why` it could not be."""

    value: T | None = None
    why: Text | None = None


@page(PERMISSION, TITLE)
def show_dashboard(request: HttpRequest) -> HttpResponse:
    """Show how the city stands; the page asks for itself again and again."""
    if "HX-Request" in request.headers:
        _stay_signed_in(request)
    moment = now()
    hidden = _read_hidden(request)
    opened = _try("incidents", lambda: read_open(actor=request.actor, now=moment))
    readings = _try("indicators", lambda: list_readings(actor=request.actor, now=moment))
    stopped = _try("processes", lambda: list_unsteady(now=moment))
    context = {
        "title": TITLE,
        "at": moment,
        "clock": _say_clock(moment),
        "address": request.get_full_path(),
        "layer": request.GET.get("layer", ""),
        "hide": ",".join(hidden),
        "tiles": [
            (title, name not in hidden, _write_choice(request, name, hidden)) for name, title in TILES.items()
        ],
        "standing": _say_standing(opened, readings),
        "notices": _list_notices(stopped.value or (), readings.value or ()),
        "calm": _say_calm(stopped, readings),
        "incidents": "incidents" not in hidden and _draw_incidents(request, opened),
        "indicators": "indicators" not in hidden and _draw_indicators(readings, moment),
        "money": "money" not in hidden
        and _draw_money(_try("money", lambda: read_money(actor=request.actor, now=moment))),
        "changes": "changes" not in hidden
        and _draw_changes(_try("changes", lambda: read_flow(actor=request.actor, now=moment)), readings),
    }
    return render(request, "briefing/dashboard.html", context)


@page(PERMISSION, TITLE)
def show_map(request: HttpRequest) -> HttpResponse:
    """Show the map of open incidents over the chosen public layer; it comes after the page."""
    views = list_city_views(list_layers(), request.actor, request.language)
    chosen = next((view for view in views if view.name == request.GET.get("layer")), None)
    picture = draw_city_view(chosen) if chosen else None
    hidden = _read_hidden(request)
    context = {
        "address": request.get_full_path(),
        "keep": urlencode({"hide": ",".join(hidden)}) if hidden else "",
        "views": views,
        "chosen": chosen,
        "picture": picture,
        "block": _draw_map(chosen, picture, request.language),
        "legend": MapBlock(title=TITLE, layers=(picture.layer,)) if picture else None,
    }
    return render(request, "briefing/dashboard_map.html", context)


def _read_hidden(request: HttpRequest) -> list[str]:
    """Return the names of the tiles that this screen's address leaves out."""
    asked = request.GET.get("hide", "").split(",")
    return [name for name in TILES if name in asked]


def _write_choice(request: HttpRequest, name: str, hidden: list[str]) -> str:
    """Return the address of this screen with tile `name` the other way round."""
    left_out = [one for one in TILES if (one in hidden) != (one == name)]
    chosen = {"layer": request.GET.get("layer", ""), "hide": ",".join(left_out)}
    return f"{ADDRESS}?{urlencode({key: value for key, value in chosen.items() if value})}"


def _stay_signed_in(request: HttpRequest) -> None:
    """Renew the session once an hour while the screen asks, so that a wall runs for weeks."""
    hour = int(now().timestamp()) // 3600
    if request.session.get("wall_hour") != hour:
        request.session["wall_hour"] = hour


def _try(tile: str, read: Callable[[], T]) -> Found[T]:
    """Return what `read` reads: one part that fails says so and leaves the others standing."""
    try:
        return Found(read())
    except MadangError as error:
        return Found(why=error.text)
    except Exception:
        log.exception("dashboard %s", tile)
        return Found(why=FAILED)


def _say_clock(moment: datetime) -> dict[str, Any]:
    local = to_city_time(moment)
    weekday = WEEKDAYS[local.weekday()]
    return {
        "time": f"{local:%H:%M}",
        "day": Text(
            ko=f"{local.month}월 {local.day}일 ({weekday.ko})", en=f"{weekday.en} {local.day} {local:%b}"
        ),
    }


def _say_standing(
    opened: Found[tuple[tuple[SeverityRow, ...], int]], readings: Found[tuple[Reading, ...]]
) -> tuple[Text, bool]:
    if opened.value is None:
        return Text(
            ko=f"상황을 읽지 못했습니다. {opened.why.ko if opened.why else ''}",
            en=f"Incidents could not be read: {opened.why.en if opened.why else ''}",
        ), True
    rows, overdue = opened.value
    aimed = [one for one in readings.value or () if one.value is not None and one.has_aim]
    return say_standing(rows, overdue, len(find_slipped(aimed)) if aimed else None)


def _draw_incidents(
    request: HttpRequest, opened: Found[tuple[tuple[SeverityRow, ...], int]]
) -> dict[str, Any]:
    if opened.value is None:
        return {"why": opened.why}
    rows, overdue = opened.value
    urgent = _try("urgent", lambda: list_open(actor=request.actor, limit=URGENT))
    return {
        "total": sum(row.total for row in rows),
        "overdue": overdue,
        "ages": [title for _, title in AGES],
        "rows": [(SEVERITY_NAMES[row.severity], row) for row in rows],
        "urgent": [_draw_incident(one) for one in urgent.value or ()],
    }


def _draw_incident(incident: Incident) -> dict[str, Any]:
    districts = {one.code: Text(ko=one.name_ko, en=one.name_en or one.name_ko) for one in list_districts()}
    return {
        "incident": incident,
        "severity": SEVERITY_NAMES[incident.severity],
        "place": districts.get(incident.district_code),
    }


def _draw_indicators(readings: Found[tuple[Reading, ...]], moment: datetime) -> dict[str, Any]:
    if readings.value is None:
        return {"why": readings.why}
    known = [one for one in readings.value if one.value is not None]
    aimed = [one for one in known if one.has_aim]
    slipped = find_slipped(aimed)
    newest = max((one.as_of for one in aimed if one.as_of), default=None)
    return {
        "slipped": [(one, one.is_late or one.is_old(moment)) for one in slipped[:SLIPPED]],
        "more": max(0, len(slipped) - SLIPPED),
        "count": len(slipped),
        "aimed": len(aimed),
        "known": len(known),
        "unknown": len(readings.value) - len(known),
        "overdue_steps": _try("steps", lambda: count_overdue_steps(now=moment)).value,
        "as_of": newest,
        "time": newest and f"{to_city_time(newest):%H:%M}",
    }


def _draw_money(found: Found[Money]) -> dict[str, Any]:
    money = found.value
    if money is None:
        return {"why": found.why}
    return {
        "money": money,
        "disbursed": None if money.disbursed_ratio is None else 100 * money.disbursed_ratio,
        "committed": None if money.committed_ratio is None else 100 * money.committed_ratio,
        "elapsed": 100 * money.elapsed_ratio,
        "amounts": _say_part(money.disbursed_krw, money.current_krw),
    }


def _say_part(part: int, whole: int) -> Text:
    spent, budget = say_won(part), say_won(whole)
    return Text(ko=f"{spent.ko} / {budget.ko}", en=f"{spent.en} of {budget.en.removeprefix('KRW ')}")


def _draw_changes(flow: Found[Flow], readings: Found[tuple[Reading, ...]]) -> dict[str, Any]:
    known = readings.value or ()
    newly = [one for one in known if one.is_newly_missed]
    recovered = [one for one in known if one.is_recovered]
    told = {one.name for one in (*newly, *recovered)}
    room = max(0, MOVED - len(told))
    return {
        "why": flow.why,
        "flow": flow.value,
        "newly": newly[:MOVED],
        "recovered": recovered[:MOVED],
        "moved": find_moved([one for one in known if one.name not in told], room),
        "has_before": any(one.before is not None for one in known),
        "readings_why": readings.why,
    }


def _say_calm(stopped: Found[tuple[ProcessState, ...] | None], readings: Found[tuple[Reading, ...]]) -> Text:
    """Return what may be said where there is nothing to warn of: no more than is known."""
    if stopped.value is None:
        return Text(ko="처리가 도는지 알 수 없습니다", en="Whether the processes run isn't known")
    if readings.value is None:
        return Text(ko="모든 처리가 돌고 있습니다", en="Every process runs")
    return Text(
        ko="모든 처리가 돌고 있고 늦은 지표가 없습니다", en="Every process runs and no indicator is late"
    )


def _list_notices(stopped: Sequence[ProcessState], readings: Sequence[Reading]) -> list[Text]:
    """Return what the reader must know of the picture itself: what has stopped or died, and what is late."""
    notices = [_tell_process(one) for one in stopped]
    late = [one for one in readings if one.is_late and one.as_of]
    if late and len(late) == sum(one.as_of is not None for one in readings):
        newest = to_city_time(max(one.as_of for one in late if one.as_of))
        return [
            *notices,
            Text(
                ko=f"지표가 {newest:%H:%M} 뒤로 새로 오지 않았습니다",
                en=f"no indicator has come since {newest:%H:%M}",
            ),
        ]
    return [*notices, *_list_late_services(late)[:LATE]]


def _tell_process(one: ProcessState) -> Text:
    since = f"{to_city_time(one.since):%H:%M}"
    if one.state == "running":
        return Text(
            ko=f"‘{one.name}’ 처리가 죽어 {since}에 다시 시작했습니다 (모두 {one.restarts}번)",
            en=f"the process ‘{one.name}’ died and was started again at {since} ({one.restarts} in all)",
        )
    return Text(
        ko=f"‘{one.name}’ 처리가 {since}부터 멈춰 있습니다",
        en=f"the process ‘{one.name}’ has been down since {since}",
    )


def _list_late_services(late: Sequence[Reading]) -> list[Text]:
    newest: dict[str, datetime] = {}
    for one in late:
        service = one.name.partition(".")[0]
        if one.as_of is not None:
            newest[service] = max(newest.get(service, one.as_of), one.as_of)
    titles = {manifest.name: manifest.title for manifest in list_manifests()}
    return [
        Text(
            ko=f"{titles[name].ko}의 지표는 {to_city_time(at):%H:%M} 기준입니다",
            en=f"indicators of {titles[name].en} are as of {to_city_time(at):%H:%M}",
        )
        for name, at in sorted(newest.items())
        if name in titles
    ]


def _draw_map(chosen: CityView | None, picture: CityPicture | None, language: str) -> MapBlock:
    points = msgspec.structs.replace(POINTS, data=f"/api/briefing/incidents.geojson?language={language}")
    return MapBlock(
        title=chosen.title if chosen and picture else Text(ko="열린 상황", en="Open incidents"),
        layers=(picture.layer, points) if picture else (points,),
        property_titles=(picture.property_titles if picture else {}) | POPUP,
        base="plain",
        href="/desk/incidents/?state=active&district_code={code}",
        quiet_scroll=True,
    )


POPUP = {
    "severity": Text(ko="심각도", en="Severity"),
    "state": Text(ko="상태", en="State"),
    "received": Text(ko="접수", en="Received"),
}
