"""Records that adopted reports became."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from madang.core.base.interface import Actor, ColumnType, Text
from madang.core.pages.interface import (
    ListColumn,
    ListFilter,
    ListPage,
)
from madang.core.people.interface import require
from madang.governance.briefing.actions.reports import PERMISSION
from madang.governance.briefing.methods.translating import translate, write_when
from madang.governance.briefing.queries.living import list_wordings
from madang.governance.briefing.queries.reports import (
    list_adopted,
    list_adopted_reports,
    list_task_codes,
)

from .words import HOME, ITEM, LINE, TASK, TITLE


def _query_adopted(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int, kind: str
) -> tuple[Sequence[Any], int]:
    require(actor, PERMISSION)
    found, total = list_adopted(kind, search=search, filters=filters, sort=sort, offset=offset, limit=limit)
    english, rows = {one.ko: one.en for one in list_wordings()[0]}, list(found)
    for row in rows:
        row.english = english
    return rows, total


def _say(name: str) -> Callable[[Any], Text]:
    """Return what reads a printed field of a row in both languages, as far as staff wrote it in English."""
    return lambda row: _translate(getattr(row, name), row.english)


def _translate(said: str, english: Mapping[str, str]) -> Text:
    return Text(ko=said, en=translate(said, english))


def _choose_tasks(_actor: Actor, *, kind: str) -> list[tuple[str, Text]]:
    return [(code, Text(ko=code, en=code)) for code in list_task_codes(kind)]


def _choose_reports(_actor: Actor) -> list[tuple[str, Text]]:
    english = {one.ko: one.en for one in list_wordings()[0]}
    return [(report_id, _translate(title, english)) for report_id, title in list_adopted_reports()]


NAME = ListColumn(name=ITEM.name, title=ITEM.title, value=_say(ITEM.name))
REPORT = ListColumn(
    name="report",
    title=TITLE,
    sortable=False,
    value=lambda row: _translate(row.report.title, row.english),
    href=lambda row: f"{HOME}{row.report_id}/",
)
SOURCE = ListColumn(
    name=LINE.name,
    title=LINE.title,
    type=LINE.type,
    href=lambda row: f"{HOME}{row.report_id}/text/#line-{row.line}",
)


def _build_adopted(kind: str, title: Text, *columns: ListColumn) -> ListPage:
    return ListPage(
        title=title,
        permission=PERMISSION,
        columns=(TASK, NAME, *columns, SOURCE, REPORT),
        query=partial(_query_adopted, kind=kind),
        filters=(
            ListFilter(name="report", title=TITLE, choices=_choose_reports),
            ListFilter(name="task_code", title=TASK.title, choices=partial(_choose_tasks, kind=kind)),
        ),
        sort="line",
        empty=Text(
            ko="보고서의 지적을 모두 결정하고 등록하면 여기에 나타납니다.",
            en="They appear once a report's findings are decided and it is adopted.",
        ),
    )


def _day(name: str, ko: str, en: str) -> ListColumn:
    return ListColumn(name=name, title=Text(ko=ko, en=en), type=ColumnType.DATE)


def _won(name: str, ko: str, en: str) -> ListColumn:
    return ListColumn(name=name, title=Text(ko=ko, en=en), type=ColumnType.INTEGER, unit="KRW")


ADOPTED_LISTS = {
    "tasks": _build_adopted(
        "tasks",
        Text(ko="과제", en="Tasks"),
        ListColumn(name="purpose", title=Text(ko="목적", en="Purpose"), value=_say("purpose")),
    ),
    "milestones": _build_adopted(
        "milestones",
        Text(ko="일정", en="Milestones"),
        ListColumn(
            name="period_text",
            title=Text(ko="적힌 기간", en="As printed"),
            value=lambda row: Text(ko=row.period_text, en=write_when(row.period_text)),
        ),
        _day("starts_on", "시작", "From"),
        _day("ends_on", "끝", "To"),
    ),
    "indicators": _build_adopted(
        "indicators",
        Text(ko="수치", en="Indicators"),
        ListColumn(name="value", title=Text(ko="값", en="Value"), type=ColumnType.NUMBER),
        ListColumn(name="unit", title=Text(ko="단위", en="Unit"), value=_say("unit")),
    ),
    "budget": _build_adopted(
        "budget",
        Text(ko="예산", en="Budget"),
        ListColumn(name="path", title=Text(ko="위 항목", en="Belongs to")),
        _won("current_budget_krw", "예산현액", "Current budget"),
        _won("prior_budget_krw", "전년 최종예산", "Prior budget"),
        _won("committed_krw", "원인행위", "Committed"),
        _won("disbursed_krw", "지출", "Disbursed"),
        _won("forecast_krw", "연말 예상", "Year-end forecast"),
    ),
}
