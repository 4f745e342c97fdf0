"""Facilities, detectors, what was heard, what was decided, and messages to 119."""

from __future__ import annotations

from django.db import models


class FacilityRow(models.Model):
    """One facility. `state` is its watch's; it is looked at again at `next_due_at`.

    One that was removed stays as what its alarms happened in.
    """

    code = models.CharField(max_length=40, primary_key=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20)
    agency_code = models.CharField(max_length=40, db_index=True)
    district_code = models.CharField(max_length=20, default="")
    address = models.CharField(max_length=300, default="")
    lon = models.FloatField()
    lat = models.FloatField()
    rooms = models.JSONField(default=list)
    contacts = models.JSONField(default=list)
    absences = models.JSONField(default=list)
    policy = models.JSONField(default=dict)
    source = models.CharField(max_length=100, default="")
    state = models.JSONField(default=dict)
    heard_until = models.DateTimeField(null=True)
    next_due_at = models.DateTimeField(null=True, db_index=True)
    removed_at = models.DateTimeField(null=True)


class HolidayRow(models.Model):
    """A public holiday: who has it on duty is in the contacts' days."""

    on = models.DateField(primary_key=True)
    name = models.CharField(max_length=100)


class DetectorRow(models.Model):
    """One detector or call point."""

    id = models.CharField(max_length=100, primary_key=True)
    facility = models.ForeignKey(FacilityRow, on_delete=models.CASCADE, related_name="detectors")
    kind = models.CharField(max_length=20)
    floor = models.CharField(max_length=100, default="")
    room = models.CharField(max_length=100, default="")
    x = models.FloatField(default=0)
    y = models.FloatField(default=0)
    expected_every_s = models.IntegerField(default=3600)
    registered_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)
    battery = models.FloatField(null=True)
    rssi = models.FloatField(null=True)
    snr = models.FloatField(null=True)
    margin = models.FloatField(null=True)
    usual_margin = models.FloatField(null=True)
    level = models.FloatField(null=True)
    usual_level = models.FloatField(null=True)
    unread = models.CharField(max_length=200, default="")
    has_trouble = models.BooleanField(default=False)


class PlanRow(models.Model):
    """A floor's plan as a picture."""

    id = models.BigAutoField(primary_key=True)
    facility = models.ForeignKey(FacilityRow, on_delete=models.CASCADE, related_name="plans")
    floor = models.CharField(max_length=100)
    picture = models.BinaryField()
    width_m = models.FloatField()
    height_m = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["facility", "floor"], name="fire_safety_plan_once")]


class DecoderRow(models.Model):
    """How payloads of one device profile are read."""

    profile = models.CharField(max_length=100, primary_key=True)
    fields = models.JSONField(default=list)
    changed_at = models.DateTimeField()


class GatewayRow(models.Model):
    """One gateway."""

    id = models.CharField(max_length=100, primary_key=True)
    institution = models.CharField(max_length=100, db_index=True)
    agency_code = models.CharField(max_length=40)
    expected_every_s = models.IntegerField(default=600)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    registered_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)


class TroubleRow(models.Model):
    """A trouble of the network that the incidents know of: a silent gateway, institution or backbone."""

    key = models.CharField(max_length=200, primary_key=True)
    reason_ko = models.CharField(max_length=300)
    reason_en = models.CharField(max_length=300)
    begun_at = models.DateTimeField()


class SignalRow(models.Model):
    """One signal as it was taken in; `heard_at` is there once it was decided on."""

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=64, unique=True)
    facility = models.CharField(max_length=100)
    kind = models.CharField(max_length=20)
    source = models.CharField(max_length=100)
    floor = models.CharField(max_length=100, default="")
    room = models.CharField(max_length=100, default="")
    reason = models.CharField(max_length=300, default="")
    expects = models.JSONField(default=list)
    alarm = models.IntegerField(default=0)
    said_at = models.DateTimeField()
    received_at = models.DateTimeField()
    via = models.CharField(max_length=20)
    heard_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["facility", "id"],
                condition=models.Q(heard_at=None),
                name="fire_safety_signals_waiting",
            ),
            models.Index(fields=["facility", "heard_at"], name="fire_safety_signals_heard"),
        ]


class RefusedRow(models.Model):
    """A message that is none, with its reason."""

    id = models.BigAutoField(primary_key=True)
    received_at = models.DateTimeField(db_index=True)
    via = models.CharField(max_length=20)
    reason = models.CharField(max_length=300)
    payload = models.TextField()


class AlarmRow(models.Model):
    """One alarm of a facility."""

    id = models.BigAutoField(primary_key=True)
    facility = models.ForeignKey(FacilityRow, on_delete=models.PROTECT, related_name="alarms")
    number = models.IntegerField()
    state = models.CharField(max_length=20, db_index=True)
    kind = models.CharField(max_length=20)
    floor = models.CharField(max_length=100, default="")
    room = models.CharField(max_length=100, default="")
    is_drill = models.BooleanField(default=False)
    begun_at = models.DateTimeField(db_index=True)
    due_at = models.DateTimeField()
    handed_over_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    stood_down_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    note = models.TextField(default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["facility", "number"], name="fire_safety_alarm_once")]


class DecisionRow(models.Model):
    """One decision, written in the transaction that heard its signal. `is_told`: the incidents have it."""

    id = models.BigAutoField(primary_key=True)
    facility = models.ForeignKey(FacilityRow, on_delete=models.PROTECT, related_name="decisions")
    alarm = models.ForeignKey(AlarmRow, null=True, on_delete=models.PROTECT, related_name="decisions")
    verdict = models.CharField(max_length=20)
    at = models.DateTimeField(db_index=True)
    made_at = models.DateTimeField()
    reason_ko = models.CharField(max_length=500)
    reason_en = models.CharField(max_length=500)
    sources = models.JSONField(default=list)
    is_drill = models.BooleanField(default=False)
    is_told = models.BooleanField(default=False)
    told = models.CharField(max_length=100, default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(is_told=False), name="fire_safety_decisions_untold"
            )
        ]


class RelayRow(models.Model):
    """One message to 119: the same bytes with the same identifier until they are received."""

    id = models.BigAutoField(primary_key=True)
    alarm = models.ForeignKey(AlarmRow, on_delete=models.PROTECT, related_name="relays")
    identifier = models.CharField(max_length=200, unique=True)
    body = models.TextField()
    state = models.CharField(max_length=20)
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    last_error = models.CharField(max_length=300, default="")
    received_at = models.DateTimeField(null=True)
    is_overdue = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=models.Q(state="waiting"),
                name="fire_safety_relays_waiting",
            )
        ]
