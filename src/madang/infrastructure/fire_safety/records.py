"""Signals of a facility, the policy they are judged by, decisions with their reasons; the register."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from madang.core.base.interface import Text

LONGEST_WAIT_S = 90.0
SIMULATED = "시뮬레이션 · simulated"
"""The source of the demonstration's facilities."""


class SignalKind(StrEnum):
    """What can be heard from a facility."""

    SMOKE = "smoke"
    HEAT = "heat"
    GAS = "gas"
    CALL_POINT = "call_point"
    CAMERA_SMOKE = "camera_smoke"
    SEEN = "seen"
    CONFIRM = "confirm"
    DRILL_CONFIRM = "drill_confirm"
    FALSE_ALARM = "false_alarm"
    OVER = "over"
    TEST_BEGINS = "test_begins"
    TEST_ENDS = "test_ends"
    DRILL_BEGINS = "drill_begins"
    DRILL_ENDS = "drill_ends"


KIND_NAMES = {
    SignalKind.SMOKE: Text(ko="연기 감지기", en="smoke detector"),
    SignalKind.HEAT: Text(ko="열 감지기", en="heat detector"),
    SignalKind.GAS: Text(ko="가스 감지기", en="gas detector"),
    SignalKind.CALL_POINT: Text(ko="발신기", en="call point"),
    SignalKind.CAMERA_SMOKE: Text(ko="카메라가 본 연기", en="smoke seen by a camera"),
}
DETECTED = frozenset({SignalKind.SMOKE, SignalKind.HEAT, SignalKind.GAS, SignalKind.CAMERA_SMOKE})
ALARMING = DETECTED | {SignalKind.CALL_POINT}


class Signal(msgspec.Struct, frozen=True, kw_only=True):
    """One thing heard. `source` is the detector, call point, camera or person it came from.

    `expects` are the detectors that a test or drill is about (none: all of a test, the first one heard of a
    drill); `alarm` is the alarm that an answer is about, 0 for the present one.
    """

    at: datetime
    facility: Annotated[str, Meta(min_length=1, max_length=100)]
    kind: SignalKind
    source: Annotated[str, Meta(max_length=100)] = ""
    floor: str = ""
    room: str = ""
    reason: str = ""
    expects: tuple[Annotated[str, Meta(max_length=100)], ...] = ()
    alarm: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How signals become decisions; seconds. Nothing here can make 119 wait longer than 90 s.

    The default `wait_s` leaves ten seconds for the work itself where thousands of alarms fall due at once.
    `pair_s`: two detectors within it verify each other. `night` is from–to in hours of the city's clock:
    then a single detector's alarm waits only `night_wait_s`. After `quiet_s` without a signal an alarm
    is over. `ladder_s` says when the next person is told while nobody has answered. For `hold_s` after a
    cancellation the detectors that were already heard begin no new alarm. `test_s` and `drill_s` are the
    longest a test and a drill last.
    """

    name: str = "기본 · default"
    wait_s: Annotated[float, Meta(ge=0, le=LONGEST_WAIT_S)] = 80.0
    night_wait_s: Annotated[float, Meta(ge=0, le=LONGEST_WAIT_S)] = 45.0
    night: tuple[Annotated[int, Meta(ge=0, le=23)], Annotated[int, Meta(ge=0, le=23)]] = (22, 6)
    pair_s: Annotated[float, Meta(ge=0, le=600)] = 90.0
    quiet_s: Annotated[float, Meta(ge=LONGEST_WAIT_S, le=7200)] = 600.0
    hold_s: Annotated[float, Meta(ge=0, le=600)] = 300.0
    test_s: Annotated[float, Meta(gt=0, le=14_400)] = 3600.0
    drill_s: Annotated[float, Meta(gt=0, le=14_400)] = 1800.0
    ladder_s: tuple[Annotated[float, Meta(gt=0, le=LONGEST_WAIT_S)], ...] = (30.0, 60.0)


class Verdict(StrEnum):
    """What is decided.

    `UPDATE` tells 119 more of what it has, `TESTED` is told to the manager alone, `NOTHING` says why nothing was done.
    """

    TELL_MANAGER = "tell_manager"
    ESCALATE = "escalate"
    HAND_OVER = "hand_over"
    UPDATE = "update"
    STAND_DOWN = "stand_down"
    CLOSE = "close"
    TESTED = "tested"
    NOTHING = "nothing"


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """One decision: when, for which alarm of which facility, why, and whether it is only a drill.

    Alarms of a facility count from 1; 0 is no alarm. `sources` are those heard so far; `told` is whose turn it
    was to be told, which is known once it is written down. An alarm's `UPDATE`s count from 1 (`update`).
    """

    at: datetime
    facility: str
    alarm: int
    verdict: Verdict
    reason: Text
    sources: tuple[str, ...] = ()
    is_drill: bool = False
    told: str = ""
    update: int = 0


class OpenAlarm(msgspec.Struct, kw_only=True):
    """What is known of an alarm while it matters. `sources` are those heard, with their last moment.

    `confirmed_by` is who saw the fire; `updates` counts what 119 was told after the hand-over.
    """

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
    confirmed_by: str = ""
    updates: int = 0


class WatchState(msgspec.Struct, kw_only=True):
    """All that is known of a facility: alarms so far, the present one, until when it is tested or drilled.

    `tested` and `drilled` are the detectors that the test or drill is about.
    """

    count: int = 0
    alarm: OpenAlarm | None = None
    tested_until: datetime | None = None
    tested: tuple[str, ...] = ()
    drill_until: datetime | None = None
    drilled: tuple[str, ...] = ()


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """A line that is no signal: where it stands and why."""

    line: int
    reason: str


class FacilityKind(StrEnum):
    """Whom a facility is for."""

    ELDERLY = "elderly"
    DISABLED = "disabled"
    CHILDREN = "children"


FACILITY_KINDS = {
    FacilityKind.ELDERLY: Text(ko="노인", en="Older people"),
    FacilityKind.DISABLED: Text(ko="장애인", en="Disabled people"),
    FacilityKind.CHILDREN: Text(ko="아동", en="Children"),
}
NEEDS = {
    "carry": Text(ko="들어서 옮겨야 하는 사람", en="must be carried"),
    "wheelchair": Text(ko="휠체어를 쓰는 사람", en="use a wheelchair"),
    "oxygen": Text(ko="산소가 필요한 사람", en="need oxygen"),
    "guide": Text(ko="이끌어 주어야 하는 사람", en="must be led"),
}
Short = Annotated[str, Meta(min_length=1, max_length=100)]
Count = Annotated[int, Meta(ge=0, le=10_000)]
Metres = Annotated[float, Meta(ge=0, le=1000)]


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """A room on a floor's plan, in metres from the plan's upper left corner, and how many people it holds.

    `needs` counts people by what they need (the names of NEEDS): never who they are.
    """

    floor: Short
    name: Short
    x: Metres
    y: Metres
    width: Annotated[float, Meta(gt=0, le=1000)]
    height: Annotated[float, Meta(gt=0, le=1000)]
    people: Count = 0
    needs: dict[str, Count] = {}


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is told of a facility's alarms, in the order in which they are told.

    `days` are those on which a turn of duty begins, 1 for Monday to 7 for Sunday ("" every day); `hours` are
    from–to of the city's clock, over midnight too ("" the whole day). Holidays are no working days: only who has 8
    (or 7, Sundays) or every day is on duty then.
    """

    name: Short
    phone: Annotated[str, Meta(max_length=30, pattern=r"^[0-9+\- ]*$")] = ""
    days: Annotated[str, Meta(max_length=8, pattern=r"^[1-8]*$")] = ""
    hours: Annotated[str, Meta(max_length=5, pattern=r"^(|([01]?[0-9]|2[0-3])-([01]?[0-9]|2[0-4]))$")] = ""


class Absence(msgspec.Struct, frozen=True, kw_only=True):
    """From `since` until `until` somebody has no turns; `instead` has them ("" nobody). Both are contacts' names."""

    name: Short
    since: datetime
    until: datetime
    instead: Annotated[str, Meta(max_length=100)] = ""


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """What is otherwise than in the usual week: public holidays, and who is absent when."""

    holidays: frozenset[date] = frozenset()
    absences: tuple[Absence, ...] = ()


class Holiday(msgspec.Struct, frozen=True, kw_only=True):
    """A public holiday, and what it is called."""

    on: date
    name: Short


class Facility(msgspec.Struct, frozen=True, kw_only=True):
    """A facility whose people can't leave quickly. Coordinates are degrees in EPSG:4326.

    Of one that left the register at `removed_at` only what its alarms need to be understood is known.
    """

    code: Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_-]+$")]
    name: Short
    kind: FacilityKind
    agency_code: Annotated[str, Meta(min_length=1, max_length=40)]
    address: Annotated[str, Meta(max_length=300)] = ""
    lon: Annotated[float, Meta(ge=-180, le=180)]
    lat: Annotated[float, Meta(ge=-90, le=90)]
    rooms: tuple[Room, ...] = ()
    contacts: tuple[Contact, ...] = ()
    absences: tuple[Absence, ...] = ()
    policy: Policy = Policy()
    source: Annotated[str, Meta(max_length=100)] = ""
    removed_at: datetime | None = None


class Detector(msgspec.Struct, frozen=True, kw_only=True):
    """A detector or call point, where it hangs, and how it is. `battery` is in percent, signal in dBm and dB.

    `unread` says why its last message couldn't be read, "" where it could.
    """

    id: Short
    facility: str
    kind: SignalKind
    floor: Annotated[str, Meta(max_length=100)] = ""
    room: Annotated[str, Meta(max_length=100)] = ""
    x: Metres = 0.0
    y: Metres = 0.0
    expected_every_s: Annotated[int, Meta(ge=10, le=31 * 86_400)] = 3600
    registered_at: datetime | None = None
    heard_at: datetime | None = None
    battery: float | None = None
    rssi: float | None = None
    snr: float | None = None
    margin: float | None = None
    usual_margin: float | None = None
    level: float | None = None
    usual_level: float | None = None
    unread: str = ""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """What a message says of the device that sent it, and through which gateways it came.

    `margin` is how far (dB) the best gateway's signal is above what its data rate needs, `level` what the
    detector reads at rest, in percent of what makes it alarm. `unread` says why it couldn't be read, "" that it
    was, None that there was nothing to read.
    """

    source: str
    battery: float | None = None
    rssi: float | None = None
    snr: float | None = None
    margin: float | None = None
    level: float | None = None
    unread: str | None = ""
    gateways: tuple[str, ...] = ()


class PayloadField(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One value in a binary payload: where it stands, how it is written, and what it means.

    `name` is a kind that alarms (true from `at_least` on, or where it `equals`), `battery` (percent), `level`
    (percent of what makes it alarm) or anything else. Bytes count from 0; `bit` picks one, 0 the lowest; what
    is read is multiplied by `scale`, then `add` is added. Without `port` it stands in messages of every port.
    """

    name: Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[a-z_][a-z0-9_]*$")]
    offset: Annotated[int, Meta(ge=0, le=241)]
    length: Annotated[int, Meta(ge=1, le=8)] = 1
    port: Annotated[int, Meta(ge=1, le=255)] | None = None
    bit: Annotated[int, Meta(ge=0, le=63)] | None = None
    is_signed: bool = False
    is_little: bool = False
    scale: float = 1.0
    add: float = 0.0
    at_least: float = 1.0
    equals: float | None = None


class Decoder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the payloads of one kind of device are read: the network server names it as the device's profile."""

    profile: Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^/\x00]+$")]
    fields: Annotated[tuple[PayloadField, ...], Meta(min_length=1, max_length=50)]


class Gateway(msgspec.Struct, frozen=True, kw_only=True):
    """A gateway of the city's network, and the institution whose line it hangs on."""

    id: Annotated[str, Meta(min_length=1, max_length=100)]
    institution: Annotated[str, Meta(min_length=1, max_length=100)]
    agency_code: Annotated[str, Meta(min_length=1, max_length=40)] = "city"
    expected_every_s: Annotated[int, Meta(ge=10, le=86_400)] = 600
    lon: Annotated[float, Meta(ge=-180, le=180)] | None = None
    lat: Annotated[float, Meta(ge=-90, le=90)] | None = None
    registered_at: datetime | None = None
    heard_at: datetime | None = None


class FloorPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A floor's plan as a picture, and how many metres it is wide and high."""

    id: int
    facility: str
    floor: str
    width_m: float
    height_m: float


class Hydrant(msgspec.Struct, frozen=True, kw_only=True):
    """A hydrant near a place: its number, where it stands (degrees, EPSG:4326), and how far it is."""

    id: str
    name: str
    kind: Text
    lon: float
    lat: float
    distance_m: float


class Nuisance(msgspec.Struct, frozen=True, kw_only=True):
    """A detector whose alarms persons cancelled: where it hangs, how many of how many, and the reasons they gave.

    `reasons` are the most frequent ones first, each with how often it was given.
    """

    detector: str
    facility: str
    facility_name: str
    floor: str = ""
    room: str = ""
    cancelled: int
    alarms: int
    reasons: tuple[tuple[str, int], ...] = ()


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of messages: signals that are new, that were known, devices heard of, messages that are none."""

    signals: int = 0
    repeated: int = 0
    devices: int = 0
    refused: int = 0


class AlarmState(StrEnum):
    """Where an alarm is."""

    TOLD = "told"
    HANDED_OVER = "handed_over"
    STOOD_DOWN = "stood_down"
    CLOSED = "closed"


ALARM_STATES = {
    AlarmState.TOLD: Text(ko="관리자 확인 중", en="Manager told"),
    AlarmState.HANDED_OVER: Text(ko="119에 넘김", en="Handed over to 119"),
    AlarmState.STOOD_DOWN: Text(ko="취소됨", en="Stood down"),
    AlarmState.CLOSED: Text(ko="종료", en="Closed"),
}
OPEN = frozenset({AlarmState.TOLD, AlarmState.HANDED_OVER})


class AlarmFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which alarms: `search` looks at facility, place and outcome; `state` may be "open" (told or handed over).

    `drill` is "yes" or "no"; `kind` is what was heard first; those that began on the days from `since` to `until` (of the
    city, both included) count. "" and None leave all.
    """

    search: str = ""
    state: str = ""
    drill: str = ""
    facility: str = ""
    kind: str = ""
    since: date | None = None
    until: date | None = None


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """One alarm as it is now. `due_at` is when it is handed over unless somebody cancels."""

    id: int
    facility: str
    facility_name: str
    agency_code: str
    number: int
    state: AlarmState
    kind: SignalKind
    floor: str = ""
    room: str = ""
    is_drill: bool = False
    begun_at: datetime
    due_at: datetime
    handed_over_at: datetime | None = None
    received_at: datetime | None = None
    stood_down_at: datetime | None = None
    closed_at: datetime | None = None
    note: str = ""


class RelayState(StrEnum):
    """Whether 119 has a message."""

    WAITING = "waiting"
    RECEIVED = "received"


class Relay(msgspec.Struct, frozen=True, kw_only=True):
    """One message to 119 and how it goes."""

    id: int
    alarm: int
    identifier: str
    state: RelayState
    created_at: datetime
    received_at: datetime | None = None
    attempts: int = 0
    last_error: str = ""
