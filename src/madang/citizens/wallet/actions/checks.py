"""Eligibility without papers: a check is opened at a desk and answered by a holder; yes or no is all that stays."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from madang.citizens.wallet import models
from madang.citizens.wallet.gateway.keys import derive_response_key
from madang.citizens.wallet.methods.credential import Demand, verify_credential
from madang.citizens.wallet.methods.dcql import Held, check_answer
from madang.citizens.wallet.methods.eligibility import Decision, decide
from madang.citizens.wallet.methods.key_binding import Binding
from madang.citizens.wallet.methods.metadata import FORMAT, name_kind
from madang.citizens.wallet.methods.queries import read_query
from madang.citizens.wallet.methods.refusals import Part, Reason, Refused
from madang.citizens.wallet.methods.requests import QUERY_ID, name_client
from madang.citizens.wallet.methods.sd_jwt_json import write_compact
from madang.citizens.wallet.methods.sealed_answers import open_sealed
from madang.citizens.wallet.methods.w3c import BASE_TYPE, verify_w3c
from madang.citizens.wallet.methods.w3c import TYPE as W3C
from madang.citizens.wallet.queries.certificates import check_status, find_issuer_key
from madang.citizens.wallet.queries.checks import build_query, describe, get_check, name_response
from madang.citizens.wallet.queries.kinds import get_rule, read_condition
from madang.citizens.wallet.queries.trust import list_trusted
from madang.citizens.wallet.records import CheckState, EligibilityCheck
from madang.core.base.interface import HOUSE, Actor, BadInput, Conflict, new_id, to_city_time
from madang.core.people.interface import record_audit, require

from .pseudonyms import note_answer
from .trusting import check_trusted, find_trusted_key

LASTS = timedelta(minutes=10)


def open_check(
    *, actor: Actor, now: datetime, rule: str, address: str, is_w3c: bool = False
) -> EligibilityCheck:
    """Open a check of one rule; `address` is the service's URL, which the answer is bound to.

    With `is_w3c` it asks for a W3C Verifiable Credential.
    """
    require(actor, "wallet.verify")
    with transaction.atomic():
        row = add_check(now=now, rule=rule, address=address, created_by=actor.id, is_w3c=is_w3c)
        record_audit(actor=actor, now=now, action="wallet.open_check", subject=row.id, details={"rule": rule})
    return describe(row, now)


def add_check(
    *, now: datetime, rule: str, address: str, created_by: str, is_w3c: bool = False
) -> models.CheckRow:
    """Write a check that waits for its answer."""
    return models.CheckRow.objects.create(
        id=new_id(),
        rule=get_rule(rule).name,
        version=read_condition(rule).version,
        is_w3c=is_w3c,
        address=address,
        nonce=secrets.token_urlsafe(24),
        created_by=created_by,
        created_at=now,
        expires_at=now + LASTS,
    )


def answer_check(
    *, now: datetime, check_id: str, state: str, vp_token: Mapping[str, Any]
) -> EligibilityCheck:
    """Judge what a holder presents for a check: keep yes or no, forget the rest.

    What doesn't verify is refused and leaves the check open; its reason stands on the desk's page.
    """
    check = get_check(check_id, now)
    if check.state != CheckState.WAITING or state != check.id:
        raise Conflict("wallet.check_over", "끝난 확인 요청입니다", "this check is over")
    try:
        decision, subject = _judge(check, vp_token, now)
    except Refused as refused:
        models.CheckRow.objects.filter(id=check_id, answered_at=None).update(refusal=refused.code)
        raise BadInput(
            f"wallet.{refused.code}",
            f"받을 수 없는 증명입니다 ({refused.code})",
            f"this presentation can't be taken: {refused}",
            error="invalid_request",
        ) from refused
    with transaction.atomic():
        waiting = models.CheckRow.objects.filter(id=check_id, answered_at=None)
        if not waiting.update(
            answered_at=now,
            is_eligible=decision.is_eligible,
            reason=decision.reason,
            version=decision.version,
            refusal="",
            nonce="",
        ):
            raise Conflict("wallet.check_over", "끝난 확인 요청입니다", "this check is over")
        note_answer(now=now, check_id=check_id, subject=subject if decision.is_eligible else "")
        details = {
            "rule": decision.rule,
            "version": decision.version,
            "is_eligible": decision.is_eligible,
            "reason": decision.reason,
        }
        record_audit(actor=HOUSE, now=now, action="wallet.check", subject=check_id, details=details)
    return get_check(check_id, now)


def note_refusal(*, now: datetime, check_id: str, state: str, error: str) -> None:
    """Tell the desk that a holder's wallet answers with an error; the check stays open for another answer."""
    check = get_check(check_id, now)
    if check.state != CheckState.WAITING or state != check.id:
        raise Conflict("wallet.check_over", "끝난 확인 요청입니다", "this check is over")
    code = "answer.declined" if error == "access_denied" else "answer.unanswerable"
    models.CheckRow.objects.filter(id=check_id, answered_at=None).update(refusal=code)


def open_answer(*, now: datetime, check_id: str, response: str) -> dict[str, Any]:
    """Return what a sealed answer to a check says; raise Refused (answer) where it can't be opened."""
    check = get_check(check_id, now)
    if check.state != CheckState.WAITING:
        raise Conflict("wallet.check_over", "끝난 확인 요청입니다", "this check is over")
    return open_sealed(response, derive_response_key(check.nonce))


def _judge(check: EligibilityCheck, vp_token: Mapping[str, Any], now: datetime) -> tuple[Decision, str]:
    """Return whether whoever presents is eligible, and who it is, by their number in the registers."""
    presented = vp_token.get(QUERY_ID)
    if vp_token.keys() != {QUERY_ID} or not isinstance(presented, list) or len(presented) != 1:
        raise Refused(
            Part.ANSWER, Reason.MISSING, "one certificate is presented for the one that is asked for"
        )
    text = presented[0] if isinstance(presented[0], str) else write_compact(presented[0])
    seconds, kind = int(now.timestamp()), get_rule(check.rule).kind
    own, find_own = name_kind(check.address, kind), find_issuer_key(check.address)
    others = [one for one in list_trusted(now) if kind in one.kinds] if check.takes_others else []
    demand = Demand(
        find_key=lambda issuer, key_id: (
            find_own(issuer, key_id) or find_trusted_key(others, issuer, key_id, now)
        ),
        now=seconds,
        kinds=frozenset({own, *(one.kinds[kind] for one in others)}),
        binding=Binding(audience=name_client(name_response(check)), nonce=check.nonce, now=seconds),
    )
    credential = (verify_w3c if check.is_w3c else verify_credential)(text, demand)
    subject = ""
    if credential.issuer != check.address:
        check_trusted(credential, kind, others, now)
    elif credential.kind != own:
        raise Refused(Part.CREDENTIAL, Reason.KIND, "our own certificates are of our own kinds")
    else:
        subject = check_status(credential, check.address)
    held = Held(
        id=QUERY_ID,
        kind=credential.kind,
        claims=credential.claims,
        can_be_bound=credential.is_bound,
        format=W3C if check.is_w3c else FORMAT,
        types=frozenset({BASE_TYPE, credential.kind}) if check.is_w3c else frozenset(),
        shown=credential.shown,
    )
    check_answer(read_query(build_query(check)), {QUERY_ID: [held]})
    return decide(read_condition(check.rule), credential.content, to_city_time(now).date()), subject
