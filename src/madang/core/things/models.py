"""The register of things and its history."""

from __future__ import annotations

from django.db import models

from madang.core.base.interface import new_id

from .records import ThingState


class ThingKind(models.Model):
    """A kind of asset or sensor: data, never a subclass."""

    code = models.CharField(max_length=64, primary_key=True)
    name_ko = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    icon = models.CharField(max_length=40, blank=True)
    table_name = models.CharField(max_length=100, blank=True)
    expected_interval_s = models.PositiveIntegerField(null=True, blank=True)
    service_life_years = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["code"]


class ThingRow(models.Model):
    """One asset or sensor. `due_on` follows from `installed_on` and `service_life_years`."""

    id = models.CharField(max_length=64, primary_key=True)
    kind = models.ForeignKey(ThingKind, on_delete=models.PROTECT, related_name="things")
    name = models.CharField(max_length=200)
    agency_code = models.CharField(max_length=40, db_index=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    address = models.CharField(max_length=300, blank=True)
    district_code = models.CharField(max_length=10, blank=True, db_index=True)
    legal_dong_code = models.CharField(max_length=10, blank=True)
    state = models.CharField(max_length=12, choices=[(s.value, s.value) for s in ThingState], db_index=True)
    installed_on = models.DateField(null=True)
    service_life_years = models.PositiveIntegerField(null=True)
    due_on = models.DateField(null=True, db_index=True)
    maker = models.CharField(max_length=200, blank=True)
    model = models.CharField(max_length=200, blank=True)
    serial = models.CharField(max_length=200, blank=True)
    attributes = models.JSONField(default=dict)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    source = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["lon", "lat"], name="things_place")]


class ThingChange(models.Model):
    """One act on one thing: who, when, why, and each field from → to. Outlives the thing."""

    thing_id = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField()
    actor_id = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=150, blank=True)
    action = models.CharField(max_length=20)
    why = models.CharField(max_length=500, blank=True)
    changes = models.JSONField(default=dict)
    batch_id = models.CharField(max_length=36, blank=True, db_index=True)

    class Meta:
        ordering = ["id"]


class ImportBatch(models.Model):
    """One import: what it did, so that it can be read again and undone."""

    id = models.CharField(max_length=36, primary_key=True, default=new_id)
    at = models.DateTimeField()
    actor_id = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=150, blank=True)
    source = models.CharField(max_length=200, blank=True)
    rows_read = models.PositiveIntegerField()
    added = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    unchanged = models.PositiveIntegerField()
    rejects = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at"]


class RegisterVersion(models.Model):
    """Goes up by one in every transaction that changes a register."""

    name = models.CharField(max_length=40, primary_key=True)
    value = models.PositiveBigIntegerField(default=0)
