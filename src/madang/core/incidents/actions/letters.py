"""Letters to people who have an account: by e-mail, each until it is taken or of no use any more.

Services name the person and never learn the address. Of a letter that was taken nothing is kept.
"""

from __future__ import annotations

import logging
import random
from datetime import datetime, timedelta

from django.db.models import F, Q

from madang.core.base.interface import Text, new_id
from madang.core.incidents.gateway.mail import begin_mail, hand_in
from madang.core.incidents.gateway.outcomes import Failed, NotConfigured, Refused
from madang.core.incidents.methods import estimate_wait_s
from madang.core.incidents.models import LetterRow
from madang.core.people.interface import find_email

from .delivery import LEASE_S, LONGEST_PAUSE, SEND_TIMEOUT_S, UNCONFIGURED_WAIT_S

AT_ONCE = 50
log = logging.getLogger("madang.outbox")


def send_letter(*, now: datetime, person_id: str, subject: Text, body: Text, expires_at: datetime) -> None:
    """Put a letter to a person into the outbox; after `expires_at` it isn't sent any more."""
    LetterRow.objects.create(
        id=new_id(),
        person_id=person_id,
        subject=f"{subject.ko} · {subject.en}",
        body=f"{body.ko}\n\n{body.en}\n",
        next_attempt_at=now,
        expires_at=expires_at,
    )


def deliver_letters(*, now: datetime, timeout_s: float = SEND_TIMEOUT_S) -> int:
    """Send the letters that are due, and return how many were taken.

    Any number of processes may: each takes a letter for a while before it sends it. Where one dies after sending, the
    letter goes again under the same Message-ID.
    """
    LetterRow.objects.filter(expires_at__lte=now).delete()
    is_due = Q(next_attempt_at__lte=now) | Q(next_attempt_at__gt=now + LONGEST_PAUSE)
    due = LetterRow.objects.filter(is_due).order_by("next_attempt_at", "id")
    return sum(_deliver(row, now, timeout_s) for row in due[:AT_ONCE])


def _deliver(row: LetterRow, now: datetime, timeout_s: float) -> bool:
    mine = LetterRow.objects.filter(pk=row.pk, next_attempt_at=row.next_attempt_at)
    until = now + timedelta(seconds=LEASE_S)
    if not mine.update(next_attempt_at=until, attempts=F("attempts") + 1):
        return False
    wait_s, is_taken = estimate_wait_s(row.attempts + 1, random.random()), False  # noqa: S311
    try:
        address = find_email(row.person_id)
        if address:
            mail = begin_mail(address, row.id, row.subject, now)
            mail.set_content(row.body)
            hand_in(mail, timeout_s=timeout_s)
            is_taken = True
    except NotConfigured:
        wait_s = UNCONFIGURED_WAIT_S
    except Failed as error:
        log.warning("letter %s waits: %s", row.pk, error)
    except Refused as error:
        log.error("letter %s is given up: %s", row.pk, error)  # noqa: TRY400 - the reason is the relay's
        LetterRow.objects.filter(pk=row.pk).delete()
        return False
    else:
        LetterRow.objects.filter(pk=row.pk).delete()
        return is_taken
    LetterRow.objects.filter(pk=row.pk).update(next_attempt_at=now + timedelta(seconds=wait_s))
    return False
