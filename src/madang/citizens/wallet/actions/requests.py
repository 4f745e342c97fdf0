"""Somebody at the desk says yes or no to a request for certificates."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from madang.citizens.wallet import models
from madang.citizens.wallet.records import RequestState
from madang.core.base.interface import Actor, BadInput, Conflict, NotFound
from madang.core.people.interface import record_audit, require


def decide_request(
    *, actor: Actor, now: datetime, request_id: str, is_approved: bool, reason: str = ""
) -> None:
    """Approve a request, whose wallet then fetches its certificates, or refuse it with a reason."""
    require(actor, "wallet.issue")
    if not is_approved and not reason.strip():
        raise BadInput("wallet.reason", "까닭을 적어 주세요", "please say why", field="reason")
    with transaction.atomic():
        row = models.RequestRow.objects.select_for_update().filter(id=request_id).first()
        if row is None:
            raise NotFound("wallet.request", "그런 신청이 없습니다", "there is no such request")
        if row.state != RequestState.WAITING:
            raise Conflict("wallet.decided", "이미 처리한 신청입니다", "this request was decided already")
        if is_approved and row.offer.subject == actor.id:
            raise BadInput(
                "wallet.own", "자기 신청은 스스로 승인할 수 없습니다", "nobody approves their own request"
            )
        row.state = RequestState.APPROVED if is_approved else RequestState.REFUSED
        row.reason, row.decided_at = reason.strip(), now
        row.save(update_fields=["state", "reason", "decided_at"])
        action = "wallet.approve" if is_approved else "wallet.refuse"
        record_audit(actor=actor, now=now, action=action, subject=row.id, details={"reason": row.reason})
