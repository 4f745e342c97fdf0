"""Every read of reports, findings and adopted records."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Model, Q

from madang.core.base.interface import NotFound
from madang.governance.briefing.gateway.report import read_report
from madang.governance.briefing.methods.correcting import Correction, correct_lines
from madang.governance.briefing.models import (
    BudgetRow,
    FindingRow,
    IndicatorRow,
    MilestoneRow,
    ReportRow,
    TaskRow,
)
from madang.governance.briefing.records import Report

ADOPTED: dict[str, type[Model]] = {
    "tasks": TaskRow,
    "milestones": MilestoneRow,
    "indicators": IndicatorRow,
    "budget": BudgetRow,
}
CONTEXT = 2


def get_report(report_id: str) -> ReportRow:
    """Return one report; raises NotFound."""
    row = ReportRow.objects.filter(pk=report_id).first()
    if row is None:
        raise NotFound("briefing.report", "그런 보고서가 없습니다", "there is no such report")
    return row


def get_finding(report_id: str, finding_id: int) -> FindingRow:
    """Return one finding of a report; raises NotFound."""
    row = FindingRow.objects.select_related("report").filter(pk=finding_id, report_id=report_id).first()
    if row is None:
        raise NotFound("briefing.finding", "그런 지적이 없습니다", "there is no such finding")
    return row


def read_corrected(row: ReportRow) -> Report:
    """Return what a report says, with the corrections that people decided on; each line keeps its number."""
    report = read_report(row.text)
    corrections = [
        Correction(line=one.line, stated=one.stated, corrected=one.corrected, column=one.column)
        for one in row.findings.filter(state="corrected")
    ]
    return read_report("\n".join(correct_lines(report, corrections)[0])) if corrections else report


def list_reports(*, search: str, sort: str, offset: int, limit: int) -> tuple[Sequence[ReportRow], int]:
    """Return reports that were brought in, with the numbers of all and of open findings."""
    rows = (
        ReportRow.objects.filter(edition=None)
        .defer("text")
        .annotate(
            finding_count=Count("findings"), open_count=Count("findings", filter=Q(findings__state="open"))
        )
    )
    rows = rows.filter(Q(name__icontains=search) | Q(title__icontains=search)) if search else rows
    return rows.order_by(sort or "-brought_at", "id")[offset : offset + limit], rows.count()


def list_findings(
    report_id: str, *, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[FindingRow], int]:
    """Return findings of a report."""
    rows = FindingRow.objects.filter(report_id=report_id, **filters)
    if search:
        fields = ("place_ko", "place_en", "stated", "computed", "cause_ko", "note", "decided_by")
        rows = rows.filter(reduce(or_, (Q(**{f"{name}__icontains": search}) for name in fields)))
    return rows.order_by(sort or "line", "id")[offset : offset + limit], rows.count()


def list_adopted(
    kind: str, *, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[Any], int]:
    """Return tasks, milestones, indicators or budget items of adopted reports, each with its report."""
    rows = ADOPTED[kind].objects.filter(**filters)  # type: ignore[attr-defined]
    rows = rows.select_related("report").defer("report__text", "report__unread")
    rows = rows.filter(name__icontains=search) if search else rows
    return rows.order_by(sort or "line", "id")[offset : offset + limit], rows.count()


def list_task_codes(kind: str) -> list[str]:
    """Return the codes of tasks that have records of this kind."""
    rows = ADOPTED[kind].objects.exclude(task_code="")  # type: ignore[attr-defined]
    return sorted(set(rows.values_list("task_code", flat=True)))


def list_adopted_reports() -> list[tuple[str, str]]:
    """Return (id, title) of the adopted reports, the newest first."""
    rows = ReportRow.objects.exclude(adopted_at=None).order_by("-adopted_at")
    return list(rows.values_list("id", "title"))


def count_open(report_id: str) -> int:
    """Return how many findings of a report nobody has decided on."""
    return FindingRow.objects.filter(report_id=report_id, state="open").count()


def read_context(report: ReportRow, line: int) -> list[tuple[int, str, bool]]:
    """Return (number, text, is it the line) of the lines around a line."""
    lines = report.text.split("\n")
    first = max(1, line - CONTEXT)
    numbers = range(first, min(len(lines), line + CONTEXT) + 1)
    return [(number, lines[number - 1].replace("\t", " | "), number == line) for number in numbers]
