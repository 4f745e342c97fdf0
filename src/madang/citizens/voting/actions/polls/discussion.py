"""The discussion of a poll and the statements that people suggest, and how both are moderated."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from madang.citizens.voting.models import ChoiceRow, CommentRow, PollRow, ReportRow
from madang.citizens.voting.queries.polls import get_poll, may_moderate
from madang.citizens.voting.records.polls import BallotKind, Poll, PollState
from madang.core.base.interface import Actor, BadInput, Conflict, NotAllowed, NotFound
from madang.core.people.interface import record_audit, refuse_personal

from .making import MOST_CHOICES

LONGEST_COMMENT = 1000
LONGEST_STATEMENT = 140
MOST_COMMENTS = 30


def comment(*, actor: Actor, now: datetime, poll_id: str, text: str) -> int:
    """Add to the discussion under one's own name; return the comment's number."""
    _require_person(actor)
    poll = get_poll(poll_id, now=now)
    if poll.hidden_reason:
        raise Conflict("voting.hidden", "내려진 투표예요", "this poll was taken down")
    text = _clean(text, LONGEST_COMMENT)
    with transaction.atomic():
        rows = CommentRow.objects.filter(poll_id=poll_id, author_id=actor.id)
        if rows.count() >= MOST_COMMENTS:
            raise Conflict(
                "voting.comments",
                f"한 투표에 {MOST_COMMENTS}번까지 쓸 수 있어요",
                f"at most {MOST_COMMENTS} comments a poll",
            )
        row = CommentRow.objects.create(
            poll_id=poll_id, author_id=actor.id, author_name=actor.name, text=text, at=now
        )
        record_audit(actor=actor, now=now, action="voting.comment", subject=f"{poll_id}/{row.pk}")
    return int(row.pk)


def report_comment(*, actor: Actor, now: datetime, comment_id: int) -> None:
    """Ask a moderator to look at a comment; once a person."""
    _require_person(actor)
    row = _find_comment(comment_id)
    with transaction.atomic():
        _, is_new = ReportRow.objects.get_or_create(comment=row, reporter_id=actor.id)
        if is_new:
            record_audit(actor=actor, now=now, action="voting.report", subject=f"{row.poll_id}/{row.pk}")


def hide_comment(*, actor: Actor, now: datetime, comment_id: int, reason: str) -> None:
    """Hide a comment; everybody sees that one was hidden, and why."""
    row = _find_comment(comment_id)
    _require_moderator(actor, get_poll(row.poll_id, now=now))
    if not reason.strip():
        raise BadInput("voting.reason", "까닭을 적어 주세요", "please give the reason", field="reason")
    with transaction.atomic():
        CommentRow.objects.filter(pk=comment_id).update(hidden_reason=reason.strip()[:300])
        details = {"reason": reason.strip()[:300]}
        subject = f"{row.poll_id}/{row.pk}"
        record_audit(actor=actor, now=now, action="voting.hide_comment", subject=subject, details=details)


def withdraw_comment(*, actor: Actor, now: datetime, comment_id: int) -> None:
    """Take back what one said: nothing of it stays. What a moderator hid keeps its reason."""
    row = _find_comment(comment_id)
    if not actor.id or row.author_id != actor.id or row.hidden_reason:
        raise NotAllowed(
            "voting.author", "내가 쓴 의견만 지울 수 있어요", "only what you wrote yourself can be taken back"
        )
    with transaction.atomic():
        subject = f"{row.poll_id}/{row.pk}"
        row.delete()
        record_audit(actor=actor, now=now, action="voting.withdraw_comment", subject=subject)


def suggest_statement(*, actor: Actor, now: datetime, poll_id: str, text: str) -> None:
    """Suggest a statement for an opinion map; a moderator's own stands at once, others wait for one."""
    _require_person(actor)
    poll = get_poll(poll_id, now=now)
    if poll.ballot is not BallotKind.OPINION or poll.state is not PollState.OPEN or poll.hidden_reason:
        raise Conflict("voting.not_open", "지금은 보탤 수 없어요", "nothing can be added now")
    text = _clean(text, LONGEST_STATEMENT)
    with transaction.atomic():
        PollRow.objects.select_for_update().get(id=poll_id)
        rows = ChoiceRow.objects.filter(poll_id=poll_id)
        if rows.filter(text=text).exists():
            raise Conflict("voting.same", "같은 문장이 이미 있어요", "the same statement is there already")
        if rows.exclude(state="refused").count() >= MOST_CHOICES:
            raise Conflict("voting.full", "더 받을 수 없어요", "no more can be taken")
        number = rows.aggregate(last=Max("number"))["last"] + 1
        state = "shown" if may_moderate(actor, poll) else "waiting"
        ChoiceRow.objects.create(poll_id=poll_id, number=number, text=text, state=state)
        record_audit(actor=actor, now=now, action="voting.suggest", subject=f"{poll_id}/{number}")


def decide_statement(*, actor: Actor, now: datetime, poll_id: str, number: int, is_let_in: bool) -> None:
    """Let a suggested statement in, or leave it out."""
    poll = get_poll(poll_id, now=now)
    _require_moderator(actor, poll)
    if poll.state not in {PollState.PLANNED, PollState.OPEN}:
        raise Conflict("voting.over", "이미 끝난 투표입니다", "this poll is over already")
    state = "shown" if is_let_in else "refused"
    with transaction.atomic():
        rows = ChoiceRow.objects.filter(poll_id=poll_id, number=number, state="waiting")
        if not rows.update(state=state):
            raise NotFound("voting.no_statement", "기다리는 문장이 없습니다", "no such statement waits")
        subject = f"{poll_id}/{number}"
        record_audit(actor=actor, now=now, action=f"voting.statement_{state}", subject=subject)


def _find_comment(comment_id: int) -> CommentRow:
    row = CommentRow.objects.filter(pk=comment_id).first()
    if row is None:
        raise NotFound("voting.no_comment", "그런 의견이 없습니다", "there is no such comment")
    return row


def _require_person(actor: Actor) -> None:
    if not actor.id:
        raise BadInput("voting.sign_in", "먼저 로그인해 주세요", "please sign in first")


def _require_moderator(actor: Actor, poll: Poll) -> None:
    if not may_moderate(actor, poll):
        raise NotAllowed(
            "voting.moderator", "이 투표를 맡은 사람만 할 수 있습니다", "only who holds this poll may do this"
        )


def _clean(text: str, longest: int) -> str:
    text = text.replace("\0", "").strip()
    if not 0 < len(text) <= longest:
        raise BadInput(
            "voting.text",
            f"{longest:,}자 안으로 적어 주세요",
            f"write 1 to {longest:,} characters",
            field="text",
        )
    refuse_personal(text, "text")
    return text
