"""What everyone sees: the portal with its totals, and how one service is called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language

from madang.citizens.open_data.queries import (
    count_uses,
    get_service,
    list_day_uses,
    list_public,
    list_services,
)
from madang.citizens.open_data.records import OpenField, ServiceLine
from madang.core.base.interface import ANONYMOUS, Actor, ColumnType, Text
from madang.core.lake.interface import authorize, list_categories
from madang.core.pages.interface import ChartBlock, ChartKind, ListColumn, ListFilter, ListPage, Series, page

TITLE = Text(ko="열린데이터광장", en="Open data")
HOME = "/open_data/"
DAYS = 30


def _query(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[ServiceLine], int]:
    del actor
    return list_services(
        search=search,
        category=filters.get("category", ""),
        sort=sort,
        offset=offset,
        limit=limit,
        language=get_language() or "ko",
    )


SERVICE_LIST = ListPage(
    title=TITLE,
    permission="public",
    about=Text(
        ko="공개된 데이터를 내려받거나, 쓰던 프로그램의 주소만 바꿔 바로 불러 쓸 수 있어요.",
        en="Download what the city publishes, or call it from programs you have by changing the host name alone.",
    ),
    columns=(
        ListColumn(
            name="title", title=Text(ko="데이터", en="Dataset"), href=lambda row: f"{HOME}{row.name}/"
        ),
        ListColumn(name="name", title=Text(ko="서비스 이름", en="Service")),
        ListColumn(name="category", title=Text(ko="분류", en="Category"), sortable=False),
        ListColumn(name="rows", title=Text(ko="행", en="Rows"), type=ColumnType.INTEGER),
        ListColumn(name="arguments", title=Text(ko="선택 인자", en="Arguments"), sortable=False, shown=False),
        ListColumn(name="updated_at", title=Text(ko="갱신", en="Updated"), type=ColumnType.TIME),
    ),
    query=_query,
    filters=(
        ListFilter(
            name="category",
            title=Text(ko="분류", en="Category"),
            choices=lambda _actor: [
                (name, Text(ko=name, en=name)) for name in list_categories(actor=ANONYMOUS)
            ],
        ),
    ),
    sort="title",
    row_id="name",
    template="open_data/portal.html",
    empty=Text(
        ko="아직 공개된 데이터가 없어요. 데이터를 공개하면 여기에 나타나요.",
        en="Nothing is published yet. Published datasets appear here.",
    ),
)


@page("public", title=TITLE)
def show_portal(request: HttpRequest) -> HttpResponseBase:
    """Show every service under the two totals that a portal is measured by."""
    state = SERVICE_LIST.read_state(request)
    if request.GET.get("format"):
        return SERVICE_LIST.as_view()(request)
    context = SERVICE_LIST.build_context(request, state)
    return render(
        request,
        SERVICE_LIST.template,
        context | {"datasets": len(list_public()), "uses": count_uses()},
    )


@page("public", title=TITLE)
def show_service(request: HttpRequest, name: str) -> HttpResponse:
    """Show how one service is called, what it answers and how much it is used."""
    service, record = get_service(name)
    columns = {one.name: one for one in authorize(ANONYMOUS, service.table).columns}
    fields = service.fields or tuple(OpenField(name=one, column=one) for one in columns)
    base = f"{_host(request)}/sample/json/{service.name}/1/5/"
    context = {
        "title": record.table.title,
        "service": service,
        "record": record,
        "fields": [(field, columns[field.column]) for field in fields if field.column in columns],
        "arguments": [columns[one] for one in service.arguments if one in columns],
        "calls": _write_calls(base),
        "chart": _draw_uses(service.name),
    }
    return render(request, "open_data/service.html", context)


def _host(request: HttpRequest) -> str:
    port = settings.MADANG.open_api_port
    return f"http://{request.get_host().rpartition(':')[0] or request.get_host()}:{port}"


def _write_calls(address: str) -> list[tuple[str, str]]:
    return [
        ("curl", f'curl "{address}"'),
        ("Python", f'import requests\n\nrequests.get("{address}").json()'),
        ("R", f'jsonlite::fromJSON("{address}")'),
        ("JavaScript", f'const answer = await (await fetch("{address}")).json();'),
    ]


def _draw_uses(name: str) -> ChartBlock | None:
    days: list[Any] = list_day_uses(name, DAYS)
    if not days:
        return None
    total = sum(one.uses for one in days)
    return ChartBlock(
        title=Text(ko=f"최근 {DAYS}일 이용", en=f"Uses in the last {DAYS} days"),
        kind=ChartKind.BAR,
        x=tuple(f"{one.day:%m-%d}" for one in days),
        x_title=Text(ko="날", en="Day"),
        series=(Series(name=Text(ko="이용", en="Uses"), values=tuple(float(one.uses) for one in days)),),
        summary=Text(ko=f"모두 {total:,}번 쓰였어요.", en=f"Used {total:,} times in all."),
    )
