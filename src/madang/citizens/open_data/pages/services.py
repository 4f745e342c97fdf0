"""What everyone sees: the Open API's services, and how one is called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from madang.citizens.open_data.methods.linked import describe_dataset, write_script
from madang.citizens.open_data.methods.naming import say_category
from madang.citizens.open_data.queries.calls import (
    get_service,
    list_day_uses,
    list_services,
)
from madang.citizens.open_data.queries.changes import list_changes
from madang.citizens.open_data.queries.linked import describe
from madang.citizens.open_data.queries.refresh import find_refresh
from madang.citizens.open_data.queries.search import list_similar
from madang.citizens.open_data.queries.talk import list_apps, list_questions
from madang.citizens.open_data.records.calls import DOORS, OpenField, ServiceLine
from madang.citizens.open_data.records.changes import CHANGE_NAMES
from madang.citizens.open_data.records.talk import PUBLIC, STATE_NAMES
from madang.core.base.interface import ANONYMOUS, Actor, ColumnType, Text, read_pair
from madang.core.lake.interface import authorize, list_categories
from madang.core.pages.interface import (
    ChartBlock,
    ChartKind,
    ListColumn,
    ListFilter,
    ListPage,
    Series,
    format_day,
    page,
)

from .homes import find_home
from .talk import name_agencies

TITLE = Text(ko="Open API 서비스", en="Open API services")
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
        ko="공개된 표마다 서비스가 하나씩 있어요. 쓰던 프로그램의 주소만 바꿔 바로 불러 쓸 수 있어요.",
        en="Every public table is a service: programs you have call it by changing the host name alone.",
    ),
    columns=(
        ListColumn(
            name="title", title=Text(ko="데이터", en="Dataset"), href=lambda row: f"{HOME}{row.name}/"
        ),
        ListColumn(name="name", title=Text(ko="서비스 이름", en="Service")),
        ListColumn(
            name="category",
            title=Text(ko="분류", en="Category"),
            sortable=False,
            value=lambda row: say_category(row.category),
        ),
        ListColumn(name="rows", title=Text(ko="행", en="Rows"), type=ColumnType.INTEGER),
        ListColumn(name="arguments", title=Text(ko="선택 인자", en="Arguments"), sortable=False, shown=False),
        ListColumn(name="updated_at", title=Text(ko="갱신", en="Updated"), type=ColumnType.TIME),
    ),
    query=_query,
    filters=(
        ListFilter(
            name="category",
            title=Text(ko="분류", en="Category"),
            choices=lambda _actor: [(name, say_category(name)) for name in list_categories(actor=ANONYMOUS)],
        ),
    ),
    sort="title",
    row_id="name",
    empty=Text(
        ko="아직 공개된 데이터가 없어요. 데이터를 공개하면 여기에 나타나요.",
        en="Nothing is published yet. Published datasets appear here.",
    ),
)


@page("public", title=TITLE, kept=True)
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
        "older": [
            (
                _say_before(one.until),
                [(field, columns[field.column]) for field in one.fields if field.column in columns],
            )
            for one in sorted(service.older, key=lambda one: one.until, reverse=True)
        ],
        "arguments": [columns[one] for one in service.arguments if one in columns],
        "calls": _write_calls(base) if settings.MADANG.open_api_port else [],
        "linked": mark_safe(write_script(describe_dataset(describe(record, find_home(request))))),  # noqa: S308 - made safe
        "changes": [(one, CHANGE_NAMES[one.kind]) for one in list_changes(dataset=record.name, limit=10)[0]],
        "chart": _draw_uses({service.name, service.table}),
        "talk": _draw_talk(request.actor, record.name),
        "apps": list_apps(dataset=record.name),
        "refresh": find_refresh(record.name),
        "similar": list_similar(f"own:{record.name}"),
    }
    return render(request, "open_data/service.html", context)


def _draw_talk(actor: Actor, dataset: str) -> list[dict[str, Any]]:
    agencies = name_agencies()
    return [
        {
            "question": question,
            "replies": replies,
            "state": None if question.state in PUBLIC else STATE_NAMES[question.state],
            "answerer": agencies.get(question.answered_by) or read_pair(question.answered_by),
        }
        for question, replies in list_questions(actor=actor, dataset=dataset)
    ]


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


def _say_before(day: date) -> Text:
    return Text(ko=f"{format_day(day, 'ko')} 전", en=f"before {format_day(day, 'en')}")


def _draw_uses(names: Collection[str]) -> ChartBlock | None:
    by_day: Counter[Any] = Counter()
    by_door: Counter[str] = Counter()
    for one in list_day_uses(names, DAYS):
        by_day[one.day] += one.uses
        by_door[one.door] += one.uses
    if not by_day:
        return None
    parts = {
        language: ", ".join(f"{DOORS[door].say(language)} {uses:,}" for door, uses in by_door.most_common())
        for language in ("ko", "en")
    }
    total = by_day.total()
    return ChartBlock(
        title=Text(ko=f"최근 {DAYS}일 이용", en=f"Uses in the last {DAYS} days"),
        kind=ChartKind.BAR,
        x=tuple(by_day),
        x_title=Text(ko="날", en="Day"),
        series=(Series(name=Text(ko="이용", en="Uses"), values=tuple(map(float, by_day.values()))),),
        summary=Text(
            ko=f"모두 {total:,}번 쓰였어요: {parts['ko']}.", en=f"Used {total:,} times in all: {parts['en']}."
        ),
    )
