"""What an alarm teaches: how long each step took, and what to change."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from madang.core.base.interface import Text
from madang.infrastructure.fire_safety.records import (
    DETECTED,
    Alarm,
    Decision,
    Relay,
    Signal,
    SignalKind,
    Verdict,
)

ANSWERS = frozenset({SignalKind.SEEN, SignalKind.CONFIRM, SignalKind.DRILL_CONFIRM, SignalKind.FALSE_ALARM})
PROMPT_S = 30.0
RELAYED_S = 5.0
POINTS = 25


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step: how many seconds after the first signal, None where it never came, and whether that is good."""

    name: Text
    seconds: float | None
    is_good: bool


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """Steps, what to change, and a score of 100 (each good step counts the same)."""

    steps: tuple[Step, ...]
    changes: tuple[Text, ...]
    score: int


def review(
    alarm: Alarm, decisions: Sequence[Decision], signals: Sequence[Signal], relays: Sequence[Relay]
) -> Review:
    """Return what an alarm teaches."""

    def since(moment: object) -> float | None:
        return None if moment is None else (moment - alarm.begun_at).total_seconds()  # type: ignore[operator]

    told = since(next((one.at for one in decisions if one.verdict is Verdict.TELL_MANAGER), None))
    answers = [one.at for one in signals if one.kind in ANSWERS and one.alarm in {0, alarm.number}]
    answered = since(min(answers, default=None))
    handed = since(alarm.handed_over_at)
    received = since(alarm.received_at)
    is_cancelled = alarm.stood_down_at is not None
    steps = (
        Step(
            name=Text(ko="관리자에게 알림", en="Manager told"),
            seconds=told,
            is_good=told is not None and told <= 1,
        ),
        Step(
            name=Text(ko="사람이 답함", en="A person answered"),
            seconds=answered,
            is_good=min(one for one in (answered, handed, PROMPT_S + 1) if one is not None) <= PROMPT_S,
        ),
        Step(
            name=Text(ko="119에 넘김", en="Handed over to 119"),
            seconds=handed,
            is_good=is_cancelled if handed is None else handed <= 90,
        ),
        Step(
            name=Text(ko="119가 받음", en="119 has it"),
            seconds=received,
            is_good=handed is None or (received is not None and received - handed <= RELAYED_S),
        ),
    )
    changes = []
    if answered is None and (handed is None or handed > PROMPT_S):
        changes.append(Text(
            ko="아무도 답하지 않았습니다. 당직표와 연락 방법을 점검하십시오.",
            en="Nobody answered. Check the duty rota and how people are reached.",
        ))  # fmt: skip
    elif answered is not None and answered > PROMPT_S:
        changes.append(Text(
            ko=f"답하기까지 {answered:.0f}초 걸렸습니다. 30초 안에 답하는 훈련을 하십시오.",
            en=f"It took {answered:.0f} s until somebody answered. Train to answer within 30 s.",
        ))  # fmt: skip
    if handed is not None and received is None:
        changes.append(Text(
            ko="119가 받았다는 답이 없습니다. 연결을 점검하고 두 번째 길을 두십시오.",
            en="119 never said that it has it. Check the line, and set a second way.",
        ))  # fmt: skip
    elif any(one.attempts > 1 for one in relays):
        changes.append(Text(
            ko="119에 여러 번 시도한 뒤에야 전달되었습니다. 연결을 점검하십시오.",
            en="119 was reached only after several tries. Check the line.",
        ))  # fmt: skip
    heard = {one.source for one in signals if one.kind in DETECTED}
    if is_cancelled and len(heard) == 1:
        changes.append(Text(
            ko=f"감지기 {next(iter(heard))} 하나만 울린 오경보입니다. 위치를 옮기거나 종류를 바꾸는 것을 살펴보십시오.",
            en=f"A false alarm of detector {next(iter(heard))} alone. Consider another place or another kind.",
        ))  # fmt: skip
    return Review(steps=steps, changes=tuple(changes), score=POINTS * sum(one.is_good for one in steps))
