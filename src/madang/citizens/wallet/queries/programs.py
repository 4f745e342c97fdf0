"""Programs that may ask citizens for bundles, and their tokens."""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Any

from madang.citizens.wallet import models
from madang.citizens.wallet.records import Client, Program, TokenState
from madang.core.base.interface import Actor, NotFound, Text
from madang.core.people.interface import hash_secret

from .transfers import list_bundles


def list_programs(*, offset: int = 0, limit: int = 50) -> tuple[list[Program], int]:
    """Return a page of the programs, newest first, and how many there are."""
    rows = models.ProgramRow.objects.order_by("-added_at", "id")
    return [_describe(row) for row in rows[offset : offset + limit]], rows.count()


def get_program(program_id: str) -> Program:
    """Return one program; raise NotFound where there is none."""
    row = models.ProgramRow.objects.filter(id=program_id).first()
    if row is None:
        raise NotFound("wallet.program", "그런 프로그램이 없습니다", "there is no such program")
    return _describe(row)


def name_programs(consents: list[str]) -> dict[str, Text]:
    """Return the names of the programs that these consents were given to, by consent; others were given at the desk."""
    grants = models.ProgramGrantRow.objects.select_related("program").filter(consent__in=consents)
    return {one.consent_id: _describe(one.program).title for one in grants}


def find_program(program_id: str, secret: str) -> Program | None:
    """Return the program that knows this secret, None where there is none or it was withdrawn."""
    row = models.ProgramRow.objects.filter(id=program_id, withdrawn_at=None).first()
    if row is None or not hmac.compare_digest(row.secret_hash, hash_secret(secret)):
        return None
    return _describe(row)


def find_keys(program_id: str) -> list[dict[str, Any]]:
    """Return the keys by which a program signs, none where it doesn't, is unknown or was withdrawn."""
    rows = models.ProgramRow.objects.filter(id=program_id, withdrawn_at=None)
    return [key for keys in rows.values_list("keys", flat=True) for key in keys]


def list_bundles_for(program: Program) -> list[str]:
    """Return the names of the bundles that a program's agency receives."""
    return [one.name for one in list_bundles().values() if one.receiver == program.receiver]


def as_client(program: Program) -> Client:
    """Return a program as whoever may push a request."""
    return Client(id=program.id, title=program.title, redirect_uris=program.redirect_uris)


def as_actor(program: Program) -> Actor:
    """Return a program as who receives a bundle: for its own agency, and nothing else."""
    grants = frozenset({("wallet.receive", program.receiver)})
    return Actor(id=program.id, name=program.title.ko, kind="program", grants=grants)


def find_token(token: str, now: datetime, *, is_refresh: bool | None = None) -> TokenState | None:
    """Return what a token is good for now; None where it isn't: unknown, over, used, revoked, its consent taken back.

    Everything is looked at anew each time: what a citizen takes back is over with the next request.
    """
    row = (
        models.ProgramTokenRow.objects.select_related("grant__consent", "grant__program")
        .filter(token_hash=hash_secret(token))
        .first()
    )
    if row is None or (is_refresh is not None and row.is_refresh != is_refresh):
        return None
    grant, consent = row.grant, row.grant.consent
    ended = (row.used_at, row.ended_at, grant.ended_at, grant.program.withdrawn_at, consent.withdrawn_at)
    if any(ended) or min(row.expires_at, consent.expires_at) <= now:
        return None
    return TokenState(
        program=grant.program_id,
        bundle=consent.bundle,
        consent=consent.id,
        subject=consent.subject,
        expires_at=min(row.expires_at, consent.expires_at),
    )


def _describe(row: models.ProgramRow) -> Program:
    return Program(
        id=row.id,
        title=Text(ko=row.title_ko, en=row.title_en),
        receiver=row.receiver,
        redirect_uris=tuple(row.redirect_uris),
        signs=bool(row.keys),
        added_at=row.added_at,
        withdrawn_at=row.withdrawn_at,
    )
