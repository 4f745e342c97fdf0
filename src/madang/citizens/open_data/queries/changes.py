"""Reads of what happened to public datasets."""

from __future__ import annotations

import msgspec

from madang.citizens.open_data import models
from madang.citizens.open_data.records.changes import Change, ChangeKind
from madang.core.base.interface import Text


def list_changes(
    *, dataset: str = "", kind: str = "", search: str = "", sort: str = "-at", offset: int = 0, limit: int = 50, before: int = 0
) -> tuple[list[Change], int]:  # fmt: skip
    """Return a page of the changes, newest first unless sorted otherwise, and how many there are.

    `before` leaves out that change and all that were noted after it: a feed's pages don't shift.
    """
    rows = models.ChangeRow.objects.all()
    rows = rows.filter(dataset=dataset) if dataset else rows
    rows = rows.filter(kind=kind) if kind else rows
    rows = rows.filter(id__lt=before) if before else rows
    rows = rows.filter(dataset__icontains=search) if search else rows
    rows = rows.order_by(sort, "-id")
    shown = rows[offset : offset + limit]
    newest = dict(
        models.ChangeRow.objects.filter(dataset__in={row.dataset for row in shown})
        .order_by("id")
        .values_list("dataset", "kind")
    )
    return [_read(row, is_gone=newest[row.dataset] == ChangeKind.WITHDRAWN) for row in shown], rows.count()


def _read(row: models.ChangeRow, *, is_gone: bool) -> Change:
    return Change(
        id=row.id,
        dataset=row.dataset,
        title=msgspec.convert(row.title, Text),
        kind=ChangeKind(row.kind),
        version=row.version,
        rows=row.rows,
        at=row.at,
        is_gone=is_gone,
    )
