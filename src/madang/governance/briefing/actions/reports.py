"""Every change: bring a report, decide on a finding, adopt the report's records."""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec
from django.db import transaction

from madang.core.base.interface import Actor, BadInput, Conflict
from madang.core.people.interface import record_audit, require
from madang.governance.briefing.detectors.checking import find_faults
from madang.governance.briefing.gateway.report import decode_report, read_report
from madang.governance.briefing.methods.correcting import can_replace
from madang.governance.briefing.models import (
    BudgetRow,
    FindingRow,
    IndicatorRow,
    MilestoneRow,
    ReportRow,
    TaskRow,
)
from madang.governance.briefing.queries.reports import count_open, get_finding, get_report, read_corrected
from madang.governance.briefing.records import Fault, Report

from .adopting import take_into_tree

PERMISSION = "briefing.work"
DECISIONS = ("accepted", "corrected")


@transaction.atomic
def import_report(*, actor: Actor, now: datetime, name: str, raw: bytes) -> str:
    """Read a report's text, keep it with its findings, and return its id.

    Raises BadInput for what is no text, Conflict where the same text is here already.
    """
    require(actor, PERMISSION)
    text = decode_report(raw)
    digest = hashlib.sha256(text.encode()).hexdigest()
    if ReportRow.objects.filter(digest=digest).exists():
        raise Conflict(
            "briefing.here", "같은 보고서가 이미 있습니다", "the same report is here already", field="file"
        )
    report = read_report(text)
    row = ReportRow.objects.create(
        name=name[:200],
        title=(report.title or name)[:200],
        digest=digest,
        text=text.replace("\r\n", "\n").replace("\r", "\n"),
        published_on=report.published_on,
        unread=[[one.line, one.text, one.reason.ko, one.reason.en] for one in report.unread],
        brought_at=now,
        brought_by=actor.name,
    )
    faults = find_faults(report)
    FindingRow.objects.bulk_create(_to_row(row, fault) for fault in faults)
    record_audit(
        actor=actor, now=now, action="briefing.import", subject=row.id, details={"findings": len(faults)}
    )
    return row.id


@transaction.atomic
def decide_finding(
    *, actor: Actor, now: datetime, report_id: str, finding_id: int, state: str, corrected: str, note: str
) -> None:
    """Accept what is printed, or correct it, with a note; once the report is adopted nothing changes."""
    require(actor, PERMISSION)
    row = get_finding(report_id, finding_id)
    if state not in DECISIONS:
        raise BadInput("briefing.decision", "받아들이거나 고칩니다", "accept or correct", field="state")
    if row.report.adopted_at is not None:
        raise Conflict("briefing.adopted", "이미 등록한 보고서입니다", "the report was adopted already")
    if state == "corrected" and not corrected.strip():
        raise BadInput("briefing.value", "고칠 값을 적어 주세요", "say what it should be", field="corrected")
    corrected = " ".join(corrected.split())
    if state == "corrected" and not can_replace(row.stated, corrected):
        raise BadInput(
            "briefing.number",
            f"적힌 값({row.stated})처럼 읽을 수 있는 수로 적어 주세요",
            f"write a figure that can be read like the one stated ({row.stated})",
            field="corrected",
        )
    row.state, row.note = state, note
    row.corrected = corrected if state == "corrected" else ""
    row.decided_at, row.decided_by = now, actor.name
    row.save()
    subject = f"{report_id}:{row.line}"
    record_audit(actor=actor, now=now, action=f"briefing.{state}", subject=subject, details={"note": note})


@transaction.atomic
def adopt_report(*, actor: Actor, now: datetime, report_id: str) -> None:
    """Make the report's tasks, milestones, indicators and budget items the city's records.

    Raises Conflict while a finding is undecided, or where it was adopted already. What was corrected takes the
    place of what was printed.
    """
    require(actor, PERMISSION)
    row = get_report(report_id)
    if row.adopted_at is not None:
        raise Conflict("briefing.adopted", "이미 등록한 보고서입니다", "the report was adopted already")
    if count := count_open(report_id):
        ko, en = f"결정하지 않은 지적이 {count}건 있습니다", f"{count} findings are undecided"
        raise Conflict("briefing.open", ko, en)
    if hasattr(row, "edition"):
        raise Conflict(
            "briefing.written",
            "여기에서 쓴 보고서는 등록하지 않습니다",
            "a report written here isn't adopted",
        )
    report = read_corrected(row)
    _keep_records(row, report)
    take_into_tree(row, report, actor=actor, now=now)
    row.adopted_at, row.adopted_by = now, actor.name
    row.save(update_fields=["adopted_at", "adopted_by"])
    record_audit(actor=actor, now=now, action="briefing.adopt", subject=report_id)


@transaction.atomic
def remove_report(*, actor: Actor, now: datetime, report_id: str) -> None:
    """Remove a report that was brought or written by mistake, with its findings.

    Raises Conflict once it is adopted or published: others rely on it then.
    """
    require(actor, PERMISSION)
    row = get_report(report_id)
    edition = getattr(row, "edition", None)
    if row.adopted_at is not None or (edition is not None and edition.published_at is not None):
        raise Conflict(
            "briefing.kept",
            "등록하거나 펴낸 보고서는 지울 수 없습니다",
            "a report that was adopted or published is kept",
        )
    if edition is not None:
        edition.delete()
    row.delete()
    record_audit(
        actor=actor, now=now, action="briefing.remove", subject=report_id, details={"name": row.name}
    )


def _to_row(report: ReportRow, fault: Fault) -> FindingRow:
    return FindingRow(
        report=report,
        line=fault.line,
        kind=fault.kind.value,
        severity=fault.severity.value,
        place_ko=fault.place.ko,
        place_en=fault.place.en,
        stated=fault.stated,
        computed=fault.computed,
        cause_ko=fault.cause.ko,
        cause_en=fault.cause.en,
        column=fault.column,
    )


def _keep_records(row: ReportRow, report: Report) -> None:
    TaskRow.objects.bulk_create(
        TaskRow(report=row, line=one.line, task_code=one.code, name=one.title, purpose=one.purpose)
        for one in report.tasks
    )
    MilestoneRow.objects.bulk_create(
        MilestoneRow(
            report=row,
            line=one.line,
            task_code=one.task_code,
            name=one.title,
            period_text=one.period_text[:200],
            starts_on=one.starts_on,
            ends_on=one.ends_on,
        )
        for task in report.tasks
        for one in task.milestones
    )
    IndicatorRow.objects.bulk_create(
        IndicatorRow(
            report=row, line=one.line, task_code=one.task_code, name=one.name, value=one.value, unit=one.unit
        )
        for one in report.indicators
    )
    BudgetRow.objects.bulk_create(
        BudgetRow(report=row, **msgspec.structs.asdict(one) | {"path": " > ".join(one.path)})
        for one in report.budget
    )
