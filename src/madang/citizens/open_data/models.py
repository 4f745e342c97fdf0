"""Declared services and the keys of those who use them."""

from __future__ import annotations

from django.db import models


class ServiceRow(models.Model):
    """A table's own way to answer the Open API."""

    name = models.CharField(max_length=64, primary_key=True)
    declaration = models.JSONField()
    declared_at = models.DateTimeField()


class KeyRow(models.Model):
    """A key; only its hash is kept."""

    id = models.CharField(max_length=36, primary_key=True)
    key_hash = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=8)
    account_id = models.CharField(max_length=40, db_index=True)
    purpose = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
