"""Records of incidents that cross this room's border."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from madang.core.base.interface import Severity, Text

SEVERITIES = tuple(Severity)


class IncidentState(StrEnum):
    """How far an incident has come."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    CLOSED = "closed"


ACTIVE = (IncidentState.OPEN, IncidentState.ACKNOWLEDGED, IncidentState.IN_PROGRESS)


class Resolution(StrEnum):
    """How an incident ended."""

    RESOLVED = "resolved"
    FALSE_ALARM = "false_alarm"
    NO_ACTION = "no_action"
    CLEARED = "cleared"
    MERGED = "merged"


class Event(StrEnum):
    """What happened to an incident: verbs of its timeline, and what targets may ask to hear."""

    OPENED = "opened"
    SEVERITY_RAISED = "severity_raised"
    CLEARED = "cleared"
    SEEN_AGAIN = "seen_again"
    ASSIGNED = "assigned"
    ACKNOWLEDGED = "acknowledged"
    STARTED = "started"
    COMMENTED = "commented"
    OVERDUE = "overdue"
    ESCALATED = "escalated"
    HANDED_OVER = "handed_over"
    CLOSED = "closed"
    REOPENED = "reopened"
    MERGED = "merged"


STATE_NAMES = {
    IncidentState.OPEN: Text(ko="접수 대기", en="Open"),
    IncidentState.ACKNOWLEDGED: Text(ko="확인", en="Acknowledged"),
    IncidentState.IN_PROGRESS: Text(ko="조치 중", en="In progress"),
    IncidentState.CLOSED: Text(ko="종결", en="Closed"),
}
SEVERITY_NAMES = {
    Severity.MINOR: Text(ko="경미", en="Minor"),
    Severity.MODERATE: Text(ko="보통", en="Moderate"),
    Severity.SEVERE: Text(ko="심각", en="Severe"),
    Severity.EXTREME: Text(ko="매우 심각", en="Extreme"),
}
RESOLUTION_NAMES = {
    Resolution.RESOLVED: Text(ko="조치 완료", en="Resolved"),
    Resolution.FALSE_ALARM: Text(ko="오경보", en="False alarm"),
    Resolution.NO_ACTION: Text(ko="조치 불필요", en="No action needed"),
    Resolution.CLEARED: Text(ko="자연 해소", en="Cleared by itself"),
    Resolution.MERGED: Text(ko="다른 상황에 병합", en="Merged into another"),
}
EVENT_NAMES = {
    Event.OPENED: Text(ko="상황 발생", en="Opened"),
    Event.SEVERITY_RAISED: Text(ko="심각도 상승", en="Severity raised"),
    Event.CLEARED: Text(ko="원인 해소", en="Cleared"),
    Event.SEEN_AGAIN: Text(ko="다시 관측", en="Seen again"),
    Event.ASSIGNED: Text(ko="배정", en="Assigned"),
    Event.ACKNOWLEDGED: Text(ko="확인", en="Acknowledged"),
    Event.STARTED: Text(ko="조치 시작", en="Work started"),
    Event.COMMENTED: Text(ko="의견", en="Comment"),
    Event.OVERDUE: Text(ko="기한 넘김", en="Overdue"),
    Event.ESCALATED: Text(ko="상위 보고", en="Escalated"),
    Event.HANDED_OVER: Text(ko="외부 전달", en="Handed over"),
    Event.CLOSED: Text(ko="종결", en="Closed"),
    Event.REOPENED: Text(ko="다시 열림", en="Reopened"),
    Event.MERGED: Text(ko="병합", en="Merged"),
}


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """One incident as it stands. `count` is how often it was seen; lon, lat in EPSG:4326.

    `opened_at`, `last_seen_at`, `cleared_at` are moments in the field; `received_at` is when the
    house learnt of it, from which the clocks run.
    """

    number: int
    key: str
    kind: str
    severity: Severity
    state: IncidentState
    reason: Text
    opened_at: datetime
    last_seen_at: datetime
    cleared_at: datetime | None = None
    received_at: datetime
    count: int
    thing_id: str | None = None
    agency_code: str = ""
    role: str = ""
    assignee: str = ""
    assignee_name: str = ""
    lon: float | None = None
    lat: float | None = None
    district_code: str = ""
    evidence: dict[str, Any] = {}
    source: str = ""
    acknowledged_at: datetime | None = None
    acknowledge_due_at: datetime | None = None
    close_due_at: datetime | None = None
    is_overdue: bool = False
    escalation_level: int = 0
    closed_at: datetime | None = None
    resolution: str = ""
    close_reason: str = ""
    merged_into: int | None = None
    updated_at: datetime


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an incident's timeline."""

    at: datetime
    actor_id: str
    actor_name: str
    event: Event
    note: str = ""
    details: dict[str, Any] = {}


class IncidentFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which incidents; empty means all. `state` "active" means all that aren't closed."""

    state: str = ""
    kind: str = ""
    severity: str = ""
    agency_code: str = ""
    district_code: str = ""
    thing_id: str = ""
    assignee: str = ""
    text: str = ""
    overdue: bool = False
    since: datetime | None = None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of an escalation: who takes over when nobody acknowledged for `after_s` seconds."""

    after_s: Annotated[int, Meta(ge=1)]
    agency_code: str = ""
    role: str = ""
    assignee: str = ""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """Which incidents go to whom, and how fast. The first rule by `position` that fits wins.

    Empty tuples fit everything. `hours` are [start, end) in the city's time and may cross midnight;
    `weekdays` count from Monday = 0. An empty `assign_agency_code` leaves the finding's own agency.
    `join_within_m` and `join_within_s`: a new incident joins one of the rule's `kinds` (of its own, where it names
    none) and the same agency that is open so near and was seen so short before or after; None joins nothing.
    """

    id: int = 0
    name: str
    position: int = 100
    is_active: bool = True
    kinds: tuple[str, ...] = ()
    min_severity: Severity = Severity.MINOR
    agency_codes: tuple[str, ...] = ()
    district_codes: tuple[str, ...] = ()
    weekdays: tuple[Annotated[int, Meta(ge=0, le=6)], ...] = ()
    hours: tuple[Annotated[int, Meta(ge=0, le=24)], Annotated[int, Meta(ge=0, le=24)]] | None = None
    assign_agency_code: str = ""
    assign_role: str = ""
    acknowledge_within_s: Annotated[int, Meta(ge=1)] | None = None
    close_within_s: Annotated[int, Meta(ge=1)] | None = None
    escalate_to: tuple[Step, ...] = ()
    reopen_within_s: Annotated[int, Meta(ge=0)] = 3600
    close_when_cleared: bool = False
    join_within_m: Annotated[float, Meta(gt=0, le=5000)] | None = None
    join_within_s: Annotated[int, Meta(ge=1, le=86_400)] = 600


class ClockKind(StrEnum):
    """What a clock watches."""

    ACKNOWLEDGE = "acknowledge"
    CLOSE = "close"
    ESCALATE = "escalate"


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """One clock of an incident; `step` is what an escalation does when it fires."""

    kind: ClockKind
    level: int
    due_at: datetime
    fired_at: datetime | None = None
    stopped_at: datetime | None = None
    step: Step | None = None


class Mute(msgspec.Struct, frozen=True, kw_only=True):
    """New incidents of a kind (of one thing, where given) aren't opened until `until`."""

    id: int
    kind: str
    thing_id: str = ""
    reason: str
    until: datetime
    created_at: datetime
    actor_name: str
    suppressed: int = 0


class IntakeReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch of findings did; `repeated` were known already."""

    opened: int = 0
    updated: int = 0
    reopened: int = 0
    repeated: int = 0
    muted: int = 0
    numbers: tuple[int, ...] = ()


class Channel(StrEnum):
    """How a target is told."""

    WEBHOOK = "webhook"
    EMAIL = "email"
    MQTT = "mqtt"
    CAP = "cap"


CHANNEL_NAMES = {
    Channel.WEBHOOK: Text(ko="웹훅", en="Webhook"),
    Channel.EMAIL: Text(ko="전자우편", en="E-mail"),
    Channel.MQTT: Text(ko="MQTT", en="MQTT"),
    Channel.CAP: Text(ko="CAP 경보 (112, 119, 관제실)", en="CAP alert (112, 119, control rooms)"),
}


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """Another system or person that is told of incidents; empty tuples mean all.

    `address` is https://… (webhook, CAP), an e-mail address, or mqtt://[user@]host[:port]/topic. `secret` signs
    webhooks and alerts or is the MQTT password; it is written and never read back. `on_request` targets hear only
    what a person hands over.
    """

    id: int = 0
    name: Annotated[str, Meta(min_length=1, max_length=100)]
    channel: Channel
    address: Annotated[str, Meta(min_length=1, max_length=500)]
    secret: Annotated[str, Meta(max_length=200)] = ""
    is_active: bool = True
    on_request: bool = False
    kinds: tuple[str, ...] = ()
    agency_codes: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    min_severity: Severity = Severity.MINOR
    max_attempts: Annotated[int, Meta(ge=1, le=50)] = 30


class HandOverState(StrEnum):
    """How far a hand-over has come."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


class HandOver(msgspec.Struct, frozen=True, kw_only=True):
    """One message to one target. `sequence` counts without gaps for each target."""

    id: str
    target_id: int
    target_name: str
    sequence: int
    number: int
    event: Event
    state: HandOverState
    created_at: datetime
    attempts: int = 0
    next_attempt_at: datetime | None = None
    delivered_at: datetime | None = None
    last_error: str = ""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What a target receives, as JSON; `id` is the idempotency key."""

    id: str
    sequence: int
    event: Event
    at: datetime
    note: str = ""
    incident: Incident


class QueueCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many incidents of a severity are in a state."""

    state: IncidentState
    severity: Severity
    count: int
    overdue: int
