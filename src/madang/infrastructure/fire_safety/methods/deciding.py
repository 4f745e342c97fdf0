"""From signals to decisions. Time comes with the signals, not from a clock here.

An alarm that nobody cancelled with a reason is handed over at most 90 seconds after its first signal, and
no alarm is handed over twice. A detector is silent for the hold after a cancellation and while it is being
tested; a call point never is. Tests and drills end by themselves, and don't begin while an alarm is open.

A drill ends at the first sign of a fire that isn't part of it: a detector that it doesn't name (of a drill that
names none, a second one), or a person who says "fire". What follows is no exercise, and what the drill's own
detectors said counts for it, so that it is handed over at once where two were heard: people who believe in a
drill wouldn't answer in time, and a fire engine too many does less harm than a fire taken for an exercise.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, tzinfo

import msgspec

from madang.core.base.interface import Text, read_pair
from madang.infrastructure.fire_safety.methods.naming import say_place
from madang.infrastructure.fire_safety.records import (
    ALARMING,
    DETECTED,
    KIND_NAMES,
    Decision,
    OpenAlarm,
    Policy,
    Signal,
    SignalKind,
    Verdict,
    WatchState,
)

TEST = Text(ko="점검", en="the test")
DRILL = Text(ko="훈련", en="the drill")
NO_DRILL = Text(ko="훈련이 아닙니다: ", en="not part of the drill: ")
FILLERS = "\u115f\u1160\u3164\uffa0"
# Of signals of one moment the safer order: what silences comes last, and a person's "fire" is the last word.
FIRST, LAST = 0, 4
ANSWERS = frozenset({SignalKind.SEEN, SignalKind.FALSE_ALARM, SignalKind.DRILL_CONFIRM})
ORDER = {
    SignalKind.TEST_ENDS: FIRST,
    SignalKind.DRILL_ENDS: FIRST,
    **dict.fromkeys(ALARMING, 1),
    SignalKind.FALSE_ALARM: 2,
    SignalKind.DRILL_CONFIRM: 2,
    SignalKind.CONFIRM: 3,
}


def decide(policy: Policy, signals: Iterable[Signal], until: datetime, city: tzinfo) -> list[Decision]:
    """Return every decision up to `until`, in order of time. Signals may come doubled and in any order."""
    watches: dict[str, Watch] = {}
    for one in sorted(set(signals), key=put_in_order):
        if one.at <= until:
            watches.setdefault(one.facility, Watch(one.facility, policy, city)).hear(one)
    for watch in watches.values():
        watch.pass_time(until)
    decisions = [decision for watch in watches.values() for decision in watch.take_decisions()]
    return sorted(decisions, key=lambda one: (one.at, one.facility, one.alarm))


def renumber(signals: Iterable[Signal], begun: Mapping[datetime, int]) -> list[Signal]:
    """Return signals of a history for another one, in which alarms have other numbers.

    `begun` are the numbers of the history's alarms by when they began, in order of time. What was said of the
    alarm that was the present one then is said of the present one; what was said of an earlier one is left out.
    """
    moments, kept = list(begun), []
    for one in signals:
        place = bisect_right(moments, one.at)
        if one.kind in ALARMING or not one.alarm:
            kept.append(one)
        elif place and begun[moments[place - 1]] == one.alarm:
            kept.append(msgspec.structs.replace(one, alarm=0))
    return kept


def is_reason(text: str) -> bool:
    """Return whether there is something to read: neither blanks nor Hangul's fillers are."""
    return any(one.isalnum() and one not in FILLERS for one in text)


def put_in_order(one: Signal) -> tuple[datetime, int, tuple[str, ...]]:
    """Return what signals are sorted by: time, then the safer order."""
    rest = (one.kind, one.source, one.floor, one.room, one.reason, f"{one.alarm:010}", *one.expects)
    return one.at, ORDER.get(one.kind, LAST), rest


class Watch:
    """One facility through time. There is at most one alarm; a cancelled one stays for its hold.

    `state` holds all that is known, so that a watch made of it goes on as if nothing had happened between.
    """

    def __init__(self, name: str, policy: Policy, city: tzinfo, state: WatchState | None = None) -> None:
        self.name, self.policy, self.city = name, policy, city
        self.state = state or WatchState()
        self._made: list[Decision] = []

    def take_decisions(self) -> list[Decision]:
        """Return what was decided since the last time."""
        made, self._made = self._made, []
        return made

    def find_next(self) -> datetime | None:
        """Return when something falls due if nothing is heard before, or None."""
        alarm = self.state.alarm
        moments = [self.state.tested_until, self.state.drill_until]
        if alarm and alarm.cancelled_at is None:
            moments += [] if alarm.is_answered else alarm.steps[:1]
            moments.append(None if alarm.is_handed_over else alarm.due_at)
        return min(filter(None, moments), default=None)

    def hear(self, one: Signal) -> None:
        """Take in one signal; those before it are known."""
        self.pass_time(one.at)
        if one.kind in ALARMING:
            self._take_alarm(one)
        elif one.kind is SignalKind.CONFIRM:
            self._confirm(one)
        elif one.kind is SignalKind.OVER:
            self._close(one)
        elif one.kind in ANSWERS:
            self._answer(one)
        elif one.kind is SignalKind.TEST_ENDS:
            self._end_test(one.at)
        elif one.kind is SignalKind.DRILL_ENDS:
            self._end_drill(one.at)
        else:
            self._begin_mode(one)

    def pass_time(self, now: datetime) -> None:
        """Do what fell due up to `now`."""
        state = self.state
        if state.tested_until and state.tested_until <= now:
            self._end_test(state.tested_until, by_itself=True)
        if state.drill_until and state.drill_until <= now:
            self._pass_alarm(state.drill_until)
            self._end_drill(state.drill_until, by_itself=True)
        self._pass_alarm(now)

    def set_back(self, known: datetime, now: datetime) -> None:
        """Go on at `now` though the clock was at `known` before: it was set back while nobody watched.

        How long that was isn't known, so that an alarm that 119 doesn't have falls due at once, and what silences
        (a test, a drill, the hold of a cancellation) is over.
        """
        by, state, alarm = known - now, self.state, self.state.alarm
        state.tested_until = state.tested_until and now
        state.drill_until = state.drill_until and now
        if alarm is None:
            return
        alarm.begun_at, alarm.heard_at = alarm.begun_at - by, alarm.heard_at - by
        alarm.sources = {name: at - by for name, at in alarm.sources.items()}
        alarm.steps = [step - by for step in alarm.steps]
        over = now - timedelta(seconds=self.policy.hold_s)
        alarm.cancelled_at = alarm.cancelled_at and min(alarm.cancelled_at - by, over)
        alarm.due_at = min(alarm.due_at - by, now)

    def _pass_alarm(self, now: datetime) -> None:
        alarm = self.state.alarm
        if alarm is None or alarm.cancelled_at is not None:
            return
        self._climb(alarm, min(now, alarm.due_at))
        if alarm.due_at <= now:
            waited = (alarm.due_at - alarm.begun_at).total_seconds()
            self._hand_over(alarm, alarm.due_at, Text(
                ko=f"{waited:.0f}초 안에 취소한 사람이 없습니다", en=f"nobody cancelled within {waited:.0f} s"
            ))  # fmt: skip
        self._climb(alarm, now)
        if now - alarm.heard_at > timedelta(seconds=self.policy.quiet_s):
            self.state.alarm = None

    def _climb(self, alarm: OpenAlarm, until: datetime) -> None:
        """Tell the next person at each step of the ladder; who is in the house must know also once 119 does."""
        while alarm.steps and alarm.steps[0] <= until:
            step = alarm.steps.pop(0)
            if not alarm.is_answered:
                self._say(alarm, step, Verdict.ESCALATE, Text(
                    ko="아무도 답하지 않아 다음 사람에게 알립니다",
                    en="nobody answered: the next person is told",
                ))  # fmt: skip

    def _answer(self, one: Signal) -> None:
        """Take what a person says of an alarm; an answer to another one than the present changes nothing."""
        alarm = self.state.alarm
        if alarm is None or alarm.cancelled_at is not None:
            return
        if one.alarm not in {0, alarm.number}:
            self._say(alarm, one.at, Verdict.NOTHING, Text(
                ko=f"{read_pair(one.source).ko}의 답은 경보 {one.alarm}에 대한 것이어서 이 경보는 그대로입니다",
                en=f"{read_pair(one.source).en}'s answer is about alarm {one.alarm}: this one stays as it is",
            ))  # fmt: skip
        elif one.kind is SignalKind.SEEN:
            alarm.is_answered = True
        elif one.kind is SignalKind.FALSE_ALARM:
            self._cancel(alarm, one)
        elif alarm.is_drill:
            alarm.is_answered = True
            self._hand_over(alarm, one.at, Text(
                ko=f"{read_pair(one.source).ko}이(가) 훈련으로 불을 확인했습니다", en=f"{read_pair(one.source).en} confirmed a fire for the drill"
            ))  # fmt: skip
        else:
            self._say(alarm, one.at, Verdict.NOTHING, Text(
                ko="훈련 경보가 아니어서 훈련의 답을 받지 않습니다", en="this is no drill: an answer for a drill changes nothing"
            ))  # fmt: skip

    def _begin_mode(self, one: Signal) -> None:
        is_test = one.kind is SignalKind.TEST_BEGINS
        mode = TEST if is_test else DRILL
        alarm = self.state.alarm
        if alarm and alarm.cancelled_at is None and (is_test or not alarm.is_drill):
            self._say(alarm, one.at, Verdict.NOTHING, Text(
                ko=f"경보 중에는 {mode.ko}을(를) 시작할 수 없습니다", en=f"{mode.en} can't begin during an alarm"
            ))  # fmt: skip
        elif is_test:
            self.state.tested_until = one.at + timedelta(seconds=self.policy.test_s)
            self.state.tested = one.expects
        else:
            self.state.drill_until = one.at + timedelta(seconds=self.policy.drill_s)
            self.state.drilled = one.expects
            if alarm and alarm.is_drill:
                self.state.drilled = one.expects or tuple(alarm.sources)
            elif alarm:
                self.state.alarm = None

    def _end_test(self, at: datetime, *, by_itself: bool = False) -> None:
        if self.state.tested_until and by_itself:
            self._say(None, at, Verdict.NOTHING, _say_over(TEST))
        self.state.tested_until, self.state.tested = None, ()

    def _end_drill(self, at: datetime, *, by_itself: bool = False) -> None:
        alarm = self.state.alarm
        if alarm and alarm.is_drill:
            if alarm.cancelled_at is None:
                self._say(alarm, at, Verdict.STAND_DOWN, Text(ko="훈련이 끝났습니다", en="the drill is over"))
            self.state.alarm = None
        if self.state.drill_until and by_itself:
            self._say(None, at, Verdict.NOTHING, _say_over(DRILL))
        self.state.drill_until, self.state.drilled = None, ()

    def _turn_real(self, at: datetime) -> dict[str, datetime]:
        """End a drill because there is a fire; return who was heard in it and when."""
        alarm = self.state.alarm if self.state.drill_until else None
        self.state.drill_until, self.state.drilled = None, ()
        if alarm is None:
            return {}
        if alarm.cancelled_at is None:
            self._say(alarm, at, Verdict.STAND_DOWN, Text(
                ko="훈련을 끝냅니다: 훈련이 아닌 경보가 있습니다", en="the drill ends: there is an alarm that isn't part of it"
            ))  # fmt: skip
        self.state.alarm = None
        return alarm.sources

    def _is_of_drill(self, one: Signal) -> bool:
        """Return whether a signal is part of the drill that is on; the first one of a drill that names none is."""
        self.state.drilled = self.state.drilled or (one.source,)
        return one.source in self.state.drilled

    def _take_alarm(self, one: Signal) -> None:
        is_call = one.kind is SignalKind.CALL_POINT
        is_tested = not self.state.tested or one.source in self.state.tested
        if self.state.tested_until and is_tested and not is_call:
            self._say(None, one.at, Verdict.TESTED, Text(
                ko=f"점검 중: {KIND_NAMES[one.kind].ko}", en=f"being tested: {KIND_NAMES[one.kind].en}"
            ), (one.source,))  # fmt: skip
            return
        earlier: dict[str, datetime] = {}
        is_real = bool(self.state.drill_until) and not self._is_of_drill(one)
        if is_real:
            earlier = self._turn_real(one.at)
        alarm = self.state.alarm
        if alarm and alarm.cancelled_at is not None:
            held_until = alarm.cancelled_at + timedelta(seconds=self.policy.hold_s)
            if one.source in alarm.sources and not is_call and one.at < held_until:
                alarm.sources[one.source] = one.at
                return
            # It spread, somebody was wrong, or it doesn't stop: a new alarm that knows who was heard before.
            earlier, alarm = alarm.sources, None
        if alarm is None:
            alarm = self._begin(one, NO_DRILL if is_real else None)
            alarm.sources.update(earlier)
        alarm.heard_at = one.at
        is_more = alarm.is_handed_over and one.source not in alarm.sources
        recent = [
            source
            for source, at in alarm.sources.items()
            if source != one.source and (one.at - at).total_seconds() <= self.policy.pair_s
        ]
        alarm.sources[one.source] = one.at
        if is_more:
            self._tell_more(alarm, one.at, _say_where(one))
        elif is_call:
            self._hand_over(
                alarm, one.at, Text(ko="사람이 발신기를 눌렀습니다", en="somebody pressed a call point")
            )
        elif one.kind in DETECTED and recent:
            self._hand_over(alarm, one.at, Text(
                ko=f"{len(recent) + 1}개가 서로를 확인합니다", en=f"{len(recent) + 1} sources verify each other"
            ))  # fmt: skip

    def _begin(self, one: Signal, mark: Text | None = None) -> OpenAlarm:
        """Begin an alarm and tell the manager; a test ends with it. `mark` goes before the reason."""
        if self.state.tested_until:
            self._say(None, one.at, Verdict.NOTHING, Text(
                ko="경보가 있어 점검을 끝냅니다", en="the test ends: there is an alarm"
            ))  # fmt: skip
            self._end_test(one.at)
        self.state.count += 1
        start, end = self.policy.night
        hour = one.at.astimezone(self.city).hour
        is_night = start <= hour or hour < end if start > end else start <= hour < end
        wait = min(self.policy.wait_s, self.policy.night_wait_s) if is_night else self.policy.wait_s
        self.state.alarm = OpenAlarm(
            number=self.state.count,
            begun_at=one.at,
            heard_at=one.at,
            due_at=one.at + timedelta(seconds=wait),
            is_drill=self.state.drill_until is not None,
            steps=[one.at + timedelta(seconds=step) for step in sorted(self.policy.ladder_s)],
        )
        said, mark = _say_where(one), mark or Text(ko="", en="")
        reason = Text(ko=mark.ko + said.ko, en=mark.en + said.en)
        self._say(self.state.alarm, one.at, Verdict.TELL_MANAGER, reason, (one.source,))
        return self.state.alarm

    def _confirm(self, one: Signal) -> None:
        is_real = bool(self.state.drill_until)
        earlier = self._turn_real(one.at) if is_real else {}
        alarm = self.state.alarm
        if alarm is None or alarm.cancelled_at is not None:
            alarm = self._begin(one, NO_DRILL if is_real else None)
            alarm.sources.update(earlier)
        alarm.is_answered, alarm.heard_at = True, one.at
        reason = Text(
            ko=f"{read_pair(one.source).ko}이(가) 불을 확인했습니다",
            en=f"{read_pair(one.source).en} confirmed a fire",
        )
        if alarm.is_handed_over and not alarm.confirmed_by:
            self._tell_more(alarm, one.at, reason)
        self._hand_over(alarm, one.at, reason)
        alarm.confirmed_by = alarm.confirmed_by or one.source

    def _cancel(self, alarm: OpenAlarm, one: Signal) -> None:
        if not one.source.strip():
            self._say(alarm, one.at, Verdict.NOTHING, Text(
                ko="누가 취소하는지 알 수 없어 취소하지 않습니다", en="nothing is cancelled by nobody"
            ))  # fmt: skip
            return
        if not is_reason(one.reason):
            self._say(alarm, one.at, Verdict.NOTHING, Text(
                ko="이유 없이는 취소할 수 없습니다", en="nothing is cancelled without a reason"
            ))  # fmt: skip
            return
        if alarm.confirmed_by and alarm.confirmed_by != one.source:
            self._say(alarm, one.at, Verdict.NOTHING, Text(
                ko=f"{read_pair(alarm.confirmed_by).ko}이(가) 불을 확인했으므로 {read_pair(one.source).ko}의 취소를 받지 않습니다",
                en=f"{read_pair(alarm.confirmed_by).en} confirmed a fire: {read_pair(one.source).en} can't take it back",
            ))  # fmt: skip
            return
        alarm.is_answered, alarm.cancelled_at = True, one.at
        told = (
            Text(ko=" (119에도 알립니다)", en=" (119 is told too)")
            if alarm.is_handed_over
            else Text(ko="", en="")
        )
        who, why = read_pair(one.source), read_pair(one.reason)
        self._say(alarm, one.at, Verdict.STAND_DOWN, Text(
            ko=f"{who.ko}: {why.ko}{told.ko}", en=f"{who.en}: {why.en}{told.en}"
        ))  # fmt: skip

    def _close(self, one: Signal) -> None:
        """Close the present alarm, or an earlier one that is quiet already."""
        alarm, who, why = self.state.alarm, read_pair(one.source), read_pair(one.reason)
        reason = Text(ko=f"{who.ko}: {why.ko}", en=f"{who.en}: {why.en}")
        if alarm and one.alarm in {0, alarm.number}:
            if alarm.is_handed_over and alarm.cancelled_at is None:
                alarm.cancelled_at = one.at
                self._say(alarm, one.at, Verdict.CLOSE, reason)
        elif 0 < one.alarm <= self.state.count:
            self._made.append(Decision(
                at=one.at, facility=self.name, alarm=one.alarm, verdict=Verdict.CLOSE, reason=reason
            ))  # fmt: skip

    def _hand_over(self, alarm: OpenAlarm, at: datetime, reason: Text) -> None:
        if not alarm.is_handed_over:
            alarm.is_handed_over = True
            self._say(alarm, at, Verdict.HAND_OVER, reason)

    def _tell_more(self, alarm: OpenAlarm, at: datetime, reason: Text) -> None:
        alarm.updates += 1
        self._say(alarm, at, Verdict.UPDATE, reason)

    def _say(
        self,
        alarm: OpenAlarm | None,
        at: datetime,
        verdict: Verdict,
        reason: Text,
        sources: tuple[str, ...] = (),
    ) -> None:
        self._made.append(Decision(
            at=at, facility=self.name, alarm=alarm.number if alarm else 0, verdict=verdict, reason=reason,
            sources=sources or tuple(alarm.sources if alarm else ()), is_drill=bool(alarm and alarm.is_drill),
            update=alarm.updates if alarm and verdict is Verdict.UPDATE else 0,
        ))  # fmt: skip


def _say_where(one: Signal) -> Text:
    name = KIND_NAMES.get(one.kind, Text(ko="사람이 알린", en="person's word"))
    where = say_place(one.floor, one.room)
    return Text(ko=f"{name.ko} 경보 {where.ko}".strip(), en=f"alarm of a {name.en} {where.en}".strip())


def _say_over(mode: Text) -> Text:
    return Text(
        ko=f"{mode.ko}이(가) 가장 긴 시간에 이르러 저절로 끝났습니다",
        en=f"{mode.en} ended by itself after its longest time",
    )
