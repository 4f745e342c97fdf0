"""Eligibility checks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from madang.citizens.wallet import models
from madang.citizens.wallet.gateway.keys import derive_response_key
from madang.citizens.wallet.methods.metadata import name_kind
from madang.citizens.wallet.methods.requests import make_query, make_request
from madang.citizens.wallet.methods.rules import list_claims
from madang.citizens.wallet.methods.sealed_answers import describe_sealing
from madang.citizens.wallet.records import CheckState, EligibilityCheck
from madang.core.base.interface import NotFound

from .kinds import get_rule, read_condition
from .trust import list_types


def list_checks(
    *, now: datetime, rule: str = "", state: str = "", offset: int = 0, limit: int = 50
) -> tuple[list[EligibilityCheck], int]:
    """Return a page of the checks that were opened at a desk, newest first, and how many there are."""
    rows = models.CheckRow.objects.exclude(created_by="").order_by("-created_at", "id")
    if rule:
        rows = rows.filter(rule=rule)
    if state:
        is_answered = state == CheckState.ANSWERED
        rows = rows.filter(answered_at__isnull=not is_answered)
        if not is_answered:
            is_over = state == CheckState.EXPIRED
            rows = rows.filter(expires_at__lte=now) if is_over else rows.filter(expires_at__gt=now)
    return [describe(row, now) for row in rows[offset : offset + limit]], rows.count()


def get_check(check_id: str, now: datetime) -> EligibilityCheck:
    """Return one check; raise NotFound where there is none."""
    row = models.CheckRow.objects.filter(id=check_id).first()
    if row is None:
        raise NotFound("wallet.check", "그런 확인 요청이 없습니다", "there is no such check")
    return describe(row, now)


def describe(row: models.CheckRow, now: datetime) -> EligibilityCheck:
    """Return a register's row as a record."""
    state = CheckState.WAITING if row.expires_at > now else CheckState.EXPIRED
    return EligibilityCheck(
        id=row.id,
        rule=row.rule,
        version=row.version,
        state=CheckState.ANSWERED if row.answered_at else state,
        created_at=row.created_at,
        expires_at=row.expires_at,
        address=row.address,
        nonce=row.nonce,
        answered_at=row.answered_at,
        is_eligible=row.is_eligible,
        reason=row.reason,
        refusal=row.refusal,
        takes_others=bool(row.created_by),
        is_w3c=row.is_w3c,
    )


def name_response(check: EligibilityCheck) -> str:
    """Return the address that a check is answered at."""
    return f"{check.address}/checks/{check.id}/response"


def build_query(check: EligibilityCheck) -> dict[str, Any]:
    """Return the DCQL query of a check: the claims its rule looks at, and no other, of whom was trusted as it began."""
    kind = get_rule(check.rule).kind
    others = list_types(kind, check.created_at) if check.takes_others else []
    kinds = [name_kind(check.address, kind), *others]
    return make_query(kinds, list_claims(read_condition(check.rule).condition), is_w3c=check.is_w3c)


def build_request(check: EligibilityCheck, *, is_sealed: bool = False) -> dict[str, Any]:
    """Return the request that a holder's wallet answers; with `is_sealed` the answer is encrypted (`direct_post.jwt`)."""
    sealing = describe_sealing(derive_response_key(check.nonce)) if is_sealed else None
    return make_request(name_response(check), check.nonce, check.id, build_query(check), sealing)
