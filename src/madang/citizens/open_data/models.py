"""What this service keeps: declared services, keys, and what the search knows of each dataset."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class ServiceRow(models.Model):
    """A table's own way to answer the Open API."""

    name = models.CharField(max_length=64, primary_key=True)
    declaration = models.JSONField()
    declared_at = models.DateTimeField()


class KeyRow(models.Model):
    """A key; only its hash is kept."""

    id = models.CharField(max_length=36, primary_key=True)
    key_hash = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=8)
    account_id = models.CharField(max_length=40, db_index=True)
    purpose = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    daily_limit = models.PositiveBigIntegerField(null=True)
    written = models.DateField(null=True)


class QuotaRow(models.Model):
    """How much everyone may call; one row, and without it the house's defaults."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    key_daily = models.PositiveBigIntegerField()
    address_daily = models.PositiveBigIntegerField()


class MeterRow(models.Model):
    """How often a key or an address called on one day of the city."""

    subject = models.CharField(max_length=80)
    day = models.DateField(db_index=True)
    used = models.PositiveBigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject", "day"], name="open_data_one_meter")
        ]


class SearchRow(models.Model):
    """One dataset as the search knows it: the entry it shows, and its words with their weights."""

    id = models.CharField(max_length=120, primary_key=True)
    is_own = models.BooleanField()
    entry = models.JSONField()
    terms = models.JSONField()
    version = models.BigIntegerField(default=-1)
    is_gone = models.BooleanField(default=False)
    changed_at = models.DateTimeField(db_index=True)


class ChangeRow(models.Model):
    """Something that happened to a public dataset."""

    dataset = models.CharField(max_length=63, db_index=True)
    title = models.JSONField()
    kind = models.CharField(max_length=12)
    version = models.BigIntegerField(default=-1)
    rows = models.BigIntegerField(default=0)
    at = models.DateTimeField(db_index=True)


class TalkRow(models.Model):
    """What questions, requests and gallery entries have in common."""

    id = models.CharField(max_length=36, primary_key=True)
    account_id = models.CharField(max_length=40, db_index=True)
    author = models.CharField(max_length=120)
    state = models.CharField(max_length=10, default="waiting", db_index=True)
    at = models.DateTimeField(db_index=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class QuestionRow(TalkRow):
    """A question about a dataset, or a word under one."""

    dataset = models.CharField(max_length=63, db_index=True)
    parent_id = models.CharField(max_length=36, blank=True)
    agency_code = models.CharField(max_length=40, blank=True)
    text = models.TextField()
    answer = models.TextField(blank=True)
    answered_by = models.CharField(max_length=120, blank=True)
    answered_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)


class RequestRow(TalkRow):
    """Data that somebody asks for."""

    title = models.CharField(max_length=120)
    wanted = models.TextField()
    purpose = models.TextField(blank=True)
    agency_code = models.CharField(max_length=40, blank=True)
    answer = models.TextField(blank=True)
    answered_by = models.CharField(max_length=120, blank=True)
    answered_at = models.DateTimeField(null=True)
    dataset = models.CharField(max_length=63, blank=True)


class SupportRow(models.Model):
    """Somebody wants the same data."""

    request = models.ForeignKey(RequestRow, on_delete=models.CASCADE, related_name="supports")
    account_id = models.CharField(max_length=40)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["request", "account_id"], name="open_data_one_support")
        ]


class AppRow(TalkRow):
    """Something made with the city's data."""

    title = models.CharField(max_length=120)
    address = models.URLField(max_length=500)
    about = models.TextField()
    datasets = models.JSONField()
    reason = models.TextField(blank=True)


class SourceRow(models.Model):
    """Another catalogue."""

    id = models.CharField(max_length=36, primary_key=True)
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=10)
    address = models.CharField(max_length=500)
    every_hours = models.PositiveIntegerField()
    is_on = models.BooleanField(default=True)
    due_at = models.DateTimeField(db_index=True)
    last_at = models.DateTimeField(null=True)
    trouble = models.TextField(blank=True)


class RefreshRow(models.Model):
    """A dataset that is fetched again from its source; `digest` is of the bytes that made its newest version."""

    dataset = models.CharField(max_length=63, primary_key=True)
    address = models.CharField(max_length=500)
    every_hours = models.PositiveIntegerField()
    is_on = models.BooleanField(default=True)
    due_at = models.DateTimeField(db_index=True)
    last_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    trouble = models.TextField(blank=True)


class RunRow(models.Model):
    """One look through a catalogue; `wrongs` are the records that couldn't be taken, and why."""

    source = models.ForeignKey(SourceRow, on_delete=models.CASCADE, related_name="runs")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    seen = models.PositiveIntegerField()
    added = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    gone = models.PositiveIntegerField()
    wrong = models.PositiveIntegerField()
    wrongs = models.JSONField(default=list)
    trouble = models.TextField(blank=True)


class FoundRow(models.Model):
    """A dataset found in another catalogue."""

    id = models.CharField(max_length=36, primary_key=True)
    source = models.ForeignKey(SourceRow, on_delete=models.CASCADE, related_name="found")
    remote_id = models.CharField(max_length=500)
    remote = models.JSONField()
    first_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "remote_id"], name="open_data_one_found")
        ]
