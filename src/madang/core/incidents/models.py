"""Incidents, their timelines and clocks, rules, targets and the outbox."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from madang.core.base.interface import new_id

from .records import ACTIVE, HandOverState, IncidentState

_ACTIVE = [state.value for state in ACTIVE]


class IncidentRow(models.Model):
    """One incident; at most one that isn't closed for a key."""

    number = models.PositiveBigIntegerField(unique=True)
    key = models.CharField(max_length=300)
    kind = models.CharField(max_length=64)
    severity_rank = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=16, default=IncidentState.OPEN.value)
    reason_ko = models.TextField()
    reason_en = models.TextField()
    opened_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    newest_digest = models.CharField(max_length=32, blank=True)
    cleared_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    count = models.PositiveBigIntegerField(default=0)
    thing_id = models.CharField(max_length=64, null=True, db_index=True)  # noqa: DJ001
    agency_code = models.CharField(max_length=40, blank=True)
    role = models.CharField(max_length=60, blank=True)
    assignee = models.CharField(max_length=64, blank=True, db_index=True)
    assignee_name = models.CharField(max_length=150, blank=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    district_code = models.CharField(max_length=10, blank=True)
    evidence = models.JSONField(default=dict)
    source = models.CharField(max_length=100, blank=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledge_due_at = models.DateTimeField(null=True)
    close_due_at = models.DateTimeField(null=True)
    is_overdue = models.BooleanField(default=False)
    escalation_level = models.PositiveSmallIntegerField(default=0)
    reopen_within_s = models.PositiveIntegerField(default=3600)
    close_when_cleared = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True)
    resolution = models.CharField(max_length=20, blank=True)
    close_reason = models.TextField(blank=True)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged")
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(state__in=_ACTIVE), name="incidents_one_active_per_key"
            )
        ]
        indexes = [
            models.Index(fields=["key", "-number"], name="incidents_key"),
            models.Index(fields=["state", "-severity_rank", "received_at"], name="incidents_queue"),
            models.Index(fields=["agency_code", "state"], name="incidents_agency"),
            models.Index(fields=["kind", "lat"], name="incidents_near"),
        ]


class SightingRow(models.Model):
    """One finding that was taken in, so that the same one again changes nothing."""

    digest = models.CharField(max_length=32, primary_key=True)
    key = models.CharField(max_length=300, db_index=True)
    found_at = models.DateTimeField(db_index=True)
    cleared = models.BooleanField()


class AppendOnly(models.QuerySet[Any]):
    """Rows that are added and read, and nothing else."""

    def update(self, **_fields: Any) -> int:
        """Refuse: what was recorded stays."""
        raise TypeError("timeline entries are never changed")

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse: what was recorded stays."""
        raise TypeError("timeline entries are never deleted")


class TimelineRow(models.Model):
    """One thing that happened to an incident; rows are only added."""

    incident = models.ForeignKey(IncidentRow, on_delete=models.PROTECT, related_name="timeline")
    at = models.DateTimeField()
    actor_id = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=150, blank=True)
    event = models.CharField(max_length=20)
    note = models.TextField(blank=True)
    details = models.JSONField(default=dict)

    objects = AppendOnly.as_manager()

    class Meta:
        ordering = ["id"]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the row; a row that exists is refused."""
        if self.pk is not None:
            raise TypeError("timeline entries are never changed")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse: what was recorded stays."""
        raise TypeError("timeline entries are never deleted")


class RuleRow(models.Model):
    """An assignment rule; `terms` is `records.Rule` without id, name, position and is_active."""

    name = models.CharField(max_length=100)
    position = models.IntegerField(default=100)
    is_active = models.BooleanField(default=True)
    terms = models.JSONField(default=dict)

    class Meta:
        ordering = ["position", "id"]


class ClockRow(models.Model):
    """A clock that runs until it fires or is stopped."""

    incident = models.ForeignKey(IncidentRow, on_delete=models.CASCADE, related_name="clocks")
    kind = models.CharField(max_length=16)
    level = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    fired_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    step = models.JSONField(null=True)

    class Meta:
        ordering = ["due_at", "kind", "level", "id"]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="incidents_running_clock",
                condition=Q(fired_at__isnull=True, stopped_at__isnull=True),
            )
        ]


class MuteRow(models.Model):
    """A kind that is known to be noisy for a while."""

    kind = models.CharField(max_length=64, db_index=True)
    thing_id = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=500)
    until = models.DateTimeField()
    created_at = models.DateTimeField()
    actor_id = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=150, blank=True)
    suppressed = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["-id"]


class TargetRow(models.Model):
    """Somebody outside who is told; the lease says which process is delivering to it."""

    name = models.CharField(max_length=100, unique=True)
    channel = models.CharField(max_length=10)
    address = models.CharField(max_length=500)
    secret = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    terms = models.JSONField(default=dict)
    last_sequence = models.PositiveBigIntegerField(default=0)
    lease_by = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]


class HandOverRow(models.Model):
    """One message of the outbox; `body` is frozen when it is written, so a repeat is the same."""

    id = models.CharField(max_length=36, primary_key=True, default=new_id)
    target = models.ForeignKey(TargetRow, on_delete=models.PROTECT, related_name="hand_overs")
    sequence = models.PositiveBigIntegerField()
    incident = models.ForeignKey(IncidentRow, on_delete=models.PROTECT, related_name="hand_overs")
    event = models.CharField(max_length=20)
    body = models.TextField()
    state = models.CharField(max_length=10, default=HandOverState.WAITING.value)
    created_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["target", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["target", "sequence"], name="incidents_hand_over_sequence")
        ]
        indexes = [models.Index(fields=["state", "target", "sequence"], name="incidents_outbox")]


class CounterRow(models.Model):
    """Numbers that only go up: incident numbers, the register's version."""

    name = models.CharField(max_length=40, primary_key=True)
    value = models.PositiveBigIntegerField(default=0)


class LetterRow(models.Model):
    """A letter to somebody with an account, until it is taken; the address is looked up when it is sent."""

    id = models.CharField(max_length=36, primary_key=True)
    person_id = models.CharField(max_length=60)
    subject = models.CharField(max_length=300)
    body = models.TextField()
    attempts = models.IntegerField(default=0)
    next_attempt_at = models.DateTimeField(db_index=True)
    expires_at = models.DateTimeField(db_index=True)
