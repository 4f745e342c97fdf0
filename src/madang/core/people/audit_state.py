"""What the last full check of the audit log found, for the page of the auditors."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path

import msgspec
from django.conf import settings

from madang.core.base.interface import Text

from .checkpoints import check_audit_log, list_checkpoint_dirs
from .models import AuditRow

log = logging.getLogger("madang.people")


class AuditState(msgspec.Struct, frozen=True, kw_only=True):
    """How the chain stood when all of it was last checked."""

    checked_at: datetime
    row_count: int
    problems: tuple[Text, ...]
    has_outside_copy: bool


def note_audit_state(now: datetime) -> AuditState:
    """Check the whole audit log and keep what was found; problems also go to the log."""
    problems = tuple(check_audit_log())
    for problem in problems:
        log.error("audit log: %s", problem.en)
    state = AuditState(
        checked_at=now,
        row_count=AuditRow.objects.count(),
        problems=problems,
        has_outside_copy=len(list_checkpoint_dirs()) > 1,
    )
    temporary = _get_path().with_suffix(".part")
    temporary.write_bytes(msgspec.json.encode(state))
    temporary.replace(_get_path())
    return state


def get_audit_state() -> AuditState | None:
    """Return what the last check found, or None before the first."""
    path = _get_path()
    return msgspec.json.decode(path.read_bytes(), type=AuditState) if path.is_file() else None


def _get_path() -> Path:
    return settings.DATA_PATH / "audit-state.json"
