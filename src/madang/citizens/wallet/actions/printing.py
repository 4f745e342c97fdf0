"""Certificates on paper, for people without a phone."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from madang.citizens.wallet.queries.certificates import get_certificate
from madang.citizens.wallet.queries.kinds import get_kind
from madang.citizens.wallet.records import Printed
from madang.core.base.interface import Actor, BadInput
from madang.core.people.interface import require

from .issuing import make_certificates


def print_certificate(*, actor: Actor, now: datetime, kind: str, subject: str, issuer: str) -> Printed:
    """Issue a certificate for a sheet of paper, to the person it is about or to staff for them.

    What must be approved is printed by staff only, and not for themselves: nobody approves their own.
    """
    is_own, needs_approval = actor.id == subject, get_kind(kind).needs_approval
    if needs_approval or not is_own:
        require(actor, "wallet.issue")
    if needs_approval and is_own:
        raise BadInput(
            "wallet.own", "자기 증명서는 스스로 승인할 수 없습니다", "nobody approves their own certificate"
        )
    with transaction.atomic():
        made = make_certificates(
            kind=get_kind(kind).name, subject=subject, issuer=issuer, keys=[None], by=actor.id, now=now
        )
    return Printed(certificate=get_certificate(made.issuance), text=made.certificates[0])
