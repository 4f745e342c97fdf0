"""Pseudonyms that wait for the service that asked for them, and who may read them: whoever answered, nobody else."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from django.conf import settings
from django.utils.http import urlencode

from madang.citizens.wallet import models
from madang.core.people.interface import hash_secret

_ANSWER = b"madang.wallet.answer "


def find_current(*, now: datetime, check_id: str, scope: str, secret: str) -> models.PseudonymRow | None:
    """Return the row of one check of this scope, for whoever asked or answered; None for anybody else."""
    row = models.PseudonymRow.objects.filter(asked=check_id, scope=scope, expires_at__gt=now).first()
    if row is None:
        return None
    has_asked = hmac.compare_digest(row.secret_hash, hash_secret(secret))
    return row if has_asked or has_answered(row, secret) else None


def has_answered(row: models.PseudonymRow, secret: str) -> bool:
    """Return whether `secret` is the one that the wallet was handed which answered the check."""
    return hmac.compare_digest(_make_answer_code(row), secret)


def find_way_back(check_id: str) -> str:
    """Return where a wallet sends its holder once it has answered; "" where no service asked.

    The address holds a secret that nobody else learns (response_code, OpenID for Verifiable Presentations 1.0,
    section 14.2): what was asked goes on in the browser of whoever answered, not of whoever showed the QR code.
    A scope begins with its service's name, whose page at /<service>/answered/ takes it.
    """
    row = models.PseudonymRow.objects.filter(asked=check_id).select_related("asked").first()
    if row is None:
        return ""
    house, service = row.asked.address.removesuffix("/wallet"), row.scope.partition(".")[0]
    said = {"scope": row.scope, "check": check_id, "response_code": _make_answer_code(row)}
    return f"{house}/{service}/answered/?{urlencode(said)}"


def _make_answer_code(row: models.PseudonymRow) -> str:
    key = hmac.digest(settings.SECRET_KEY.encode(), _ANSWER, hashlib.sha256)
    return hmac.new(key, f"{row.asked_id} {row.secret_hash}".encode(), hashlib.sha256).hexdigest()
