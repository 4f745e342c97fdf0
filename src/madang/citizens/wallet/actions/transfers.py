"""A person lets a bundle go to its receiver, takes that back, and every transfer is written down."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from madang.citizens.wallet import models
from madang.citizens.wallet.methods.bundles import digest_content, select_bundle
from madang.citizens.wallet.methods.disclosures import make_salt
from madang.citizens.wallet.queries.transfers import (
    check_consent,
    describe_consent,
    describe_transfer,
    get_bundle,
    sign_receipt,
)
from madang.citizens.wallet.records import SentBundle, TransferConsent
from madang.core.base.interface import Actor, BadInput, Conflict, NotFound, new_id
from madang.core.people.interface import record_audit, require


def give_transfer_consent(
    *, actor: Actor, now: datetime, bundle: str, days: int, program: str = ""
) -> TransferConsent:
    """Let a bundle about the actor go to its receiver for so many days; `program` is who asked for it, "" at the desk.

    It takes the place of what was given to the same asker before: what is taken back later is all there is.
    """
    require(actor, "signed-in")
    known = get_bundle(bundle)
    if not 1 <= days <= known.days:
        raise BadInput(
            "wallet.days",
            f"1일부터 {known.days}일까지 고를 수 있습니다",
            f"choose 1 to {known.days} days",
            field="days",
        )
    with transaction.atomic():
        replaced = _end_earlier(actor.id, known.name, program, now)
        row = models.TransferConsentRow.objects.create(
            id=new_id(),
            subject=actor.id,
            bundle=known.name,
            version=known.version,
            given_at=now,
            expires_at=now + timedelta(days=days),
        )
        details = {"bundle": known.name, "version": known.version, "days": days}
        details |= {"program": program} if program else {}
        details |= {"replaces": replaced} if replaced else {}
        record_audit(actor=actor, now=now, action="wallet.consent", subject=row.id, details=details)
    return describe_consent(row, now)


def _end_earlier(subject: str, bundle: str, program: str, now: datetime) -> list[str]:
    rows = models.TransferConsentRow.objects.filter(
        subject=subject, bundle=bundle, withdrawn_at=None, expires_at__gt=now
    )
    rows = rows.filter(programgrantrow__program=program) if program else rows.filter(programgrantrow=None)
    found = list(rows.values_list("id", flat=True))
    models.TransferConsentRow.objects.filter(id__in=found).update(withdrawn_at=now)
    return found


def withdraw_transfer_consent(*, actor: Actor, now: datetime, consent_id: str) -> None:
    """Take one's own consent back: nothing is sent under it from now on."""
    with transaction.atomic():
        rows = models.TransferConsentRow.objects.filter(id=consent_id, subject=actor.id)
        if not rows.exists():
            raise NotFound("wallet.consent", "그런 동의가 없습니다", "there is no such consent")
        if rows.filter(withdrawn_at=None).update(withdrawn_at=now):
            record_audit(actor=actor, now=now, action="wallet.withdraw", subject=consent_id)


def receive_bundle(*, actor: Actor, now: datetime, consent_id: str, issuer: str) -> SentBundle:
    """Send a bundle to its receiver under a consent that holds, and write down that it was sent.

    `issuer` is the house's URL, which the receipt names. Nothing of the content is kept.
    """
    with transaction.atomic():
        row = models.TransferConsentRow.objects.select_for_update().filter(id=consent_id).first()
        bundle = check_consent(row, actor, now)
        if row.version != bundle.version:
            raise Conflict(
                "wallet.bundle_changed", "묶음정보가 바뀌어 다시 동의가 필요합니다", "the bundle has changed"
            )
        kinds = [part.kind for part in bundle.parts]
        entries = models.RegisterRow.objects.filter(subject=row.subject, kind__in=kinds)
        content, salt = select_bundle(bundle, dict(entries.values_list("kind", "content"))), make_salt()
        sent = models.TransferRow.objects.create(
            id=new_id(),
            consent=row,
            at=now,
            receiver=bundle.receiver,
            received_by=actor.id,
            kinds=sorted(content),
            digest=digest_content(content, salt),
        )
        names = ("receiver", "kinds", "digest")
        details = {"consent": row.id, "bundle": bundle.name, **{one: getattr(sent, one) for one in names}}
        record_audit(
            actor=actor,
            now=now,
            action="wallet.receive",
            subject=row.subject,
            purpose=bundle.name,
            details=details,
        )
    transfer = describe_transfer(sent)
    return SentBundle(
        transfer=sent.id,
        bundle=bundle.name,
        content=content,
        missing=tuple(one for one in kinds if one not in content),
        salt=salt,
        digest=sent.digest,
        receipt=sign_receipt(transfer, issuer, now),
    )
