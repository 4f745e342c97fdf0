"""A sample service: sixty sensors that exist nowhere, declared as any service declares its pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from madang.core.base.interface import ColumnType, NotFound, Severity, Text
from madang.core.pages.interface import (
    ChartBlock,
    ChartKind,
    Detail,
    DetailPage,
    Fact,
    FormPage,
    Happening,
    ListAction,
    ListColumn,
    ListFilter,
    ListPage,
    RecordAction,
    Series,
    Tab,
    page,
    say_lazily,
)


class Sensor(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: Text
    district: str
    pm25_ugm3: float | None
    severity: Severity
    seen_at: datetime
    is_mobile: bool
    lon: float
    lat: float


BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
DISTRICTS = {"11110": Text(ko="종로구", en="Jongno-gu"), "11680": Text(ko="강남구", en="Gangnam-gu")}
SENSORS = [
    Sensor(
        id=f"S-{number:03}",
        name=Text(ko=f"측정소 {number}", en=f"Station {number}"),
        district=list(DISTRICTS)[number % 2],
        pm25_ugm3=None if number == 7 else number * 1.5,
        severity=list(Severity)[number % 4],
        seen_at=BEGAN + timedelta(hours=number),
        is_mobile=number % 3 == 0,
        lon=126.9 + number % 10 / 50,
        lat=37.5 + number // 10 / 60,
    )
    for number in range(60)
]


def list_sensors(
    *, actor: Any, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[list[Sensor], int]:
    found = [
        one
        for one in SENSORS
        if search.lower() in f"{one.id} {one.name.ko} {one.name.en}".lower()
        and filters.get("district", one.district) == one.district
        and filters.get("severity", one.severity) == one.severity
    ]
    name = sort.removeprefix("-")
    found.sort(key=lambda one: str(getattr(one, name)), reverse=sort.startswith("-"))
    return found[offset : offset + limit], len(found)


def move_sensors(*, actor: Any, now: datetime, ids: list[str]) -> Text:
    return Text(ko=f"{len(ids)}곳을 옮겼습니다", en=f"{len(ids)} moved")


LIST = ListPage(
    title=Text(ko="대기 측정소", en="Air stations"),
    about=Text(ko="초미세먼지를 한 시간마다 재는 곳입니다.", en="Where fine dust is measured every hour."),
    permission="public",
    query=list_sensors,
    sort="id",
    lon="lon",
    lat="lat",
    columns=(
        ListColumn(name="id", title=Text(ko="번호", en="Number"), href=lambda one: f"/sensors/{one.id}/"),
        ListColumn(name="name", title=Text(ko="이름", en="Name")),
        ListColumn(
            name="pm25_ugm3",
            title=Text(ko="초미세먼지", en="Fine dust"),
            type=ColumnType.NUMBER,
            unit="µg/m³",
        ),
        ListColumn(name="severity", title=Text(ko="상태", en="State")),
        ListColumn(name="seen_at", title=Text(ko="마지막 측정", en="Last reading"), type=ColumnType.TIME),
        ListColumn(name="is_mobile", title=Text(ko="이동형", en="Mobile"), shown=False),
    ),
    filters=(
        ListFilter(name="district", title=Text(ko="자치구", en="District"), choices=tuple(DISTRICTS.items())),
        ListFilter(
            name="severity",
            title=Text(ko="상태", en="State"),
            choices=(
                ("minor", Text(ko="경미", en="Minor"), 15),
                ("severe", Text(ko="심각", en="Severe"), 15),
            ),
        ),
    ),
    actions=(
        ListAction(
            name="move",
            title=Text(ko="옮기기", en="Move"),
            permission="public",
            consequence=Text(ko="측정소 {count}곳을 옮깁니다.", en="{count} stations will be moved."),
            run=move_sensors,
        ),
    ),
    create=("/sensors/new/", Text(ko="측정소 등록", en="Register a station"), "public"),
)


def describe_sensor(*, actor: Any, language: str, sensor_id: str) -> Detail:
    one = next((one for one in SENSORS if one.id == sensor_id), None)
    if one is None:
        raise NotFound("sensor.unknown", "그런 측정소가 없어요", "there is no such station")
    return Detail(
        title=one.name,
        crumbs=((LIST.title, "/sensors/"),),
        summary=(
            Fact(title=Text(ko="초미세먼지", en="Fine dust"), value=one.pm25_ugm3, unit="µg/m³"),
            Fact(title=Text(ko="자치구", en="District"), value=DISTRICTS[one.district]),
            Fact(title=Text(ko="마지막 측정", en="Last reading"), value=one.seen_at),
        ),
        tabs=(
            Tab(
                name="facts",
                title=Text(ko="내용", en="Facts"),
                facts=(Fact(title=Text(ko="번호", en="Number"), value=one.id),),
            ),
            Tab(
                name="chart",
                title=Text(ko="추이", en="Trend"),
                template="madang/blocks/charts.html",
                context={"charts": (CHART,)},
            ),
        ),
        timeline=(
            Happening(at=BEGAN, what=Text(ko="설치되었습니다", en="Installed"), who="김담당"),
            Happening(at=one.seen_at, what=Text(ko="값이 들어왔습니다", en="A reading came in")),
        ),
        actions=(
            RecordAction(
                title=Text(ko="점검 요청", en="Ask for an inspection"),
                href="/sensors/new/",
                consequence=Text(ko="담당자에게 알림이 갑니다.", en="The officer is notified."),
                permission="public",
            ),
            RecordAction(
                title=Text(ko="철거", en="Remove"),
                href=f"/sensors/{one.id}/remove/",
                consequence=Text(
                    ko="앞으로의 측정이 멈춥니다. 지난 값은 남습니다.",
                    en="Readings stop; past ones are kept.",
                ),
                permission="public",
                is_destructive=True,
            ),
        ),
        lon=one.lon,
        lat=one.lat,
    )


class SensorForm(forms.Form):
    name = forms.CharField(
        label=say_lazily("이름", "Name"),
        help_text=say_lazily("길에서 보이는 이름", "As it is written on the street"),
    )
    height_m = forms.FloatField(label=say_lazily("높이 (m)", "Height (m)"), min_value=0, required=False)
    is_mobile = forms.BooleanField(label=say_lazily("이동형입니다", "It is mobile"), required=False)


class NothingForm(forms.Form):
    pass


def name_of(*, actor: Any, sensor_id: str) -> str:
    return sensor_id


def register_sensor(*, actor: Any, now: datetime, data: dict[str, Any]) -> str:
    if data["name"] == "taken":
        raise NotFound("sensor.taken", "이미 쓰는 이름입니다", "the name is taken", field="name")
    return "/sensors/"


LIMIT: dict[str, Any] = {"limit": 35, "is_on": True, "kinds": ["pm25"]}


class LimitForm(forms.Form):
    limit = forms.IntegerField(label=say_lazily("기준", "Limit"), min_value=1)
    is_on = forms.BooleanField(label=say_lazily("사용", "In use"), required=False)
    kinds = forms.MultipleChoiceField(
        label=say_lazily("종류", "Kinds"), choices=[("pm25", "PM2.5"), ("pm10", "PM10")], required=False
    )


def set_limit(*, actor: Any, now: datetime, data: dict[str, Any]) -> str:
    LIMIT.update(data)
    return "/sensors/"


def remove_sensor(*, actor: Any, now: datetime, data: dict[str, Any], sensor_id: str) -> str:
    return "/sensors/"


MONTHS = tuple(f"{month}월" for month in range(1, 13))
LEVELS = (28.0, 27.0, 25.0, 21.0, 18.0, 15.0, 12.0, 11.0, 12.0, 16.0, 21.0, 25.0)
CHART = ChartBlock(
    title=Text(ko="월평균 초미세먼지", en="Monthly mean fine dust"),
    kind=ChartKind.LINE,
    unit="µg/m³",
    x=MONTHS,
    series=(
        Series(
            name=Text(ko="종로구", en="Jongno-gu"),
            values=LEVELS,
            low=tuple(v - 3 for v in LEVELS),
            high=tuple(v + 3 for v in LEVELS),
        ),
        Series(name=Text(ko="강남구", en="Gangnam-gu"), values=tuple(v * 0.8 for v in LEVELS)),
    ),
    summary=Text(ko="여름에 낮고 겨울에 높습니다.", en="Low in summer, high in winter."),
    source=Text(ko="표본", en="sample"),
    as_of=BEGAN,
)
BARS = ChartBlock(
    title=Text(ko="자치구별 측정소", en="Stations by district"),
    kind=ChartKind.BARS_ACROSS,
    x=("종로구", "강남구", "마포구", "성동구"),
    series=(Series(name=Text(ko="측정소", en="Stations"), values=(30.0, 26.0, 14.0, 4.0)),),
    unit="곳",
    x_title=Text(ko="자치구", en="District"),
)


@page("public", Text(ko="차트", en="Charts"))
def show_charts(request: HttpRequest) -> HttpResponse:
    return render(
        request, "madang/charts.html", {"title": Text(ko="차트", en="Charts"), "charts": [CHART, BARS]}
    )


urlpatterns = [
    path("sensors/", LIST.as_view()),
    path(
        "sensors/new/",
        FormPage(
            title=Text(ko="측정소 등록", en="Register a station"),
            permission="public",
            form=SensorForm,
            run=register_sensor,
            back="/sensors/",
        ).as_view(),
    ),
    path(
        "sensors/settings/",
        FormPage(
            title=Text(ko="경보 기준", en="Alarm limit"),
            permission="public",
            form=LimitForm,
            run=set_limit,
            initial=lambda actor: dict(LIMIT),
            is_undoable=True,
            has_history=True,
            back="/sensors/",
        ).as_view(),
    ),
    path("sensors/charts/", show_charts),
    path(
        "sensors/<str:sensor_id>/",
        DetailPage(
            title=LIST.title, permission="public", describe=describe_sensor, entries=("chart",)
        ).as_view(),
    ),
    path(
        "sensors/<str:sensor_id>/remove/",
        FormPage(
            title=Text(ko="측정소 철거", en="Remove a station"),
            permission="public",
            form=NothingForm,
            run=remove_sensor,
            must_equal=name_of,
            is_destructive=True,
            consequence=Text(
                ko="측정이 멈추고 목록에서 사라집니다. 지난 값은 남습니다.",
                en="Readings stop and it leaves the list. Past readings are kept.",
            ),
            button=Text(ko="철거", en="Remove"),
            back="/sensors/",
        ).as_view(),
    ),
    path("", include("madang.project.urls")),
]
handler404 = "madang.core.pages.error_pages.page_not_found"
