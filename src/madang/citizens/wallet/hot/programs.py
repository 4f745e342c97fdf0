"""What agencies' programs speak to the provider of bundles: metadata, pushed requests, tokens, bundles (OAuth 2.0)."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from madang.citizens.wallet.actions.delegating import (
    ask_for_bundle,
    fetch_bundle,
    redeem_grant,
    refresh_tokens,
    revoke_token,
)
from madang.citizens.wallet.actions.programs import recognize_program
from madang.citizens.wallet.methods.authorizing import refuse as make_refusal
from madang.citizens.wallet.methods.client_assertions import KIND
from madang.citizens.wallet.methods.metadata import AUTHORIZATION_CODE
from madang.citizens.wallet.methods.programs import REFRESH, describe_provider, name_provider, read_login
from madang.citizens.wallet.queries.certificates import list_public_keys
from madang.citizens.wallet.queries.programs import find_program, find_token
from madang.citizens.wallet.queries.transfers import list_bundles
from madang.citizens.wallet.records import Program, ProgramTokens
from madang.core.base.interface import MadangError, now

from .answers import UnknownProgram, find_issuer, read_form, read_token, refuse, send_json


def send_provider(request: Request, _query: None, _body: None) -> Response:
    """Answer where citizens let a program have a bundle, and where tokens and bundles are had."""
    return send_json(describe_provider(find_issuer(request), list_bundles()))


def send_jwks(_request: Request, _query: None, _body: None) -> Response:
    """Answer the keys that sign certificates and receipts, as a JWK set."""
    return send_json({"keys": list_public_keys(now())})


def take_request(request: Request, _query: None, _body: None) -> Response:
    """Keep what a program will send a citizen here to let it have (RFC 9126)."""
    try:
        form = read_form(request)
        program = _identify(request, form)
        uri, lasts_s = ask_for_bundle(
            now=now(), program=program, issuer=name_provider(find_issuer(request)), form=form
        )
    except MadangError as error:
        return refuse(request, error)
    return send_json({"request_uri": uri, "expires_in": lasts_s}, status=201, caching="no-store")


def send_tokens(request: Request, _query: None, _body: None) -> Response:
    """Give tokens for a citizen's yes, or for a refresh token."""
    try:
        form = read_form(request)
        program, grant = _identify(request, form), form.get("grant_type")
        if grant == AUTHORIZATION_CODE:
            given = redeem_grant(
                now=now(),
                program=program,
                code=form.get("code", ""),
                verifier=form.get("code_verifier", ""),
                redirect_uri=form.get("redirect_uri", ""),
            )
        elif grant == REFRESH:
            given = refresh_tokens(now=now(), program=program, token=form.get("refresh_token", ""))
        else:
            raise make_refusal(
                "unsupported_grant_type",
                "코드와 갱신 토큰만 받습니다",
                "only codes and refresh tokens are taken",
            )
    except MadangError as error:
        return refuse(request, error)
    return send_json(_describe(given), caching="no-store")


def send_state(request: Request, _query: None, _body: None) -> Response:
    """Answer whether one of a program's own tokens holds now (RFC 7662); of another's it learns nothing."""
    try:
        form = read_form(request)
        program = _identify(request, form)
    except MadangError as error:
        return refuse(request, error)
    state = find_token(form.get("token", ""), now())
    if state is None or state.program != program.id:
        return send_json({"active": False}, caching="no-store")
    said = {
        "active": True,
        "scope": state.bundle,
        "client_id": state.program,
        "consent": state.consent,
        "exp": int(state.expires_at.timestamp()),
    }
    return send_json(said, caching="no-store")


def take_revocation(request: Request, _query: None, _body: None) -> Response:
    """End one of a program's own tokens (RFC 7009)."""
    try:
        form = read_form(request)
        revoke_token(now=now(), program=_identify(request, form), token=form.get("token", ""))
    except MadangError as error:
        return refuse(request, error)
    return send_json({}, caching="no-store")


def send_bundle(request: Request, _query: None, _body: None) -> Response:
    """Send the bundle that a token is for, with its receipt."""
    try:
        sent = fetch_bundle(now=now(), token=read_token(request), issuer=find_issuer(request))
    except MadangError as error:
        return refuse(request, error)
    return send_json(sent, caching="no-store")


def _identify(request: Request, form: Mapping[str, str]) -> Program:
    program = _find_signer(request, form) if "client_assertion" in form else _find_by_secret(request, form)
    if program is None:
        raise UnknownProgram(
            "wallet.invalid_client",
            "모르는 프로그램이거나 비밀 값·서명이 다릅니다",
            "the program is unknown, or its secret or signature is wrong",
            error="invalid_client",
        )
    return program


def _find_by_secret(request: Request, form: Mapping[str, str]) -> Program | None:
    said = read_login(request.headers.get("authorization", ""), form)
    return find_program(*said) if said else None


def _find_signer(request: Request, form: Mapping[str, str]) -> Program | None:
    """Return who signed; nobody shows who it is in two ways at once (RFC 6749, section 2.3)."""
    if (
        form.get("client_assertion_type") != KIND
        or "client_secret" in form
        or "authorization" in request.headers
    ):
        return None
    provider = name_provider(find_issuer(request))
    program = recognize_program(now=now(), assertion=form["client_assertion"], provider=provider)
    return program if program and form.get("client_id", program.id) == program.id else None


def _describe(given: ProgramTokens) -> dict[str, str | int]:
    return {
        "access_token": given.access,
        "token_type": "Bearer",
        "expires_in": given.lasts_s,
        "refresh_token": given.refresh,
        "scope": given.bundle,
    }
