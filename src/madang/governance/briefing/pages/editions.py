"""Written reports: the list, writing one, reading it, files, publishing; and what differs between two dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from madang.core.base.interface import Actor, ColumnType, Text, now, read_pair, to_city_time
from madang.core.pages.interface import (
    Detail,
    DetailPage,
    Fact,
    FormPage,
    ListColumn,
    ListPage,
    RecordAction,
    page,
    say_lazily,
)
from madang.core.people.interface import require
from madang.governance.briefing.actions.editions import publish_edition, write_edition
from madang.governance.briefing.actions.reports import PERMISSION
from madang.governance.briefing.methods.figures import write_number
from madang.governance.briefing.methods.translating import list_untranslated
from madang.governance.briefing.models import EditionRow
from madang.governance.briefing.queries.editions import (
    compare,
    get_edition,
    get_published,
    list_editions,
    list_reporting_dates,
    read_document,
)
from madang.governance.briefing.queries.living import list_wordings
from madang.governance.briefing.records import Change

from .reports import link_removal
from .telling import FORMS, print_edition, tell_document
from .words import HOME, STATES, TITLE

EDITIONS = Text(ko="쓴 보고서", en="Written reports")
ADDRESS = f"{HOME}editions/"
KINDS = {
    "task": Text(ko="과제", en="Task"),
    "milestone": Text(ko="일정", en="Step"),
    "result": Text(ko="추진실적", en="Result"),
    "indicator": Text(ko="수치", en="Figure"),
    "budget": Text(ko="예산", en="Budget"),
    "staff": Text(ko="인력", en="Staff"),
}


def _query_editions(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[Any], int]:
    del search, filters
    require(actor, PERMISSION)
    return list_editions(sort=sort, offset=offset, limit=limit)


EDITION_LIST = ListPage(
    title=EDITIONS,
    permission=PERMISSION,
    about=Text(
        ko="등록한 기록과 그 뒤의 실적으로 업무보고를 다시 씁니다. 쓴 글도 올린 보고서와 똑같이 대조합니다.",
        en="The report is written from the records and what happened since, and checked like any other.",
    ),
    columns=(
        ListColumn(
            name="as_of",
            title=Text(ko="기준일", en="As of"),
            type=ColumnType.DATE,
            href=lambda row: f"{ADDRESS}{row.text_id}/",
        ),
        ListColumn(name="open_count", title=Text(ko="결정 전", en="Open"), type=ColumnType.INTEGER),
        ListColumn(name="finding_count", title=Text(ko="지적", en="Findings"), type=ColumnType.INTEGER),
        ListColumn(name="written_at", title=Text(ko="쓴 때", en="Written"), type=ColumnType.TIME),
        ListColumn(
            name="written_by", title=Text(ko="쓴 사람", en="By"), value=lambda row: read_pair(row.written_by)
        ),
        ListColumn(name="published_at", title=Text(ko="펴낸 때", en="Published"), type=ColumnType.TIME),
        ListColumn(
            name="published_by",
            title=Text(ko="펴낸 사람", en="By"),
            value=lambda row: read_pair(row.published_by),
        ),
    ),
    query=_query_editions,
    searchable=False,
    sort="-written_at",
    template="briefing/editions.html",
    empty=Text(
        ko="아직 쓴 보고서가 없습니다. 보고서 하나를 등록하면 쓸 수 있습니다.",
        en="None was written yet. Once a report is adopted, one can be.",
    ),
    create=(f"{ADDRESS}new/", Text(ko="보고서 쓰기", en="Write a report"), PERMISSION),
)


class WriteForm(forms.Form):
    """The day a report is to be of."""

    as_of = forms.DateField(
        label=say_lazily("기준일", "As of"), widget=forms.DateInput(attrs={"type": "date"})
    )


def _write(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    return f"{ADDRESS}{write_edition(actor=actor, now=now, as_of=data['as_of'])}/"


def _fill_today(*, actor: Actor) -> dict[str, Any]:
    require(actor, PERMISSION)
    return {"as_of": to_city_time(now()).date()}


WRITE = FormPage(
    title=Text(ko="보고서 쓰기", en="Write a report"),
    permission=PERMISSION,
    form=WriteForm,
    run=_write,
    initial=_fill_today,
    button=Text(ko="쓰고 대조하기", en="Write and check"),
    about=Text(
        ko="가장 최근에 등록한 보고서의 형식과 차례대로, 지금까지의 일정, 실적, 집행을 넣어 씁니다.",
        en="In the form and order of the report adopted last, with steps, values and money as they are now.",
    ),
    back=ADDRESS,
)


def _describe(*, actor: Actor, language: str, report_id: str) -> Detail:
    require(actor, PERMISSION)
    edition = get_edition(report_id)
    report = edition.text
    counts = {state: report.findings.filter(state=state).count() for state in STATES}
    left = len(list_untranslated(read_document(edition), {one.ko: one.en for one in list_wordings()[0]}))
    where = [
        Fact(title=title, value=counts[state], href=f"{HOME}{report_id}/findings/?state={state}")
        for state, title in STATES.items()
    ]
    where.append(
        Fact(
            title=Text(ko="영어로 옮기지 않은 구절", en="Passages only in Korean"),
            value=left,
            href=f"{HOME}wordings/?state=left",
        )
    )
    if edition.published_at:
        where.append(Fact(title=Text(ko="펴낸 때", en="Published"), value=edition.published_at))
    return Detail(
        title=Text(ko=f"{report.title} ({edition.as_of} 기준)", en=f"Work report as of {edition.as_of}"),
        about=Text(
            ko=f"{edition.base.title}의 형식으로 {read_pair(edition.written_by).ko} 씀",
            en=f"written by {read_pair(edition.written_by).en} in the form of {edition.base.name}",
        ),
        crumbs=((TITLE, HOME), (EDITIONS, ADDRESS)),
        summary=tuple(where),
        actions=_list_actions(edition, counts["open"]),
    )


def _list_actions(edition: EditionRow, open_count: int) -> tuple[RecordAction, ...]:
    here = f"{ADDRESS}{edition.text_id}/"

    def act(ko: str, en: str, href: str, why: Text, *, is_post: bool = False) -> RecordAction:
        return RecordAction(
            title=Text(ko=ko, en=en), href=href, consequence=why, permission=PERMISSION, is_post=is_post
        )

    actions = []
    if open_count:
        actions.append(
            act(
                "지적 받아들이기",
                "Accept the findings",
                f"{HOME}{edition.text_id}/findings/?state=open",
                Text(
                    ko="모든 지적을 이름을 걸고 받아들여야 펴낼 수 있습니다.",
                    en="It is published only once somebody accepts each by name.",
                ),
            )
        )
    elif edition.published_at is None:
        actions.append(
            act(
                "펴내기",
                "Publish",
                f"{here}publish/",
                Text(ko="누구나 읽고 내려받을 수 있게 됩니다.", en="Everyone can read and download it."),
                is_post=True,
            )
        )
    actions.append(
        act("읽기", "Read", f"{here}read/", Text(ko="쓴 보고서를 화면에서 읽습니다.", en="On a page."))
    )
    for form in FORMS:
        why = Text(ko="파일로 내려받습니다.", en="As a file.")
        actions.append(act(form.upper(), form.upper(), f"{here}file.{form}", why))
    if edition.published_at is None:
        actions.append(link_removal(edition.text_id))
    return tuple(actions)


EDITION_DETAIL = DetailPage(title=EDITIONS, permission=PERMISSION, describe=_describe)


@page(PERMISSION, title=EDITIONS, methods=("POST",))
def publish(request: HttpRequest, report_id: str) -> HttpResponse:
    """Publish an edition and show it."""
    publish_edition(actor=request.actor, now=now(), report_id=report_id)
    return HttpResponseRedirect(f"{ADDRESS}{report_id}/")


@page(PERMISSION, title=EDITIONS)
def read_draft(request: HttpRequest, report_id: str) -> HttpResponse:
    """Show a written report to staff."""
    return _show(request, get_edition(report_id), f"{ADDRESS}{report_id}/")


@page("public", title=TITLE)
def read_published(request: HttpRequest, report_id: str) -> HttpResponse:
    """Show a published report to everyone."""
    return _show(request, get_published(report_id), f"/briefing/reports/{report_id}/")


@page(PERMISSION, title=EDITIONS)
def send_draft(request: HttpRequest, report_id: str, form: str) -> HttpResponse:
    """Send a written report as a file to staff."""
    return _send(request, get_edition(report_id), form)


@page("public", title=TITLE)
def send_published(request: HttpRequest, report_id: str, form: str) -> HttpResponse:
    """Send a published report as a file to everyone."""
    return _send(request, get_published(report_id), form)


def _show(request: HttpRequest, edition: EditionRow, here: str) -> HttpResponse:
    told = tell_document(edition, request.language)
    title = Text(ko=told["title"], en=told["title"])
    context = {"title": title, "told": told, "edition": edition, "here": here, "forms": list(FORMS)}
    return render(request, "briefing/reading.html", context)


def _send(request: HttpRequest, edition: EditionRow, form: str) -> HttpResponse:
    content = print_edition(edition, form, request.language)
    name = f"work-report-{edition.as_of}-{request.language}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=FORMS[form], headers=headers)


@page(PERMISSION, title=Text(ko="두 보고의 차이", en="What differs between two reports"))
def show_differences(request: HttpRequest) -> HttpResponse:
    """Show what changed between two reporting dates."""
    dates = list_reporting_dates()
    ids = [one.id for one in dates]
    before = request.GET.get("before") or (ids[-2] if len(ids) > 1 else "")
    after = request.GET.get("after") or (ids[-1] if len(ids) > 1 else "")
    changes = compare(before, after) if before and after else []
    kind = request.GET.get("kind", "")
    shown = [one for one in changes if not kind or one.fact.kind == kind]
    context = {
        "title": Text(ko="두 보고의 차이", en="What differs between two reports"),
        "dates": dates,
        "before": before,
        "after": after,
        "kind": kind,
        "kinds": [
            (name, word, sum(one.fact.kind == name for one in changes)) for name, word in KINDS.items()
        ],
        "rows": [_draw_change(one) for one in shown],
        "edition_title": EDITIONS,
    }
    return render(request, "briefing/differences.html", context)


def _draw_change(one: Change) -> dict[str, Any]:
    delta = one.delta
    return {
        "kind": KINDS[one.fact.kind],
        "code": one.fact.task_code,
        "name": one.fact.name,
        "before": one.before,
        "after": one.after,
        "delta": None if delta is None else f"{'+' if delta > 0 else ''}{write_number(delta)}",
    }
