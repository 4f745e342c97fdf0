"""The review of an IT project: request, checklist, duplicate check, opinion, decision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec
from django.db import transaction

from madang.core.base.interface import Actor, BadInput, Conflict, NotAllowed, NotFound
from madang.core.people.interface import record_audit, require
from madang.governance.budget.models import ReviewRow, ReviewStepRow
from madang.governance.budget.queries.reviews import find_matches
from madang.governance.budget.records.reviews import CHECKLIST, DECISIONS, ENDS, Answer, ReviewState

REQUEST = "budget.request"
REVIEW = "budget.review"
ORDER = (ReviewState.REQUESTED, ReviewState.CHECKED, ReviewState.COMPARED, ReviewState.ADVISED)


@transaction.atomic
def request_review(
    *,
    actor: Actor,
    now: datetime,
    title: str,
    purpose: str,
    agency_code: str,
    fiscal_year: int,
    amount_krw: int,
) -> int:
    """Ask for the review of a project and return its number."""
    require(actor, REQUEST, agency_code)
    if amount_krw <= 0:
        raise BadInput(
            "budget.amount", "금액은 0보다 커야 합니다", "an amount is above 0", field="amount_krw"
        )
    row = ReviewRow.objects.create(
        title=title,
        purpose=purpose,
        agency_code=agency_code,
        fiscal_year=fiscal_year,
        amount_krw=amount_krw,
        state=ReviewState.REQUESTED.value,
        requested_by=actor.name,
        requester_id=actor.id,
        requested_at=now,
    )
    _note(actor, now, row, "")
    return row.pk


@transaction.atomic
def answer_checklist(*, actor: Actor, now: datetime, review_id: int, answers: Mapping[str, Answer]) -> None:
    """Answer every point of the checklist; only who asked for the project's division may."""
    row = _lock(review_id, ReviewState.CHECKED)
    require(actor, REQUEST, row.agency_code)
    if answers.keys() != CHECKLIST.keys():
        raise BadInput("budget.checklist", "모든 점검 항목에 답해 주세요", "answer every point")
    row.answers = {point: answer.value for point, answer in answers.items()}
    _move(actor, now, row, ReviewState.CHECKED, "")


@transaction.atomic
def compare_request(*, actor: Actor, now: datetime, review_id: int) -> None:
    """Look for running projects, other requests and registered things that are alike, and keep what was found."""
    row = _lock(review_id, ReviewState.COMPARED)
    require(actor, REVIEW)
    row.matches = msgspec.to_builtins(find_matches(row))
    _move(actor, now, row, ReviewState.COMPARED, f"{len(row.matches)}")


@transaction.atomic
def give_opinion(
    *,
    actor: Actor,
    now: datetime,
    review_id: int,
    opinion: str,
    advised_krw: int,
    duplicate_note: str,
) -> None:
    """Give the reviewers' opinion; where something alike was found, it says why it is or isn't a duplicate."""
    row = _lock(review_id, ReviewState.ADVISED)
    require(actor, REVIEW)
    if row.matches and not duplicate_note.strip():
        raise BadInput(
            "budget.duplicate_note",
            "비슷한 사업이나 시설물이 있습니다. 중복인지 아닌지와 까닭을 적어 주세요",
            "something alike was found: say whether it is a duplicate, and why",
            field="duplicate_note",
        )
    if not 0 <= advised_krw <= row.amount_krw:
        raise BadInput(
            "budget.advised",
            "권고 금액은 0원에서 요청 금액 사이입니다",
            "the advised amount is between 0 and what was asked for",
            field="advised_krw",
        )
    row.opinion, row.advised_krw, row.duplicate_note = opinion, advised_krw, duplicate_note
    _move(actor, now, row, ReviewState.ADVISED, opinion)


@transaction.atomic
def decide_review(*, actor: Actor, now: datetime, review_id: int, state: ReviewState, note: str) -> None:
    """Decide; whoever asked doesn't decide, and what fails a point of the checklist isn't simply approved."""
    require(actor, REVIEW)
    if state not in DECISIONS:
        raise BadInput(
            "budget.decision", "승인, 조건부 승인, 반려 가운데 고릅니다", "no decision", field="state"
        )
    row = _lock(review_id, state)
    if actor.id == row.requester_id:
        raise NotAllowed(
            "budget.own_request",
            "자신이 요청한 사업은 결정할 수 없습니다",
            "nobody decides on his own request",
        )
    if state is ReviewState.APPROVED and Answer.NO.value in row.answers.values():
        raise Conflict(
            "budget.failed_point",
            "점검표에 '아니요'가 있어 조건 없이 승인할 수 없습니다",
            "a point of the checklist is answered no: approve with conditions, or refuse",
            field="state",
        )
    row.decision_note = note
    _move(actor, now, row, state, note)


@transaction.atomic
def withdraw_review(*, actor: Actor, now: datetime, review_id: int, note: str) -> None:
    """Take a request back that isn't decided yet; only its division may."""
    row = _get_locked(review_id)
    require(actor, REQUEST, row.agency_code)
    if row.state in ENDS:
        raise _refuse_step(row)
    _move(actor, now, row, ReviewState.WITHDRAWN, note)


def _lock(review_id: int, wanted: ReviewState) -> ReviewRow:
    """Return the row, locked, if the step may come now: after the one before it, or again before the next."""
    row = _get_locked(review_id)
    before = ORDER[-1] if wanted in DECISIONS else ORDER[max(0, ORDER.index(wanted) - 1)]
    if row.state not in {before, wanted} or row.state in ENDS:
        raise _refuse_step(row)
    return row


def _get_locked(review_id: int) -> ReviewRow:
    row = ReviewRow.objects.select_for_update().filter(pk=review_id).first()
    if row is None:
        raise NotFound("budget.review", "그런 심사가 없습니다", "there is no such review")
    return row


def _refuse_step(row: ReviewRow) -> Conflict:
    return Conflict(
        "budget.step", "지금 할 수 있는 단계가 아닙니다", "this step can't be taken now", state=row.state
    )


def _move(actor: Actor, now: datetime, row: ReviewRow, state: ReviewState, note: str) -> None:
    row.state = state.value
    row.save()
    _note(actor, now, row, note)


def _note(actor: Actor, now: datetime, row: ReviewRow, note: str) -> None:
    ReviewStepRow.objects.create(review=row, at=now, who=actor.name, state=row.state, note=note[:1000])
    record_audit(actor=actor, now=now, action=f"budget.review_{row.state}", subject=f"review {row.pk}")
