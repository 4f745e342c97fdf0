"""What was read from a report: its records as tables, and its text line by line."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import Text
from madang.core.pages.interface import Tab, page
from madang.governance.briefing.actions.reports import PERMISSION
from madang.governance.briefing.methods.tabulating import tabulate_budget
from madang.governance.briefing.queries.reports import get_report, read_corrected
from madang.governance.briefing.records import Report

from .words import HOME, RECORDS, TABLES, TITLE

TASK = Text(ko="과제", en="Task")
NAME = Text(ko="이름", en="Name")
DIVISION = Text(ko="부서", en="Division")
KIND = Text(ko="종류", en="Kind")
WON = (
    Text(ko="예산현액 (원)", en="Current budget (won)"),
    Text(ko="전년 최종예산 (원)", en="Prior budget (won)"),
    Text(ko="원인행위 (원)", en="Committed (won)"),
    Text(ko="지출 (원)", en="Disbursed (won)"),
    Text(ko="연말 예상 (원)", en="Year-end forecast (won)"),
)


def list_record_tabs(report: Report, report_id: str, language: str) -> tuple[Tab, ...]:
    """Return a tab with a table for each kind of record that was read; each row leads to its line."""
    tables = {
        "staff": _list_staff(report),
        "duties": ((DIVISION, RECORDS["duties"]), [(0, name, said) for name, said in report.duties.items()]),
        "tasks": _list_tasks(report),
        "steps": (
            (
                TASK,
                NAME,
                Text(ko="적힌 기간", en="As printed"),
                Text(ko="시작", en="From"),
                Text(ko="끝", en="To"),
            ),
            [
                (one.line, one.task_code, one.title, one.period_text, one.starts_on, one.ends_on)
                for task in report.tasks
                for one in task.milestones
            ],
        ),
        "figures": (
            (TASK, NAME, Text(ko="값", en="Value"), Text(ko="단위", en="Unit")),
            [(one.line, one.task_code, one.name, one.value, one.unit) for one in report.indicators],
        ),
        "budget": _list_budget(report),
        "occupancy": (
            (
                Text(ko="쓰임", en="Use"),
                Text(ko="비율 (%)", en="Share (%)"),
                Text(ko="면적 (㎡)", en="Area (m²)"),
                Text(ko="그 안", en="Of that"),
                Text(ko="입주시설", en="Tenants"),
            ),
            [
                (
                    one.line,
                    one.use,
                    one.share_percent,
                    one.area_m2,
                    [f"{name} {area:,}" for name, area in one.parts_m2.items()],
                    [f"{kind}: {who}" for kind, who in one.tenants.items()],
                )
                for one in report.occupancy
            ],
        ),
        "notes": (
            (Text(ko="번호", en="Mark"), Text(ko="풀이", en="Text")),
            [(one.line, f"{one.mark})", one.text) for one in report.footnotes],
        ),
        "terms": (
            (Text(ko="용어", en="Term"), Text(ko="쪽", en="Page"), Text(ko="풀이", en="Text")),
            [(one.line, one.term, one.page, one.text) for one in report.glossary],
        ),
    }
    return tuple(
        _build_tab(
            name,
            head,
            [(line, [_draw(cell, language) for cell in cells]) for line, *cells in rows],
            report_id,
        )
        for name, (head, rows) in tables.items()
        if rows
    )


def _build_tab(name: str, head: Iterable[Text], rows: Iterable[tuple[Any, ...]], report_id: str) -> Tab:
    context = {
        "records": {"name": RECORDS[name], "head": head, "rows": rows, "text": f"{HOME}{report_id}/text/"}
    }
    return Tab(name=name, title=RECORDS[name], template="briefing/records.html", context=context)


def _draw(cell: Any, language: str) -> dict[str, Any]:
    """Return a cell as the template draws it: a number, several pieces below each other, or words."""
    if isinstance(cell, list | tuple):
        return {"many": cell}
    if isinstance(cell, Text):
        return {"said": cell.say(language)}
    return {"said": cell, "is_number": isinstance(cell, int | Decimal)}


def _list_staff(report: Report) -> tuple[tuple[Text, ...], list[tuple[Any, ...]]]:
    kinds = list(dict.fromkeys(kind for one in report.staff for kind in one.by_kind))
    head = (
        DIVISION,
        Text(ko="정원", en="Posts"),
        Text(ko="현원", en="In post"),
        Text(ko="과부족", en="Difference"),
    )
    return (*head, *(Text(ko=kind, en=kind) for kind in kinds)), [
        (
            one.line,
            one.division,
            one.authorized_posts,
            one.staff_in_post,
            one.staff_in_post - one.authorized_posts,
            *(one.by_kind.get(kind) for kind in kinds),
        )
        for one in report.staff
    ]


def _list_tasks(report: Report) -> tuple[tuple[Text, ...], list[tuple[Any, ...]]]:
    head = (
        TASK,
        NAME,
        Text(ko="추진배경", en="Background"),
        Text(ko="사업내용", en="Content"),
        Text(ko="추진실적", en="Results"),
        Text(ko="향후계획", en="Plan"),
    )
    return head, [
        (
            one.line,
            one.code,
            one.title,
            one.background,
            one.content,
            one.results,
            [*(f"{step.title} : {step.period_text}" for step in one.milestones), *one.plans],
        )
        for one in report.tasks
    ]


def _list_budget(report: Report) -> tuple[tuple[Text, ...], list[tuple[Any, ...]]]:
    return (KIND, TASK, NAME, *WON), [
        (
            one.line,
            TABLES[one.table],
            one.task_code,
            " > ".join((*one.path, one.name)),
            one.current_budget_krw,
            one.prior_budget_krw,
            one.committed_krw,
            one.disbursed_krw,
            one.forecast_krw,
        )
        for one in report.budget
    ]


@page(PERMISSION, title=TITLE)
def send_table(request: HttpRequest, report_id: str, side: str) -> HttpResponse:
    """Send a report's budget, as corrected, as a table that the budget takes in."""
    del request
    rows = tabulate_budget(read_corrected(get_report(report_id)), side)
    headers = {"Content-Disposition": f'attachment; filename="{side}.csv"'}
    reply = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8", headers=headers)
    csv.writer(reply).writerows(rows)
    return reply


@page(PERMISSION, title=TITLE)
def show_text(request: HttpRequest, report_id: str) -> HttpResponse:
    """Show a report's text with the number of each line and the findings on it."""
    report = get_report(report_id)
    found: dict[int, list[Any]] = {}
    for one in report.findings.all():
        found.setdefault(one.line, []).append(one)
    lines = [
        (number, text.replace("\t", " | "), found.get(number, ()))
        for number, text in enumerate(report.text.split("\n"), 1)
    ]
    title = Text(ko=report.title, en=report.title)
    return render(
        request, "briefing/text.html", {"title": title, "lines": lines, "here": f"{HOME}{report_id}/"}
    )
