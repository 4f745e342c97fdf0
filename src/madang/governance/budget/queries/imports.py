"""Files that were brought in, what was refused of them, and what each level adds up to."""

from __future__ import annotations

import msgspec
from django.db.models import Count, Q, Sum

from madang.core.base.interface import NotFound
from madang.governance.budget.models import ImportRow, NodeRow, RejectRow
from madang.governance.budget.records.imports import ImportFinding, ImportRecord, LevelSum, Reject
from madang.governance.budget.records.ledger import LEVEL_WORDS


def get_import(import_id: str) -> ImportRecord:
    """Return one import; raises NotFound."""
    row = ImportRow.objects.filter(pk=import_id).annotate(rejected=Count("rejects")).first()
    if row is None:
        raise NotFound("budget.import", "그런 가져오기가 없습니다", "there is no such import")
    return _read_import(row)


def list_imports(
    *, search: str = "", offset: int = 0, limit: int = 50
) -> tuple[tuple[ImportRecord, ...], int]:
    """Return imports, newest first, with their number."""
    rows = ImportRow.objects.annotate(rejected=Count("rejects")).order_by("-at")
    rows = rows.filter(name__icontains=search) if search else rows
    return tuple(_read_import(row) for row in rows[offset : offset + limit]), rows.count()


def list_rejects(
    import_id: str, *, search: str = "", reason: str = "", offset: int = 0, limit: int = 50
) -> tuple[tuple[Reject, ...], int]:
    """Return refused rows in the order of the file, with their number."""
    rows = RejectRow.objects.filter(source_id=import_id)
    rows = rows.filter(reason=reason) if reason else rows
    rows = rows.filter(Q(column__icontains=search) | Q(cells__icontains=search)) if search else rows
    records = tuple(
        Reject(id=one.pk, row=one.row, reason=one.reason, column=one.column, cells=tuple(one.cells))
        for one in rows.order_by("row")[offset : offset + limit]
    )
    return records, rows.count()


def sum_levels(book_id: str) -> tuple[LevelSum, ...]:
    """Return what the nodes of each level of a book add up to, the whole first."""
    rows = NodeRow.objects.filter(book_id=book_id).values("level")
    sums = rows.annotate(count=Count("pk"), kept=Sum("original_krw"), proposed=Sum("proposed_krw"))
    found = [
        LevelSum(level=one["level"], count=one["count"], kept_krw=one["kept"], proposed_krw=one["proposed"])
        for one in sums.order_by()
    ]
    return tuple(sorted(found, key=lambda one: list(LEVEL_WORDS).index(one.level)))


def _read_import(row: ImportRow) -> ImportRecord:
    return ImportRecord(
        id=row.pk,
        name=row.name,
        at=row.at,
        by=row.by,
        rows_read=row.rows_read,
        lines_taken=row.lines_taken,
        totals_read=row.totals_read,
        rejected=row.rejected,
        levels=tuple(row.levels),
        measures=tuple(row.measures),
        ignored_columns=tuple(row.ignored_columns),
        findings=msgspec.convert(row.findings, tuple[ImportFinding, ...]),
        book_ids=tuple(row.books.order_by("fiscal_year").values_list("pk", flat=True)),
    )
