"""Elections and their public boards."""

from __future__ import annotations

from django.db import models


class ElectionRow(models.Model):
    """One binding election."""

    uuid = models.CharField(max_length=40, primary_key=True)
    name = models.CharField(max_length=300)
    state = models.CharField(max_length=10)
    opened_at = models.DateTimeField()
    voters = models.IntegerField()
    ballots = models.IntegerField(default=0)


class EntryRow(models.Model):
    """One entry of a board, in order: a piece of data, or an event that chains to the one before."""

    election = models.ForeignKey(ElectionRow, on_delete=models.PROTECT, related_name="entries")
    number = models.IntegerField()
    suffix = models.CharField(max_length=5)
    name = models.CharField(max_length=64)
    kind = models.CharField(max_length=20)
    height = models.IntegerField(default=-1)
    credential = models.TextField(default="")
    tracker = models.CharField(max_length=43, default="", db_index=True)
    content = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["election", "number"], name="voting_one_entry_a_number"),
            models.UniqueConstraint(fields=["election", "suffix", "name"], name="voting_each_entry_once"),
        ]
        indexes = [
            models.Index(fields=["election", "credential", "number"], condition=models.Q(kind="ballot"),
                         name="voting_ballots_of_a_voter")
        ]  # fmt: skip
