"""A certificate is suspended, holds again or is revoked, each with its reason; its holder may revoke it, too."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from madang.citizens.wallet import models
from madang.citizens.wallet.queries.certificates import describe, get_certificate
from madang.citizens.wallet.records import Certificate, CertificateState
from madang.core.base.interface import Actor, BadInput, Conflict, NotFound
from madang.core.people.interface import require

from .log import record

WORDS = {
    CertificateState.VALID: "restore",
    CertificateState.SUSPENDED: "suspend",
    CertificateState.REVOKED: "revoke",
}
OWN_REASON = "본인이 막음 · blocked by its holder"


def change_state(
    *, actor: Actor, now: datetime, certificate_id: str, state: CertificateState, reason: str
) -> Certificate:
    """Change how a certificate stands with all its copies; what was revoked never holds again."""
    require(actor, "wallet.revoke")
    if not reason.strip():
        raise BadInput("wallet.reason", "까닭을 적어 주세요", "please say why", field="reason")
    return _change(actor, now, certificate_id, state, reason.strip())


def revoke_own(*, actor: Actor, now: datetime, certificate_ids: Collection[str]) -> int:
    """Revoke certificates of one's own, such as after a phone was lost; return how many.

    All of them or none: NotFound where one was issued to somebody else, or to nobody.
    """
    require(actor, "signed-in")
    if not certificate_ids:
        raise BadInput(
            "wallet.none", "막을 증명서를 골라 주세요", "please choose what to block", field="certificates"
        )
    with transaction.atomic():
        for certificate_id in sorted(set(certificate_ids)):
            if get_certificate(certificate_id).subject != actor.id:
                raise NotFound("wallet.certificate", "그런 증명서가 없습니다", "there is no such certificate")
            _change(actor, now, certificate_id, CertificateState.REVOKED, OWN_REASON)
    return len(set(certificate_ids))


def _change(
    actor: Actor, now: datetime, certificate_id: str, state: CertificateState, reason: str
) -> Certificate:
    with transaction.atomic():
        rows = list(
            models.CertificateRow.objects.select_for_update().filter(issuance=certificate_id).order_by("id")
        )
        if not rows:
            raise NotFound("wallet.certificate", "그런 증명서가 없습니다", "there is no such certificate")
        if rows[0].state in {state, CertificateState.REVOKED}:
            raise Conflict(
                "wallet.state", "이미 그런 상태이거나 폐기된 증명서입니다", "it is so already, or revoked"
            )
        for row in rows:
            row.state, row.reason, row.changed_at = state, reason, now
        models.CertificateRow.objects.bulk_update(rows, ["state", "reason", "changed_at"])
        record(actor=actor, now=now, what=WORDS[state], certificates=rows, by=actor.id)
    return describe(next(row for row in rows if row.id == certificate_id))
