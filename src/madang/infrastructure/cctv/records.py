"""What is seen in a video: detections, tracks, the rules over them and the events they find."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Meta

from madang.core.base.interface import Severity, Text

Floats = npt.NDArray[np.float32]
Picture = npt.NDArray[np.uint8]


class Sort(StrEnum):
    """What a track follows."""

    PERSON = "person"
    BAG = "bag"
    VEHICLE = "vehicle"


# Classes of the COCO list that the detector knows, by their place in it.
SORTS = {
    0: Sort.PERSON,
    1: Sort.VEHICLE, 2: Sort.VEHICLE, 3: Sort.VEHICLE, 5: Sort.VEHICLE, 7: Sort.VEHICLE,
    24: Sort.BAG, 26: Sort.BAG, 28: Sort.BAG,
}  # fmt: skip


JOINTS = (
    "nose", "left_eye", "right_eye", "left_ear", "right_ear",
    "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
    "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle",
)  # fmt: skip
"""The joints of a pose (17 key points of COCO), by their place in it."""


UNREAD: Floats = np.full((len(JOINTS), 3), np.nan, np.float32)
"""The pose of somebody of whom none was read."""


class Detections(msgspec.Struct, frozen=True):
    """Boxes of one frame: corners x1, y1, x2, y2 in pixels, (N, 4); scores (N,); classes (N,)."""

    boxes: Floats
    scores: Floats
    classes: npt.NDArray[np.int64]


class Track(msgspec.Struct, frozen=True):
    """One thing through time: frames (N,) counted from 1, boxes (N, 4) as corners, scores (N,).

    `joints`: x and y in pixels and score of each of JOINTS, (N, 17, 3), NaN where they weren't read; None where never.
    `looks` (N, D): the colours, as vectors of length 1; None where nobody looked at them.
    """

    id: int
    sort: Sort
    frames: npt.NDArray[np.int64]
    boxes: Floats
    scores: Floats
    joints: Floats | None = None
    looks: Floats | None = None

    @property
    def feet(self) -> Floats:
        """Middle of the lower edge in each frame, (N, 2): where a person stands."""
        return np.stack([(self.boxes[:, 0] + self.boxes[:, 2]) / 2, self.boxes[:, 3]], axis=1)

    @property
    def heights(self) -> Floats:
        """Heights in pixels, (N,)."""
        return self.boxes[:, 3] - self.boxes[:, 1]


class EventKind(StrEnum):
    """What a rule can find."""

    INTRUSION = "intrusion"
    LINE = "line"
    LOITERING = "loitering"
    RUNNING = "running"
    CROWD = "crowd"
    FALL = "fall"
    ABANDONED = "abandoned"
    FIGHT = "fight"
    FIRE = "fire"
    SMOKE = "smoke"


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What a camera sees: bearing from north, clockwise, and opening angle in degrees; reach in metres.

    Without a bearing it is taken to look all around.
    """

    bearing_deg: float | None = None
    angle_deg: float = 90.0
    reach_m: float | None = None


class Camera(msgspec.Struct, frozen=True, kw_only=True):
    """A camera of the register. lon and lat are degrees in EPSG:4326; distance in metres where asked.

    `agency_code` is its owner, `declared_district` the district that its list says. What isn't known is None
    or "". `has_sign` says whether the notice that the law asks for hangs there.
    """

    id: str
    name: str
    district_code: str
    lon: float
    lat: float
    agency_code: str = ""
    declared_district: str = ""
    purpose: str = ""
    retention_days: int | None = None
    has_sign: bool | None = None
    units: int = 1
    view: View | None = None
    state: str = ""
    source: str = ""
    distance_m: float | None = None

    @property
    def is_misplaced(self) -> bool:
        """Whether it stands outside the district that its list says."""
        return bool(self.declared_district) and self.declared_district != self.district_code


CAMERA_KIND = "camera"
BELL_KIND, SIGN_KIND = "emergency_bell", "led_sign"
PURPOSES = {
    one.ko: one
    for one in (
        Text(ko="생활방범", en="Crime prevention"),
        Text(ko="방범", en="Crime prevention"),
        Text(ko="시설물관리", en="Facility management"),
        Text(ko="교통단속", en="Traffic enforcement"),
        Text(ko="쓰레기단속", en="Litter enforcement"),
        Text(ko="어린이보호", en="Child safety"),
        Text(ko="교통정보수집", en="Traffic information"),
        Text(ko="재난재해", en="Disasters"),
        Text(ko="차량방범", en="Vehicle crime"),
        Text(ko="다목적", en="Multipurpose"),
        Text(ko="기타", en="Other"),
    )
}
"""What cameras are for, by the words of the national standard (설치목적구분)."""


Share = Annotated[float, Meta(ge=-1, le=2)]
"""A part of the picture's width or height: 0 to 1, a little beyond it where a shape reaches out. Pixels are refused."""
Limit = Annotated[float, Meta(ge=0)]


class Zone(msgspec.Struct, frozen=True, kw_only=True):
    """A polygon in parts of the picture's width and height, 0 to 1."""

    name: str
    points: Annotated[tuple[tuple[Share, Share], ...], Meta(min_length=3)]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line from `start` to `end` in parts of the picture; crossing it is told either way."""

    name: str
    start: tuple[Share, Share]
    end: tuple[Share, Share]


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to watch for. Seconds; speeds in body heights a second, distances in body heights.

    A fight is told by arms and legs that move faster than `fight_limbs_s` where poses were read, else by outlines
    that jerk faster than `fight_heights_s`.

    Intrusion and line crossing need zones and lines; the others hold for the whole picture.
    """

    zones: tuple[Zone, ...] = ()
    lines: tuple[Line, ...] = ()
    intrusion_s: Limit = 0.5
    loitering_s: Limit = 60.0
    loitering_heights: Limit = 2.0
    running_heights_s: Limit = 1.9
    running_s: Limit = 0.8
    crowd_people: Annotated[int, Meta(ge=1)] = 8
    crowd_heights: Limit = 3.0
    crowd_s: Limit = 2.0
    fall_s: Limit = 1.0
    abandoned_s: Limit = 20.0
    abandoned_heights: Limit = 2.0
    fight_s: Limit = 1.5
    fight_heights: Limit = 0.9
    fight_heights_s: Limit = 0.9
    fight_limbs_s: Limit = 1.3
    fire_s: Limit = 3.0
    smoke_s: Limit = 6.0


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One finding of a rule: from which frame to which, whose tracks (none for fire), where (pixels), and why.

    `strength` is how many times over its limit it went, 1 at least.
    """

    kind: EventKind
    start_frame: int
    end_frame: int
    tracks: tuple[int, ...]
    x: float
    y: float
    reason: Text
    place: str = ""
    strength: float = 1.0


EVENT_NAMES = {
    EventKind.INTRUSION: Text(ko="침입", en="Intrusion"),
    EventKind.LINE: Text(ko="경계선 통과", en="Line crossed"),
    EventKind.LOITERING: Text(ko="배회", en="Loitering"),
    EventKind.RUNNING: Text(ko="뛰어감", en="Running"),
    EventKind.CROWD: Text(ko="군집", en="Crowd"),
    EventKind.FALL: Text(ko="쓰러짐", en="Fall"),
    EventKind.ABANDONED: Text(ko="버려진 물건", en="Abandoned object"),
    EventKind.FIGHT: Text(ko="싸움", en="Fight"),
    EventKind.FIRE: Text(ko="불꽃", en="Fire"),
    EventKind.SMOKE: Text(ko="연기", en="Smoke"),
}
SEVERITIES = {
    EventKind.FIRE: Severity.EXTREME,
    EventKind.SMOKE: Severity.SEVERE,
    EventKind.FIGHT: Severity.SEVERE,
    EventKind.FALL: Severity.SEVERE,
    EventKind.INTRUSION: Severity.SEVERE,
    EventKind.ABANDONED: Severity.MODERATE,
    EventKind.CROWD: Severity.MODERATE,
    EventKind.LINE: Severity.MINOR,
    EventKind.LOITERING: Severity.MINOR,
    EventKind.RUNNING: Severity.MINOR,
}


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where a camera's pictures come from and what is watched in them.

    `url` is rtsp://…, the list of an HLS stream (http://…, https://…), or the path of a file, which is played over
    and over in its own time. `factors` are the limits of rules as operators' answers tuned them, in times the given
    limit, by kind of event. `is_searched`: an approved search for a missing person asks for the people that this
    camera sees.
    """

    camera_id: str
    url: str
    is_on: bool = True
    fps: float = 4.0
    tiles: int = 1
    rules: Rules = Rules()
    factors: dict[str, float] = {}
    is_searched: bool = False


NOTHING_COMES = "영상이 오지 않습니다 · no picture comes"


class SourceState(msgspec.Struct, frozen=True, kw_only=True):
    """How a source does: when its last picture came, who is to be seen, and what is wrong ("" for nothing).

    `trouble` is said in both languages, "한국어 · English".
    """

    source: Source
    camera: Camera
    seen_at: datetime | None = None
    people: int = 0
    trouble: str = ""


class Verdict(StrEnum):
    """What an operator said of an event."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    FALSE = "false"


VERDICT_NAMES = {
    Verdict.OPEN: Text(ko="확인 전", en="To be judged"),
    Verdict.CONFIRMED: Text(ko="맞음", en="Confirmed"),
    Verdict.FALSE: Text(ko="오경보", en="False alarm"),
}


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """An event as the analysis tells it, first when it begins and again while it goes on.

    `x`, `y` and `height` are parts of the picture's width and height.
    """

    uid: str
    camera_id: str
    kind: EventKind
    begun_at: datetime
    ended_at: datetime
    strength: float
    reason: Text
    place: str = ""
    x: float = 0.0
    y: float = 0.0
    height: float = 0.1


class Clip(msgspec.Struct, frozen=True, kw_only=True):
    """The files of an event: what everyone may see, the original, and their SHA-256."""

    uid: str
    seconds: float
    masked_sha256: str
    original_sha256: str


class Pulse(msgspec.Struct, frozen=True, kw_only=True):
    """That a camera's pictures come, how many people they show, and what is wrong."""

    camera_id: str
    at: datetime | None
    people: int = 0
    trouble: str = ""


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody that a camera saw while a search asks for it: when, and shares of clothes' colours by name.

    A picture, the head hidden, lies beside. Told anew while they are to be seen.
    """

    uid: str
    camera_id: str
    first_at: datetime
    last_at: datetime
    top: dict[str, float]
    bottom: dict[str, float]


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of what the analysis tells: one of the four."""

    seen: Seen | None = None
    sighting: Sighting | None = None
    clip: Clip | None = None
    pulse: Pulse | None = None


class EventRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it is kept. `camera_name` and district for showing; `expires_at` ends its clip."""

    uid: str
    camera_id: str
    camera_name: str
    agency_code: str
    kind: EventKind
    begun_at: datetime
    ended_at: datetime
    recorded_at: datetime
    strength: float
    reason: Text
    place: str
    verdict: Verdict
    judged_by: str = ""
    judged_at: datetime | None = None
    note: str = ""
    incident: int | None = None
    repeats: int = 0
    has_clip: bool = False
    expires_at: datetime
    purged_at: datetime | None = None


class Ground(StrEnum):
    """Why somebody may see who is in a picture, by the Personal Information Protection Act."""

    LIFE = "life"
    INVESTIGATION = "investigation"
    SUBJECT = "subject"


GROUNDS = {
    Ground.LIFE: Text(
        ko="사람의 생명·신체에 급박한 위험 (개인정보 보호법 제18조 제2항)",
        en="Urgent danger to life or body (Personal Information Protection Act, art. 18 ②)",
    ),
    Ground.INVESTIGATION: Text(
        ko="수사기관의 문서 요청 (개인정보 보호법 제18조 제2항)",
        en="Written request of investigators (Personal Information Protection Act, art. 18 ②)",
    ),
    Ground.SUBJECT: Text(
        ko="본인의 열람 요구 (개인정보 보호법 제35조)",
        en="Request of the person in the picture (Personal Information Protection Act, art. 35)",
    ),
}


class UnmaskState(StrEnum):
    """How far a request to see the original has come."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"


class Unmask(msgspec.Struct, frozen=True, kw_only=True):
    """A request to see the original of one event; granted by another person, and only until `expires_at`."""

    id: int
    event_uid: str
    asked_by: str
    asked_by_name: str
    asked_at: datetime
    ground: Ground
    reason: str
    state: UnmaskState
    decided_by_name: str = ""
    decided_at: datetime | None = None
    expires_at: datetime | None = None


class Purge(msgspec.Struct, frozen=True, kw_only=True):
    """Proof that a file was deleted: what it was, when, its hash and size."""

    event_uid: str
    camera_id: str
    file: str
    sha256: str
    bytes: int
    purged_at: datetime
    audit_seq: int


class SearchState(StrEnum):
    """How far a search for a missing person has come."""

    ASKED = "asked"
    RUNNING = "running"
    FOUND = "found"
    ENDED = "ended"
    REFUSED = "refused"
    EXPIRED = "expired"


SEARCH_STATES = {
    SearchState.ASKED: Text(ko="승인 대기", en="Waiting for approval"),
    SearchState.RUNNING: Text(ko="찾는 중", en="Running"),
    SearchState.FOUND: Text(ko="찾음", en="Found"),
    SearchState.ENDED: Text(ko="끝냄", en="Ended"),
    SearchState.REFUSED: Text(ko="거절", en="Refused"),
    SearchState.EXPIRED: Text(ko="기한 지남", en="Expired"),
}
SPEEDS = {
    0.7: Text(ko="느림 (어르신, 어린아이)", en="slow (old people, small children)"),
    1.2: Text(ko="보통 걸음", en="walking"),
    2.5: Text(ko="빠름 (뛰거나 자전거)", en="fast (running, cycling)"),
}
"""Metres a second."""


class NewSearch(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked: last known place (degrees) and moment, colours of clothes ("" unknown), how long it may run.

    `reference` is the number of the police's report: names don't belong here.
    """

    reference: str
    ground: str
    description: str
    top: str
    bottom: str
    speed_m_s: float
    lon: float
    lat: float
    at: datetime
    hours: float


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """A search for a missing person, who is called by the number of the report alone.

    lon and lat (degrees) and `last_at` are the newest place that is known; places and `description` are deleted at the end.
    """

    id: int
    reference: str
    ground: str
    description: str
    top: str
    bottom: str
    speed_m_s: float
    state: SearchState
    asked_by: str
    asked_by_name: str
    asked_at: datetime
    decided_by_name: str = ""
    decided_at: datetime | None = None
    expires_at: datetime | None = None
    ended_at: datetime | None = None
    lon: float
    lat: float
    last_at: datetime


class PlaceKnown(msgspec.Struct, frozen=True, kw_only=True):
    """A place on the way of a search: where the report, a beacon or a camera saw the person."""

    source: str
    lon: float
    lat: float
    at: datetime
    camera_id: str = ""


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A sighting as a search weighs it: how well it fits (0 to 1), and what an operator said."""

    sighting: Sighting
    camera: Camera
    score: float
    earliest: datetime
    verdict: Verdict


class Ring(msgspec.Struct, frozen=True, kw_only=True):
    """What a bell says: that it was pressed, or tried out (`is_test`). `fault`: why its message couldn't be read, if so."""

    bell_id: str
    at: datetime
    is_test: bool = False
    fault: Text | None = None


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A thing of the register. lon and lat are degrees in EPSG:4326, None where it has no place."""

    id: str
    name: str
    agency_code: str
    district_code: str
    state: str
    lon: float | None
    lat: float | None


class Bell(Device, frozen=True, kw_only=True):
    """An emergency bell, and when it was last pressed and tried out."""

    pressed_at: datetime | None = None
    tested_at: datetime | None = None


class SignText(msgspec.Struct, frozen=True, kw_only=True):
    """What a sign shows until `ends_at`; `ended_by_name` is who took it back before, "" where nobody did."""

    text: Text
    begun_at: datetime
    ends_at: datetime
    set_by_name: str
    ended_by_name: str = ""


class Sign(Device, frozen=True, kw_only=True):
    """An LED sign and what it shows now."""

    shown: SignText | None = None
