"""Timed work of the people room."""

from __future__ import annotations

from madang.core.base.interface import Job, now

from .audit_state import note_audit_state
from .checkpoints import write_checkpoint

JOBS = [
    Job(name="people.write_checkpoint", every_s=60, run=lambda: write_checkpoint(now())),
    Job(name="people.check_audit_log", every_s=3600, run=lambda: note_audit_state(now())),
]
