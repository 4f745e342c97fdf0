"""Which streams an operator should see now: each has a need, made of reasons that are said with it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from madang.core.base.interface import Severity, Text
from madang.infrastructure.cctv.records import EVENT_NAMES, EventKind

WEIGHTS = {Severity.MINOR: 30.0, Severity.MODERATE: 60.0, Severity.SEVERE: 100.0, Severity.EXTREME: 140.0}
HALVES_EVERY_S = 600.0
NEARBY_SHARE = 0.8
A_PERSON, MOST_PEOPLE = 4.0, 20.0
A_PAST_EVENT, MOST_PAST = 3.0, 15.0
UNSEEN_S = 360.0
"""So many seconds without a look weigh 1: in the end every stream comes before the operator."""
NEVER_S = 3600.0
SAID = 3


class Happening(msgspec.Struct, frozen=True):
    """Something open: an event of this camera, or (with metres) an incident near it; `age_s` since it began."""

    severity: Severity
    age_s: float
    kind: EventKind | None = None
    name: Text = Text(ko="", en="")
    metres: float = 0.0


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """One stream as it is now. `past` counts events of this hour of the day; `unseen_s` None: never looked at."""

    camera_id: str
    happenings: tuple[Happening, ...] = ()
    people: int = 0
    past: int = 0
    unseen_s: float | None = None


class Need(msgspec.Struct, frozen=True):
    """How much a stream should be seen, and why, the weightiest first."""

    camera_id: str
    score: float
    reasons: tuple[Text, ...]


def weigh(stream: Stream) -> Need:
    """Return the need of a stream."""
    parts = [_weigh_happening(one) for one in stream.happenings]
    if stream.people:
        n = stream.people
        parts.append(
            (min(MOST_PEOPLE, A_PERSON * n), Text(ko=f"지금 {n}명이 보임", en=f"people to be seen now: {n}"))
        )
    if stream.past:
        n = stream.past
        parts.append(
            (
                min(MOST_PAST, A_PAST_EVENT * n),
                Text(ko=f"지난 4주 이 시간대에 {n}건", en=f"events at this hour in 4 weeks: {n}"),
            )
        )
    unseen = NEVER_S if stream.unseen_s is None else stream.unseen_s
    minutes = int(unseen // 60)
    looked = (
        Text(ko="아직 보지 않음", en="not looked at yet")
        if stream.unseen_s is None
        else Text(ko=f"{minutes}분 동안 보지 않음", en=f"not looked at for {minutes} min")
    )
    parts.append((unseen / UNSEEN_S, looked))
    parts.sort(key=lambda part: -part[0])
    score = round(sum(weight for weight, _ in parts), 2)
    return Need(stream.camera_id, score, tuple(reason for _, reason in parts[:SAID]))


def rank(streams: Sequence[Stream]) -> list[Need]:
    """Return the needs of all streams, the greatest first."""
    return sorted(map(weigh, streams), key=lambda one: (-one.score, one.camera_id))


def _weigh_happening(one: Happening) -> tuple[float, Text]:
    weight = WEIGHTS[one.severity] * 0.5 ** (max(0.0, one.age_s) / HALVES_EVERY_S)
    minutes = int(max(0.0, one.age_s) // 60)
    if one.kind is not None:
        name = EVENT_NAMES[one.kind]
        return weight, Text(
            ko=f"확인하지 않은 {name.ko} ({minutes}분 전)", en=f"{name.en} to be judged ({minutes} min ago)"
        )
    near = f"{one.metres:.0f} m"
    return weight * NEARBY_SHARE, Text(ko=f"{near} 거리에 {one.name.ko}", en=f"{one.name.en} {near} away")
