"""Findings of one report: the list, and deciding on each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseBase

from madang.core.base.interface import Actor, ColumnType, Severity, Text, read_pair
from madang.core.incidents.interface import SEVERITY_NAMES
from madang.core.pages.interface import (
    FormPage,
    ListAction,
    ListColumn,
    ListFilter,
    ListPage,
    page,
    say_lazily,
)
from madang.core.people.interface import require
from madang.governance.briefing.actions.reports import PERMISSION, decide_finding
from madang.governance.briefing.methods.correcting import can_replace
from madang.governance.briefing.models import FindingRow
from madang.governance.briefing.queries.reports import (
    get_finding,
    list_findings,
    read_context,
)

from .words import FINDINGS, HOME, KINDS, LINE, STATES

TOGETHER = Text(ko="목록에서 함께 결정", en="Decided together in the list")


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
        "corrected": row.corrected or None,
        "note": row.note or None,
        "decided_by": read_pair(row.decided_by) if row.decided_by else None,
    }


@page(PERMISSION, title=FINDINGS, methods=("GET", "POST"))
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
            ListColumn(name="corrected", title=Text(ko="고친 값", en="Corrected value"), shown=False),
            ListColumn(name="note", title=Text(ko="결정한 까닭", en="Reason"), shown=False),
            ListColumn(name="decided_by", title=Text(ko="결정한 사람", en="Decided by"), shown=False),
        ),
        query=partial(_query_findings, report_id=report_id),
        filters=(
            ListFilter(name="state", title=Text(ko="결정", en="Decision"), choices=tuple(STATES.items())),
            ListFilter(name="kind", title=Text(ko="종류", en="Kind"), choices=tuple(KINDS.items())),
            ListFilter(
                name="severity",
                title=Text(ko="정도", en="Severity"),
                choices=tuple(
                    (one.value, SEVERITY_NAMES[one]) for one in (Severity.MODERATE, Severity.MINOR)
                ),
            ),
        ),
        actions=(
            ListAction(
                name="accept",
                title=Text(ko="적힌 그대로 둠", en="Accept as printed"),
                permission=PERMISSION,
                consequence=Text(
                    ko="지적 {count}건을 적힌 그대로 둡니다. 결정은 이름과 함께 남습니다.",
                    en="{count} findings are accepted as printed. The decisions stay with your name.",
                ),
                run=partial(_decide_all, report_id=report_id, state="accepted"),
            ),
            ListAction(
                name="correct",
                title=Text(ko="계산한 값으로 고침", en="Correct to what was computed"),
                permission=PERMISSION,
                consequence=Text(
                    ko="지적 {count}건에서 적힌 값을 계산한 값으로 고칩니다. 계산한 값이 하나로 정해지지 않은 것은 그대로 남습니다.",
                    en="In {count} findings what is stated becomes what was computed. Where that isn't one value, they stay open.",
                ),
                run=partial(_decide_all, report_id=report_id, state="corrected"),
            ),
        ),
        sort="line",
        empty=Text(ko="서로 맞지 않는 곳이 없습니다.", en="Nothing disagrees."),
    )


def _decide_all(*, actor: Actor, now: datetime, ids: Sequence[str], report_id: str, state: str) -> Text:
    """Decide on the chosen findings in the same way; without a value to correct to, one stays as it is."""
    require(actor, PERMISSION)
    rows = [get_finding(report_id, int(one)) for one in ids if one.isdecimal()]
    fit = [
        one for one in rows if state == "accepted" or (one.computed and can_replace(one.stated, one.computed))
    ]
    for one in fit:
        words = {"state": state, "corrected": one.computed, "note": TOGETHER.ko}
        decide_finding(actor=actor, now=now, report_id=report_id, finding_id=one.id, **words)
    left = len(rows) - len(fit)
    return Text(
        ko=f"지적 {len(fit)}건을 결정했습니다." + (f" {left}건은 값을 직접 적어야 합니다." if left else ""),
        en=f"{len(fit)} findings decided." + (f" {left} need a value from you." if left else ""),
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
        "corrected": row.corrected or (row.computed if can_replace(row.stated, row.computed) else ""),
        "note": row.note,
    }


DECIDE = FormPage(
    title=Text(ko="지적 결정", en="Decide on a finding"),
    permission=PERMISSION,
    form=_build_decision,
    run=_decide,
    initial=_fill,
    about=Text(
        ko="결정과 까닭은 이름과 함께 남습니다. 고친 값은 등록할 때와 보고서를 쓸 때 적힌 값을 대신합니다.",
        en="The decision stays with your name and reason. What you correct takes the place of what is printed when the report is adopted and written.",
    ),
    back=HOME,
)
