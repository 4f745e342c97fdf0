"""From signals to decisions. Time comes with the signals, not from a clock here.

Outside tests and drills an alarm that nobody cancelled with a reason is handed over at most 90 seconds
after its first signal, and no alarm is handed over twice. The README names the faults that are known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from madang.core.base.interface import Text
from madang.infrastructure.fire_safety.records import (
    ALARMING,
    DETECTED,
    Decision,
    Policy,
    Signal,
    SignalKind,
    Verdict,
)

NAMES = {
    SignalKind.SMOKE: Text(ko="연기 감지기", en="smoke detector"),
    SignalKind.HEAT: Text(ko="열 감지기", en="heat detector"),
    SignalKind.GAS: Text(ko="가스 감지기", en="gas detector"),
    SignalKind.CALL_POINT: Text(ko="발신기", en="call point"),
    SignalKind.CAMERA_SMOKE: Text(ko="카메라가 본 연기", en="smoke seen by a camera"),
}


def decide(policy: Policy, signals: Iterable[Signal], until: datetime, city: tzinfo) -> list[Decision]:
    """Return every decision up to `until`, in order of time. Signals may come doubled and in any order."""
    by_facility: dict[str, list[Signal]] = {}
    for one in sorted(set(signals), key=_order):
        if one.at <= until:
            by_facility.setdefault(one.facility, []).append(one)
    decisions: list[Decision] = []
    for facility, heard in by_facility.items():
        decisions += _Facility(facility, policy, city).run(heard, until)
    return sorted(decisions, key=lambda one: (one.at, one.facility, one.alarm))


def _order(one: Signal) -> tuple[datetime, str, str, str]:
    # Of signals of one moment what alarms comes first: a cancellation never precedes its alarm.
    return one.at, "0" if one.kind in ALARMING else "1", one.kind.value, one.source


@dataclass
class _Alarm:
    number: int
    begun_at: datetime
    heard_at: datetime
    due_at: datetime
    sources: dict[str, datetime] = field(default_factory=dict)
    steps: list[datetime] = field(default_factory=list)
    is_drill: bool = False
    is_handed_over: bool = False
    is_answered: bool = False
    is_cancelled: bool = False


class _Facility:
    """One facility through time."""

    def __init__(self, name: str, policy: Policy, city: tzinfo) -> None:
        self.name, self.policy, self.city = name, policy, city
        self.alarm: _Alarm | None = None
        self.count = 0
        self.is_testing = self.is_drilling = False
        self.made: list[Decision] = []

    def run(self, signals: Sequence[Signal], until: datetime) -> list[Decision]:
        for one in signals:
            self._pass_time(one.at)
            self._hear(one)
        self._pass_time(until)
        return self.made

    def _pass_time(self, now: datetime) -> None:
        """Do what fell due before `now`."""
        alarm = self.alarm
        if alarm is None:
            return
        while alarm.steps and alarm.steps[0] <= now:
            step = alarm.steps.pop(0)
            if not (alarm.is_answered or alarm.is_cancelled or alarm.is_handed_over):
                self._say(alarm, step, Verdict.ESCALATE, Text(
                    ko="아무도 답하지 않아 다음 사람에게 알립니다",
                    en="nobody answered: the next person is told",
                ))  # fmt: skip
        if not alarm.is_cancelled and alarm.due_at <= now:
            waited = (alarm.due_at - alarm.begun_at).total_seconds()
            self._hand_over(alarm, alarm.due_at, Text(
                ko=f"{waited:.0f}초 안에 취소한 사람이 없습니다", en=f"nobody cancelled within {waited:.0f} s"
            ))  # fmt: skip
        if now - alarm.heard_at > timedelta(seconds=self.policy.quiet_s):
            self.alarm = None

    def _hear(self, one: Signal) -> None:
        if one.kind in ALARMING:
            self._take_alarm(one)
        elif one.kind is SignalKind.CONFIRM:
            self._confirm(one)
        elif one.kind is SignalKind.FALSE_ALARM:
            self._cancel(one)
        elif one.kind is SignalKind.SEEN:
            if self.alarm:
                self.alarm.is_answered = True
        else:
            self._switch(one.kind)

    def _switch(self, kind: SignalKind) -> None:
        if kind in {SignalKind.TEST_BEGINS, SignalKind.TEST_ENDS}:
            self.is_testing = kind is SignalKind.TEST_BEGINS
        else:
            self.is_drilling = kind is SignalKind.DRILL_BEGINS

    def _take_alarm(self, one: Signal) -> None:
        if self.is_testing and one.kind is not SignalKind.CALL_POINT:
            self.made.append(Decision(
                at=one.at, facility=self.name, alarm=0, verdict=Verdict.NOTHING, sources=(one.source,),
                reason=Text(ko="점검 중인 감지기입니다", en="the detectors are being tested"),
            ))  # fmt: skip
            return
        alarm = self.alarm
        if alarm is None or alarm.is_drill != self.is_drilling:
            alarm = self._begin(one)
        elif alarm.is_cancelled and one.source not in alarm.sources:
            # Somebody was wrong, or it spread: another source after a cancellation is a new alarm.
            earlier = alarm.sources
            alarm = self._begin(one)
            alarm.sources.update(earlier)
        alarm.heard_at = one.at
        recent = [
            source
            for source, at in alarm.sources.items()
            if source != one.source and (one.at - at).total_seconds() <= self.policy.pair_s
        ]
        alarm.sources[one.source] = one.at
        if not alarm.is_cancelled:
            self._judge(alarm, one, recent)

    def _begin(self, one: Signal) -> _Alarm:
        self.count += 1
        start, end = self.policy.night
        hour = one.at.astimezone(self.city).hour
        is_night = start <= hour or hour < end if start > end else start <= hour < end
        wait = min(self.policy.wait_s, self.policy.night_wait_s) if is_night else self.policy.wait_s
        self.alarm = _Alarm(
            number=self.count,
            begun_at=one.at,
            heard_at=one.at,
            due_at=one.at + timedelta(seconds=wait),
            steps=[one.at + timedelta(seconds=step) for step in sorted(self.policy.ladder_s)],
            is_drill=self.is_drilling,
        )
        name, where = NAMES[one.kind], " ".join(filter(None, (one.floor, one.room)))
        self._say(self.alarm, one.at, Verdict.TELL_MANAGER, Text(
            ko=f"{name.ko} 경보 {where}".strip(), en=f"alarm of a {name.en} {where}".strip()
        ), (one.source,))  # fmt: skip
        return self.alarm

    def _judge(self, alarm: _Alarm, one: Signal, recent: list[str]) -> None:
        if one.kind is SignalKind.CALL_POINT:
            self._hand_over(
                alarm, one.at, Text(ko="사람이 발신기를 눌렀습니다", en="somebody pressed a call point")
            )
        elif one.kind in DETECTED and recent:
            self._hand_over(alarm, one.at, Text(
                ko=f"{len(recent) + 1}개가 서로를 확인합니다", en=f"{len(recent) + 1} sources verify each other"
            ))  # fmt: skip

    def _confirm(self, one: Signal) -> None:
        alarm = self.alarm
        if alarm is None:
            alarm = self._begin_confirmed(one)
        alarm.is_answered, alarm.is_cancelled, alarm.heard_at = True, False, one.at
        self._hand_over(
            alarm,
            one.at,
            Text(ko=f"{one.source}이(가) 불을 확인했습니다", en=f"{one.source} confirmed a fire"),
        )

    def _begin_confirmed(self, one: Signal) -> _Alarm:
        self.count += 1
        self.alarm = _Alarm(
            number=self.count, begun_at=one.at, heard_at=one.at, due_at=one.at, is_drill=self.is_drilling
        )
        return self.alarm

    def _cancel(self, one: Signal) -> None:
        alarm = self.alarm
        if alarm is None or alarm.is_cancelled:
            return
        if not one.reason.strip():
            self._say(alarm, one.at, Verdict.NOTHING, Text(
                ko="이유 없이는 취소할 수 없습니다", en="nothing is cancelled without a reason"
            ))  # fmt: skip
            return
        alarm.is_answered = alarm.is_cancelled = True
        told = (
            Text(ko=" (119에도 알립니다)", en=" (119 is told too)")
            if alarm.is_handed_over
            else Text(ko="", en="")
        )
        self._say(alarm, one.at, Verdict.STAND_DOWN, Text(
            ko=f"{one.source}: {one.reason}{told.ko}", en=f"{one.source}: {one.reason}{told.en}"
        ))  # fmt: skip

    def _hand_over(self, alarm: _Alarm, at: datetime, reason: Text) -> None:
        if not alarm.is_handed_over:
            alarm.is_handed_over = True
            self._say(alarm, at, Verdict.HAND_OVER, reason)

    def _say(
        self, alarm: _Alarm, at: datetime, verdict: Verdict, reason: Text, sources: tuple[str, ...] = ()
    ) -> None:
        self.made.append(Decision(
            at=at, facility=self.name, alarm=alarm.number, verdict=verdict, reason=reason,
            sources=sources or tuple(alarm.sources), is_drill=alarm.is_drill,
        ))  # fmt: skip
