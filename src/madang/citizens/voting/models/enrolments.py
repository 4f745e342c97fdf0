"""Lists of voters on their way: who has enrolled and which credentials there are, two tables that nothing joins.

As with polls, both have random keys, no times and no column in common but the election. Who has enrolled is kept
only until the list is ended.
"""

from __future__ import annotations

from django.db import models


class EnrolmentRow(models.Model):
    """The list of one election's voters; `rule` is the wallet's."""

    uuid = models.CharField(max_length=40, primary_key=True)
    title = models.CharField(max_length=300)
    rule = models.CharField(max_length=64)
    group = models.CharField(max_length=20)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class EnrolledRow(models.Model):
    """That somebody has enrolled: `key` is a keyed hash of the election and the person's pseudonym in it."""

    id = models.BigAutoField(primary_key=True)
    enrolment = models.ForeignKey(EnrolmentRow, on_delete=models.PROTECT, related_name="enrolled")
    key = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enrolment", "key"], name="voting_enrol_once")]


class CredentialRow(models.Model):
    """What stands in the list for a code that only its voter knows; `key` is its SHA-256."""

    id = models.BigAutoField(primary_key=True)
    enrolment = models.ForeignKey(EnrolmentRow, on_delete=models.PROTECT, related_name="credentials")
    key = models.CharField(max_length=64)
    credential = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "key"], name="voting_each_credential_once")
        ]
