"""The demonstration city's own votes: a small election and polls, held through the same actions as real ones.

Every question says that it is simulated; voters and their choices are drawn by chance.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import cv2
import numpy as np
from django.db import transaction

from madang.city.pace import make_generator
from madang.core.base.interface import HOUSE, Actor
from madang.core.places.interface import list_districts

from .actions.polls.casting import cast_vote
from .actions.polls.counting import count_poll
from .actions.polls.discussion import comment
from .actions.polls.making import open_poll, reply_to_poll
from .queries.elections import list_elections
from .queries.polls import list_polls
from .records.polls import BallotKind, Eligibility, Marks, NewChoice, NewPoll, Poll, PollKind
from .rehearsal import PLAN, hold_demo

SEED = 3610
SIMULATED = "사람과 표는 모두 지어낸 것이에요. (시뮬레이션)"
MAKER = Actor("simulated-citizen", "시민 (시뮬레이션)")
DAY = timedelta(days=1)


def lay_out(now: datetime) -> None:
    """Hold the election and the polls once."""
    if not list_elections()[1]:
        hold_demo(3, PLAN.group, trustees=3, threshold=2)
    if not list_polls(now=now)[1]:
        with transaction.atomic():
            for at, (plan, voters) in enumerate(_plan_polls(now)):
                _hold(now, plan, voters, make_generator(SEED + at))


def _hold(now: datetime, plan: NewPoll, voters: int, generator: np.random.Generator) -> None:
    begun = plan.opens_at
    poll = open_poll(actor=HOUSE if plan.kind is PollKind.POLICY else MAKER, now=begun, plan=plan)
    codes = [one.code for one in list_districts()]
    favour = generator.permutation(len(poll.choices))
    for number in range(0 if plan.eligibility is Eligibility.WALLET else voters):
        cast_vote(
            actor=Actor(f"simulated-{number}", ""),
            now=begun,
            poll_id=poll.id,
            marks=_choose(poll, favour, generator),
            district=codes[int(len(codes) * generator.random() ** 2)] if poll.by_district else "",
        )
    comment(actor=MAKER, now=begun, poll_id=poll.id, text="(시뮬레이션) 여러 사람의 생각을 듣고 싶어요.")
    if plan.closes_at <= now:
        count_poll(now=plan.closes_at, poll_id=poll.id)
        if plan.kind is PollKind.POLICY:
            words = "(시뮬레이션) 가장 많이 고르신 것부터 내년 사업에 담겠습니다."
            reply_to_poll(actor=HOUSE, now=plan.closes_at + DAY, poll_id=poll.id, reply=words)


def _choose(poll: Poll, favour: np.ndarray, generator: np.random.Generator) -> Marks:
    liking = favour + generator.normal(scale=1.2, size=len(favour))
    order = [poll.choices[at].number for at in np.argsort(liking)]
    match poll.ballot:
        case BallotKind.SINGLE:
            return {order[0]: 1}
        case BallotKind.MULTIPLE:
            return dict.fromkeys(order[: int(generator.integers(1, poll.most + 1))], 1)
        case BallotKind.RATING:
            return {number: max(1, 5 - place) for place, number in enumerate(order)}
        case BallotKind.RANKING:
            return {
                number: place
                for place, number in enumerate(order[: int(generator.integers(2, len(order) + 1))], 1)
            }
        case BallotKind.BUDGET:
            shares = np.floor(generator.dirichlet(np.ones(len(order))) * poll.total / 10) * 10
            return {
                number: int(share) for number, share in zip(order, sorted(shares, reverse=True), strict=True)
            }
    side = 1 if generator.random() < 0.6 else -1  # noqa: PLR2004 - two camps, one a little larger
    stance = {
        choice.number: side * (1 if choice.number % 2 else -1) if choice.number <= len(favour) - 2 else 1
        for choice in poll.choices
    }
    drawn = {n: int(v) if generator.random() < 0.85 else 0 for n, v in stance.items()}  # noqa: PLR2004
    return {n: v for n, v in drawn.items() if generator.random() < 0.9} or {1: 0}  # noqa: PLR2004


def _plan_polls(now: datetime) -> list[tuple[NewPoll, int]]:
    policy, group = PollKind.POLICY, PollKind.GROUP
    past, lately = now - 30 * DAY, now - 2 * DAY
    long, open_until = now - 9 * DAY, now + 12 * DAY

    def plan(kind: PollKind, question: str, ballot: BallotKind, choices: tuple[str, ...], begun: datetime,
             ended: datetime, **more: Any) -> NewPoll:  # fmt: skip
        return NewPoll(
            kind=kind, agency_code="city" if kind is policy else "", question=question, about=SIMULATED, ballot=ballot,
            choices=tuple(NewChoice(text=one) for one in choices), opens_at=begun, closes_at=ended, **more,
        )  # fmt: skip

    paths = [
        NewChoice(text=text, picture=_draw(colour), alt=alt)
        for text, colour, alt in (
            ("숲길", (80, 140, 60), "초록빛 바탕에 세로 줄이 난 그림 (시뮬레이션)"),
            ("물길", (170, 120, 50), "푸른빛 바탕에 세로 줄이 난 그림 (시뮬레이션)"),
            ("꽃길", (120, 90, 200), "분홍빛 바탕에 세로 줄이 난 그림 (시뮬레이션)"),
        )
    ]
    pictured = NewPoll(
        kind=policy, agency_code="city", question="하천 산책로를 어떤 길로 꾸밀까요?", about=SIMULATED,
        ballot=BallotKind.SINGLE, choices=tuple(paths), opens_at=lately, closes_at=open_until, by_district=True,
    )  # fmt: skip
    return [
        (pictured, 60),
        (plan(policy, "청년에게 먼저 필요한 것은 무엇일까요? (19–39세 시민)", BallotKind.SINGLE,
              ("월세 지원", "일자리 연결", "배움 지원", "마음 건강"), lately, now + 6 * DAY,
              eligibility=Eligibility.WALLET, rule="youth_support"), 0),
        (plan(policy, "내년 동네 예산을 어디에 나눌까요?", BallotKind.BUDGET,
              ("어린이 놀이터", "골목 조명", "작은 도서관", "경로당 냉난방"), lately, now + 5 * DAY,
              total=1000, unit="만원"), 40),
        (plan(policy, "버려진 창고를 무엇으로 바꿀까요?", BallotKind.MULTIPLE,
              ("청소년 쉼터", "공유 부엌", "동네 극장", "자전거 정비소"), past, long, most=2, by_district=True), 150),
        (plan(policy, "한강 다리 밑 광장의 이름 순위를 매겨 주세요", BallotKind.RANKING,
              ("물결마당", "다리쉼터", "강바람터", "노을뜰"), past, long, seats=2), 80),
        (plan(policy, "밤늦은 배달 소음, 어떻게 생각하세요?", BallotKind.OPINION,
              ("밤 11시 뒤에는 배달 오토바이가 천천히 다녀야 해요", "밤에도 배달은 지금처럼 빨라야 해요",
               "전기 오토바이로 바꾸는 데 시가 돈을 보태야 해요", "단속보다 가게와의 약속이 나아요",
               "소음이 큰 길에는 알림판이 있어야 해요", "결과를 동네마다 알려 주면 좋겠어요"), past, long), 80),
        (plan(group, "독서 모임 다음 책은 무엇으로 할까요?", BallotKind.RANKING,
              ("소설", "과학", "역사", "시집"), lately, now + 3 * DAY, threshold=1), 12),
        (plan(group, "아파트 축제, 무엇이 좋았나요?", BallotKind.RATING,
              ("먹거리", "공연", "벼룩시장"), past, long, threshold=3), 24),
        (plan(group, "함께 쓰는 텃밭에 무엇을 심을까요?", BallotKind.SINGLE,
              ("상추", "토마토", "해바라기"), lately, now + 6 * DAY, eligibility=Eligibility.EVERYONE, threshold=1), 21),
    ]  # fmt: skip


def _draw(colour: tuple[int, int, int]) -> bytes:
    """Return a made-up picture: stripes of one colour (blue, green, red)."""
    waves = 0.7 + 0.3 * np.sin(np.linspace(0, 18, 640))
    picture = np.tile(waves[None, :, None] * np.array(colour), (400, 1, 1)).astype(np.uint8)
    return cv2.imencode(".jpg", picture)[1].tobytes()
