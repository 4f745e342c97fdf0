"""A token and proven keys become certificates, at once or when somebody has approved them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core import signing
from django.db import transaction

from madang.citizens.wallet import models
from madang.citizens.wallet.gateway.keys import get_signing_key
from madang.citizens.wallet.methods.authorizing import refuse
from madang.citizens.wallet.methods.credential import DAY_S, Draft, StatusReference, issue_credential
from madang.citizens.wallet.methods.key_proof import verify_key_proof
from madang.citizens.wallet.methods.metadata import BATCH_SIZE, name_kind, name_list, read_configuration
from madang.citizens.wallet.methods.refusals import Refused
from madang.citizens.wallet.methods.w3c import issue_w3c
from madang.citizens.wallet.queries.certificates import LIST_SIZE, find_taken, get_content
from madang.citizens.wallet.queries.kinds import get_kind
from madang.citizens.wallet.queries.log import count_entries
from madang.citizens.wallet.records import HolderEvent, Issued, Kind, RequestState, Waiting
from madang.core.base.interface import HOUSE, find_row, insert_rows, new_id, update_rows
from madang.core.people.interface import hash_secret, record_audit

from .log import record

NONCE_LASTS_S = 300
DECOYS = 2
ASK_AGAIN_S = 5
PUBLIC_MEMBERS = ("kty", "crv", "x", "y")
JWK = Mapping[str, Any]


def make_nonce(now: datetime) -> str:
    """Return a nonce that a holder's proof must answer within five minutes; nothing is kept of it."""
    return signing.Signer(salt="wallet.nonce").sign(f"{int(now.timestamp())}.{secrets.token_urlsafe(16)}")


def request_certificates(*, now: datetime, token: str, kind: str, proofs: Sequence[str]) -> Issued | Waiting:
    """Issue a certificate to each key that is proven, or keep the request until it is approved.

    `kind` is the name of a configuration in the issuer's metadata.

    The token is used up, but for what may still be asked about this issuance.
    """
    with transaction.atomic():
        offer = find_row(models.OfferRow, lock=True, token_hash=hash_secret(token))
        if offer is None or not _holds(offer, now) or offer.issued_at:
            raise refuse("invalid_token", "토큰이 맞지 않거나 이미 썼습니다", "the token is unknown or used")
        kind, is_w3c = read_configuration(kind)
        if kind != offer.kind:
            raise refuse("unknown_credential_configuration", "다른 증명서입니다", "another kind was offered")
        keys = _check_proofs(proofs, offer.issuer, now)
        offer.issued_at = now
        if get_kind(kind).needs_approval:
            offer.save(update_fields=["issued_at"])
            return _keep_request(offer, keys, now, is_w3c=is_w3c)
        return _issue(offer, keys, now, is_w3c=is_w3c)


def collect_certificates(*, now: datetime, token: str, transaction_id: str) -> Issued | Waiting:
    """Issue what was asked for and approved since; nothing is issued twice."""
    with transaction.atomic():
        offer = _find_offer(token, now)
        row = (
            models.RequestRow.objects.select_for_update()
            .filter(transaction_hash=hash_secret(transaction_id), offer=offer)
            .first()
        )
        if row is None or row.state == RequestState.ISSUED:
            raise refuse("invalid_transaction_id", "그런 신청이 없습니다", "there is no such request")
        if row.state == RequestState.REFUSED:
            raise refuse(
                "credential_request_denied", f"거절되었습니다: {row.reason}", f"refused: {row.reason}"
            )
        if row.state == RequestState.WAITING:
            return Waiting(transaction_id, ASK_AGAIN_S)
        keys, row.state, row.keys = row.keys, RequestState.ISSUED, []
        row.save(update_fields=["state", "keys"])
        return _issue(offer, keys, now, is_w3c=row.is_w3c)


def take_notification(*, now: datetime, token: str, issuance: str, event: HolderEvent) -> None:
    """Write down what a holder's wallet says became of its certificates; the same said twice is nothing new."""
    with transaction.atomic():
        offer = _find_offer(token, now)
        if not offer.issuance or offer.issuance != issuance:
            raise refuse("invalid_notification_id", "그런 발급이 없습니다", "there is no such issuance")
        rows = models.CertificateRow.objects.filter(issuance=issuance).exclude(event=event)
        if rows.update(event=event):
            record_audit(
                actor=HOUSE, now=now, action="wallet.notify", subject=issuance, details={"event": event}
            )


def _find_offer(token: str, now: datetime) -> models.OfferRow:
    offer = models.OfferRow.objects.filter(token_hash=hash_secret(token)).first()
    if offer is None or not _holds(offer, now):
        raise refuse("invalid_token", "토큰이 맞지 않거나 기한이 지났습니다", "the token is unknown or over")
    return offer


def _holds(offer: models.OfferRow, now: datetime) -> bool:
    return offer.token_expires_at is not None and offer.token_expires_at > now


def _keep_request(offer: models.OfferRow, keys: list[JWK], now: datetime, *, is_w3c: bool) -> Waiting:
    secret = secrets.token_urlsafe(32)
    row = models.RequestRow.objects.create(
        id=new_id(),
        transaction_hash=hash_secret(secret),
        offer=offer,
        keys=keys,
        is_w3c=is_w3c,
        created_at=now,
    )
    details = {"kind": offer.kind, "copies": len(keys)}
    record_audit(actor=HOUSE, now=now, action="wallet.request", subject=row.id, details=details)
    return Waiting(secret, ASK_AGAIN_S)


def _issue(offer: models.OfferRow, keys: Sequence[JWK], now: datetime, *, is_w3c: bool) -> Issued:
    made = make_certificates(
        kind=offer.kind,
        subject=offer.subject,
        issuer=offer.issuer,
        keys=keys,
        by=offer.offered_by,
        now=now,
        is_w3c=is_w3c,
    )
    offer.issuance = made.issuance
    update_rows([offer], ["issued_at", "issuance"])
    return made


def make_certificates(
    *,
    kind: str,
    subject: str,
    issuer: str,
    keys: Sequence[JWK | None],
    by: str,
    now: datetime,
    is_w3c: bool = False,
) -> Issued:
    """Issue what the register says to each key, None for one on paper, which hides nothing; call it in a transaction.

    Two of them have nothing in common that a verifier sees but their times, which are those of a whole day.
    """
    known = get_kind(kind)
    content = _select(known, get_content(kind, subject))
    hidden = tuple(words.path for words in known.claims)
    begins = int(now.timestamp()) // DAY_S * DAY_S
    until = begins + (known.valid_days + 1) * DAY_S
    list_number, indexes = _pick_statuses(len(keys))
    key_id, key = get_signing_key(now)
    ids = [new_id() for _ in keys]
    rows, texts = [], []
    for number, holder_key, index in zip(ids, keys, indexes, strict=True):
        draft = Draft(
            issuer=issuer,
            kind=name_kind(issuer, kind),
            content=content,
            hidden=hidden if holder_key else (),
            issued_at=begins,
            valid_until=until,
            holder_key=holder_key,
            status=StatusReference(name_list(issuer, list_number), index),
        )
        write = issue_w3c if is_w3c else issue_credential
        text = write(draft, key, {"kid": key_id}, decoys=DECOYS if holder_key else 0).text
        texts.append(text)
        rows.append(
            models.CertificateRow(
                id=number,
                issuance=ids[0],
                copies=len(ids),
                is_printed=holder_key is None,
                kind=kind,
                subject=subject,
                digest=hash_secret(text),
                list_number=list_number,
                status_index=index,
                issued_at=now,
                valid_until=datetime.fromtimestamp(until, now.tzinfo),
                changed_at=now,
            )
        )
    insert_rows(rows)
    record(actor=HOUSE, now=now, what="issue", certificates=rows, by=by)
    return Issued(tuple(texts), ids[0])


def _pick_statuses(count: int) -> tuple[int, list[int]]:
    """Return (a list's number, places in it that are free, at random): neighbours have nothing to do with each other.

    Every certificate stands in the log, so that a list whose turn is over is half full at most.
    """
    number = count_entries() // (LIST_SIZE // 2)
    found: set[int] = set()
    while len(found) < count:
        asked = {secrets.randbelow(LIST_SIZE) for _ in range(count - len(found))}
        found |= asked - find_taken(number, asked)
    picked = list(found)
    secrets.SystemRandom().shuffle(picked)
    return number, picked


def _check_proofs(proofs: Sequence[str], issuer: str, now: datetime) -> list[JWK]:
    """Return the keys that are proven, each once."""
    if not 1 <= len(proofs) <= BATCH_SIZE:
        raise refuse(
            "invalid_proof", f"열쇠는 1개부터 {BATCH_SIZE}개까지입니다", f"1 to {BATCH_SIZE} keys are taken"
        )
    keys = [_check_proof(one, issuer, now) for one in proofs]
    if len({tuple(sorted(one.items())) for one in keys}) != len(keys):
        raise refuse("invalid_proof", "같은 열쇠가 두 번 있습니다", "a key is there twice")
    return keys


def _check_proof(proof: str, issuer: str, now: datetime) -> JWK:
    try:
        said = verify_key_proof(proof, issuer, int(now.timestamp()))
    except Refused as refused:
        raise refuse(
            "invalid_proof",
            f"열쇠의 증명을 받을 수 없습니다 ({refused.code})",
            f"the key's proof can't be taken: {refused}",
        ) from refused
    try:
        made_at = int(signing.Signer(salt="wallet.nonce").unsign(said.nonce).partition(".")[0])
    except (signing.BadSignature, ValueError):
        made_at = 0
    if not 0 <= now.timestamp() - made_at <= NONCE_LASTS_S:
        raise refuse("invalid_nonce", "새 nonce가 필요합니다", "a new nonce is needed")
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
