"""What the tests of this room share: moments, findings, people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from madang.core.base.interface import Actor, Finding, Severity, Text

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
WORK = ("incidents.view", "incidents.work", "incidents.report")


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def find(key="smoke:1", seconds=0.0, severity=Severity.MODERATE, **values) -> Finding:
    values = {
        "kind": "hand_over_failed",
        "reason": Text(ko=f"{key} 이상", en=f"{key} is wrong"),
        "agency_code": "11140",
        **values,
    }
    return Finding(key=key, severity=severity, found_at=at(seconds), **values)


@pytest.fixture
def operator() -> Actor:
    return Actor(
        id="operator-1",
        name="이관제",
        agency_code="11140",
        grants=frozenset((permission, "11140") for permission in WORK),
    )
