"""Imports that go on while nobody watches: uploaded, previewed, decided, written, undone."""

from __future__ import annotations

import shutil
import time
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import QuerySet
from django_tasks import task

from madang.core.base.interface import (
    Actor,
    Conflict,
    MadangError,
    NotFound,
    Text,
    new_id,
    now,
    publish_live,
)
from madang.core.lake.folders import lake_path
from madang.core.lake.models import ImportJob
from madang.core.people.interface import record_audit, require

from .action import import_file, preview_file, undo_import
from .records import ImportCancelled, ImportChoice, Preview

TELL_EVERY_S = 0.3
STALLED_AFTER = timedelta(minutes=3)
PREVIEW_KEPT = timedelta(days=7)
INTERRUPTED = Text(
    ko="읽는 도중 작업이 끊겼습니다. 저장된 것은 없으니 파일을 다시 올려 주십시오.",
    en="The import was interrupted. Nothing was stored; please upload the file again.",
)

_MOVED = (
    "state",
    "updated_at",
    "choice",
    "wants_preview",
    "progress_done",
    "message_ko",
    "message_en",
    "preview",
    "report",
    "table_name",
    "version",
    "previous_version",
    "was_published",
)


class ImportState(StrEnum):
    """Where an import is."""

    QUEUED = "queued"
    READING = "reading"
    PREVIEWED = "previewed"
    WRITING = "writing"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNDONE = "undone"


RUNNING = (ImportState.QUEUED, ImportState.READING, ImportState.WRITING)
ENDED = (ImportState.DONE, ImportState.FAILED, ImportState.CANCELLED, ImportState.UNDONE)


class ImportRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One import as pages and the API show it. While reading, `progress_ratio` is the share of bytes read."""

    id: str
    state: ImportState
    file_name: str
    size_bytes: int
    actor_name: str
    progress_ratio: float | None
    rows_written: int
    message: Text
    table_name: str
    version: int | None
    previous_version: int | None
    preview: Preview | None
    report: dict[str, Any] | None
    created_at: datetime
    updated_at: datetime


def upload_path(import_id: str) -> Path:
    """Return the folder that holds an import's file until it is decided."""
    return lake_path() / "uploads" / import_id


def open_import(
    *,
    actor: Actor,
    now: datetime,
    import_id: str,
    file_name: str,
    choice: ImportChoice,
    wants_preview: bool,
) -> ImportRecord:
    """Take charge of an uploaded file (already in `upload_path(import_id)`) and let the worker read it."""
    require(actor, "lake.import")
    path = upload_path(import_id) / "file"
    with transaction.atomic():
        job = ImportJob.objects.create(
            id=import_id,
            state=ImportState.QUEUED,
            actor_id=actor.id,
            actor=msgspec.to_builtins(actor),
            file_name=file_name[:300],
            size_bytes=path.stat().st_size,
            choice=msgspec.to_builtins(choice),
            wants_preview=wants_preview,
            created_at=now,
            updated_at=now,
        )
        details = {"file": job.file_name, "size_bytes": job.size_bytes}
        record_audit(actor=actor, now=now, action="lake.open_import", subject=import_id, details=details)
        transaction.on_commit(lambda: run_import.enqueue(import_id))
    return read_import(job)


def confirm_import(*, actor: Actor, now: datetime, import_id: str, choice: ImportChoice) -> ImportRecord:
    """Let a previewed import be written as `choice` says."""
    with transaction.atomic():
        job = _lock(actor, import_id)
        _require_state(job, ImportState.PREVIEWED)
        sheet = choice.sheet or job.choice.get("sheet")
        job.choice = msgspec.to_builtins(msgspec.structs.replace(choice, sheet=sheet))
        job.wants_preview = False
        job.message_ko = job.message_en = ""
        _move(job, ImportState.QUEUED, now)
        transaction.on_commit(lambda: run_import.enqueue(import_id))
    return read_import(job)


def turn_to_sheet(*, actor: Actor, now: datetime, import_id: str, sheet: str) -> ImportRecord:
    """Preview another sheet of a previewed workbook. Raises NotFound for a sheet it doesn't have."""
    with transaction.atomic():
        job = _lock(actor, import_id)
        _require_state(job, ImportState.PREVIEWED)
        if sheet not in job.preview.get("sheets", ()):
            raise NotFound("import.sheet", f"{sheet} 시트가 없습니다", f"there is no sheet {sheet}")
        job.choice, job.wants_preview = job.choice | {"sheet": sheet}, True
        _move(job, ImportState.QUEUED, now)
        transaction.on_commit(lambda: run_import.enqueue(import_id))
    return read_import(job)


def cancel_import(*, actor: Actor, now: datetime, import_id: str) -> ImportRecord:
    """End an import that isn't done; one at work stops within a second and leaves nothing behind."""
    with transaction.atomic():
        job = _lock(actor, import_id)
        _require_state(job, *RUNNING, ImportState.PREVIEWED)
        ImportJob.objects.filter(pk=import_id).update(cancel_requested=True)
        is_waiting = job.state in {ImportState.QUEUED, ImportState.PREVIEWED}
        _move(job, ImportState.CANCELLED if is_waiting else job.state, now)
        record_audit(actor=actor, now=now, action="lake.cancel_import", subject=import_id)
    if is_waiting:
        _forget_file(import_id)
    return read_import(job)


def undo_finished_import(*, actor: Actor, now: datetime, import_id: str) -> ImportRecord:
    """Take a finished import back: the version before returns, or the new dataset goes."""
    job = _lock(actor, import_id)
    _require_state(job, ImportState.DONE)
    undo_import(
        actor=actor,
        now=now,
        name=job.table_name,
        version=job.version or 0,
        previous_version=job.previous_version,
        was_published=job.was_published,
    )
    with transaction.atomic():
        _move(job, ImportState.UNDONE, now)
        record_audit(actor=actor, now=now, action="lake.undo_import", subject=import_id)
    return read_import(job)


@task()
def run_import(import_id: str) -> None:
    """Do the next part of an import, in the worker."""
    do_import(import_id)


def do_import(import_id: str) -> None:
    """Do the next part of an import: read it for a preview, or write it."""
    waiting = ImportJob.objects.filter(pk=import_id, state=ImportState.QUEUED)
    if not waiting.update(state=ImportState.READING, updated_at=now()):
        return
    job = ImportJob.objects.get(pk=import_id)
    actor = msgspec.convert(job.actor, Actor)
    teller = _Teller(job)
    try:
        (_preview if job.wants_preview else _write)(job, actor, teller)
    except ImportCancelled:
        _move(job, ImportState.CANCELLED, now())
    except MadangError as error:
        job.message_ko, job.message_en = error.text.ko, error.text.en
        # A file that could be read isn't lost by what was decided about it: that may be decided again.
        is_decided = job.preview is not None and not job.wants_preview
        _move(job, ImportState.PREVIEWED if is_decided else ImportState.FAILED, now())
    except Exception:
        job.message_ko, job.message_en = INTERRUPTED.ko, INTERRUPTED.en
        _move(job, ImportState.FAILED, now())
        raise
    finally:
        if job.state in ENDED:
            _forget_file(import_id)


def get_import(*, actor: Actor, import_id: str) -> ImportRecord:
    """Return one import; raises NotFound for one the actor may not know of."""
    return read_import(_find(actor, import_id, ImportJob.objects.all()))


def get_choice(*, actor: Actor, import_id: str) -> ImportChoice:
    """Return what was last decided about an import; raises NotFound as `get_import` does."""
    return msgspec.convert(_find(actor, import_id, ImportJob.objects.all()).choice, ImportChoice)


def list_imports(*, actor: Actor, limit: int = 20) -> list[ImportRecord]:
    """Return the newest imports that the actor may see, without their previews."""
    rows = ImportJob.objects.defer("preview") if actor.may("lake.import", "*") else _own(actor)
    return [read_import(row, with_preview=False) for row in rows[:limit]]


def sweep_imports(moment: datetime) -> int:
    """End imports whose worker died and previews that nobody decided; return how many."""
    stalled = ImportJob.objects.filter(
        state__in=[ImportState.READING, ImportState.WRITING], updated_at__lt=moment - STALLED_AFTER
    )
    forgotten = ImportJob.objects.filter(state=ImportState.PREVIEWED, updated_at__lt=moment - PREVIEW_KEPT)
    ended = 0
    for rows, state in ((stalled, ImportState.FAILED), (forgotten, ImportState.CANCELLED)):
        for job in rows:
            if state is ImportState.FAILED:
                job.message_ko, job.message_en = INTERRUPTED.ko, INTERRUPTED.en
            _move(job, state, moment)
            _forget_file(job.pk)
            ended += 1
    return ended


def read_import(job: ImportJob, *, with_preview: bool = True) -> ImportRecord:
    """Return a row as a record."""
    is_reading = job.state == ImportState.READING
    return ImportRecord(
        id=job.pk,
        state=ImportState(job.state),
        file_name=job.file_name,
        size_bytes=job.size_bytes,
        actor_name=str(job.actor.get("name", "")),
        progress_ratio=min(1.0, job.progress_done / max(1, job.size_bytes)) if is_reading else None,
        rows_written=_count_written(job),
        message=Text(ko=job.message_ko, en=job.message_en),
        table_name=job.table_name,
        version=job.version,
        previous_version=job.previous_version,
        preview=msgspec.convert(job.preview, Preview) if with_preview and job.preview else None,
        report=job.report,
        created_at=job.created_at,
        updated_at=job.updated_at,
    )


def _count_written(job: ImportJob) -> int:
    if job.state == ImportState.DONE:
        return int((job.report or {}).get("rows_kept", 0))
    return job.progress_done if job.state == ImportState.WRITING else 0


class _Teller:
    """Keeps an import's progress in its row, a few times a second, and hears of its cancelling."""

    def __init__(self, job: ImportJob) -> None:
        self.job = job
        self._told = self._asked = 0.0
        self._is_cancelled = False

    def tell(self, stage: str, done: int) -> None:
        if time.monotonic() - self._told < TELL_EVERY_S and self.job.state == stage:
            return
        self._told = time.monotonic()
        self.job.progress_done = done
        _move(self.job, ImportState(stage), now())

    def is_cancelled(self) -> bool:
        if not self._is_cancelled and time.monotonic() - self._asked >= TELL_EVERY_S:
            self._asked = time.monotonic()
            rows = ImportJob.objects.filter(pk=self.job.pk).values_list("cancel_requested", flat=True)
            self._is_cancelled = bool(rows.first())
        return self._is_cancelled


def _preview(job: ImportJob, actor: Actor, teller: _Teller) -> None:
    preview = preview_file(
        actor=actor,
        path=upload_path(job.pk) / "file",
        file_name=job.file_name,
        sheet=job.choice.get("sheet"),
        progress=teller.tell,
        cancelled=teller.is_cancelled,
    )
    job.preview, job.report = _to_json(preview), _to_json(preview.report)
    job.table_name = preview.table_name
    _move(job, ImportState.PREVIEWED, now())


def _write(job: ImportJob, actor: Actor, teller: _Teller) -> None:
    outcome = import_file(
        actor=actor,
        now=now(),
        path=upload_path(job.pk) / "file",
        file_name=job.file_name,
        choice=msgspec.convert(job.choice, ImportChoice),
        progress=teller.tell,
        cancelled=teller.is_cancelled,
    )
    job.table_name, job.report = outcome.report.table, _to_json(outcome.report)
    job.version, job.previous_version = outcome.version, outcome.previous_version
    job.was_published = outcome.was_published
    _move(job, ImportState.DONE, now())


def _to_json(record: Any) -> Any:
    """Return a record as every database keeps JSON: moments and dates as text, no NUL."""
    encoded = msgspec.json.encode(record, enc_hook=str).replace(b"\\u0000", b"\\ufffd")
    return msgspec.json.decode(encoded)


def _move(job: ImportJob, state: str, moment: datetime) -> None:
    """Write a new state; whether it is to be cancelled is written only by who cancels.

    What ended keeps its report, not the rows that were shown.
    """
    job.preview = None if state in ENDED else job.preview
    job.state, job.updated_at = state, moment
    job.save(update_fields=_MOVED)
    publish_live(f"imports.{job.pk}", {"state": state, "done": job.progress_done})


def _forget_file(import_id: str) -> None:
    shutil.rmtree(upload_path(import_id), ignore_errors=True)


def _lock(actor: Actor, import_id: str) -> ImportJob:
    require(actor, "lake.import")
    return _find(actor, import_id, ImportJob.objects.select_for_update())


def _find(actor: Actor, import_id: str, rows: QuerySet[ImportJob]) -> ImportJob:
    job = rows.filter(pk=import_id).first()
    if job is None or not (job.actor_id == actor.id or actor.may("lake.import", "*")):
        raise NotFound("import.unknown", "그런 가져오기가 없습니다", "there is no such import", id=import_id)
    return job


def _own(actor: Actor) -> QuerySet[ImportJob]:
    return ImportJob.objects.defer("preview").filter(actor_id=actor.id)


def _require_state(job: ImportJob, *states: ImportState) -> None:
    if job.state not in states:
        raise Conflict(
            "import.state",
            f"지금은 할 수 없습니다. 이 가져오기는 ‘{job.state}’ 상태입니다.",
            f"this can't be done now: the import is {job.state}",
            state=job.state,
        )


def make_import_id() -> str:
    """Return the id of a new import, with its folder made."""
    import_id = new_id()
    upload_path(import_id).mkdir(parents=True)
    return import_id
