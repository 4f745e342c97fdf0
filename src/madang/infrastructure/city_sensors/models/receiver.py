"""Who may send to the receiver, and how their packets are laid out."""

from __future__ import annotations

from django.db import models


class Certificate(models.Model):
    """A sender's key; only its hash is kept."""

    key_hash = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=200)
    agency_code = models.CharField(max_length=40)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()


class SourceRow(models.Model):
    """What a source of stations promises; the register of things says which stations are its."""

    name = models.CharField(max_length=200, primary_key=True)
    agency_code = models.CharField(max_length=40, default="")
    kind = models.CharField(max_length=100, default="")
    licence = models.CharField(max_length=40)
    expected_interval_s = models.IntegerField()
    freshness_promise_s = models.IntegerField()


class Calibration(models.Model):
    """A correction of a station's values of one property, from a moment on."""

    thing_id = models.CharField(max_length=64)
    property = models.CharField(max_length=40)
    gain = models.FloatField()
    offset = models.FloatField()
    valid_from = models.DateTimeField()
    reason = models.CharField(max_length=300)
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["thing_id", "property"], name="city_sensors_calibrated")]


class PacketDefinition(models.Model):
    """The layout of packets of one number, from a day on."""

    data_no = models.CharField(max_length=40)
    valid_from = models.DateField()
    fields = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["data_no", "valid_from"], name="city_sensors_one_layout_a_day")
        ]
