"""Pseudonyms that wait for the service that asked for them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from madang.citizens.wallet import models
from madang.core.people.interface import hash_secret


def list_current(*, now: datetime, check_id: str, scope: str, secret: str) -> QuerySet[models.PseudonymRow]:
    """Return the row of one check, for whoever knows its secret and asked for this scope: none or one."""
    return models.PseudonymRow.objects.filter(
        asked=check_id, scope=scope, secret_hash=hash_secret(secret), expires_at__gt=now
    )
