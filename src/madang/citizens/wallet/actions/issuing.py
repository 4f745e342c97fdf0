"""From a register's entry to a certificate: an offer, its code and PIN for a token, a proven key for the certificate."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.db import transaction
from django.db.models import F

from madang.citizens.wallet import models
from madang.citizens.wallet.gateway.keys import get_signing_key
from madang.citizens.wallet.methods.credential import Draft, StatusReference, issue_credential
from madang.citizens.wallet.methods.key_proof import verify_key_proof
from madang.citizens.wallet.methods.metadata import PIN_DIGITS, name_kind, name_list
from madang.citizens.wallet.methods.refusals import Reason, Refused
from madang.citizens.wallet.queries.certificates import LIST_SIZE, get_content
from madang.citizens.wallet.queries.kinds import get_kind
from madang.citizens.wallet.records import IssuedToken, Kind, Offer
from madang.core.base.interface import HOUSE, Actor, BadInput, new_id
from madang.core.people.interface import record_audit, require

from .log import record

OFFER_LASTS = timedelta(minutes=30)
TOKEN_LASTS = timedelta(minutes=5)
NONCE_LASTS_S = 300
MOST_PINS = 5
DECOYS = 2
PUBLIC_MEMBERS = ("kty", "crv", "x", "y")


def save_entry(
    *, actor: Actor, now: datetime, kind: str, subject: str, content: Mapping[str, Any], source: str
) -> None:
    """Write down what a register says of a person, as the content of one kind of certificate."""
    require(actor, "wallet.issue")
    missing = [words.path for words in get_kind(kind).claims if not _has(content, words.path)]
    if missing:
        raise BadInput("wallet.content", f"빠진 것이 있습니다: {missing}", f"something is missing: {missing}")
    with transaction.atomic():
        models.RegisterRow.objects.update_or_create(
            kind=kind,
            subject=subject,
            defaults={"content": dict(content), "source": source, "updated_at": now},
        )
        record_audit(actor=actor, now=now, action="wallet.save_entry", subject=f"{kind}/{subject}")


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
            code_hash=_hash(code),
            pin_hash=_hash(code + pin),
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
    offers = models.OfferRow.objects.filter(code_hash=_hash(code), token_hash=None, expires_at__gt=now)
    # The try is counted before it is judged, so that many at once aren't more than allowed.
    if not offers.filter(pin_failures__lt=MOST_PINS).update(pin_failures=F("pin_failures") + 1):
        raise _refuse("invalid_grant", "코드가 맞지 않거나 기한이 지났습니다", "the code is unknown or over")
    if not hmac.compare_digest(offers.values_list("pin_hash", flat=True)[0], _hash(code + pin)):
        raise _refuse("invalid_grant", "확인 번호가 다릅니다", "the PIN is wrong")
    token = secrets.token_urlsafe(32)
    if not offers.update(token_hash=_hash(token), token_expires_at=now + TOKEN_LASTS):
        raise _refuse("invalid_grant", "이미 쓴 코드입니다", "the code was used already")
    return IssuedToken(token, int(TOKEN_LASTS.total_seconds()))


def make_nonce(now: datetime) -> str:
    """Return a nonce that a holder's proof must answer within five minutes; nothing is kept of it."""
    return signing.Signer(salt="wallet.nonce").sign(f"{int(now.timestamp())}.{secrets.token_urlsafe(16)}")


def issue_certificate(*, now: datetime, token: str, kind: str, proof: str) -> str:
    """Issue the certificate that a token is good for, bound to the key that `proof` proves; the token is used up."""
    with transaction.atomic():
        offer = (
            models.OfferRow.objects.select_for_update()
            .filter(token_hash=_hash(token), token_expires_at__gt=now, issued_at=None)
            .first()
        )
        if offer is None:
            raise _refuse("invalid_token", "토큰이 맞지 않거나 이미 썼습니다", "the token is unknown or used")
        if kind != offer.kind:
            raise _refuse("unknown_credential_configuration", "다른 증명서입니다", "another kind was offered")
        holder_key = _check_proof(proof, offer.issuer, now)
        certificate, text = _make(offer, holder_key, now)
        offer.issued_at = now
        offer.save(update_fields=["issued_at"])
        record(actor=HOUSE, now=now, what="issue", certificate=certificate, by=offer.offered_by)
    return text


def _make(
    offer: models.OfferRow, holder_key: Mapping[str, Any], now: datetime
) -> tuple[models.CertificateRow, str]:
    kind, seconds = get_kind(offer.kind), int(now.timestamp())
    content = _select(kind, get_content(offer.kind, offer.subject))
    list_number, index = _pick_status()
    valid_until = now + timedelta(days=kind.valid_days)
    draft = Draft(
        issuer=offer.issuer,
        kind=name_kind(offer.issuer, kind.name),
        content=content,
        hidden=tuple(words.path for words in kind.claims),
        issued_at=seconds,
        valid_until=int(valid_until.timestamp()),
        holder_key=holder_key,
        status=StatusReference(name_list(offer.issuer, list_number), index),
    )
    key_id, key = get_signing_key(now)
    issued = issue_credential(draft, key, {"kid": key_id}, decoys=DECOYS)
    row = models.CertificateRow.objects.create(
        id=new_id(),
        kind=kind.name,
        subject=offer.subject,
        digest=_hash(issued.message),
        list_number=list_number,
        status_index=index,
        issued_at=now,
        valid_until=valid_until,
        changed_at=now,
    )
    return row, issued.text


def _pick_status() -> tuple[int, int]:
    """Return a place that is free, at random: neighbours in a list have nothing to do with each other."""
    rows = models.CertificateRow.objects
    number = rows.count() // (LIST_SIZE // 2)
    while True:
        index = secrets.randbelow(LIST_SIZE)
        if not rows.filter(list_number=number, status_index=index).exists():
            return number, index


def _check_proof(proof: str, issuer: str, now: datetime) -> dict[str, Any]:
    try:
        said = verify_key_proof(proof, issuer, int(now.timestamp()))
    except Refused as refused:
        error = "invalid_nonce" if refused.reason == Reason.NONCE else "invalid_proof"
        raise _refuse(
            error,
            f"열쇠의 증명을 받을 수 없습니다 ({refused.code})",
            f"the key's proof can't be taken: {refused}",
        ) from refused
    try:
        made_at = int(signing.Signer(salt="wallet.nonce").unsign(said.nonce).partition(".")[0])
    except (signing.BadSignature, ValueError):
        made_at = 0
    if not 0 <= now.timestamp() - made_at <= NONCE_LASTS_S:
        raise _refuse("invalid_nonce", "새 nonce가 필요합니다", "a new nonce is needed")
    return {name: said.key[name] for name in PUBLIC_MEMBERS if name in said.key}


def _select(kind: Kind, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a kind names of a register's entry, and no more."""
    chosen: dict[str, Any] = {}
    for words in kind.claims:
        source, target = content, chosen
        for step in words.path[:-1]:
            source, target = source[step], target.setdefault(step, {})
        target[words.path[-1]] = source[words.path[-1]]
    return chosen


def _has(content: Any, path: tuple[str, ...]) -> bool:
    for step in path:
        if not isinstance(content, Mapping) or step not in content:
            return False
        content = content[step]
    return True


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _refuse(error: str, ko: str, en: str) -> BadInput:
    return BadInput(f"wallet.{error}", ko, en, error=error)
