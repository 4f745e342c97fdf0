"""A report is written from the records, checked like any other, and published by a named person."""

from __future__ import annotations

import re
from datetime import date, datetime

import msgspec
from django.db import transaction

from madang.core.base.interface import Actor, BadInput, Conflict, Text, to_city_time
from madang.core.people.interface import record_audit, require
from madang.governance.briefing.methods.composing import compose_document, write_text
from madang.governance.briefing.methods.translating import translate
from madang.governance.briefing.models import EditionRow, FindingRow, ReportRow
from madang.governance.briefing.queries.editions import find_base, get_edition
from madang.governance.briefing.queries.living import read_living
from madang.governance.briefing.queries.reports import count_open, read_corrected
from madang.governance.briefing.records import Document

from .reports import PERMISSION, import_report

LINE = re.compile(r"\d+번째 줄")


@transaction.atomic
def write_edition(*, actor: Actor, now: datetime, as_of: date) -> str:
    """Write the report as of a day from the newest adopted one and what happened since; return its id.

    The written text is read and checked again: its findings must be accepted before it is published. What a
    named person accepted in an earlier report stays accepted, with that name. Raises Conflict where no
    report is adopted, or nothing differs from an edition that is there.
    """
    require(actor, PERMISSION)
    if as_of > to_city_time(now).date():
        raise BadInput(
            "briefing.future", "아직 오지 않은 날입니다", "that day hasn't come yet", field="as_of"
        )
    base = find_base()
    document = _compose(base, as_of, actor)
    text = write_text(document)
    name = f"work-report-{as_of}.txt"
    report_id = import_report(actor=actor, now=now, name=name, raw=text.encode())
    edition = EditionRow.objects.create(
        text_id=report_id,
        base=base,
        as_of=as_of,
        document=msgspec.to_builtins(document),
        written_at=now,
        written_by=actor.name,
    )
    kept = _keep_acceptances(edition)
    details = {"as_of": str(as_of), "base": base.id, "accepted_before": kept}
    record_audit(actor=actor, now=now, action="briefing.write", subject=report_id, details=details)
    return report_id


@transaction.atomic
def publish_edition(*, actor: Actor, now: datetime, report_id: str) -> None:
    """Publish an edition for everyone.

    Raises Conflict while a finding is open, where one is to be corrected (the records are, and the report
    is written anew), or where it was published already.
    """
    require(actor, PERMISSION)
    edition = get_edition(report_id)
    if edition.published_at is not None:
        raise Conflict("briefing.published", "이미 펴낸 보고서입니다", "it was published already")
    if count := count_open(report_id):
        ko = f"받아들인 사람이 없는 지적이 {count}건 있어 펴낼 수 없습니다"
        en = f"{count} findings are open: each needs a named person who accepts it"
        raise Conflict("briefing.open", ko, en)
    if edition.text.findings.exclude(state="accepted").exists():
        raise Conflict(
            "briefing.corrected",
            "고치기로 한 지적이 있습니다. 기록을 고친 뒤 보고서를 다시 써 주세요",
            "a finding is to be corrected: correct the records and write the report anew",
        )
    edition.published_at, edition.published_by = now, actor.name
    edition.save(update_fields=["published_at", "published_by"])
    accepted = {one.id: one.decided_by for one in edition.text.findings.all()}
    record_audit(
        actor=actor,
        now=now,
        action="briefing.publish",
        subject=report_id,
        details={"accepted": len(accepted), "by": sorted(set(accepted.values()))},
    )


def _compose(base: ReportRow, as_of: date, actor: Actor) -> Document:
    title = translate(base.title, {})
    label = Text(ko=f"{base.title} ({base.name})", en=f"{title} ({base.name})")
    return compose_document(read_corrected(base), read_living(base, actor=actor), as_of, label)


def _keep_acceptances(edition: EditionRow) -> int:
    """Let what somebody accepted before stay accepted by them; return how many findings that were."""
    before = FindingRow.objects.filter(state="accepted").exclude(report=edition.text)
    accepted = {_name_finding(one): one for one in before.order_by("decided_at")}
    kept = 0
    for one in edition.text.findings.all():
        same = accepted.get(_name_finding(one))
        if same is not None:
            one.state, one.note = "accepted", same.note
            one.decided_at, one.decided_by = same.decided_at, same.decided_by
            one.save()
            kept += 1
    return kept


def _name_finding(one: FindingRow) -> tuple[str, ...]:
    """Return what makes a finding the same in another report: all but the numbers of its lines."""
    return (one.kind, one.stated, one.computed, one.column, LINE.sub("", one.place_ko))
