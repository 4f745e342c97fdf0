"""Requests for certificates that somebody at the desk decides."""

from __future__ import annotations

from madang.citizens.wallet import models
from madang.citizens.wallet.records import CertificateRequest, RequestState
from madang.core.base.interface import NotFound


def list_requests(
    *, state: str = "", offset: int = 0, limit: int = 50
) -> tuple[list[CertificateRequest], int]:
    """Return a page of requests, the oldest that waits first, and how many there are."""
    rows = models.RequestRow.objects.select_related("offer").order_by("-state", "created_at")
    rows = rows.filter(state=state) if state else rows
    return [_describe(row) for row in rows[offset : offset + limit]], rows.count()


def get_request(request_id: str) -> CertificateRequest:
    """Return one request; raise NotFound where there is none."""
    row = models.RequestRow.objects.select_related("offer").filter(id=request_id).first()
    if row is None:
        raise NotFound("wallet.request", "그런 신청이 없습니다", "there is no such request")
    return _describe(row)


def _describe(row: models.RequestRow) -> CertificateRequest:
    return CertificateRequest(
        id=row.id,
        kind=row.offer.kind,
        subject=row.offer.subject,
        copies=len(row.keys),
        state=RequestState(row.state),
        reason=row.reason,
        created_at=row.created_at,
        decided_at=row.decided_at,
    )
