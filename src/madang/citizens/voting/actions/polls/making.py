"""Opening a poll, and what its holders do with it later."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from madang.citizens.voting.models import ChoiceRow, PollRow
from madang.citizens.voting.queries.polls import CITY, HOLD, get_poll, may_manage, may_take_down
from madang.citizens.voting.queries.proofs import list_rules
from madang.citizens.voting.records.polls import BallotKind, Eligibility, NewPoll, Poll, PollKind
from madang.core.base.interface import Actor, BadInput, Conflict, NotAllowed
from madang.core.pages.interface import remake_picture
from madang.core.people.interface import record_audit, require
from madang.core.places.interface import list_districts

ID_BYTES = 8
PICTURE_SIDE = 800
MOST_CHOICES = 50
MOST_INVITED = 1000
MOST_POLLS_A_DAY = 20
LONGEST = timedelta(days=366)
LARGEST_TOTAL = 10**12


def open_poll(*, actor: Actor, now: datetime, plan: NewPoll) -> Poll:
    """Make a poll: a policy poll by staff of its agency, a group poll by anybody who is signed in."""
    _check_maker(actor, now, plan)
    _check_plan(now, plan)
    pictures = [
        remake_picture(choice.picture, side=PICTURE_SIDE)[0] if choice.picture else None
        for choice in plan.choices
    ]
    with transaction.atomic():
        row = PollRow.objects.create(
            id=secrets.token_hex(ID_BYTES),
            kind=plan.kind,
            agency_code=plan.agency_code if plan.kind is PollKind.POLICY else "",
            maker_id=actor.id,
            question=plan.question.strip(),
            about=plan.about.strip(),
            ballot=plan.ballot,
            eligibility=plan.eligibility,
            districts=sorted(set(plan.districts)),
            most=plan.most,
            seats=plan.seats,
            total=plan.total,
            unit=plan.unit.strip(),
            invited=plan.invited if plan.eligibility is Eligibility.LIST else 0,
            rule=plan.rule if plan.eligibility is Eligibility.WALLET else "",
            may_change=plan.may_change,
            by_district=plan.by_district,
            threshold=plan.threshold,
            made_at=now,
            opens_at=plan.opens_at,
            closes_at=plan.closes_at,
        )
        ChoiceRow.objects.bulk_create(
            ChoiceRow(poll=row, number=number, text=one.text.strip(), alt=one.alt.strip(), picture=picture)
            for number, (one, picture) in enumerate(zip(plan.choices, pictures, strict=True), start=1)
        )
        record_audit(actor=actor, now=now, action="voting.open_poll", subject=row.id)
    return get_poll(row.id, now=now)


def end_poll(*, actor: Actor, now: datetime, poll_id: str) -> Poll:
    """End a poll before its time; nobody has seen a count yet."""
    poll = get_poll(poll_id, now=now)
    _require_holder(actor, poll)
    with transaction.atomic():
        if not PollRow.objects.filter(id=poll_id, closes_at__gt=now).update(closes_at=now):
            raise Conflict("voting.over", "이미 끝난 투표입니다", "this poll is over already")
        record_audit(actor=actor, now=now, action="voting.end_poll", subject=poll_id)
    return get_poll(poll_id, now=now)


def reply_to_poll(*, actor: Actor, now: datetime, poll_id: str, reply: str) -> Poll:
    """Say what the agency does with the outcome; a later reply takes the place of an earlier one."""
    poll = get_poll(poll_id, now=now)
    _require_holder(actor, poll)
    if poll.counted_at is None:
        raise Conflict("voting.not_counted", "아직 세지 않은 투표입니다", "this poll isn't counted yet")
    if not reply.strip():
        raise BadInput("voting.reply", "답변을 적어 주세요", "please write the reply", field="reply")
    with transaction.atomic():
        PollRow.objects.filter(id=poll_id).update(reply=reply.strip(), replied_at=now)
        record_audit(
            actor=actor, now=now, action="voting.reply", subject=poll_id, details={"before": poll.reply}
        )
    return get_poll(poll_id, now=now)


def take_down_poll(*, actor: Actor, now: datetime, poll_id: str, reason: str) -> Poll:
    """Take a poll out of sight, with the reason; votes stay, and nobody can vote any more. Who made a group poll may do so, too."""
    if not may_take_down(actor, get_poll(poll_id, now=now)):
        require(actor, HOLD, CITY)
    if not reason.strip():
        raise BadInput("voting.reason", "까닭을 적어 주세요", "please give the reason", field="reason")
    with transaction.atomic():
        PollRow.objects.filter(id=poll_id).update(hidden_reason=reason.strip()[:300])
        record_audit(
            actor=actor, now=now, action="voting.take_down", subject=poll_id, details={"reason": reason}
        )
    return get_poll(poll_id, now=now)


def _require_holder(actor: Actor, poll: Poll) -> None:
    if not may_manage(actor, poll):
        raise NotAllowed(
            "voting.holder", "이 투표를 맡은 사람만 할 수 있습니다", "only who holds this poll may do this"
        )


def _check_maker(actor: Actor, now: datetime, plan: NewPoll) -> None:
    if plan.kind is PollKind.POLICY:
        require(actor, HOLD, plan.agency_code)
        return
    if not actor.id:
        raise NotAllowed("voting.sign_in", "먼저 로그인해 주세요", "please sign in first")
    made = PollRow.objects.filter(maker_id=actor.id, kind=PollKind.GROUP, made_at__gt=now - timedelta(days=1))
    if made.count() >= MOST_POLLS_A_DAY:
        raise Conflict(
            "voting.many",
            f"하루에 {MOST_POLLS_A_DAY}개까지 만들 수 있어요",
            f"at most {MOST_POLLS_A_DAY} polls a day",
        )


def _check_plan(now: datetime, plan: NewPoll) -> None:
    texts = [choice.text.strip() for choice in plan.choices]
    fewest = 1 if plan.ballot is BallotKind.OPINION else 2
    _refuse_where(
        not plan.question.strip(), "question", "무엇을 물을지 적어 주세요", "please write the question"
    )
    _refuse_where(
        not fewest <= len(texts) <= MOST_CHOICES or not all(texts),
        "choices",
        f"보기를 {fewest}개에서 {MOST_CHOICES}개까지 적어 주세요",
        f"give {fewest} to {MOST_CHOICES} choices",
    )
    _refuse_where(
        len(set(texts)) < len(texts), "choices", "같은 보기가 두 번 있어요", "a choice stands twice"
    )
    _refuse_where(
        any(bool(one.picture) != bool(one.alt.strip()) for one in plan.choices),
        "choices",
        "그림마다 무엇이 보이는지 적어 주세요",
        "say of every picture what it shows",
    )
    _refuse_where(
        not plan.opens_at < plan.closes_at <= plan.opens_at + LONGEST or plan.closes_at <= now,
        "closes",
        "끝나는 때는 시작보다 뒤, 1년 안이어야 해요",
        "the end must be after the start, within a year",
    )
    _check_counts(plan, len(texts))
    _refuse_where(
        plan.eligibility is Eligibility.WALLET and plan.rule not in list_rules(now),
        "rule",
        "지갑으로 무엇을 보일지 골라 주세요",
        "choose what voters prove with the wallet",
    )
    known = {district.code for district in list_districts()}
    _refuse_where(
        not set(plan.districts) <= known
        or (plan.eligibility is Eligibility.RESIDENCE) != bool(plan.districts),
        "districts",
        "투표할 수 있는 자치구를 골라 주세요",
        "choose the districts whose residents may vote",
    )


def _check_counts(plan: NewPoll, choices: int) -> None:
    ballot = plan.ballot
    _refuse_where(
        ballot is BallotKind.MULTIPLE and not 1 <= plan.most <= choices,
        "most",
        "고를 수 있는 수가 보기의 수와 맞지 않아요",
        "how many may be chosen doesn't fit the choices",
    )
    _refuse_where(
        ballot is BallotKind.RANKING and not 1 <= plan.seats < choices,
        "seats",
        "뽑을 수는 보기의 수보다 적어야 해요",
        "there must be more choices than winners",
    )
    _refuse_where(
        ballot is BallotKind.BUDGET and not 1 <= plan.total <= LARGEST_TOTAL,
        "total",
        "나눌 예산을 적어 주세요",
        "please say how much is divided",
    )
    _refuse_where(
        plan.eligibility is Eligibility.LIST and not 1 <= plan.invited <= MOST_INVITED,
        "invited",
        f"초대할 사람 수는 1에서 {MOST_INVITED:,}까지예요",
        f"1 to {MOST_INVITED:,} can be invited",
    )
    _refuse_where(
        plan.threshold < (3 if plan.kind is PollKind.POLICY else 1),
        "threshold",
        "이보다 적은 수는 누가 골랐는지 드러낼 수 있어요",
        "fewer would show who chose what",
    )


def _refuse_where(is_wrong: bool, field: str, ko: str, en: str) -> None:  # noqa: FBT001
    if is_wrong:
        raise BadInput(f"voting.{field}", ko, en, field=field)
