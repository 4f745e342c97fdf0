"""Fetching datasets again from where they come from: each look is a new version, nothing, or a reason why not."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import transaction

from madang.citizens.open_data import models
from madang.citizens.open_data.gateway.fetching import NotFetched, fetch, name_file
from madang.citizens.open_data.queries.refresh import find_file_version, list_refreshable
from madang.core.base.interface import HOUSE, Actor, BadInput, MadangError, NotFound, Text
from madang.core.incidents.interface import check_webhook_address
from madang.core.lake.interface import ImportChoice, get_dataset, import_file
from madang.core.people.interface import record_audit, require

from .harvest import HOURS, RETRY

log = logging.getLogger("madang.open_data")
LEAST_SHARE = 0.5
"""A file with fewer rows than this share of the newest version's isn't taken by itself."""


def save_refresh(*, actor: Actor, now: datetime, dataset: str, address: str, every_hours: int) -> None:
    """Fetch a dataset that came from a file again every so many hours, from now on; the first look is at once."""
    require(actor, "open_data.harvest")
    if dataset not in {one.name for one in list_refreshable(actor)}:
        raise NotFound("open_data.not_refreshable", "그런 데이터셋이 없습니다", "there is no such dataset")
    if find_file_version(get_dataset(actor=HOUSE, name=dataset)) is None:
        raise BadInput(
            "open_data.never_imported",
            "먼저 파일을 한 번 가져와 열과 개인정보를 확인해 주십시오",
            "bring its file once by hand, so that somebody has seen its columns",
            field="dataset",
        )
    try:
        check_webhook_address(address)
    except BadInput as error:
        raise BadInput("open_data.source_address", error.text.ko, error.text.en, field="address") from error
    if every_hours not in HOURS:
        raise BadInput(
            "open_data.hours", "1~744시간을 적어 주십시오", "write 1 to 744 hours", field="every_hours"
        )
    with transaction.atomic():
        words = {"address": address, "every_hours": every_hours, "is_on": True, "due_at": now, "digest": ""}
        models.RefreshRow.objects.update_or_create(dataset=dataset, defaults=words | {"trouble": ""})
        record_audit(
            actor=actor,
            action="open_data.save_refresh",
            subject=dataset,
            now=now,
            details={"address": address},
        )


def switch_refresh(*, actor: Actor, now: datetime, dataset: str, is_on: bool) -> None:
    """Go on fetching a dataset, at once, or stop."""
    require(actor, "open_data.harvest")
    with transaction.atomic():
        if not models.RefreshRow.objects.filter(dataset=dataset).update(is_on=is_on, due_at=now):
            raise _unknown()
        details = {"is_on": is_on}
        record_audit(
            actor=actor, action="open_data.switch_refresh", subject=dataset, now=now, details=details
        )


def remove_refresh(*, actor: Actor, now: datetime, dataset: str) -> None:
    """Fetch a dataset no more; its versions stay."""
    require(actor, "open_data.harvest")
    with transaction.atomic():
        if not models.RefreshRow.objects.filter(dataset=dataset).delete()[0]:
            raise _unknown()
        record_audit(actor=actor, action="open_data.remove_refresh", subject=dataset, now=now)


def refresh_due(now: datetime) -> int:
    """Fetch the datasets that are due, each taken by one process; return how many.

    What can't be fetched is tried again after 15 minutes; what can't be taken, when its hours are over.
    """
    done = 0
    for row in models.RefreshRow.objects.filter(is_on=True, due_at__lte=now).order_by("due_at"):
        mine = models.RefreshRow.objects.filter(dataset=row.dataset, due_at=row.due_at, is_on=True)
        if not mine.update(due_at=now + RETRY):
            continue
        done += 1
        said = {"last_at": now, "due_at": now + timedelta(hours=row.every_hours), "trouble": ""}
        try:
            body = fetch(row.address)
            digest = hashlib.sha256(body).hexdigest()
            if digest != row.digest:
                _take(row, body, now)
                said |= {"digest": digest, "changed_at": now}
        except NotFetched as error:
            said |= {"trouble": str(error)[:500], "due_at": now + RETRY}
        except MadangError as error:
            said["trouble"] = f"{error.text.ko} · {error.text.en}"[:1000]
        except Exception as error:
            log.exception("refresh of %s", row.dataset)
            said["trouble"] = f"{type(error).__name__}: {error}"[:500]
        # Who set it anew meanwhile is heard: only what this look took is written.
        models.RefreshRow.objects.filter(dataset=row.dataset, due_at=now + RETRY).update(**said)
    return done


def _take(row: models.RefreshRow, body: bytes, now: datetime) -> None:
    """Make a new version of what was fetched; raise MadangError where a person had better look first."""
    before = find_file_version(get_dataset(actor=HOUSE, name=row.dataset))
    name = name_file(row.address) or row.dataset
    choice = ImportChoice(table_name=row.dataset)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "fetched"
        path.write_bytes(body)
        judged = import_file(
            actor=HOUSE, now=now, path=path, file_name=name, choice=choice, dry_run=True
        ).report
        had = {column["name"] for column in (before.report or {})["columns"]} if before else set()
        missing = sorted(had - {column.name for column in judged.columns})
        if missing:
            raise _odd(
                f"없어진 열이 있습니다: {', '.join(missing)}", f"columns are gone: {', '.join(missing)}"
            )
        if before and judged.rows_kept < before.rows * LEAST_SHARE:
            rows = f"{before.rows:,} → {judged.rows_kept:,}"
            raise _odd(f"행이 절반 넘게 줄었습니다: {rows}", f"more than half of the rows are gone: {rows}")
        import_file(actor=HOUSE, now=now, path=path, file_name=name, choice=choice)


def _odd(ko: str, en: str) -> BadInput:
    text = Text(
        ko=f"{ko}. 받지 않았습니다. 맞다면 파일로 가져와 주십시오.",
        en=f"{en}. It wasn't taken; bring the file by hand if it is right.",
    )
    return BadInput("open_data.refresh_odd", text.ko, text.en)


def _unknown() -> NotFound:
    return NotFound(
        "open_data.refresh_unknown", "다시 가져오는 데이터가 아닙니다", "this dataset isn't fetched again"
    )
