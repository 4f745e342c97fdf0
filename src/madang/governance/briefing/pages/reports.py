"""Reports: what this is for, the list, bringing one, its page, adopting it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from madang.core.base.interface import Actor, ColumnType, Text, now, read_pair
from madang.core.pages.interface import (
    Detail,
    DetailPage,
    Fact,
    FormPage,
    ListColumn,
    ListPage,
    RecordAction,
    Tab,
    page,
    say_lazily,
)
from madang.core.people.interface import require
from madang.governance.briefing.actions.reports import PERMISSION, adopt_report, import_report, remove_report
from madang.governance.briefing.methods.tabulating import TABLES
from madang.governance.briefing.queries.editions import list_published
from madang.governance.briefing.queries.reports import (
    get_report,
    list_reports,
    read_corrected,
)

from .reading import list_record_tabs
from .words import HOME, STATES, TITLE

SIDES = {
    "expenditure": Text(ko="세출예산표 (CSV)", en="Expenditure (CSV)"),
    "revenue": Text(ko="세입예산표 (CSV)", en="Revenue (CSV)"),
}


@page("public", title=TITLE)
def show_public(request: HttpRequest) -> HttpResponse:
    """Show what the service is for."""
    return render(request, "briefing/public.html", {"title": TITLE, "published": list_published()})


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
        ListColumn(
            name="brought_by",
            title=Text(ko="올린 사람", en="By"),
            value=lambda row: read_pair(row.brought_by),
        ),
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


def _describe(*, actor: Actor, language: str, report_id: str) -> Detail:
    require(actor, PERMISSION)
    report = get_report(report_id)
    read = read_corrected(report)
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
        tabs=(
            *(
                [Tab(name="unread", title=Text(ko="읽지 못한 곳", en="Not read"), facts=unread)]
                if unread
                else ()
            ),
            *list_record_tabs(read, report_id, language),
        ),
        actions=_list_actions(
            report_id,
            is_adopted=report.adopted_at is not None,
            is_open=bool(states[0]),
            sides=[
                side for side, kind in TABLES.items() if any(one.table == kind.value for one in read.budget)
            ],
        ),
    )


def _list_actions(
    report_id: str, *, is_adopted: bool, is_open: bool, sides: Sequence[str]
) -> tuple[RecordAction, ...]:
    actions = [
        RecordAction(
            title=Text(ko="지적 보기", en="See the findings"),
            href=f"{HOME}{report_id}/findings/",
            consequence=Text(ko="하나씩 그대로 두거나 고칩니다.", en="Accept or correct each."),
            permission=PERMISSION,
        ),
        RecordAction(
            title=Text(ko="보고서의 글 보기", en="Read the text"),
            href=f"{HOME}{report_id}/text/",
            consequence=Text(
                ko="줄마다 번호와 지적이 있습니다.", en="Each line with its number and its findings."
            ),
            permission=PERMISSION,
        ),
    ]
    actions += [
        RecordAction(
            title=SIDES[side],
            href=f"{HOME}{report_id}/{side}.csv",
            consequence=Text(
                ko="고친 값으로, 예산 서비스가 가져올 수 있는 CSV입니다.",
                en="A CSV with the corrections, for the budget to take in.",
            ),
            permission=PERMISSION,
        )
        for side in sides
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
    if not is_adopted:
        actions.append(link_removal(report_id))
    return tuple(actions)


def link_removal(report_id: str) -> RecordAction:
    """Return the way to remove a report that nobody relies on yet."""
    return RecordAction(
        title=REMOVE.title,
        href=f"{HOME}{report_id}/remove/",
        consequence=Text(
            ko="잘못 올리거나 쓴 보고서를 지웁니다.", en="For one brought or written by mistake."
        ),
        permission=PERMISSION,
        is_destructive=True,
    )


def _remove(*, actor: Actor, now: datetime, data: dict[str, Any], report_id: str) -> str:
    del data
    remove_report(actor=actor, now=now, report_id=report_id)
    return HOME


REMOVE = FormPage(
    title=Text(ko="보고서 지우기", en="Remove the report"),
    permission=PERMISSION,
    form=forms.Form,
    run=_remove,
    button=Text(ko="지우기", en="Remove"),
    is_destructive=True,
    consequence=Text(
        ko="보고서의 글과 지적, 그 결정이 지워집니다. 되돌릴 수 없습니다.",
        en="The report's text, its findings and what was decided on them go. It can't be undone.",
    ),
    back=HOME,
)
REPORT_DETAIL = DetailPage(title=TITLE, permission=PERMISSION, describe=_describe)
