"""Other providers of bundles are registered, and withdrawn with every connection to them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from madang.citizens.wallet import models
from madang.citizens.wallet.gateway.providers import discover
from madang.citizens.wallet.gateway.sealing import seal
from madang.citizens.wallet.methods.programs import is_safe_address
from madang.citizens.wallet.queries.elsewhere import find_provider
from madang.core.base.interface import Actor, BadInput, Text, new_id
from madang.core.people.interface import record_audit, require


def register_provider(
    *, actor: Actor, now: datetime, title: Text, issuer: str, client: str, secret: str, scope: str
) -> str:
    """Let citizens connect to another provider, at which this house is the program `client`; return its number.

    Its metadata are fetched first: one that doesn't answer as it should isn't taken.
    """
    require(actor, "wallet.connect")
    if not is_safe_address(issuer) or issuer.endswith("/") or "?" in issuer:
        raise BadInput(
            "wallet.issuer",
            "https://로 시작하고 /로 끝나지 않는 주소를 적어 주십시오",
            "write an address that begins with https:// and doesn't end with /",
            field="issuer",
        )
    discover(issuer)
    with transaction.atomic():
        number = new_id()
        models.ProviderRow.objects.create(
            id=number,
            title_ko=title.ko,
            title_en=title.en,
            issuer=issuer,
            client=client,
            secret=seal(secret, number),
            scope=scope,
            added_at=now,
        )
        details = {"issuer": issuer, "client": client, "scope": scope}
        record_audit(actor=actor, now=now, action="wallet.add_provider", subject=number, details=details)
    return number


def withdraw_provider(*, actor: Actor, now: datetime, provider_id: str, reason: str) -> None:
    """Let nobody connect to a provider any more, and forget every connection's tokens."""
    require(actor, "wallet.connect")
    with transaction.atomic():
        row = find_provider(provider_id)
        row.withdrawn_at, row.secret = now, ""
        row.save(update_fields=["withdrawn_at", "secret"])
        gone, _ = models.ConnectionRow.objects.filter(provider=row).delete()
        details = {"reason": reason, "connections": gone}
        record_audit(actor=actor, now=now, action="wallet.withdraw_provider", subject=row.id, details=details)
