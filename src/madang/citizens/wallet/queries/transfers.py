"""Bundles, consents to their transfer, and what was transferred."""

from __future__ import annotations

import tomllib
from datetime import datetime
from functools import cache

import msgspec

from madang.citizens.wallet import models
from madang.citizens.wallet.gateway.keys import get_signing_key
from madang.citizens.wallet.methods.bundles import write_receipt
from madang.citizens.wallet.records import Bundle, ConsentState, Transfer, TransferConsent
from madang.core.base.interface import Actor, NotAllowed, NotFound
from madang.core.people.interface import require

from .kinds import PACKS


@cache
def list_bundles() -> dict[str, Bundle]:
    """Return every bundle by its name."""
    said = tomllib.loads((PACKS / "bundles.toml").read_text("utf-8"))["bundle"]
    return {one.name: one for one in msgspec.convert(said, tuple[Bundle, ...])}


def get_bundle(name: str) -> Bundle:
    """Return one bundle; raise NotFound where there is none."""
    if name not in list_bundles():
        raise NotFound("wallet.bundle", "그런 묶음정보는 없습니다", "there is no such bundle")
    return list_bundles()[name]


def list_consents(subject: str, now: datetime) -> list[TransferConsent]:
    """Return a person's consents, newest first."""
    rows = models.TransferConsentRow.objects.filter(subject=subject).order_by("-given_at", "id")
    return [describe_consent(row, now) for row in rows[:200]]


def list_open_consents(
    receivers: frozenset[str] | None, now: datetime, *, offset: int = 0, limit: int = 50
) -> tuple[list[TransferConsent], int]:
    """Return a page of consents that hold now for these receivers (None: all), newest first, and how many there are."""
    known = [one.name for one in list_bundles().values() if receivers is None or one.receiver in receivers]
    rows = models.TransferConsentRow.objects.filter(
        bundle__in=known, withdrawn_at=None, expires_at__gt=now
    ).order_by("-given_at", "id")
    return [describe_consent(row, now) for row in rows[offset : offset + limit]], rows.count()


def find_open_consent(consent_id: str, actor: Actor, now: datetime) -> TransferConsent:
    """Return a consent that the actor may receive under now; raises as `check_consent` does."""
    row = models.TransferConsentRow.objects.filter(id=consent_id).first()
    check_consent(row, actor, now)
    return describe_consent(row, now)


def check_consent(row: models.TransferConsentRow | None, actor: Actor, now: datetime) -> Bundle:
    """Return the bundle of a consent that holds and whose receiver the actor is.

    Raises NotFound where there is no such consent, NotAllowed where another is the receiver or it is over.
    """
    if row is None:
        raise NotFound("wallet.consent", "그런 동의가 없습니다", "there is no such consent")
    bundle = get_bundle(row.bundle)
    require(actor, "wallet.receive", bundle.receiver)
    if row.withdrawn_at is not None or row.expires_at <= now:
        raise NotAllowed(
            "wallet.consent_over", "동의가 끝났거나 철회되었습니다", "the consent is over or withdrawn"
        )
    return bundle


def describe_consent(row: models.TransferConsentRow, now: datetime) -> TransferConsent:
    """Return a register's row as a record."""
    state = ConsentState.ACTIVE if row.expires_at > now else ConsentState.EXPIRED
    names = ("id", "subject", "bundle", "version", "given_at", "expires_at", "withdrawn_at")
    return TransferConsent(
        state=ConsentState.WITHDRAWN if row.withdrawn_at else state,
        **{name: getattr(row, name) for name in names},
    )


def list_transfers(subject: str) -> list[Transfer]:
    """Return what was transferred of a person, newest first."""
    rows = models.TransferRow.objects.select_related("consent").filter(consent__subject=subject)
    return [describe_transfer(row) for row in rows.order_by("-at", "id")[:200]]


def describe_transfer(row: models.TransferRow) -> Transfer:
    """Return a register's row as a record."""
    return Transfer(
        id=row.id,
        consent=row.consent_id,
        bundle=row.consent.bundle,
        subject=row.consent.subject,
        at=row.at,
        receiver=row.receiver,
        received_by=row.received_by,
        kinds=tuple(row.kinds),
        digest=row.digest,
    )


def get_receipt(transfer_id: str, subject: str, issuer: str, now: datetime) -> str:
    """Return the signed receipt of a transfer of one's own; raise NotFound where there is none."""
    row = models.TransferRow.objects.select_related("consent").filter(id=transfer_id).first()
    if row is None or row.consent.subject != subject:
        raise NotFound("wallet.transfer", "그런 전송이 없습니다", "there is no such transfer")
    return sign_receipt(describe_transfer(row), issuer, now)


def sign_receipt(transfer: Transfer, issuer: str, now: datetime) -> str:
    """Return a transfer's receipt, signed by the house's present key."""
    key_id, key = get_signing_key(now)
    return write_receipt(transfer, issuer, key, key_id)
