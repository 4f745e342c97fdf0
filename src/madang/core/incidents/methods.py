"""Pure rules: who is told, when clocks run out, how long to wait before the next try, signatures."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from madang.core.base.interface import Finding, Severity, to_city_time

from .records import SEVERITIES, Clock, ClockKind, Event, Incident, Rule, Target

FIRST_WAIT_S = 2.0
LONGEST_WAIT_S = 600.0
LONGEST_ASKED_S = 3600.0


def rank_severity(severity: Severity) -> int:
    """Return 0 for minor up to 3 for extreme."""
    return SEVERITIES.index(severity)


def digest_finding(finding: Finding) -> str:
    """Return 32 hex digits that are the same for the same finding and no other."""
    body = msgspec.json.encode(finding, enc_hook=str, order="deterministic")
    return hashlib.sha256(body).hexdigest()[:32]


def choose_rule(
    rules: Iterable[Rule],
    *,
    kind: str,
    severity: Severity,
    agency_code: str,
    district_code: str,
    now: datetime,
) -> Rule | None:
    """Return the first active rule, by position and then id, that fits an incident arriving at `now`."""
    for rule in sorted(rules, key=lambda rule: (rule.position, rule.id)):
        if (
            rule.is_active
            and rank_severity(severity) >= rank_severity(rule.min_severity)
            and _is_among(kind, rule.kinds)
            and _is_among(agency_code, rule.agency_codes)
            and _is_among(district_code, rule.district_codes)
            and _is_on_duty(rule, now)
        ):
            return rule
    return None


def plan_clocks(rule: Rule, now: datetime) -> list[Clock]:
    """Return the clocks that start at `now` under `rule`, in the order they run out."""
    clocks = [
        Clock(kind=ClockKind.ESCALATE, level=level, due_at=now + timedelta(seconds=step.after_s), step=step)
        for level, step in enumerate(sorted(rule.escalate_to, key=lambda step: step.after_s), start=1)
    ]
    for kind, seconds in (
        (ClockKind.ACKNOWLEDGE, rule.acknowledge_within_s),
        (ClockKind.CLOSE, rule.close_within_s),
    ):
        if seconds is not None:
            clocks.append(Clock(kind=kind, level=0, due_at=now + timedelta(seconds=seconds)))
    return sorted(clocks, key=lambda clock: (clock.due_at, clock.kind, clock.level))


def wants(target: Target, incident: Incident, event: Event) -> bool:
    """Return whether `target` is to hear of `event` without being asked."""
    return (
        target.is_active
        and not target.on_request
        and event != Event.HANDED_OVER  # told to the target that was asked, and to no other
        and rank_severity(incident.severity) >= rank_severity(target.min_severity)
        and _is_among(incident.kind, target.kinds)
        and _is_among(incident.agency_code, target.agency_codes)
        and _is_among(event, target.events)
    )


def estimate_wait_s(attempts: int, jitter_ratio: float, asked_s: float = 0) -> float:
    """Return seconds before the next try after `attempts` failures: 2, 4, 8 … at most ten minutes.

    `jitter_ratio` (0–1) spreads it over its upper half, so that many senders don't return at once; a
    receiver that asks for longer (`asked_s`) gets it, up to an hour.
    """
    full = min(FIRST_WAIT_S * 2 ** min(attempts - 1, 30), LONGEST_WAIT_S)
    return max(full * (0.5 + jitter_ratio / 2), min(asked_s, LONGEST_ASKED_S))


def sign_body(secret: str, body: bytes, sent_at: datetime) -> str:
    """Return the value of `Madang-Signature`: t=<Unix s>,v1=<HMAC-SHA256 of "t.body" as hex>."""
    stamp = int(sent_at.timestamp())
    digest = hmac.new(secret.encode(), b"%d." % stamp + body, hashlib.sha256).hexdigest()
    return f"t={stamp},v1={digest}"


def _is_among(value: str, allowed: tuple[str, ...]) -> bool:
    return not allowed or value in allowed


def _is_on_duty(rule: Rule, now: datetime) -> bool:
    local = to_city_time(now)
    if rule.weekdays and local.weekday() not in rule.weekdays:
        return False
    if rule.hours is None:
        return True
    start, end = rule.hours
    if start <= end:
        return start <= local.hour < end
    return local.hour >= start or local.hour < end
