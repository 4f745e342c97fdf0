"""Keeping the search and the list of changes up with the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from django.db import transaction

from madang.citizens.open_data import models
from madang.citizens.open_data.gateway.cutter import cut_words
from madang.citizens.open_data.queries.entries import describe_own
from madang.citizens.open_data.queries.search import read_entry
from madang.citizens.open_data.records.changes import ChangeKind
from madang.citizens.open_data.records.search import Entry
from madang.core.base.interface import ANONYMOUS, HOUSE, TableKind
from madang.core.lake.interface import DatasetRecord, list_datasets, list_versions

PAGE = 200
BATCH = 5_000
TURN = 200
MOST_VERSIONS = 20


class Follower:
    """Follows the catalogue: what was updated since the last look, and everything where numbers don't agree."""

    def __init__(self) -> None:
        self._newest: datetime | None = None

    def refresh(self, now: datetime) -> int:
        """Take up what changed in the catalogue; return how many entries changed."""
        records, total = self._list_updated()
        known = models.SearchRow.objects.filter(is_own=True, is_gone=False)
        fresh = {f"own:{one.name}" for one in records}
        if self._newest is None or known.exclude(id__in=fresh).count() + len(fresh) != total:
            records = list_datasets(actor=ANONYMOUS, state="published", limit=total + PAGE)[0]
            gone = sorted(set(known.values_list("id", flat=True)) - {f"own:{one.name}" for one in records})
            changed = take_up(records, now) + drop(gone, now)
        else:
            changed = take_up(records, now)
        newest = [one.updated_at for one in records]
        self._newest = max([*newest, *([self._newest] if self._newest else [])], default=None)
        return changed

    def _list_updated(self) -> tuple[list[DatasetRecord], int]:
        found: list[DatasetRecord] = []
        while True:
            page, total = list_datasets(
                actor=ANONYMOUS, state="published", order_by="-updated", offset=len(found), limit=PAGE
            )
            fresh = [one for one in page if self._newest is None or one.updated_at >= self._newest]
            found += fresh
            if self._newest is None or len(fresh) < PAGE:
                return found, total


def take_up(records: Sequence[DatasetRecord], now: datetime) -> int:
    """Let the search know the city's datasets as they are; return how many changed."""
    by_id = {f"own:{record.name}": record for record in records}
    before = models.SearchRow.objects.in_bulk(list(by_id))
    changes = {name: _list_changes(record, before.get(name), now) for name, record in by_id.items()}
    versions = {name: record.version for name, record in by_id.items()}
    return write_entries([describe_own(one) for one in records], now, versions, changes)


def write_entries(
    entries: Sequence[Entry],
    now: datetime,
    versions: Mapping[str, int] | None = None,
    changes: Mapping[str, Sequence[models.ChangeRow]] | None = None,
) -> int:
    """Write the entries that differ from what is known, each with its changes, and return how many.

    Words are cut of those that read differently.
    """
    changed = 0
    for start in range(0, len(entries), BATCH):
        changed += _write_batch(entries[start : start + BATCH], now, versions or {}, changes or {})
    return changed


def drop(ids: Sequence[str], now: datetime) -> int:
    """Take entries out of the search."""
    rows = list(models.SearchRow.objects.filter(id__in=ids, is_gone=False))
    with transaction.atomic():
        for row in rows:
            row.is_gone, row.changed_at = True, now
        models.SearchRow.objects.bulk_update(rows, ["is_gone", "changed_at"])
        models.ChangeRow.objects.bulk_create(
            _change(read_entry(row), row.id, ChangeKind.WITHDRAWN, now) for row in rows if row.is_own
        )
    return len(rows)


def _write_batch(
    entries: Sequence[Entry],
    now: datetime,
    versions: Mapping[str, int],
    changes: Mapping[str, Sequence[models.ChangeRow]],
) -> int:
    before = models.SearchRow.objects.in_bulk([one.id for one in entries])
    known = {name: read_entry(row) for name, row in before.items()}
    changed = [one for one in entries if known.get(one.id) != one or before[one.id].is_gone]
    unread = [one for one in changed if one.id not in known or known[one.id].texts != one.texts]
    terms = dict(zip((one.id for one in unread), cut_words([one.texts for one in unread]), strict=True))
    for start in range(0, len(changed), TURN):
        turn = changed[start : start + TURN]
        with transaction.atomic():
            models.SearchRow.objects.bulk_create(
                [
                    models.SearchRow(
                        id=one.id,
                        is_own=one.is_own,
                        entry=msgspec.to_builtins(one),
                        terms=terms[one.id] if one.id in terms else before[one.id].terms,
                        version=versions.get(one.id, -1),
                        changed_at=now,
                    )
                    for one in turn
                ],
                update_conflicts=True,
                unique_fields=["id"],
                update_fields=["entry", "terms", "version", "is_gone", "changed_at"],
            )
            models.ChangeRow.objects.bulk_create(row for one in turn for row in changes.get(one.id, ()))
    return len(changed)


def _list_changes(
    record: DatasetRecord, before: models.SearchRow | None, now: datetime
) -> list[models.ChangeRow]:
    entry, name = describe_own(record), f"own:{record.name}"
    if before is None or before.is_gone:
        at = record.updated_at if before is None else now
        return [_change(entry, name, ChangeKind.OPENED, at, record.version)]
    changes = []
    if record.table.kind is TableKind.DATASET and record.version > before.version:
        changes = [
            _change(entry, name, ChangeKind.VERSION, one.at, one.version, one.rows)
            for one in list_versions(actor=HOUSE, name=record.name)[:MOST_VERSIONS]
            if one.version > before.version
        ]
    old = read_entry(before)
    if (old.texts, old.licence, old.agency) != (entry.texts, entry.licence, entry.agency):
        changes.append(_change(entry, name, ChangeKind.DESCRIBED, now, record.version))
    return changes


def _change(
    entry: Entry, name: str, kind: ChangeKind, at: datetime, version: int = -1, rows: int | None = None
) -> models.ChangeRow:
    return models.ChangeRow(
        dataset=name.partition(":")[2],
        title=msgspec.to_builtins(entry.title),
        kind=kind,
        version=version,
        rows=entry.rows or 0 if rows is None else rows,
        at=at,
    )


follower = Follower()
