"""What a detector found, with its reason."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from .text import Text


class Severity(StrEnum):
    """How urgent a finding is, least first (CAP 1.2 names)."""

    MINOR = "minor"
    MODERATE = "moderate"
    SEVERE = "severe"
    EXTREME = "extreme"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a person may have to act on.

    Findings with the same `key` are one incident. `kind` is declared in a manifest.
    lon and lat are degrees in EPSG:4326.
    """

    key: str
    kind: str
    severity: Severity
    found_at: datetime
    reason: Text
    thing_id: str | None = None
    agency_code: str | None = None
    lon: float | None = None
    lat: float | None = None
    evidence: dict[str, object] = {}
    cleared: bool = False
