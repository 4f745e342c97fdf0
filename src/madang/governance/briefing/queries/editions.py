"""Reads of the reports that were written here, and of what differs between two reporting dates."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import msgspec
from django.db.models import Count, Q

from madang.core.base.interface import Conflict, NotFound, Translation
from madang.governance.briefing.gateway.report import read_report
from madang.governance.briefing.methods.comparing import compare_reports
from madang.governance.briefing.methods.translating import list_untranslated
from madang.governance.briefing.models import EditionRow, ReportRow
from madang.governance.briefing.queries.living import list_wordings
from madang.governance.briefing.queries.reports import read_corrected
from madang.governance.briefing.records import Change, Document, Report


def find_base() -> ReportRow:
    """Return the report that was adopted last; raises Conflict where none was."""
    row = ReportRow.objects.exclude(adopted_at=None).order_by("-adopted_at").first()
    if row is None:
        raise Conflict(
            "briefing.base", "등록한 보고서가 아직 없습니다", "no report was adopted yet", field="as_of"
        )
    return row


def get_edition(report_id: str) -> EditionRow:
    """Return a written report by its id; raises NotFound."""
    row = EditionRow.objects.select_related("text", "base").filter(text_id=report_id).first()
    if row is None:
        raise NotFound("briefing.edition", "그런 보고서가 없습니다", "there is no such report")
    return row


def get_published(report_id: str) -> EditionRow:
    """Return a published report by its id; raises NotFound, also where it isn't published."""
    row = get_edition(report_id)
    if row.published_at is None:
        raise NotFound("briefing.edition", "그런 보고서가 없습니다", "there is no such report")
    return row


def list_published() -> Sequence[EditionRow]:
    """Return the published reports, the newest first."""
    rows = (
        EditionRow.objects.exclude(published_at=None).select_related("text").defer("document", "text__text")
    )
    return rows.order_by("-as_of", "-published_at")


def list_editions(*, sort: str, offset: int, limit: int) -> tuple[Sequence[EditionRow], int]:
    """Return written reports with how many of their findings are open and how many there are."""
    rows = EditionRow.objects.select_related("text").defer("document", "text__text")
    rows = rows.annotate(
        finding_count=Count("text__findings"),
        open_count=Count("text__findings", filter=Q(text__findings__state="open")),
    )
    return rows.order_by(sort or "-written_at", "id")[offset : offset + limit], rows.count()


def list_reporting_dates() -> list[ReportRow]:
    """Return reports that can be compared: adopted ones and those written here, the oldest first."""
    rows = ReportRow.objects.filter(Q(adopted_at__isnull=False) | Q(edition__isnull=False))
    return list(rows.defer("text").order_by("brought_at", "pk"))


def read_document(edition: EditionRow) -> Document:
    """Return what an edition says."""
    return msgspec.convert(edition.document, Document)


def list_passages() -> list[Translation]:
    """Return the passages of the newest written report that are only Korean, in its order, then those that aren't."""
    written = list_wordings()[0]
    newest = EditionRow.objects.order_by("-written_at").first()
    left = list_untranslated(read_document(newest), {one.ko: one.en for one in written}) if newest else []
    return [
        *(Translation(ko=ko) for ko in left),
        *(
            Translation(ko=one.ko, en=one.en, entered_by=one.entered_by, entered_at=one.entered_at)
            for one in written
        ),
    ]


def compare(before_id: str, after_id: str) -> list[Change]:
    """Return what differs between two reports; raises NotFound for one that can't be compared."""
    return compare_reports(_read(before_id), _read(after_id))


@lru_cache(maxsize=8)
def _read(report_id: str) -> Report:
    row = ReportRow.objects.filter(
        Q(adopted_at__isnull=False) | Q(edition__isnull=False), pk=report_id
    ).first()
    if row is None:
        raise NotFound("briefing.report", "그런 보고서가 없습니다", "there is no such report")
    return read_corrected(row) if row.adopted_at else read_report(row.text)
