"""Pages of this service."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render

from madang.core.base.interface import Actor, ColumnType, Severity, Text, now
from madang.core.pages.interface import (
    Detail,
    DetailPage,
    Fact,
    FormPage,
    ListColumn,
    ListFilter,
    ListPage,
    RecordAction,
    Tab,
    page,
    say_lazily,
)
from madang.core.people.interface import require

from .actions import PERMISSION, adopt_report, decide_finding, import_report
from .models import FindingRow
from .queries import (
    get_finding,
    get_report,
    list_adopted,
    list_findings,
    list_reports,
    list_task_codes,
    read_context,
)

TITLE = Text(ko="업무보고", en="Work report")
FINDINGS = Text(ko="지적", en="Findings")
HOME = "/desk/briefing/"
KINDS = {
    "sum": Text(ko="합계", en="Sum"),
    "difference": Text(ko="증감", en="Difference"),
    "rate": Text(ko="비율", en="Rate"),
    "repeat": Text(ko="두 곳의 값", en="Two values"),
    "name": Text(ko="이름", en="Name"),
    "date": Text(ko="날짜", en="Date"),
}
STATES = {
    "open": Text(ko="결정 전", en="Open"),
    "accepted": Text(ko="그대로 둠", en="Accepted"),
    "corrected": Text(ko="고침", en="Corrected"),
}
LINE = ListColumn(name="line", title=Text(ko="줄", en="Line"), type=ColumnType.INTEGER)
TASK = ListColumn(name="task_code", title=Text(ko="과제", en="Task"))
ITEM = ListColumn(name="name", title=Text(ko="이름", en="Name"))


@page("public", title=TITLE)
def show_public(request: HttpRequest) -> HttpResponse:
    """Show what the service is for."""
    return render(request, "briefing/public.html", {"title": TITLE})


@page(PERMISSION, title=TITLE, methods=("POST",))
def adopt(request: HttpRequest, report_id: str) -> HttpResponse:
    """Adopt a report and go on to its tasks."""
    adopt_report(actor=request.actor, now=now(), report_id=report_id)
    return HttpResponseRedirect(f"{HOME}tasks/")


def _query_reports(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[Any], int]:
    del filters
    require(actor, PERMISSION)
    return list_reports(search=search, sort=sort, offset=offset, limit=limit)


REPORT_LIST = ListPage(
    title=TITLE,
    permission=PERMISSION,
    about=Text(
        ko="보고서 글을 올리면 숫자와 이름이 서로 맞는지 모두 다시 계산해 보여 줍니다.",
        en="Bring a report's text: every figure and name is checked against the others.",
    ),
    columns=(
        ListColumn(name="title", title=Text(ko="제목", en="Title"), href=lambda row: f"{HOME}{row.id}/"),
        ListColumn(name="name", title=Text(ko="파일", en="File")),
        ListColumn(name="open_count", title=Text(ko="결정 전", en="Open"), type=ColumnType.INTEGER),
        ListColumn(name="finding_count", title=Text(ko="지적", en="Findings"), type=ColumnType.INTEGER),
        ListColumn(name="brought_at", title=Text(ko="올린 때", en="Brought"), type=ColumnType.TIME),
        ListColumn(name="brought_by", title=Text(ko="올린 사람", en="By")),
        ListColumn(name="adopted_at", title=Text(ko="등록한 때", en="Adopted"), type=ColumnType.TIME),
    ),
    query=_query_reports,
    sort="-brought_at",
    template="briefing/desk.html",
    empty=Text(
        ko="아직 올린 보고서가 없습니다. 보고서 글 파일을 올리면 지적 목록이 여기에 나타납니다.",
        en="No report is here yet. Bring a report's text and its findings appear here.",
    ),
    create=(f"{HOME}new/", Text(ko="보고서 올리기", en="Bring a report"), PERMISSION),
)


class UploadForm(forms.Form):
    """A report's text."""

    file = forms.FileField(
        label=say_lazily(
            "보고서 글 파일 (.txt, 표는 탭으로 나눔)", "Text of the report (.txt, tables by tabs)"
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".txt,.tsv,text/plain"}),
    )


def _bring(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    file = data["file"]
    return f"{HOME}{import_report(actor=actor, now=now, name=file.name, raw=file.read())}/"


UPLOAD = FormPage(
    title=Text(ko="보고서 올리기", en="Bring a report"),
    permission=PERMISSION,
    form=UploadForm,
    run=_bring,
    button=Text(ko="읽고 대조하기", en="Read and check"),
    back=HOME,
)


def _query_findings(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int, report_id: str
) -> tuple[Sequence[Any], int]:
    require(actor, PERMISSION)
    rows, total = list_findings(
        report_id, search=search, filters=filters, sort=sort, offset=offset, limit=limit
    )
    return [_draw_finding(row) for row in rows], total


def _draw_finding(row: FindingRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "href": f"{HOME}{row.report_id}/findings/{row.id}/",
        "line": row.line,
        "place_ko": Text(ko=row.place_ko, en=row.place_en),
        "kind": KINDS[row.kind],
        "severity": Severity(row.severity),
        "stated": row.stated,
        "computed": row.computed or None,
        "cause_ko": Text(ko=row.cause_ko, en=row.cause_en) if row.cause_ko else None,
        "state": STATES[row.state],
    }


@page(PERMISSION, title=FINDINGS)
def show_findings(request: HttpRequest, report_id: str) -> HttpResponseBase:
    """Show the findings of one report as a list."""
    return build_finding_list(report_id).as_view()(request)


def build_finding_list(report_id: str) -> ListPage:
    """Return the list of one report's findings."""
    return ListPage(
        title=FINDINGS,
        permission=PERMISSION,
        columns=(
            ListColumn(name="line", title=LINE.title, type=ColumnType.INTEGER, href=lambda row: row["href"]),
            ListColumn(name="place_ko", title=Text(ko="곳", en="Place")),
            ListColumn(name="kind", title=Text(ko="종류", en="Kind")),
            ListColumn(name="stated", title=Text(ko="적힌 값", en="Stated")),
            ListColumn(name="computed", title=Text(ko="계산한 값", en="Computed")),
            ListColumn(name="cause_ko", title=Text(ko="까닭", en="Likely cause")),
            ListColumn(name="severity", title=Text(ko="정도", en="Severity")),
            ListColumn(name="state", title=Text(ko="결정", en="Decision")),
        ),
        query=partial(_query_findings, report_id=report_id),
        filters=(
            ListFilter(name="state", title=Text(ko="결정", en="Decision"), choices=tuple(STATES.items())),
            ListFilter(name="kind", title=Text(ko="종류", en="Kind"), choices=tuple(KINDS.items())),
        ),
        sort="line",
        empty=Text(ko="서로 맞지 않는 곳이 없습니다.", en="Nothing disagrees."),
    )


class DecisionForm(forms.Form):
    """What a person decides on a finding."""

    state = forms.ChoiceField(
        label=say_lazily("결정", "Decision"),
        choices=[
            ("accepted", say_lazily("적힌 그대로 둠", "Accept as printed")),
            ("corrected", say_lazily("고침", "Correct")),
        ],
        widget=forms.RadioSelect,
    )
    corrected = forms.CharField(
        label=say_lazily("고친 값", "Corrected value"), max_length=200, required=False
    )
    note = forms.CharField(label=say_lazily("까닭", "Why"), max_length=500)


def _build_decision(actor: Actor, *, report_id: str, finding_id: int) -> type[forms.Form]:
    """Return the form with the finding and its line in the help text."""
    require(actor, PERMISSION)
    row = get_finding(report_id, finding_id)
    lines = "\n".join(
        f"{'▶ ' if is_it else ''}{number}: {text}"
        for number, text, is_it in read_context(row.report, row.line)
        if text.strip()
    )
    said = (
        f"{row.place_ko}: {row.stated} → {row.computed}",
        f"{row.place_en}: {row.stated} → {row.computed}",
    )
    source = forms.CharField(
        label=say_lazily("보고서의 글", "The report's lines"),
        help_text=say_lazily(*said),
        initial=lines,
        required=False,
        disabled=True,
        widget=forms.Textarea(attrs={"rows": 6, "readonly": True}),
    )
    return type("FindingForm", (DecisionForm,), {"source": source, "field_order": ["source"]})


def _decide(*, actor: Actor, now: datetime, data: dict[str, Any], report_id: str, finding_id: int) -> str:
    words = {name: data[name] for name in ("state", "corrected", "note")}
    decide_finding(actor=actor, now=now, report_id=report_id, finding_id=finding_id, **words)
    return f"{HOME}{report_id}/findings/?state=open"


def _fill(*, actor: Actor, report_id: str, finding_id: int) -> dict[str, Any]:
    require(actor, PERMISSION)
    row = get_finding(report_id, finding_id)
    return {
        "state": "" if row.state == "open" else row.state,
        "corrected": row.corrected or row.computed,
        "note": row.note,
    }


DECIDE = FormPage(
    title=Text(ko="지적 결정", en="Decide on a finding"),
    permission=PERMISSION,
    form=_build_decision,
    run=_decide,
    initial=_fill,
    about=Text(
        ko="결정과 까닭은 이름과 함께 남습니다. 금액을 고치면 등록할 때 고친 값을 씁니다.",
        en="The decision stays with your name and reason. A corrected amount is used when the report is adopted.",
    ),
    back=HOME,
)


def _describe(*, actor: Actor, language: str, report_id: str) -> Detail:
    require(actor, PERMISSION)
    report = get_report(report_id)
    states = [report.findings.filter(state=state).count() for state in STATES]
    unread = tuple(
        Fact(
            title=Text(ko=f"{line}번째 줄", en=f"Line {line}"),
            value=f"{ko if language == 'ko' else en}: {text[:200]}",
        )
        for line, text, ko, en in report.unread
    )
    return Detail(
        title=Text(ko=report.title, en=report.title),
        about=Text(ko=report.name, en=report.name),
        crumbs=((TITLE, HOME),),
        summary=tuple(
            Fact(title=title, value=count, href=f"{HOME}{report_id}/findings/?state={state}")
            for (state, title), count in zip(STATES.items(), states, strict=True)
        ),
        tabs=(Tab(name="unread", title=Text(ko="읽지 못한 곳", en="Not read"), facts=unread),),
        actions=_list_actions(report_id, is_adopted=report.adopted_at is not None, is_open=bool(states[0])),
    )


def _list_actions(report_id: str, *, is_adopted: bool, is_open: bool) -> tuple[RecordAction, ...]:
    actions = [
        RecordAction(
            title=Text(ko="지적 보기", en="See the findings"),
            href=f"{HOME}{report_id}/findings/",
            consequence=Text(ko="하나씩 그대로 두거나 고칩니다.", en="Accept or correct each."),
            permission=PERMISSION,
        )
    ]
    if not is_adopted and not is_open:
        actions.append(
            RecordAction(
                title=Text(ko="기록으로 등록", en="Adopt"),
                href=f"{HOME}{report_id}/adopt/",
                consequence=Text(
                    ko="과제, 일정, 수치, 예산이 시의 기록이 됩니다. 그 뒤에는 결정을 바꿀 수 없습니다.",
                    en="Tasks, plans, counts and budget become the city's records; decisions are then final.",
                ),
                permission=PERMISSION,
                is_post=True,
            )
        )
    return tuple(actions)


REPORT_DETAIL = DetailPage(title=TITLE, permission=PERMISSION, describe=_describe)


def _query_adopted(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int, kind: str
) -> tuple[Sequence[Any], int]:
    require(actor, PERMISSION)
    return list_adopted(kind, search=search, filters=filters, sort=sort, offset=offset, limit=limit)


def _choose_tasks(_actor: Actor, *, kind: str) -> list[tuple[str, Text]]:
    return [(code, Text(ko=code, en=code)) for code in list_task_codes(kind)]


def _build_adopted(kind: str, title: Text, *columns: ListColumn) -> ListPage:
    return ListPage(
        title=title,
        permission=PERMISSION,
        columns=(TASK, ITEM, *columns, LINE),
        query=partial(_query_adopted, kind=kind),
        filters=(ListFilter(name="task_code", title=TASK.title, choices=partial(_choose_tasks, kind=kind)),),
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
        "tasks", Text(ko="과제", en="Tasks"), ListColumn(name="purpose", title=Text(ko="목적", en="Purpose"))
    ),
    "milestones": _build_adopted(
        "milestones",
        Text(ko="일정", en="Milestones"),
        ListColumn(name="period_text", title=Text(ko="적힌 기간", en="As printed")),
        _day("starts_on", "시작", "From"),
        _day("ends_on", "끝", "To"),
    ),
    "indicators": _build_adopted(
        "indicators",
        Text(ko="수치", en="Indicators"),
        ListColumn(name="value", title=Text(ko="값", en="Value"), type=ColumnType.NUMBER),
        ListColumn(name="unit", title=Text(ko="단위", en="Unit")),
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
