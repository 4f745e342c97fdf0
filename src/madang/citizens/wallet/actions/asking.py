"""A check that another service asks for, of whoever is in front of its page."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction

from madang.citizens.wallet import models
from madang.citizens.wallet.queries.checks import describe
from madang.citizens.wallet.records import EligibilityCheck
from madang.core.people.interface import hash_secret

from .checks import add_check


def ask_for_service(*, now: datetime, rule: str, scope: str, address: str) -> tuple[EligibilityCheck, str]:
    """Open a check of one rule; return it with the secret by which alone its result is read.

    `scope` is what the pseudonym of who answers is good for, such as one poll; `address` is the issuer's URL.
    No audit row is written: anybody may ask, and nothing is known of anyone yet.
    """
    secret = secrets.token_urlsafe(24)
    with transaction.atomic():
        row = add_check(now=now, rule=rule, address=address, created_by="")
        models.PseudonymRow.objects.create(
            asked=row, scope=scope, secret_hash=hash_secret(secret), expires_at=row.expires_at
        )
    return describe(row, now), secret
