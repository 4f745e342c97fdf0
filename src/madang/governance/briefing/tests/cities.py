"""An invented city for the dashboard: services with indicators now and a day ago, and open incidents."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from madang.core.base.interface import Aim, Finding, Indicator, Severity, Text
from madang.core.incidents.interface import open_or_update

AGES_H = (0, 3, 12, 30)


def declare_indicators(services: int) -> dict[str, Indicator]:
    """Return three indicators of each of `services` services: one to raise, one to lower, one only counted."""
    declared = {}
    for service in range(services):
        for at, aim in enumerate(Aim):
            name = f"service_{service}.{at}"
            declared[name] = Indicator(
                name=name,
                title=Text(ko=f"지표 {service}-{at}", en=f"Indicator {service}-{at}"),
                unit="%",
                measure=lambda: None,
                source=Text(ko="시험", en="test"),
                href=f"/service_{service}/",
                target=90.0 if aim is not Aim.NONE else None,
                aim=aim,
            )
    return declared


def make_readings(declared: dict[str, Indicator], moment: datetime) -> list[dict[str, Any]]:
    """Return a row of each indicator at `moment`, and one a day and an hour before."""
    rows = []
    for at, one in enumerate(declared.values()):
        base = {"name": one.name, "unit": "%", "source": "시험", "target": one.target, "revision": 0}
        rows.append(base | {"as_of": moment - timedelta(hours=25), "value": 95.0 - at // 3})
        rows.append(base | {"as_of": moment, "value": 94.0 - at // 3})
    return rows


def open_incidents(moment: datetime, each: int = 1) -> None:
    """Open `each` incidents of every severity and age; the house learnt of them when they happened."""
    for hours in AGES_H:
        at = moment - timedelta(hours=hours)
        found = [
            Finding(
                key=f"{severity.value}-{hours}-{number}",
                kind="hand_over_failed",
                severity=severity,
                found_at=at,
                agency_code="11140",
                reason=Text(ko=f"{severity.value}-{hours} 이상", en=f"{severity.value}-{hours} is wrong"),
                lon=126.98,
                lat=37.56,
            )
            for severity in Severity
            for number in range(each)
        ]
        open_or_update(findings=found, now=at)
