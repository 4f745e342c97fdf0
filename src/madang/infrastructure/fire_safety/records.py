"""Signals of a facility, the policy they are judged by, and decisions with their reasons."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from madang.core.base.interface import Text

LONGEST_WAIT_S = 90.0


class SignalKind(StrEnum):
    """What can be heard from a facility."""

    SMOKE = "smoke"
    HEAT = "heat"
    GAS = "gas"
    CALL_POINT = "call_point"
    CAMERA_SMOKE = "camera_smoke"
    SEEN = "seen"
    CONFIRM = "confirm"
    FALSE_ALARM = "false_alarm"
    TEST_BEGINS = "test_begins"
    TEST_ENDS = "test_ends"
    DRILL_BEGINS = "drill_begins"
    DRILL_ENDS = "drill_ends"


DETECTED = frozenset({SignalKind.SMOKE, SignalKind.HEAT, SignalKind.GAS, SignalKind.CAMERA_SMOKE})
ALARMING = DETECTED | {SignalKind.CALL_POINT}


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """One thing heard. `source` is the detector, call point, camera or person it came from."""

    at: datetime
    facility: Annotated[str, Meta(min_length=1, max_length=100)]
    kind: SignalKind
    source: Annotated[str, Meta(max_length=100)] = ""
    floor: str = ""
    room: str = ""
    reason: str = ""


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How signals become decisions; seconds. Nothing here can make 119 wait longer than 90 s.

    `pair_s`: two detectors within it verify each other. `night` is from–to in hours of the city's clock:
    then a single detector's alarm waits only `night_wait_s`. After `quiet_s` without a signal an alarm
    is over. `ladder_s` says when the next person is told while nobody has answered. For `hold_s` after a
    cancellation the detectors that were already heard begin no new alarm. `test_s` and `drill_s` are the
    longest a test and a drill last.
    """

    name: str = "기본 · default"
    wait_s: Annotated[float, Meta(ge=0, le=LONGEST_WAIT_S)] = 90.0
    night_wait_s: Annotated[float, Meta(ge=0, le=LONGEST_WAIT_S)] = 45.0
    night: tuple[Annotated[int, Meta(ge=0, le=23)], Annotated[int, Meta(ge=0, le=23)]] = (22, 6)
    pair_s: Annotated[float, Meta(ge=0, le=600)] = 90.0
    quiet_s: Annotated[float, Meta(ge=LONGEST_WAIT_S, le=7200)] = 600.0
    hold_s: Annotated[float, Meta(ge=0, le=600)] = 300.0
    test_s: Annotated[float, Meta(gt=0, le=14_400)] = 3600.0
    drill_s: Annotated[float, Meta(gt=0, le=14_400)] = 1800.0
    ladder_s: tuple[Annotated[float, Meta(gt=0, le=LONGEST_WAIT_S)], ...] = (30.0, 60.0)


class Verdict(StrEnum):
    """What is decided. `TESTED` is told to the manager alone, `NOTHING` says why nothing was done."""

    TELL_MANAGER = "tell_manager"
    ESCALATE = "escalate"
    HAND_OVER = "hand_over"
    STAND_DOWN = "stand_down"
    TESTED = "tested"
    NOTHING = "nothing"


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """One decision: when, for which alarm of which facility, why, and whether it is only a drill.

    Alarms of a facility count from 1; 0 is no alarm. `sources` are those heard so far.
    """

    at: datetime
    facility: str
    alarm: int
    verdict: Verdict
    reason: Text
    sources: tuple[str, ...] = ()
    is_drill: bool = False


class OpenAlarm(msgspec.Struct, kw_only=True):
    """What is known of an alarm while it matters. `sources` are those heard, with their last moment."""

    number: int
    begun_at: datetime
    heard_at: datetime
    due_at: datetime
    is_drill: bool
    sources: dict[str, datetime] = {}
    steps: list[datetime] = []
    is_handed_over: bool = False
    is_answered: bool = False
    cancelled_at: datetime | None = None


class WatchState(msgspec.Struct, kw_only=True):
    """All that is known of a facility: alarms so far, the present one, until when it is tested or drilled."""

    count: int = 0
    alarm: OpenAlarm | None = None
    tested_until: datetime | None = None
    drill_until: datetime | None = None


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """A line that is no signal: where it stands and why."""

    line: int
    reason: str
