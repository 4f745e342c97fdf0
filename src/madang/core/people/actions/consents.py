"""Consent to the use of personal data, and the reads that a purpose allows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from madang.core.base.interface import Actor, BadInput, NotFound
from madang.core.people.audit import record_audit
from madang.core.people.models import Consent
from madang.core.people.purposes import get_purpose, require_purpose
from madang.core.people.queries import to_consent_record
from madang.core.people.records import ConsentRecord


@transaction.atomic
def give_consent(*, actor: Actor, now: datetime, purpose: str, expires_at: datetime) -> ConsentRecord:
    """Record that the actor agrees to the use of data about them for `purpose` until `expires_at`."""
    declared = get_purpose(purpose)
    if expires_at <= now:
        raise BadInput("people.consent_expiry", "기한이 이미 지났습니다", "the expiry has passed already")
    consent = Consent.objects.create(
        subject=actor.id,
        purpose=purpose,
        legal_basis=declared.legal_basis.ko,
        given_at=now,
        expires_at=expires_at,
    )
    details = {"consent": consent.public_id, "expires_at": expires_at}
    record_audit(
        actor=actor,
        now=now,
        action="people.give_consent",
        subject=actor.id,
        purpose=purpose,
        details=details,
    )
    return to_consent_record(consent)


@transaction.atomic
def withdraw_consent(*, actor: Actor, now: datetime, consent_id: str) -> ConsentRecord:
    """Withdraw one's own consent; it stays in the history."""
    consent = Consent.objects.filter(public_id=consent_id, subject=actor.id).first()
    if consent is None:
        raise NotFound("people.consent", "그런 동의가 없습니다", "there is no such consent")
    if consent.withdrawn_at is None:
        consent.withdrawn_at = now
        consent.save(update_fields=["withdrawn_at"])
        record_audit(
            actor=actor,
            now=now,
            action="people.withdraw_consent",
            subject=actor.id,
            purpose=consent.purpose,
            details={"consent": consent.public_id},
        )
    return to_consent_record(consent)


@transaction.atomic
def record_personal_read(
    *,
    actor: Actor,
    now: datetime,
    subject: str,
    purpose: str,
    details: Mapping[str, object] | None = None,
) -> int:
    """Record that `actor` reads personal data of `subject`, before it is shown.

    Raises
    ------
    NotAllowed
        without a declared purpose, or without the consent that it needs
    """
    require_purpose(purpose, now=now, subject=subject)
    return record_audit(
        actor=actor,
        now=now,
        action="people.read_personal",
        subject=subject,
        purpose=purpose,
        details=details,
    )
