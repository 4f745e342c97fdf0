"""Who answered a check that another service asked for: a pseudonym, kept only until the service has used it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from madang.citizens.wallet import models
from madang.citizens.wallet.methods.pseudonyms import make_pseudonym
from madang.citizens.wallet.queries.pseudonyms import find_current, has_answered

USED_WITHIN = timedelta(minutes=10)
_PURPOSE = b"madang.wallet.pseudonym "


def note_answer(*, now: datetime, check_id: str, subject: str) -> None:
    """Keep the pseudonym of who said yes (`subject`, "" for a no) where a service waits for it, for ten minutes."""
    row = models.PseudonymRow.objects.filter(asked=check_id).first()
    if row is not None:
        key = _PURPOSE + settings.SECRET_KEY.encode()
        row.value = make_pseudonym(key, row.scope, subject) if subject else ""
        row.expires_at = now + USED_WITHIN
        row.save(update_fields=["value", "expires_at"])


def use_pseudonym(*, now: datetime, check_id: str, scope: str, secret: str) -> None:
    """Forget a pseudonym that its service has used for whoever answered: the check can't be read again."""
    row = find_current(now=now, check_id=check_id, scope=scope, secret=secret)
    if row is not None and has_answered(row, secret):
        row.delete()


def forget_old(now: datetime) -> int:
    """Forget pseudonyms nobody used in time, and checks of services that nobody answered; return how many."""
    with transaction.atomic():
        old, _ = models.PseudonymRow.objects.filter(expires_at__lte=now).delete()
        unanswered = models.CheckRow.objects.filter(created_by="", answered_at=None, expires_at__lte=now)
        return old + unanswered.delete()[0]
