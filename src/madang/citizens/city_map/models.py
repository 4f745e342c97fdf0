"""Themes and their places, what citizens propose, what districts ask for, and how often somebody wrote."""

from __future__ import annotations

from django.db import models


class ThemeRow(models.Model):
    """A theme. `revision` grows with every change of what the public sees, `mirrored` follows in the lake."""

    code = models.CharField(max_length=40, primary_key=True)
    values = models.JSONField()
    title_ko = models.CharField(max_length=200)
    agency_code = models.CharField(max_length=40, db_index=True)
    dataset = models.CharField(max_length=63, default="", db_index=True)
    state = models.CharField(max_length=20, db_index=True)
    note = models.CharField(max_length=500, default="")
    revision = models.BigIntegerField(default=0)
    mirrored = models.BigIntegerField(default=-1)
    changed_at = models.DateTimeField()


class PlaceRow(models.Model):
    """A place of a theme; lon, lat are degrees in EPSG:4326, `shape` its line or area as GeoJSON text."""

    id = models.CharField(max_length=36, primary_key=True)
    theme = models.ForeignKey(ThemeRow, on_delete=models.CASCADE, related_name="places")
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=300, default="")
    district_code = models.CharField(max_length=20, default="")
    lon = models.FloatField()
    lat = models.FloatField()
    values = models.JSONField(default=dict)
    source = models.CharField(max_length=200, default="")
    shape = models.TextField(default="")
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["theme", "name"], name="city_map_place_name")]


class ProposalRow(models.Model):
    """What a citizen proposes: no name, address or number of the sender is kept."""

    id = models.CharField(max_length=36, primary_key=True)
    receipt = models.CharField(max_length=20, unique=True)
    theme = models.ForeignKey(ThemeRow, on_delete=models.CASCADE, related_name="proposals")
    place_id = models.CharField(max_length=36, default="")
    kind = models.CharField(max_length=10)
    state = models.CharField(max_length=10, db_index=True)
    values = models.JSONField()
    note = models.CharField(max_length=500, default="")
    reason = models.CharField(max_length=500, default="")
    sent_at = models.DateTimeField(db_index=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=100, default="")


class RequestRow(models.Model):
    """A district's request for a theme."""

    id = models.CharField(max_length=36, primary_key=True)
    agency_code = models.CharField(max_length=40, db_index=True)
    title = models.CharField(max_length=200)
    why = models.CharField(max_length=1000)
    state = models.CharField(max_length=10, db_index=True)
    reason = models.CharField(max_length=500, default="")
    theme = models.CharField(max_length=40, default="")
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)


class SendingRow(models.Model):
    """That somebody sent a proposal: under a digest that nobody can turn back, and for an hour only."""

    sender = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField(db_index=True)
