"""Findings of detectors arrive here from the lake's writer."""

from __future__ import annotations

from datetime import datetime

from madang.core.base.interface import Finding

from .actions import open_or_update


def receive_findings(findings: list[Finding], now: datetime) -> None:
    """Open, update or reopen incidents; the same batch again changes nothing."""
    open_or_update(findings=findings, now=now, source="lake")


FINDING_HANDLERS = [receive_findings]
