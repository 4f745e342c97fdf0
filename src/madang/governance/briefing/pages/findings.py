"""Findings of one report: the list, and deciding on each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseBase

from madang.core.base.interface import Actor, ColumnType, Severity, Text
from madang.core.pages.interface import (
    FormPage,
    ListColumn,
    ListFilter,
    ListPage,
    page,
    say_lazily,
)
from madang.core.people.interface import require
from madang.governance.briefing.actions.reports import PERMISSION, decide_finding
from madang.governance.briefing.models import FindingRow
from madang.governance.briefing.queries.reports import (
    get_finding,
    list_findings,
    read_context,
)

from .words import FINDINGS, HOME, KINDS, LINE, STATES


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
