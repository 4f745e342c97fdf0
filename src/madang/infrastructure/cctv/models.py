"""What is watched and what was seen: sources, events, who looked, requests to unmask, proofs of purging."""

from __future__ import annotations

from django.db import models


class SourceRow(models.Model):
    """Where a camera's pictures come from, what is watched in them, and how it does."""

    camera_id = models.CharField(max_length=64, primary_key=True)
    url = models.CharField(max_length=500)
    is_on = models.BooleanField(default=True)
    fps = models.FloatField(default=4.0)
    tiles = models.IntegerField(default=1)
    rules = models.JSONField(default=dict)
    factors = models.JSONField(default=dict)
    seen_at = models.DateTimeField(null=True)
    people = models.IntegerField(default=0)
    trouble = models.CharField(max_length=300, default="")


class EventRow(models.Model):
    """One event; `repeats` counts how often the same standing thing was found anew without an alarm."""

    uid = models.CharField(max_length=64, primary_key=True)
    camera_id = models.CharField(max_length=64, db_index=True)
    camera_name = models.CharField(max_length=200)
    agency_code = models.CharField(max_length=40)
    lon = models.FloatField()
    lat = models.FloatField()
    kind = models.CharField(max_length=20)
    begun_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    strength = models.FloatField()
    reason_ko = models.CharField(max_length=300)
    reason_en = models.CharField(max_length=300)
    place = models.CharField(max_length=100, default="")
    x = models.FloatField()
    y = models.FloatField()
    height = models.FloatField()
    verdict = models.CharField(max_length=10, default="open", db_index=True)
    judged_by = models.CharField(max_length=150, default="")
    judged_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=500, default="")
    incident_key = models.CharField(max_length=100, db_index=True)
    incident = models.IntegerField(null=True)
    repeats = models.IntegerField(default=0)
    clip_seconds = models.FloatField(null=True)
    masked_sha256 = models.CharField(max_length=64, default="")
    original_sha256 = models.CharField(max_length=64, default="")
    expires_at = models.DateTimeField(db_index=True)
    purged_at = models.DateTimeField(null=True)


class ViewRow(models.Model):
    """That somebody looks at pictures of a camera or event: the last entry of the audit log for it."""

    actor_id = models.CharField(max_length=64)
    subject = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor_id", "subject"], name="cctv_one_view")]


class UnmaskRow(models.Model):
    """A request to see an original."""

    id = models.BigAutoField(primary_key=True)
    event = models.ForeignKey(EventRow, on_delete=models.PROTECT, related_name="unmasks")
    asked_by = models.CharField(max_length=64)
    asked_by_name = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    ground = models.CharField(max_length=20)
    reason = models.CharField(max_length=500)
    state = models.CharField(max_length=10, default="asked")
    decided_by = models.CharField(max_length=64, default="")
    decided_by_name = models.CharField(max_length=150, default="")
    decided_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)


class PurgeRow(models.Model):
    """Proof that a file was deleted; the audit log's row `audit_seq` says the same."""

    id = models.BigAutoField(primary_key=True)
    event_uid = models.CharField(max_length=64, db_index=True)
    camera_id = models.CharField(max_length=64)
    file = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    bytes = models.BigIntegerField()
    purged_at = models.DateTimeField(db_index=True)
    audit_seq = models.BigIntegerField()


class RingRow(models.Model):
    """That a bell rang, or was tried out."""

    bell_id = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField()
    is_test = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bell_id", "at", "is_test"], name="cctv_one_ring")]


class SearchRow(models.Model):
    """A search for a missing person."""

    id = models.BigAutoField(primary_key=True)
    reference = models.CharField(max_length=100)
    ground = models.CharField(max_length=300)
    description = models.CharField(max_length=1000)
    top = models.CharField(max_length=20, default="")
    bottom = models.CharField(max_length=20, default="")
    speed_m_s = models.FloatField()
    agency_code = models.CharField(max_length=40, default="")
    state = models.CharField(max_length=10, db_index=True)
    asked_by = models.CharField(max_length=64)
    asked_by_name = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    hours = models.FloatField()
    decided_by = models.CharField(max_length=64, default="")
    decided_by_name = models.CharField(max_length=150, default="")
    decided_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)


class PlaceRow(models.Model):
    """A place on the way of a search."""

    search = models.ForeignKey(SearchRow, on_delete=models.CASCADE, related_name="places")
    source = models.CharField(max_length=20)
    lon = models.FloatField()
    lat = models.FloatField()
    at = models.DateTimeField()
    camera_id = models.CharField(max_length=64, default="")


class SightingRow(models.Model):
    """Somebody that a camera saw while a search ran; deleted with it, and its picture too."""

    uid = models.CharField(max_length=64, primary_key=True)
    camera_id = models.CharField(max_length=64, db_index=True)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField(db_index=True)
    top = models.JSONField(default=dict)
    bottom = models.JSONField(default=dict)


class AnswerRow(models.Model):
    """What an operator said of a sighting in a search."""

    search = models.ForeignKey(SearchRow, on_delete=models.CASCADE, related_name="answers")
    sighting = models.ForeignKey(SightingRow, on_delete=models.CASCADE, related_name="answers")
    is_right = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["search", "sighting"], name="cctv_one_answer")]


class SignTextRow(models.Model):
    """A text that a sign showed, shows or will show, who said so, and who took it back before its end."""

    sign_id = models.CharField(max_length=64, db_index=True)
    text_ko = models.CharField(max_length=100)
    text_en = models.CharField(max_length=100)
    begun_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    set_by_name = models.CharField(max_length=150)
    ended_by_name = models.CharField(max_length=150, default="")
