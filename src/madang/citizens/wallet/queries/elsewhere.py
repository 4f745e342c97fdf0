"""Other providers of bundles, and a citizen's connections to them."""

from __future__ import annotations

from madang.citizens.wallet import models
from madang.citizens.wallet.records import Connection, Provider
from madang.core.base.interface import NotFound, Text


def list_providers(*, offset: int = 0, limit: int = 50) -> tuple[list[Provider], int]:
    """Return a page of the providers that citizens may connect to, newest first, and how many there are."""
    rows = models.ProviderRow.objects.filter(withdrawn_at=None).order_by("-added_at", "id")
    return [describe_provider(row) for row in rows[offset : offset + limit]], rows.count()


def find_provider(provider_id: str) -> models.ProviderRow:
    """Return a provider's row; raise NotFound where there is none, or it was withdrawn."""
    row = models.ProviderRow.objects.filter(id=provider_id, withdrawn_at=None).first()
    if row is None:
        raise NotFound("wallet.provider", "그런 곳이 없습니다", "there is no such provider")
    return row


def list_connections(subject: str) -> list[Connection]:
    """Return a person's connections, newest first."""
    rows = models.ConnectionRow.objects.select_related("provider").filter(subject=subject)
    return [_describe(row) for row in rows.exclude(connected_at=None).order_by("-connected_at", "id")]


def describe_provider(row: models.ProviderRow) -> Provider:
    """Return a register's row as a record."""
    return Provider(
        id=row.id,
        title=Text(ko=row.title_ko, en=row.title_en),
        issuer=row.issuer,
        client=row.client,
        scope=row.scope,
        added_at=row.added_at,
    )


def _describe(row: models.ConnectionRow) -> Connection:
    assert row.connected_at is not None  # noqa: S101
    return Connection(
        id=row.id,
        provider=describe_provider(row.provider),
        connected_at=row.connected_at,
        fetched_at=row.fetched_at,
    )
