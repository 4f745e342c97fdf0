"""Rules of the demonstration city: who gets what, and how fast."""

from __future__ import annotations

from datetime import datetime

from madang.core.base.interface import HOUSE, Severity

from .actions import save_rule
from .queries import list_rules
from .records import Rule, Step

RULES = (
    Rule(
        name="시스템 알림 · House alarms",
        position=10,
        kinds=("hand_over_failed", "source_silent", "intake_backlog", "process_hung"),
        assign_role="admin",
        acknowledge_within_s=30 * 60,
        close_when_cleared=True,
    ),
    Rule(
        name="불 · Fires",
        position=15,
        kinds=("fire_alarm", "cctv_fire", "cctv_smoke"),
        assign_role="operator",
        acknowledge_within_s=60,
        close_within_s=4 * 3600,
        escalate_to=(
            Step(after_s=180, role="manager"),
            Step(after_s=600, agency_code="safety", role="manager"),
        ),
        join_within_m=150,
        close_when_cleared=True,
    ),
    Rule(
        name="긴급 · Emergencies",
        position=20,
        min_severity=Severity.SEVERE,
        assign_role="operator",
        acknowledge_within_s=60,
        close_within_s=4 * 3600,
        escalate_to=(
            Step(after_s=180, role="manager"),
            Step(after_s=600, agency_code="safety", role="manager"),
        ),
    ),
    Rule(
        name="보통 · Everyday",
        position=30,
        assign_role="officer",
        acknowledge_within_s=4 * 3600,
        close_within_s=3 * 24 * 3600,
    ),
)


def lay_out(now: datetime) -> None:
    """Lay out assignment rules where there are none."""
    if not list_rules():
        for rule in RULES:
            save_rule(actor=HOUSE, now=now, rule=rule)
