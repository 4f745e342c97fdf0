"""Registers of imported area layers, of places and of the streets; polygons and nets lie in files, not here."""

from __future__ import annotations

from django.db import models

from .records import AreaKind


class AreaLayer(models.Model):
    """An imported layer; its polygons are in `places/layers/<name>-<version>.parquet` of the data folder."""

    name = models.CharField(max_length=60, unique=True)
    title_ko = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    kind = models.CharField(max_length=30, choices=[(kind.value, kind.value) for kind in AreaKind])
    year = models.PositiveSmallIntegerField()
    code_system = models.CharField(max_length=10, blank=True)
    source = models.CharField(max_length=200, blank=True)
    licence = models.CharField(max_length=200, blank=True)
    version = models.CharField(max_length=64)
    area_count = models.PositiveIntegerField()
    report = models.JSONField()
    imported_at = models.DateTimeField()
    imported_by = models.CharField(max_length=100)

    class Meta:
        ordering = ["name"]


class Area(models.Model):
    """One area of an imported layer. `district_code` is the legal code of the district it lies in."""

    layer = models.ForeignKey(AreaLayer, on_delete=models.CASCADE, related_name="areas")
    code = models.CharField(max_length=40)
    name_ko = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    district_code = models.CharField(max_length=5, blank=True)
    lon = models.FloatField()
    lat = models.FloatField()
    area_m2 = models.FloatField()

    class Meta:
        ordering = ["layer", "code"]
        constraints = [models.UniqueConstraint(fields=["layer", "code"], name="places_area_code")]


class Streets(models.Model):
    """The imported streets, at most one row; their net is `places/streets/<version>.npz` in the data folder."""

    title = models.CharField(max_length=200)
    source = models.CharField(max_length=200, blank=True)
    licence = models.CharField(max_length=200, blank=True)
    version = models.CharField(max_length=64)
    report = models.JSONField()
    imported_at = models.DateTimeField()
    imported_by = models.CharField(max_length=100)


class Place(models.Model):
    """A named point people look for. The search columns follow from name and address."""

    id = models.CharField(max_length=36, primary_key=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=60)
    lon = models.FloatField()
    lat = models.FloatField()
    address = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=200, blank=True)
    district_code = models.CharField(max_length=5, blank=True, db_index=True)
    legal_dong_code = models.CharField(max_length=10, blank=True)
    search_name = models.CharField(max_length=200, db_index=True)
    search_initials = models.CharField(max_length=200, db_index=True)
    search_address = models.CharField(max_length=300, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]
