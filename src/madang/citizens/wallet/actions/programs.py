"""Programs that may ask citizens for bundles: registered and withdrawn by who answers for their agency, known by what they sign."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from madang.citizens.wallet import models
from madang.citizens.wallet.methods.client_assertions import name_program, read_assertion
from madang.citizens.wallet.methods.programs import is_safe_address, list_audiences
from madang.citizens.wallet.methods.refusals import Refused
from madang.citizens.wallet.queries.programs import find_keys, get_program
from madang.citizens.wallet.queries.transfers import list_bundles
from madang.citizens.wallet.records import Program, ProgramSecret
from madang.core.base.interface import Actor, BadInput, Text, new_id
from madang.core.people.interface import hash_secret, record_audit, require


def register_program(
    *,
    actor: Actor,
    now: datetime,
    title: Text,
    receiver: str,
    redirect_uris: Sequence[str],
    keys: Sequence[Mapping[str, Any]] = (),
) -> ProgramSecret:
    """Let a program of the agency `receiver` ask citizens for its bundles; return its secret, this once.

    One with `keys` (public JWKs) shows who it is by what it signs, and has no secret.
    """
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
    secret = "" if keys else secrets.token_urlsafe(32)
    with transaction.atomic():
        row = models.ProgramRow.objects.create(
            id=new_id(),
            title_ko=title.ko,
            title_en=title.en,
            receiver=receiver,
            redirect_uris=list(redirect_uris),
            secret_hash=hash_secret(secret) if secret else "",
            keys=list(keys),
            added_at=now,
        )
        details = {"receiver": receiver, "redirect_uris": list(redirect_uris), "signs": bool(keys)}
        record_audit(actor=actor, now=now, action="wallet.add_program", subject=row.id, details=details)
    return ProgramSecret(row.id, secret)


def recognize_program(*, now: datetime, assertion: str, provider: str) -> Program | None:
    """Return the program that signed an assertion for the provider at this URL; None where none did, or it comes again."""
    try:
        program = name_program(assertion)
        said = read_assertion(
            assertion, program, find_keys(program), list_audiences(provider), int(now.timestamp())
        )
    except Refused:
        return None
    used = models.AssertionRow.objects
    used.filter(expires_at__lte=now).delete()
    _, is_new = used.get_or_create(
        assertion_hash=hash_secret(f"{program} {said.id}"),
        defaults={"expires_at": datetime.fromtimestamp(said.expires_at, UTC)},
    )
    return get_program(program) if is_new else None


def change_program_keys(
    *, actor: Actor, now: datetime, program_id: str, keys: Sequence[Mapping[str, Any]]
) -> None:
    """Let a program that signs do so by these keys (public JWKs) from now on; its tokens stay."""
    program = get_program(program_id)
    require(actor, "wallet.connect", program.receiver)
    if not program.signs or not keys:
        raise BadInput(
            "wallet.keys",
            "자기 열쇠로 서명하는 프로그램에 공개키를 하나 이상 적어 주십시오",
            "give at least one public key, for a program that signs",
            field="keys",
        )
    with transaction.atomic():
        models.ProgramRow.objects.filter(id=program_id).update(keys=list(keys))
        details = {"keys": [one.get("kid", "") for one in keys]}
        record_audit(actor=actor, now=now, action="wallet.change_keys", subject=program_id, details=details)


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
