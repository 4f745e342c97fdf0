"""Polls. Who voted and what was voted are two tables that nothing joins.

Both have random keys (no order of arrival), no times, and no column in common but the poll. Who voted is
kept only until the count. The keys are drawn, though their type is one that counts up: with any other SQLite keeps a
number of its own beside it, `rowid`, that tells who came when, and so whose ballot is whose.
"""

from __future__ import annotations

from django.db import models


class PollRow(models.Model):
    """One poll; `outcome` is JSON once it is counted."""

    id = models.CharField(max_length=16, primary_key=True)
    kind = models.CharField(max_length=10)
    agency_code = models.CharField(max_length=40, blank=True, db_index=True)
    maker_id = models.CharField(max_length=60, db_index=True)
    question = models.CharField(max_length=200)
    about = models.TextField(blank=True)
    ballot = models.CharField(max_length=10)
    eligibility = models.CharField(max_length=10)
    districts = models.JSONField(default=list)
    most = models.IntegerField(default=1)
    seats = models.IntegerField(default=1)
    total = models.IntegerField(default=0)
    unit = models.CharField(max_length=20, blank=True)
    invited = models.IntegerField(default=0)
    rule = models.CharField(max_length=64, default="")
    may_change = models.BooleanField(default=True)
    by_district = models.BooleanField(default=False)
    threshold = models.IntegerField(default=5)
    made_at = models.DateTimeField()
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField(db_index=True)
    counted_at = models.DateTimeField(null=True, db_index=True)
    outcome = models.TextField(blank=True)
    voters = models.IntegerField(default=0)
    reply = models.TextField(blank=True)
    replied_at = models.DateTimeField(null=True)
    hidden_reason = models.CharField(max_length=300, blank=True)


class ChoiceRow(models.Model):
    """A choice, or a statement; `state` is "waiting" until a suggested one is let in."""

    poll = models.ForeignKey(PollRow, on_delete=models.PROTECT, related_name="choices")
    number = models.IntegerField()
    text = models.CharField(max_length=300)
    alt = models.CharField(max_length=300, blank=True)
    picture = models.BinaryField(null=True)
    state = models.CharField(max_length=10, default="shown")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["poll", "number"], name="voting_choice_number")]


class VoterRow(models.Model):
    """That somebody voted: `key` is a keyed hash of the poll and the person (or pseudonym). Gone once the poll is counted."""

    id = models.BigAutoField(primary_key=True)
    poll = models.ForeignKey(PollRow, on_delete=models.PROTECT, related_name="voter_rows")
    key = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["poll", "key"], name="voting_one_vote_each")]


class BallotRow(models.Model):
    """What was voted: `key` is the hash of a receipt that only the voter holds."""

    id = models.BigAutoField(primary_key=True)
    poll = models.ForeignKey(PollRow, on_delete=models.PROTECT, related_name="ballot_rows")
    key = models.CharField(max_length=64)
    district = models.CharField(max_length=10, blank=True)
    marks = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["poll", "key"], name="voting_one_ballot_a_receipt")]


class CommentRow(models.Model):
    """A contribution to the discussion of a poll; it has nothing to do with the author's vote."""

    poll = models.ForeignKey(PollRow, on_delete=models.PROTECT, related_name="comments")
    author_id = models.CharField(max_length=60)
    author_name = models.CharField(max_length=150)
    text = models.TextField()
    at = models.DateTimeField()
    hidden_reason = models.CharField(max_length=300, blank=True)


class ReportRow(models.Model):
    """Somebody says that a comment breaks the rules of the discussion."""

    comment = models.ForeignKey(CommentRow, on_delete=models.CASCADE, related_name="reports")
    reporter_id = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "reporter_id"], name="voting_report_once")]


class SubscriberRow(models.Model):
    """Who wants a mail before polls close, and when the last one was written; nothing of how or whether they vote."""

    person_id = models.CharField(max_length=60, unique=True)
    told_at = models.DateTimeField(db_index=True)
