"""Sources that send far more than they promised are held: refused, told, and let go when they are done."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from madang.core.base.interface import HOUSE, Finding, Severity, Text, read_pair
from madang.core.incidents.interface import IncidentFilter, list_incidents, open_or_update
from madang.core.lake.interface import Filter, Op, authorize
from madang.infrastructure.city_sensors.methods.rates import FACTOR, Rates
from madang.infrastructure.city_sensors.queries.sources import get_source, map_allowances
from madang.infrastructure.city_sensors.tables import REFUSED

FLOOD_KIND = "source_flooding"
SOURCE = "source"
"""Packet number of the line that says a source is held."""
CODE = "ERROR-900"
HELD = Text(
    ko=f"약속한 양의 {FACTOR}배를 넘게 보냅니다. 나중에 다시 보내 주십시오",
    en=f"the source sends more than {FACTOR} times what it promised; send again later",
)
MOST = 1_000
rates = Rates()


def hold(counts: Mapping[str, int], sender: str, now: datetime) -> tuple[set[str], list[dict[str, Any]]]:
    """Count the values that sources send; return those that are held, and the lines of those newly so."""
    allowances = map_allowances()
    held, lines = set(), []
    for source, values in counts.items():
        allowance = allowances.get(source)
        if allowance is None:
            continue
        verdict = rates.take(source, values, allowance, time.monotonic())
        if verdict.is_held:
            held.add(source)
        if verdict.is_first:
            reason = (
                f"{allowance.values:,} values in {allowance.window_s:,.0f} s are {FACTOR} times its promise"
            )
            lines.append(
                {
                    "serial": source,
                    "data_no": SOURCE,
                    "pk_seq": f"{now.timestamp():.6f}",
                    "status": "E",
                    "code": CODE,
                    "reason": f"{HELD.ko} · {reason}",
                    "sender": sender,
                    "packet": "",
                }
            )
    return held, lines


def find_holds(rows: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """Return a finding for each source that lines of the refused say is held."""
    return [
        _describe(row["serial"], row["received_at"], is_held=True)
        for row in rows
        if row["data_no"] == SOURCE and row["code"] == CODE
    ]


def let_go(*, now: datetime) -> int:
    """Close the incidents of sources that weren't held in their last two windows; return how many."""
    active = IncidentFilter(state="active", kind=FLOOD_KIND)
    findings = []
    for incident in list_incidents(actor=HOUSE, where=active, limit=MOST):
        if incident.cleared_at is not None:
            continue
        name = incident.key.removeprefix(f"{FLOOD_KIND}:")
        since = now - timedelta(seconds=2 * get_source(name).expected_interval_s)
        where = [
            Filter("serial", Op.EQ, name),
            Filter("data_no", Op.EQ, SOURCE),
            Filter("received_at", Op.GE, since),
        ]
        if not authorize(HOUSE, REFUSED.name).count(where):
            findings.append(_describe(name, now, is_held=False))
    if findings:
        open_or_update(findings=findings, now=now, source="city_sensors")
    return len(findings)


def _describe(name: str, at: datetime, *, is_held: bool) -> Finding:
    source = get_source(name)
    said = read_pair(name or "–")
    ko = f"출처 ‘{said.ko}’이(가) 약속한 양의 {FACTOR}배를 넘게 보내 넘친 값을 받지 않습니다."
    en = f"Source '{said.en}' sends more than {FACTOR} times what it promised; the rest is not taken."
    return Finding(
        key=f"{FLOOD_KIND}:{name}",
        kind=FLOOD_KIND,
        severity=Severity.MODERATE,
        found_at=at,
        reason=Text(ko=ko, en=en)
        if is_held
        else Text(
            ko=f"출처 ‘{said.ko}’이(가) 다시 약속대로 보냅니다.",
            en=f"Source '{said.en}' keeps its promise again.",
        ),
        agency_code=source.agency_code or None,
        evidence={"source": name, "expected_interval_s": source.expected_interval_s},
        cleared=not is_held,
    )
