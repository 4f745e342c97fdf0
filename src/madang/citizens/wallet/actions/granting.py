"""Who may have a certificate issued: an offer's code and PIN, or a citizen's yes to a wallet, become a token."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db import transaction

from madang.citizens.wallet import models
from madang.citizens.wallet.methods.authorizing import answers_challenge, read_authorization, refuse
from madang.citizens.wallet.methods.metadata import PIN_DIGITS
from madang.citizens.wallet.queries.authorizations import REQUEST_URN, find_pushed
from madang.citizens.wallet.queries.certificates import get_content
from madang.citizens.wallet.queries.kinds import get_kind
from madang.citizens.wallet.records import Authorization, Client, IssuedToken, Offer
from madang.core.base.interface import Actor, find_row, update_rows
from madang.core.people.interface import hash_secret, record_audit, require

OFFER_LASTS = timedelta(minutes=30)
REQUEST_LASTS = timedelta(minutes=10)
CODE_LASTS = timedelta(minutes=2)
TOKEN_LASTS = timedelta(minutes=5)
APPROVAL_LASTS = timedelta(days=14)
"""How long a token holds for certificates that somebody must approve first."""
MOST_PINS = 5


def make_offer(*, actor: Actor, now: datetime, kind: str, subject: str, issuer: str) -> Offer:
    """Offer a certificate to the person it is about: they themselves ask for it, or staff for them.

    `issuer` is the issuer's URL, which the certificate will name.
    """
    if actor.id != subject:
        require(actor, "wallet.issue")
    get_content(kind, subject)
    code = secrets.token_urlsafe(32)
    pin = f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}d}"
    offer = Offer(kind=kind, issuer=issuer, code=code, pin=pin, expires_at=now + OFFER_LASTS)
    with transaction.atomic():
        models.OfferRow.objects.create(
            code_hash=hash_secret(code),
            pin_hash=hash_secret(code + pin),
            kind=get_kind(kind).name,
            subject=subject,
            issuer=issuer,
            offered_by=actor.id,
            expires_at=offer.expires_at,
        )
        record_audit(actor=actor, now=now, action="wallet.offer", subject=f"{kind}/{subject}")
    return offer


def redeem_code(*, now: datetime, code: str, pin: str) -> IssuedToken:
    """Return an access token for an offer's code and PIN; five wrong PINs end the offer."""
    with transaction.atomic():
        offer = find_row(models.OfferRow, lock=True, code_hash=hash_secret(code), challenge="")
        if offer is None or offer.expires_at <= now or offer.token_hash or offer.pin_failures >= MOST_PINS:
            raise refuse(
                "invalid_grant", "코드가 맞지 않거나 기한이 지났습니다", "the code is unknown or over"
            )
        is_right = hmac.compare_digest(offer.pin_hash, hash_secret(code + pin))
        if is_right:
            return _give_token(offer, now)
        offer.pin_failures += 1
        offer.save(update_fields=["pin_failures"])
    raise refuse("invalid_grant", "확인 번호가 다릅니다", "the PIN is wrong")


def push_request(
    *,
    now: datetime,
    issuer: str,
    form: Mapping[str, str],
    clients: Mapping[str, Client],
    scopes: Collection[str],
) -> tuple[str, int]:
    """Keep what one of the clients asks a citizen to allow; return (its request URI, seconds that it lasts)."""
    asked = read_authorization(form, clients, scopes, issuer)
    secret = secrets.token_urlsafe(32)
    models.PushedRow.objects.filter(expires_at__lte=now).delete()
    models.PushedRow.objects.create(
        request_hash=hash_secret(secret),
        expires_at=now + REQUEST_LASTS,
        **{name: getattr(asked, name) for name in Authorization.__struct_fields__},
    )
    return f"{REQUEST_URN}{secret}", int(REQUEST_LASTS.total_seconds())


def allow_request(*, actor: Actor, now: datetime, request_uri: str, issuer: str) -> tuple[Authorization, str]:
    """Allow a wallet to fetch the actor's own certificate; return (what was asked, the code for it)."""
    require(actor, "signed-in")
    code = secrets.token_urlsafe(32)
    with transaction.atomic():
        asked = end_request(now=now, request_uri=request_uri, issuer=issuer)
        get_content(asked.kind, actor.id)
        models.OfferRow.objects.create(
            code_hash=hash_secret(code),
            pin_hash="",
            kind=asked.kind,
            subject=actor.id,
            issuer=asked.issuer,
            offered_by=actor.id,
            client=asked.client,
            redirect_uri=asked.redirect_uri,
            challenge=asked.challenge,
            expires_at=now + CODE_LASTS,
        )
        details = {"client": asked.client}
        record_audit(
            actor=actor, now=now, action="wallet.allow", subject=f"{asked.kind}/{actor.id}", details=details
        )
    return asked, code


def end_request(*, now: datetime, request_uri: str, issuer: str) -> Authorization:
    """Return what was asked of the issuer at this URL, which can't be answered again."""
    found = find_pushed(request_uri, now, issuer)
    if not models.PushedRow.objects.filter(request_hash=found.request_hash).delete()[0]:
        raise refuse("invalid_request_uri", "이미 답한 요청입니다", "this request was answered already")
    return found.asked


def redeem_permission(
    *, now: datetime, code: str, verifier: str, client: str, redirect_uri: str
) -> IssuedToken:
    """Return an access token for a citizen's permission; a code that comes twice ends the first one's token."""
    with transaction.atomic():
        offers = models.OfferRow.objects.select_for_update().exclude(challenge="")
        offer = offers.filter(code_hash=hash_secret(code), expires_at__gt=now).first()
        if offer is None or (offer.client, offer.redirect_uri) != (client, redirect_uri):
            raise refuse(
                "invalid_grant", "코드가 맞지 않거나 기한이 지났습니다", "the code is unknown or over"
            )
        if not answers_challenge(offer.challenge, verifier):
            raise refuse(
                "invalid_grant", "코드를 청한 지갑이 아닙니다", "not the wallet that asked for the code"
            )
        if offer.token_hash is None:
            return _give_token(offer, now)
        offer.token_expires_at = now
        offer.save(update_fields=["token_expires_at"])
    raise refuse("invalid_grant", "이미 쓴 코드입니다", "the code was used already")


def _give_token(offer: models.OfferRow, now: datetime) -> IssuedToken:
    lasts = APPROVAL_LASTS if get_kind(offer.kind).needs_approval else TOKEN_LASTS
    token = secrets.token_urlsafe(32)
    offer.token_hash, offer.token_expires_at = hash_secret(token), now + lasts
    update_rows([offer], ["token_hash", "token_expires_at"])
    return IssuedToken(token, int(lasts.total_seconds()))
