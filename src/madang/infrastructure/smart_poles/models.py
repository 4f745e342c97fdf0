"""What the register of things doesn't hold of poles: feeders, targets, permits, visits, candidate sites."""

from __future__ import annotations

from django.db import models


class FeederRow(models.Model):
    """A feeder of the grid and what poles may draw of it."""

    code = models.CharField(max_length=40, primary_key=True)
    name = models.CharField(max_length=100)
    capacity_w = models.FloatField()


class TargetRow(models.Model):
    """How many poles a year and district were planned to get."""

    year = models.IntegerField()
    district_code = models.CharField(max_length=20)
    planned = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "district_code"], name="smart_poles_one_target")
        ]


class PermitRow(models.Model):
    """A permit of a pole."""

    pole_id = models.CharField(max_length=64, db_index=True)
    kind = models.CharField(max_length=20)
    authority = models.CharField(max_length=100)
    state = models.CharField(max_length=20)
    applied_on = models.DateField()
    decided_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)
    note = models.CharField(max_length=500, default="")


class VisitRow(models.Model):
    """A visit to a pole."""

    pole_id = models.CharField(max_length=64, db_index=True)
    planned_on = models.DateField(db_index=True)
    what = models.CharField(max_length=200)
    done_on = models.DateField(null=True)
    result = models.CharField(max_length=500, default="")
    done_by = models.CharField(max_length=100, default="")


class SiteRow(models.Model):
    """A candidate junction."""

    code = models.CharField(max_length=40, primary_key=True)
    name = models.CharField(max_length=100)
    district_code = models.CharField(max_length=20, db_index=True)
    lon = models.FloatField()
    lat = models.FloatField()
    footfall = models.FloatField(default=0)
    accidents = models.FloatField(default=0)
    night_calls = models.FloatField(default=0)
    cost = models.FloatField()
    source = models.CharField(max_length=200, default="")


class ImportRow(models.Model):
    """A file of feeders or candidate sites that was brought, with the rows that weren't taken."""

    kind = models.CharField(max_length=20)
    file_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    taken = models.IntegerField()
    rejected = models.JSONField()
