"""Programs that may ask citizens for bundles are registered and withdrawn by who answers for their agency."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from madang.citizens.wallet import models
from madang.citizens.wallet.methods.programs import is_safe_address
from madang.citizens.wallet.queries.programs import get_program
from madang.citizens.wallet.queries.transfers import list_bundles
from madang.citizens.wallet.records import ProgramSecret
from madang.core.base.interface import Actor, BadInput, Text, new_id
from madang.core.people.interface import hash_secret, record_audit, require


def register_program(
    *, actor: Actor, now: datetime, title: Text, receiver: str, redirect_uris: Sequence[str]
) -> ProgramSecret:
    """Let a program of the agency `receiver` ask citizens for its bundles; return its secret, this once."""
    require(actor, "wallet.connect", receiver)
    if receiver not in {one.receiver for one in list_bundles().values()}:
        raise BadInput(
            "wallet.receiver",
            "이 기관이 받는 묶음정보가 없습니다",
            "this agency receives no bundle",
            field="receiver",
        )
    wrong = [one for one in redirect_uris if not is_safe_address(one) or len(one) > 300]
    if wrong or not redirect_uris:
        raise BadInput(
            "wallet.redirect",
            "돌아갈 주소는 https://로 시작합니다 (이 컴퓨터는 http://127.0.0.1)",
            "an address to return to begins with https:// (http://127.0.0.1 on this machine)",
            field="redirect_uris",
        )
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        row = models.ProgramRow.objects.create(
            id=new_id(),
            title_ko=title.ko,
            title_en=title.en,
            receiver=receiver,
            redirect_uris=list(redirect_uris),
            secret_hash=hash_secret(secret),
            added_at=now,
        )
        details = {"receiver": receiver, "redirect_uris": list(redirect_uris)}
        record_audit(actor=actor, now=now, action="wallet.add_program", subject=row.id, details=details)
    return ProgramSecret(row.id, secret)


def withdraw_program(*, actor: Actor, now: datetime, program_id: str, reason: str) -> None:
    """Let a program ask and receive nothing from now on: its tokens are over."""
    require(actor, "wallet.connect", get_program(program_id).receiver)
    with transaction.atomic():
        rows = models.ProgramRow.objects.filter(id=program_id, withdrawn_at=None)
        if rows.update(withdrawn_at=now, reason=reason):
            record_audit(
                actor=actor,
                now=now,
                action="wallet.withdraw_program",
                subject=program_id,
                details={"reason": reason},
            )
