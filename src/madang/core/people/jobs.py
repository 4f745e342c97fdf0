"""Timed work of the people room."""

from __future__ import annotations

from madang.core.base.interface import Job, Text, now

from .audit_state import note_audit_state
from .checkpoints import write_checkpoint

JOBS = [
    Job(
        name="people.write_checkpoint",
        title=Text(ko="감사 기록에 서명하기", en="Signing the audit log"),
        every_s=60,
        run=lambda: write_checkpoint(now()),
    ),
    Job(
        name="people.check_audit_log",
        title=Text(ko="감사 기록 검사하기", en="Checking the audit log"),
        every_s=3600,
        run=lambda: note_audit_state(now()),
    ),
]
