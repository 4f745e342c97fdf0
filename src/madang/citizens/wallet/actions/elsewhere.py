"""A citizen connects to another provider of bundles, fetches what it holds, looks at it, and forgets it.

Of what is fetched nothing is kept. Tokens are kept sealed, and no call to a provider is made inside a transaction.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from madang.citizens.wallet import models
from madang.citizens.wallet.gateway import providers
from madang.citizens.wallet.gateway.sealing import seal, unseal
from madang.citizens.wallet.methods.bundles import digest_content, read_receipt
from madang.citizens.wallet.methods.refusals import Refused
from madang.citizens.wallet.queries.elsewhere import describe_provider, find_provider
from madang.citizens.wallet.records import Fetched, Provider
from madang.core.base.interface import Actor, BadInput, Conflict, MadangError, NotAllowed, NotFound, new_id
from madang.core.people.interface import hash_secret, record_audit, require

STATE_LASTS = timedelta(minutes=15)


def start_connection(*, actor: Actor, now: datetime, provider_id: str, redirect_uri: str) -> str:
    """Ask a provider for a bundle about the actor; return the address there at which they let it."""
    require(actor, "signed-in")
    row = find_provider(provider_id)
    state, verifier, number = secrets.token_urlsafe(32), providers.make_verifier(), new_id()
    goes_to = providers.push(
        describe_provider(row), unseal(row.secret, row.id), redirect_uri, state, verifier
    )
    models.ConnectionRow.objects.filter(connected_at=None, started_at__lte=now - STATE_LASTS).delete()
    models.ConnectionRow.objects.create(
        id=number,
        subject=actor.id,
        provider=row,
        state_hash=hash_secret(state),
        redirect_uri=redirect_uri,
        secrets=seal({"verifier": verifier}, number),
        started_at=now,
    )
    return goes_to


def finish_connection(*, actor: Actor, now: datetime, state: str, code: str, issuer: str, error: str) -> str:
    """Take what a provider sent the actor back with; return the number of the connection, "" where they declined.

    It must be the same person who started, within a quarter of an hour, and the same provider (RFC 9207).
    """
    rows = models.ConnectionRow.objects.select_related("provider")
    row = rows.filter(state_hash=hash_secret(state), subject=actor.id, connected_at=None).first()
    if row is None or row.started_at + STATE_LASTS <= now:
        raise BadInput(
            "wallet.state",
            "시작한 적이 없거나 너무 오래된 연결입니다. 다시 연결해 주세요",
            "this connection wasn't started here, or too long ago; connect again",
        )
    # A state is good once, whatever comes with it.
    if not models.ConnectionRow.objects.filter(pk=row.pk, state_hash=row.state_hash).update(state_hash=None):
        raise Conflict("wallet.state", "이미 끝난 연결입니다", "this connection was finished already")
    held = unseal(row.secrets, row.id)
    models.ConnectionRow.objects.filter(pk=row.pk).update(secrets="")
    if error or not code or issuer != row.provider.issuer:
        row.delete()
        if error == "access_denied":
            return ""
        raise BadInput(
            "wallet.provider_refused",
            f"연결하지 못했습니다: {error or '다른 곳의 답'}",
            f"the provider didn't let it: {error or 'the answer is of somebody else'}",
        )
    provider = describe_provider(row.provider)
    secret = unseal(row.provider.secret, provider.id)
    try:
        tokens = providers.redeem(provider, secret, row.redirect_uri, code, held["verifier"])
    except MadangError:
        row.delete()
        raise
    with transaction.atomic():
        row.secrets, row.connected_at = seal(tokens, row.id), now
        row.save(update_fields=["secrets", "connected_at"])
        details = {"provider": provider.id}
        record_audit(actor=actor, now=now, action="wallet.connect", subject=row.id, details=details)
    return row.id


def fetch_from(*, actor: Actor, now: datetime, connection_id: str) -> Fetched:
    """Return what a provider sends of the actor now, once its receipt is found right; nothing of it is kept.

    Raises NotAllowed where the provider lets it no longer, Unavailable where it doesn't answer as it should.
    """
    row = _find(actor, connection_id)
    provider = describe_provider(row.provider)
    tokens = unseal(row.secrets, row.id)
    said = providers.fetch(provider, tokens["access"])
    if said is None:
        tokens = providers.refresh(provider, unseal(row.provider.secret, provider.id), tokens["refresh"])
        models.ConnectionRow.objects.filter(pk=row.pk).update(secrets=seal(tokens, row.id))
        said = providers.fetch(provider, tokens["access"])
    if said is None:
        raise NotAllowed(
            "wallet.provider_refused", "더는 허락하지 않습니다", "the provider lets it no longer"
        )
    fetched = _check(said, providers.fetch_keys(provider), provider)
    with transaction.atomic():
        models.ConnectionRow.objects.filter(pk=row.pk).update(fetched_at=now)
        details = {"provider": provider.id, "kinds": sorted(fetched.content)}
        record_audit(actor=actor, now=now, action="wallet.fetch", subject=row.id, details=details)
    return fetched


def forget_connection(*, actor: Actor, now: datetime, connection_id: str) -> bool:
    """Forget a connection here whatever its provider says; return whether it was ended there too."""
    row = _find(actor, connection_id)
    is_ended = True
    try:
        tokens = unseal(row.secrets, row.id)
        provider = describe_provider(row.provider)
        secret = unseal(row.provider.secret, provider.id)
        providers.revoke(provider, secret, tokens["refresh"] or tokens["access"])
    except MadangError:
        is_ended = False
    with transaction.atomic():
        row.delete()
        details = {"provider": row.provider_id, "is_ended_there": is_ended}
        record_audit(actor=actor, now=now, action="wallet.forget", subject=connection_id, details=details)
    return is_ended


def _find(actor: Actor, connection_id: str) -> models.ConnectionRow:
    rows = models.ConnectionRow.objects.select_related("provider").exclude(connected_at=None)
    row = rows.filter(id=connection_id, subject=actor.id).first()
    if row is None:
        raise NotFound("wallet.connection", "그런 연결이 없습니다", "there is no such connection")
    return row


def _check(said: dict[str, Any], keys: list[dict[str, Any]], provider: Provider) -> Fetched:
    """Return what came, where its receipt is signed by the provider and is of this very content."""
    content, salt, receipt = said.get("content"), said.get("salt"), said.get("receipt")
    is_formed = isinstance(content, dict) and all(isinstance(one, dict) for one in content.values())
    if not is_formed or not isinstance(salt, str) or not isinstance(receipt, str):
        raise providers.wrong(f"{provider.issuer}: no bundle with a receipt came")
    for key in keys:
        try:
            claims = read_receipt(receipt, ECKey.import_key(key))
        except (Refused, JoseError, ValueError, TypeError, KeyError):
            continue
        if claims.get("sha256") == digest_content(content, salt):
            return Fetched(content=content, receipt=receipt)
    raise providers.wrong(f"{provider.issuer}: the receipt isn't of what came")
