"""Every read of reports, findings and adopted records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Model, Q

from madang.core.base.interface import NotFound
from madang.governance.briefing.models import (
    BudgetRow,
    FindingRow,
    IndicatorRow,
    MilestoneRow,
    ReportRow,
    TaskRow,
)

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
        rows = rows.filter(Q(place_ko__icontains=search) | Q(stated__icontains=search))
    return rows.order_by(sort or "line", "id")[offset : offset + limit], rows.count()


def list_adopted(
    kind: str, *, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[Any], int]:
    """Return tasks, milestones, indicators or budget items of adopted reports."""
    rows = ADOPTED[kind].objects.filter(**filters)  # type: ignore[attr-defined]
    rows = rows.filter(name__icontains=search) if search else rows
    return rows.order_by(sort or "line", "id")[offset : offset + limit], rows.count()


def list_task_codes(kind: str) -> list[str]:
    """Return the codes of tasks that have records of this kind."""
    rows = ADOPTED[kind].objects.exclude(task_code="")  # type: ignore[attr-defined]
    return sorted(set(rows.values_list("task_code", flat=True)))


def count_open(report_id: str) -> int:
    """Return how many findings of a report nobody has decided on."""
    return FindingRow.objects.filter(report_id=report_id, state="open").count()


def read_context(report: ReportRow, line: int) -> list[tuple[int, str, bool]]:
    """Return (number, text, is it the line) of the lines around a line."""
    lines = report.text.splitlines()
    first = max(1, line - CONTEXT)
    numbers = range(first, min(len(lines), line + CONTEXT) + 1)
    return [(number, lines[number - 1].replace("\t", " | "), number == line) for number in numbers]
