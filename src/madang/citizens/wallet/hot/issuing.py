"""What holders' wallets speak to the issuer: metadata, pushed requests, tokens, nonces, certificates (OpenID4VCI 1.0)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec
from django.conf import settings
from starlette.requests import Request
from starlette.responses import Response

from madang.citizens.wallet.actions.granting import push_request, redeem_code, redeem_permission
from madang.citizens.wallet.actions.issuing import (
    collect_certificates,
    make_nonce,
    request_certificates,
    take_notification,
)
from madang.citizens.wallet.methods.authorizing import refuse as make_refusal
from madang.citizens.wallet.methods.metadata import (
    AUTHORIZATION_CODE,
    PRE_AUTHORIZED,
    describe_authorization,
    describe_issuer,
)
from madang.citizens.wallet.queries.kinds import list_clients, list_kinds
from madang.citizens.wallet.records import HolderEvent, Issued, Waiting
from madang.core.base.interface import BadInput, MadangError, Text, now

from .answers import find_issuer, read_form, read_json, read_token, refuse, send_json, send_written


class Proofs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Proofs of keys, of the one type that is taken; one certificate is issued to each."""

    jwt: tuple[str, ...] = ()


class Sealing(msgspec.Struct, kw_only=True):
    """That a wallet wants its answer encrypted, which isn't done here."""

    credential_response_encryption: dict[str, Any] | None = None


class CredentialRequest(Sealing):
    """What is asked for."""

    credential_configuration_id: str
    credential_identifier: str | None = None
    proofs: Proofs = Proofs()


class DeferredRequest(Sealing):
    """What was asked for before."""

    transaction_id: str


class Notification(msgspec.Struct):
    """What became of certificates."""

    notification_id: str
    event: HolderEvent


def send_issuer(request: Request, _query: None, _body: None) -> Response:
    """Answer what can be issued, and where."""
    city = Text(ko=settings.MADANG.city_name_ko, en=settings.MADANG.city_name_en)
    return send_written(_write_issuer(find_issuer(request), city))


@lru_cache(maxsize=16)
def _write_issuer(issuer: str, city: Text) -> bytes:
    return msgspec.json.encode(describe_issuer(issuer, list_kinds().values(), city))


def send_authorization(request: Request, _query: None, _body: None) -> Response:
    """Answer where citizens allow a wallet, and where tokens are had."""
    return send_json(describe_authorization(find_issuer(request), list_kinds().values()))


def take_request(request: Request, _query: None, _body: None) -> Response:
    """Keep what a wallet will send its user here to allow (RFC 9126)."""
    try:
        uri, lasts_s = push_request(
            now=now(),
            issuer=find_issuer(request),
            form=read_form(request),
            clients=list_clients(),
            scopes=list_kinds(),
        )
    except MadangError as error:
        return refuse(request, error)
    return send_json({"request_uri": uri, "expires_in": lasts_s}, status=201, caching="no-store")


def send_token(request: Request, _query: None, _body: None) -> Response:
    """Give a token for an offer's code and PIN, or for a citizen's permission."""
    try:
        form = read_form(request)
        grant = _require(form, "grant_type")
        if grant == PRE_AUTHORIZED:
            code, pin = _require(form, "pre-authorized_code"), _require(form, "tx_code")
            given = redeem_code(now=now(), code=code, pin=pin)
        elif grant == AUTHORIZATION_CODE:
            given = redeem_permission(
                now=now(),
                code=_require(form, "code"),
                verifier=form.get("code_verifier", ""),
                client=form.get("client_id", ""),
                redirect_uri=form.get("redirect_uri", ""),
            )
        else:
            raise BadInput(
                "wallet.grant",
                "승인된 코드만 받습니다",
                "only codes that were authorised are taken",
                error="unsupported_grant_type",
            )
    except MadangError as error:
        return refuse(request, error)
    return send_json(
        {"access_token": given.token, "token_type": "Bearer", "expires_in": given.lasts_s},
        caching="no-store",
    )


def _require(form: Mapping[str, str], name: str) -> str:
    value = form.get(name)
    if not value:
        raise BadInput(
            "wallet.missing", f"{name} 값이 필요합니다", f"{name} is needed", error="invalid_request"
        )
    return value


def send_nonce(_request: Request, _query: None, _body: None) -> Response:
    """Give a nonce for a holder's proof of a key."""
    return send_json({"c_nonce": make_nonce(now())}, caching="no-store")


def send_certificates(request: Request, _query: None, _body: None) -> Response:
    """Issue a certificate to each key that is proven, to who holds a token."""
    try:
        token = read_token(request)
        asked = read_json(request, CredentialRequest, "invalid_credential_request")
        _refuse_sealing(asked)
        if asked.credential_identifier is not None:
            raise make_refusal(
                "unknown_credential_identifier", "드린 적 없는 식별자입니다", "no such identifier was given"
            )
        made = request_certificates(
            now=now(), token=token, kind=asked.credential_configuration_id, proofs=asked.proofs.jwt
        )
    except MadangError as error:
        return refuse(request, error)
    return _send_made(made)


def send_deferred(request: Request, _query: None, _body: None) -> Response:
    """Issue what was asked for before, where it was approved since."""
    try:
        token = read_token(request)
        asked = read_json(request, DeferredRequest, "invalid_transaction_id")
        _refuse_sealing(asked)
        made = collect_certificates(now=now(), token=token, transaction_id=asked.transaction_id)
    except MadangError as error:
        return refuse(request, error)
    return _send_made(made)


def _refuse_sealing(asked: Sealing) -> None:
    """Refuse who asks for encryption, rather than answer so that others on the way can read it."""
    if asked.credential_response_encryption is not None:
        raise make_refusal(
            "invalid_encryption_parameters",
            "답을 따로 암호화하지 않습니다",
            "answers are encrypted by TLS alone",
        )


def take_event(request: Request, _query: None, _body: None) -> Response:
    """Take note of what became of certificates in their holder's wallet."""
    try:
        token = read_token(request)
        said = read_json(request, Notification, "invalid_notification_request")
        take_notification(now=now(), token=token, issuance=said.notification_id, event=said.event)
    except MadangError as error:
        return refuse(request, error)
    return Response(status_code=204)


def _send_made(made: Issued | Waiting) -> Response:
    if isinstance(made, Waiting):
        said = {"transaction_id": made.transaction, "interval": made.interval_s}
        return send_json(said, status=202, caching="no-store")
    credentials = [{"credential": one} for one in made.certificates]
    return send_json({"credentials": credentials, "notification_id": made.issuance}, caching="no-store")
