"""A program gets a citizen's bundle by OAuth 2.0: asks, is let, fetches, again while the consent holds (RFC 6749, 9700).

Codes and refresh tokens are good once; one that comes twice was stolen, and ends all that stands on the citizen's yes.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from madang.citizens.wallet import models
from madang.citizens.wallet.methods.authorizing import answers_challenge, refuse
from madang.citizens.wallet.queries.programs import (
    as_actor,
    as_client,
    find_token,
    get_program,
    list_bundles_for,
)
from madang.citizens.wallet.records import Authorization, Program, ProgramTokens, SentBundle
from madang.core.base.interface import HOUSE, Actor, MadangError
from madang.core.people.interface import hash_secret, record_audit

from .granting import end_request, push_request
from .transfers import give_transfer_consent, receive_bundle

CODE_LASTS = timedelta(minutes=2)
ACCESS_LASTS = timedelta(minutes=10)


def ask_for_bundle(
    *, now: datetime, program: Program, issuer: str, form: Mapping[str, str]
) -> tuple[str, int]:
    """Keep what a program asks a citizen for; return (its request URI, seconds that it lasts)."""
    known = {program.id: as_client(program)}
    return push_request(
        now=now,
        issuer=issuer,
        form={**form, "client_id": program.id},
        clients=known,
        scopes=list_bundles_for(program),
    )


def let_program(
    *, actor: Actor, now: datetime, request_uri: str, issuer: str, days: int
) -> tuple[Authorization, str]:
    """Let a program fetch a bundle about the actor for so many days; return (what was asked, the code for it)."""
    code = secrets.token_urlsafe(32)
    with transaction.atomic():
        asked = end_request(now=now, request_uri=request_uri, issuer=issuer)
        program = get_program(asked.client)
        if program.withdrawn_at is not None or asked.kind not in list_bundles_for(program):
            raise refuse("invalid_request", "받을 수 없는 프로그램입니다", "this program may not receive it")
        consent = give_transfer_consent(
            actor=actor, now=now, bundle=asked.kind, days=days, program=program.id
        )
        models.ProgramGrantRow.objects.create(
            code_hash=hash_secret(code),
            program_id=program.id,
            consent_id=consent.id,
            redirect_uri=asked.redirect_uri,
            challenge=asked.challenge,
            code_expires_at=now + CODE_LASTS,
        )
    return asked, code


def redeem_grant(
    *, now: datetime, program: Program, code: str, verifier: str, redirect_uri: str
) -> ProgramTokens:
    """Return tokens for the code that a citizen's yes gave a program."""
    with transaction.atomic():
        grants = models.ProgramGrantRow.objects.select_for_update()
        grant = grants.filter(code_hash=hash_secret(code), program=program.id).first()
        if grant is None or grant.redirect_uri != redirect_uri or grant.code_expires_at <= now:
            raise _refuse_grant()
        if not answers_challenge(grant.challenge, verifier):
            raise refuse("invalid_grant", "코드를 청한 쪽이 아닙니다", "not who asked for the code")
        if grant.used_at is None:
            grant.used_at = now
            grant.save(update_fields=["used_at"])
            return _give_tokens(grant, now)
        _end_grant(grant, now)
    raise refuse("invalid_grant", "이미 쓴 코드입니다", "the code was used already")


def refresh_tokens(*, now: datetime, program: Program, token: str) -> ProgramTokens:
    """Return new tokens for a refresh token, which is used up; it holds as long as the consent does."""
    with transaction.atomic():
        rows = models.ProgramTokenRow.objects.select_for_update(of=("self",)).select_related("grant")
        row = rows.filter(token_hash=hash_secret(token), is_refresh=True, grant__program=program.id).first()
        if row is None:
            raise _refuse_grant()
        if row.used_at is None:
            if find_token(token, now, is_refresh=True) is None:
                raise _refuse_grant()
            row.used_at = now
            row.save(update_fields=["used_at"])
            return _give_tokens(row.grant, now)
        _end_grant(row.grant, now)
    raise _refuse_grant()


def revoke_token(*, now: datetime, program: Program, token: str) -> None:
    """End a program's own token; a refresh token ends all of its grant (RFC 7009). What isn't known is over already."""
    rows = models.ProgramTokenRow.objects.select_related("grant").filter(
        token_hash=hash_secret(token), grant__program=program.id
    )
    for row in rows:
        with transaction.atomic():
            if row.is_refresh:
                _end_grant(row.grant, now)
            else:
                models.ProgramTokenRow.objects.filter(pk=row.pk, ended_at=None).update(ended_at=now)


def fetch_bundle(*, now: datetime, token: str, issuer: str) -> SentBundle:
    """Send the bundle that an access token is for, and write down that it was sent."""
    state = find_token(token, now, is_refresh=False)
    if state is None:
        raise refuse("invalid_token", "토큰이 맞지 않거나 끝났습니다", "the token is unknown or over")
    actor = as_actor(get_program(state.program))
    try:
        return receive_bundle(actor=actor, now=now, consent_id=state.consent, issuer=issuer)
    except MadangError as error:
        raise refuse("invalid_token", error.text.ko, error.text.en) from error


def _give_tokens(grant: models.ProgramGrantRow, now: datetime) -> ProgramTokens:
    until = grant.consent.expires_at
    if grant.ended_at is not None or grant.consent.withdrawn_at is not None or until <= now:
        raise _refuse_grant()
    access, refresh = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    lasts = min(ACCESS_LASTS, until - now)
    for text, is_refresh, ends in ((access, False, now + lasts), (refresh, True, until)):
        models.ProgramTokenRow.objects.create(
            token_hash=hash_secret(text), grant=grant, is_refresh=is_refresh, expires_at=ends
        )
    return ProgramTokens(
        access=access, refresh=refresh, lasts_s=int(lasts.total_seconds()), bundle=grant.consent.bundle
    )


def _end_grant(grant: models.ProgramGrantRow, now: datetime) -> None:
    """End all tokens of a grant; the consent itself stays, and the citizen sees it."""
    if models.ProgramGrantRow.objects.filter(pk=grant.pk, ended_at=None).update(ended_at=now):
        record_audit(
            actor=HOUSE,
            now=now,
            action="wallet.end_grant",
            subject=grant.consent_id,
            details={"program": grant.program_id},
        )


def _refuse_grant() -> MadangError:
    return refuse("invalid_grant", "맞지 않거나 기한이 지났습니다", "it is unknown or over")
