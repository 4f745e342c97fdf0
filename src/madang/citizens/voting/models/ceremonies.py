"""Trustees on their way to a shared key: what each sent, all of it public or sealed."""

from __future__ import annotations

from django.db import models


class CeremonyRow(models.Model):
    """The making of one election's key. `plan` is the election's plan as JSON, `threshold` how many open a tally."""

    uuid = models.CharField(max_length=40, primary_key=True)
    plan = models.TextField()
    threshold = models.IntegerField()
    begun_at = models.DateTimeField()


class TrusteeRow(models.Model):
    """One trustee: its place from 1, the hash of its code, and its messages. `accused` is a dealer it refused."""

    ceremony = models.ForeignKey(CeremonyRow, on_delete=models.PROTECT, related_name="trustees")
    number = models.IntegerField()
    name = models.CharField(max_length=100)
    code_hash = models.CharField(max_length=64)
    certificate = models.TextField(default="")
    polynomial = models.TextField(default="")
    output = models.TextField(default="")
    accused = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ceremony", "number"], name="voting_one_trustee_a_number")
        ]
