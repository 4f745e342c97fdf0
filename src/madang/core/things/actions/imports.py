"""Many things from a file, at once and undoable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction
from msgspec import UNSET

from madang.core.base.interface import Actor, BadInput, Conflict, MadangError, NotFound, Text, new_id
from madang.core.people.interface import record_audit, require
from madang.core.things.methods import find_changes, read_id, read_row
from madang.core.things.models import ImportBatch, ThingChange, ThingKind, ThingRow
from madang.core.things.records import ImportReport, Reject, ThingValues, UndoReport

from .writing import (
    CHUNK,
    apply_values,
    bump_version,
    locate_rows,
    make_change,
    put_values,
    start_row,
    take_snapshot,
    update_rows,
)


def import_things(
    *,
    actor: Actor,
    now: datetime,
    rows: Iterable[Mapping[str, Any]],
    defaults: Mapping[str, Any] | None = None,
    source: str = "",
    dry_run: bool = False,
) -> ImportReport:
    """Register or change things by id, all in one transaction; a wrong row is rejected with its reason.

    Keys of a row are `id` and the fields of `ThingValues`; what a row leaves empty, `defaults` fill
    for a new thing and an old one keeps. Other keys go to `attributes`. The same rows again change
    nothing. With `dry_run` the report is made and nothing is kept.
    """
    require(actor, "things.import")
    with transaction.atomic():
        draft = _Draft(actor, now, defaults or {})
        draft.read(rows)
        draft.settle()
        report = draft.report(new_id(), dry_run=dry_run, source=source)
        if not dry_run:
            draft.write(report)
    return report


def undo_import(*, actor: Actor, now: datetime, batch_id: str) -> UndoReport:
    """Take back what an import added and changed, except things changed or used since."""
    require(actor, "things.import")
    with transaction.atomic():
        batch = ImportBatch.objects.select_for_update().filter(pk=batch_id).first()
        if batch is None:
            raise NotFound("import.unknown", "그런 가져오기가 없습니다.", "there is no such import")
        if batch.undone_at is not None:
            raise Conflict("import.undone", "이미 되돌린 가져오기입니다.", "this import is undone already")
        report = _undo_rows(batch, actor=actor, now=now)
        batch.undone_at = now
        batch.save(update_fields=["undone_at"])
        bump_version("things")
        record_audit(
            actor=actor,
            now=now,
            action="things.undo_import",
            subject=f"import:{batch_id}",
            details={"removed": report.removed, "restored": report.restored, "kept": len(report.kept)},
        )
    return report


class _Draft:
    """What an import would do, before it does it."""

    def __init__(self, actor: Actor, now: datetime, defaults: Mapping[str, Any]) -> None:
        self.actor, self.now, self.defaults = actor, now, defaults
        self.kinds = {kind.code: kind for kind in ThingKind.objects.all()}
        self.rejects: list[Reject] = []
        self.rows: dict[str, tuple[int, ThingRow, dict[str, Any] | None]] = {}
        self.rows_read = 0

    def read(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Judge each row by itself."""
        chunk: list[tuple[int, Mapping[str, Any]]] = []
        for number, raw in enumerate(rows, start=1):
            self.rows_read = number
            chunk.append((number, raw))
            if len(chunk) == CHUNK:
                self._read_chunk(chunk)
                chunk = []
        self._read_chunk(chunk)

    def settle(self) -> None:
        """Judge what needs all rows: places and parents."""
        locate_rows(
            row
            for _, row, before in self.rows.values()
            if before is None or (before["lon"], before["lat"]) != (row.lon, row.lat)
        )
        while wrong := self._find_wrong_parents():
            for thing_id in wrong:
                number, row, _ = self.rows.pop(thing_id)
                self._reject(number, thing_id, _parent_error(row.parent_id))

    def report(self, batch_id: str, *, dry_run: bool, source: str) -> ImportReport:
        """Count what would be done."""
        added = sum(before is None for _, _, before in self.rows.values())
        changed = sum(
            before is not None and bool(_diff(row, before)) for _, row, before in self.rows.values()
        )
        return ImportReport(
            batch_id=batch_id,
            dry_run=dry_run,
            rows_read=self.rows_read,
            added=added,
            changed=changed,
            unchanged=len(self.rows) - added - changed,
            rejected=tuple(sorted(self.rejects, key=lambda reject: reject.row)),
            at=self.now,
            actor_name=self.actor.name,
            source=source,
        )

    def write(self, report: ImportReport) -> None:
        """Do it: things, history, batch, version, audit."""
        new = [row for _, row, before in self.rows.values() if before is None]
        diffs = [
            (row, changes, before is None)
            for _, row, before in self.rows.values()
            if (changes := _diff(row, before))
        ]
        old = [row for row, _, is_new in diffs if not is_new]
        for row in old:
            row.updated_at = self.now
        ThingRow.objects.bulk_create(new, batch_size=CHUNK)
        update_rows(old)
        history = []
        for row, changes, is_new in diffs:
            action = "register" if is_new else "change"
            change = make_change(
                row, changes, actor=self.actor, now=self.now, action=action, why=report.source
            )
            change.batch_id = report.batch_id
            history.append(change)
        ThingChange.objects.bulk_create(history, batch_size=CHUNK)
        _keep_batch(report, self.actor)

    def _read_chunk(self, chunk: list[tuple[int, Mapping[str, Any]]]) -> None:
        ids = set()
        for _, raw in chunk:
            with suppress(BadInput):
                ids.add(read_id(raw.get("id", "")))
        known = ThingRow.objects.select_for_update().in_bulk(sorted(ids))
        for number, raw in chunk:
            try:
                self._read_row(number, raw, known)
            except MadangError as error:
                self._reject(number, str(raw.get("id", "")), error)

    def _read_row(self, number: int, raw: Mapping[str, Any], known: dict[str, ThingRow]) -> None:
        thing_id = read_id(raw.get("id", ""))
        if thing_id in self.rows:
            raise BadInput(
                "import.doubled",
                f"{self.rows[thing_id][0]}번째 줄과 id가 같습니다.",
                f"the id is the same as in row {self.rows[thing_id][0]}",
            )
        row, before = known.get(thing_id), None
        if row is None:
            values = read_row(raw, defaults=self.defaults)
            self._check_kind(values)
            kind = self.kinds.get(values.kind) if isinstance(values.kind, str) else None
            row = start_row(thing_id, values, kind.service_life_years if kind else None, self.now)
        else:
            require(self.actor, "things.import", row.agency_code)
            before = take_snapshot(row)
            values = read_row(raw, attributes=row.attributes)
            self._check_kind(values)
            apply_values(row, values)
        require(self.actor, "things.import", row.agency_code)
        self.rows[thing_id] = (number, row, before)

    def _check_kind(self, values: ThingValues) -> None:
        if values.kind is not UNSET and values.kind not in self.kinds:
            code = values.kind
            raise BadInput("thing.kind", f"시설물 종류 {code}이(가) 없습니다.", f"there is no kind {code}")

    def _find_wrong_parents(self) -> list[str]:
        parents = {thing_id: row.parent_id for thing_id, (_, row, _) in self.rows.items()}
        outside = {parent for parent in parents.values() if parent is not None and parent not in parents}
        while outside:
            found: dict[str, str | None] = {}
            for start in range(0, len(outside), CHUNK):
                part = sorted(outside)[start : start + CHUNK]
                found.update(ThingRow.objects.filter(pk__in=part).values_list("id", "parent_id"))
            parents.update(found)
            outside = {parent for parent in found.values() if parent is not None and parent not in parents}
        return [thing_id for thing_id in self.rows if not _has_top(thing_id, parents)]

    def _reject(self, number: int, thing_id: str, error: MadangError) -> None:
        reason = Text(ko=_printable(error.text.ko), en=_printable(error.text.en))
        self.rejects.append(Reject(row=number, id=_printable(thing_id)[:64], reason=reason))


def _printable(text: str) -> str:
    """Return `text` as every database can keep it: no NUL, no half of a surrogate pair."""
    return text.replace("\x00", "\ufffd").encode(errors="replace").decode()


def _has_top(thing_id: str, parents: dict[str, str | None]) -> bool:
    """Return whether going up from a thing ends at one that has no parent."""
    seen = {thing_id}
    above = parents[thing_id]
    while above is not None:
        if above in seen or above not in parents:
            return False
        seen.add(above)
        above = parents[above]
    return True


def _parent_error(parent_id: str | None) -> MadangError:
    return BadInput(
        "thing.parent",
        f"상위 시설물 {parent_id}을(를) 쓸 수 없습니다.",
        f"{parent_id} can't be the parent",
    )


def _diff(row: ThingRow, before: dict[str, Any] | None) -> dict[str, Any]:
    return find_changes(before or {}, take_snapshot(row))


def _keep_batch(report: ImportReport, actor: Actor) -> None:
    now = report.at
    assert now is not None
    ImportBatch.objects.create(
        id=report.batch_id,
        at=now,
        actor_id=actor.id,
        actor_name=actor.name[:150],
        source=report.source[:200],
        rows_read=report.rows_read,
        added=report.added,
        changed=report.changed,
        unchanged=report.unchanged,
        rejects=msgspec.to_builtins(report.rejected),
    )
    bump_version("things")
    record_audit(
        actor=actor,
        now=now,
        action="things.import",
        subject=f"import:{report.batch_id}",
        details={"added": report.added, "changed": report.changed, "rejected": len(report.rejected)},
    )


def _undo_rows(batch: ImportBatch, *, actor: Actor, now: datetime) -> UndoReport:
    changes = list(ThingChange.objects.filter(batch_id=batch.id).order_by("-id"))
    removed, restored, kept = [], [], []
    for start in range(0, len(changes), CHUNK):
        part = changes[start : start + CHUNK]
        ids = [change.thing_id for change in part]
        rows = ThingRow.objects.select_for_update().in_bulk(ids)
        last = dict(ThingChange.objects.filter(thing_id__in=ids).order_by("id").values_list("thing_id", "id"))
        for change in part:
            row = rows.get(change.thing_id)
            if row is None or last[change.thing_id] != change.pk or not _may_change(actor, row):
                kept.append(change.thing_id)
            elif change.action == "register":
                removed.append(row)
            else:
                put_values(row, {name: pair[0] for name, pair in change.changes.items()})
                restored.append(row)
    used = _remove(removed)
    _note_undo(batch, [row for row in removed if row.id not in used], restored, actor=actor, now=now)
    return UndoReport(removed=len(removed) - len(used), restored=len(restored), kept=(*kept, *sorted(used)))


def _may_change(actor: Actor, row: ThingRow) -> bool:
    return actor.may("things.import", row.agency_code)


def _remove(rows: list[ThingRow]) -> set[str]:
    """Delete `rows`, except those that others hang below; return the ids of the kept."""
    going = {row.id for row in rows}
    used: set[str] = set()
    while True:
        parents = _list_parents_in_use(going)
        if not parents:
            break
        used |= parents
        going -= parents
    for start in range(0, len(rows), CHUNK):
        part = [row.id for row in rows[start : start + CHUNK] if row.id in going]
        ThingRow.objects.filter(pk__in=part).update(parent=None)
    for start in range(0, len(rows), CHUNK):
        part = [row.id for row in rows[start : start + CHUNK] if row.id in going]
        ThingRow.objects.filter(pk__in=part).delete()
    return used


def _list_parents_in_use(going: set[str]) -> set[str]:
    links = ThingRow.objects.filter(parent__isnull=False).values_list("id", "parent_id")
    return {parent for child, parent in links.iterator() if parent in going and child not in going}


def _note_undo(
    batch: ImportBatch, removed: list[ThingRow], restored: list[ThingRow], *, actor: Actor, now: datetime
) -> None:
    for row in restored:
        row.updated_at = now
    update_rows(restored)
    why = f"undo of import {batch.id}"
    rows = [*removed, *restored]
    ThingChange.objects.bulk_create(
        [make_change(row, {}, actor=actor, now=now, action="undo", why=why) for row in rows],
        batch_size=CHUNK,
    )
