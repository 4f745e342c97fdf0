"""Timed work of the people room."""

from __future__ import annotations

from madang.core.base.interface import Job, now

from .checkpoints import write_checkpoint

JOBS = [Job(name="people.write_checkpoint", every_s=60, run=lambda: write_checkpoint(now()))]
