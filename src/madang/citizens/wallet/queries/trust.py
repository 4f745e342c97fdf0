"""Other issuers that the city trusts, and the list of them that it publishes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from madang.citizens.wallet import models
from madang.citizens.wallet.gateway.keys import get_key, get_signing_key
from madang.citizens.wallet.methods.metadata import name_kind
from madang.citizens.wallet.methods.trust_list import write_list
from madang.citizens.wallet.records import TrustedIssuer
from madang.core.base.interface import NotFound, Text

from .certificates import FETCH_AGAIN_S
from .kinds import list_kinds

HOUSE_LASTS_S = 10 * 365 * 86_400


def list_issuers(*, offset: int = 0, limit: int = 50) -> tuple[list[TrustedIssuer], int]:
    """Return a page of all issuers that were ever trusted, newest first, and how many there are."""
    rows = models.TrustedIssuerRow.objects.order_by("-added_at", "id")
    return [describe_issuer(row) for row in rows[offset : offset + limit]], rows.count()


def get_issuer(issuer_id: str) -> TrustedIssuer:
    """Return one entry of the list; raise NotFound where there is none."""
    row = models.TrustedIssuerRow.objects.filter(id=issuer_id).first()
    if row is None:
        raise NotFound("wallet.issuer", "그런 발급자가 없습니다", "there is no such issuer")
    return describe_issuer(row)


def list_trusted(now: datetime) -> list[TrustedIssuer]:
    """Return the issuers that are trusted now."""
    rows = models.TrustedIssuerRow.objects.filter(withdrawn_at=None, valid_from__lte=now, valid_until__gt=now)
    return [describe_issuer(row) for row in rows.order_by("issuer", "id")]


def list_types(kind: str, now: datetime) -> list[str]:
    """Return the `vct` that trusted issuers have for a kind of ours."""
    return sorted({one.kinds[kind] for one in list_trusted(now) if kind in one.kinds})


def publish_trust_list(address: str, now: datetime) -> tuple[str, str]:
    """Return (the signed list of who is trusted now, its ETag); it is signed anew with a change, a key, or the window."""
    key_id, _ = get_signing_key(now)
    window = int(now.timestamp()) // FETCH_AGAIN_S * FETCH_AGAIN_S
    rows = models.TrustedIssuerRow.objects
    number = rows.count() + rows.exclude(withdrawn_at=None).count()
    held = tuple(one.id for one in list_trusted(now))
    tag = hashlib.sha256(repr((address, number, held, key_id, window)).encode()).hexdigest()[:32]
    return _sign(address, number, held, key_id, window), f'"{tag}"'


@lru_cache(maxsize=8)
def _sign(address: str, number: int, held: tuple[str, ...], key_id: str, issued_at: int) -> str:
    key = get_key(key_id)
    assert key is not None  # noqa: S101
    own: Mapping[str, Any] = {
        "issuer": address,
        "vct_values": [name_kind(address, one) for one in list_kinds()],
        "keys_address": f"{address}/jwks",
        "valid_from": issued_at,
        "valid_until": issued_at + HOUSE_LASTS_S,
    }
    issuers = [get_issuer(one) for one in held]
    return write_list(issuers, own=own, number=number, issued_at=issued_at, key=key, key_id=key_id)


def describe_issuer(row: models.TrustedIssuerRow) -> TrustedIssuer:
    """Return a register's row as a record."""
    names = (
        "id",
        "issuer",
        "kinds",
        "keys_address",
        "valid_from",
        "valid_until",
        "added_at",
        "withdrawn_at",
        "reason",
    )
    return TrustedIssuer(
        title=Text(ko=row.title_ko, en=row.title_en),
        keys=tuple(row.keys),
        **{name: getattr(row, name) for name in names},
    )
