"""Findings on their way to the rooms that act on them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import close_old_connections

from madang.core.base.interface import Finding, collect, now


def emit(findings: Iterable[Finding]) -> None:
    """Hand `findings` to every room's FINDING_HANDLERS (`handlers.py`), which take them in durably."""
    found = list(findings)
    if not found:
        return
    close_old_connections()
    for _, receive in collect("handlers", "FINDING_HANDLERS"):
        receive(found, now())
