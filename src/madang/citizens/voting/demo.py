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
SIMULATED = "사람과 표는 모두 지어낸 것이에요. (시뮬레이션) · People and votes are made up. (simulated)"
REPLY = (
    "(시뮬레이션) 가장 많이 고르신 것부터 내년 사업에 담겠습니다."
    " · (simulated) Next year’s work begins with what most of you chose."
)
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
            reply_to_poll(actor=HOUSE, now=plan.closes_at + DAY, poll_id=poll.id, reply=REPLY)


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
            (
                "숲길 · Woodland",
                (80, 140, 60),
                "초록빛 바탕에 세로 줄이 난 그림 (시뮬레이션) · Upright stripes in green (simulated)",
            ),
            (
                "물길 · Water",
                (170, 120, 50),
                "푸른빛 바탕에 세로 줄이 난 그림 (시뮬레이션) · Upright stripes in blue (simulated)",
            ),
            (
                "꽃길 · Flowers",
                (120, 90, 200),
                "분홍빛 바탕에 세로 줄이 난 그림 (시뮬레이션) · Upright stripes in pink (simulated)",
            ),
        )
    ]
    pictured = NewPoll(
        kind=policy, agency_code="city", about=SIMULATED,
        question="하천 산책로를 어떤 길로 꾸밀까요? · What should the riverside path be like?",
        ballot=BallotKind.SINGLE, choices=tuple(paths), opens_at=lately, closes_at=open_until, by_district=True,
    )  # fmt: skip
    return [
        (pictured, 60),
        (plan(policy, "청년에게 먼저 필요한 것은 무엇일까요? (19–39세 시민) · What do young people need first? (residents aged 19–39)",
              BallotKind.SINGLE,
              ("월세 지원 · Help with rent", "일자리 연결 · A way to a job", "배움 지원 · Help with learning",
               "마음 건강 · Mental health"),
              lately, now + 6 * DAY, eligibility=Eligibility.WALLET, rule="youth_support"), 0),
        (plan(policy, "내년 동네 예산을 어디에 나눌까요? · How should next year’s neighbourhood budget be divided?",
              BallotKind.BUDGET,
              ("어린이 놀이터 · Playgrounds", "골목 조명 · Lights in alleys", "작은 도서관 · Small libraries",
               "경로당 냉난방 · Heating for senior centres"),
              lately, now + 5 * DAY, total=1000, unit="백만원 · million won"), 40),
        (plan(policy, "버려진 창고를 무엇으로 바꿀까요? · What should the empty warehouse become?", BallotKind.MULTIPLE,
              ("청소년 쉼터 · A place for teenagers", "공유 부엌 · A shared kitchen", "동네 극장 · A local theatre",
               "자전거 정비소 · A bicycle workshop"), past, long, most=2, by_district=True), 150),
        (plan(policy, "한강 다리 밑 광장의 이름 순위를 매겨 주세요 · Rank the names for the square under the bridge",
              BallotKind.RANKING,
              ("물결마당 · Wave Yard", "다리쉼터 · Bridge Rest", "강바람터 · River Wind", "노을뜰 · Sunset Court"),
              past, long, seats=2), 80),
        (plan(policy, "밤늦은 배달 소음, 어떻게 생각하세요? · Deliveries are loud at night: what do you think?",
              BallotKind.OPINION,
              ("밤 11시 뒤에는 배달 오토바이가 천천히 다녀야 해요 · Delivery motorcycles should go slowly after 11 p.m.",
               "밤에도 배달은 지금처럼 빨라야 해요 · Deliveries should stay as fast at night as they are",
               "전기 오토바이로 바꾸는 데 시가 돈을 보태야 해요 · The city should help pay for electric motorcycles",
               "단속보다 가게와의 약속이 나아요 · Agreements with shops are better than fines",
               "소음이 큰 길에는 알림판이 있어야 해요 · Loud streets should have signs",
               "결과를 동네마다 알려 주면 좋겠어요 · Each neighbourhood should hear how it turned out"), past, long), 80),
        (plan(group, "독서 모임 다음 책은 무엇으로 할까요? · What shall the reading circle read next?", BallotKind.RANKING,
              ("소설 · A novel", "과학 · Science", "역사 · History", "시집 · Poems"),
              lately, now + 3 * DAY, threshold=1), 12),
        (plan(group, "아파트 축제, 무엇이 좋았나요? · What was good at the block’s festival?", BallotKind.RATING,
              ("먹거리 · Food", "공연 · Shows", "벼룩시장 · Flea market"), past, long, threshold=3), 24),
        (plan(group, "함께 쓰는 텃밭에 무엇을 심을까요? · What shall we plant in the shared garden?", BallotKind.SINGLE,
              ("상추 · Lettuce", "토마토 · Tomatoes", "해바라기 · Sunflowers"), lately, now + 6 * DAY,
              eligibility=Eligibility.EVERYONE, threshold=1), 21),
    ]  # fmt: skip


def _draw(colour: tuple[int, int, int]) -> bytes:
    """Return a made-up picture: stripes of one colour (blue, green, red)."""
    waves = 0.7 + 0.3 * np.sin(np.linspace(0, 18, 640))
    picture = np.tile(waves[None, :, None] * np.array(colour), (400, 1, 1)).astype(np.uint8)
    return cv2.imencode(".jpg", picture)[1].tobytes()
