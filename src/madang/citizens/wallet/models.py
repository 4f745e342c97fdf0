"""Registers from which certificates are issued, offers, certificates, checks and the log."""

from __future__ import annotations

from django.db import models


class RegisterRow(models.Model):
    """What a register says of one person, as the content of one kind of certificate."""

    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=64, db_index=True)
    content = models.JSONField()
    source = models.CharField(max_length=100)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "subject"], name="wallet_one_entry_a_person")]


class OfferRow(models.Model):
    """An offer and what became of it; secrets stand here as hashes only."""

    code_hash = models.CharField(max_length=64, primary_key=True)
    token_hash = models.CharField(max_length=64, unique=True, null=True)
    pin_hash = models.CharField(max_length=64)
    pin_failures = models.IntegerField(default=0)
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=64)
    issuer = models.CharField(max_length=300)
    offered_by = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    token_expires_at = models.DateTimeField(null=True)
    issued_at = models.DateTimeField(null=True)


class CertificateRow(models.Model):
    """A certificate that was issued: its status, not its content."""

    id = models.CharField(max_length=36, primary_key=True)
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=64, db_index=True)
    digest = models.CharField(max_length=64, unique=True)
    list_number = models.IntegerField()
    status_index = models.IntegerField()
    state = models.CharField(max_length=10, default="valid")
    reason = models.CharField(max_length=300, default="")
    issued_at = models.DateTimeField(db_index=True)
    valid_until = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["list_number", "status_index"], name="wallet_each_status_once")
        ]


class CheckRow(models.Model):
    """An eligibility check."""

    id = models.CharField(max_length=36, primary_key=True)
    rule = models.CharField(max_length=64)
    version = models.IntegerField()
    address = models.CharField(max_length=300)
    nonce = models.CharField(max_length=64)
    created_by = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_index=True)
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    is_eligible = models.BooleanField(null=True)
    reason = models.CharField(max_length=64, default="")
    refusal = models.CharField(max_length=64, default="")


class LogEntryRow(models.Model):
    """One entry of the append-only log."""

    number = models.BigIntegerField(primary_key=True)
    content = models.TextField()


class LogNodeRow(models.Model):
    """The hash of one full subtree of the log; it never changes."""

    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="wallet_each_node_once")]
