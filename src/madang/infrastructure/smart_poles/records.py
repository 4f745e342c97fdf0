"""What crosses the borders of the smart-pole service: poles with modules, feeders, permits, plans, sites."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from madang.core.base.interface import Text, read_pair

POLE_KIND, MODULE_KIND = "smart_pole", "pole_module"


class ModuleType(StrEnum):
    """What a pole can carry."""

    LIGHT = "light"
    SIGNAL = "signal"
    CAMERA = "camera"
    WIFI = "wifi"
    SENSOR = "sensor"
    BELL = "bell"
    EV_CHARGER = "ev_charger"
    DRONE_CHARGER = "drone_charger"


MODULE_NAMES = {
    ModuleType.LIGHT: Text(ko="가로등", en="Light"),
    ModuleType.SIGNAL: Text(ko="신호등", en="Traffic signal"),
    ModuleType.CAMERA: Text(ko="CCTV", en="Camera"),
    ModuleType.WIFI: Text(ko="공공 와이파이", en="Wi-Fi"),
    ModuleType.SENSOR: Text(ko="IoT 센서", en="Sensor"),
    ModuleType.BELL: Text(ko="비상벨", en="Emergency bell"),
    ModuleType.EV_CHARGER: Text(ko="전기차 충전", en="EV charger"),
    ModuleType.DRONE_CHARGER: Text(ko="드론 충전", en="Drone charger"),
}


def name_module(pole: Text, kind: ModuleType) -> str:
    """Return the name of a pole's module, "Korean · English"."""
    name = MODULE_NAMES[kind]
    return f"{pole.ko} {name.ko} · {pole.en} {name.en}"


class PermitState(StrEnum):
    """Where a permit stands."""

    APPLIED = "applied"
    GRANTED = "granted"
    REFUSED = "refused"


PERMIT_NAMES = {
    PermitState.APPLIED: Text(ko="신청함", en="Applied for"),
    PermitState.GRANTED: Text(ko="받음", en="Granted"),
    PermitState.REFUSED: Text(ko="거절됨", en="Refused"),
}
PERMIT_KINDS = {
    "road": Text(ko="도로점용 허가", en="Use of the road"),
    "power": Text(ko="전기 사용 신청", en="Electricity supply"),
    "digging": Text(ko="도로 굴착 허가", en="Digging up the road"),
    "radio": Text(ko="무선국 신고", en="Radio station"),
}


class Module(msgspec.Struct, frozen=True, kw_only=True):
    """One module. `rated_w` is its rated power in watts; `stream` is the thing whose readings it sends, "" for none."""

    id: str
    pole_id: str
    type: ModuleType
    name: str
    rated_w: float
    state: str
    stream: str = ""


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """What a module's own stream tells: its newest moment, whether no value came about then, and whether none changes any more.

    `power_w` is what it draws, None where its stream doesn't say.
    """

    heard_at: datetime
    power_w: float | None = None
    is_blank: bool = False
    is_stuck: bool = False


def _say_name(name: str, code: str) -> Text:
    said = read_pair(name)
    return said if said.en != said.ko else Text(ko=name, en=code)


class Pole(msgspec.Struct, frozen=True, kw_only=True):
    """One pole with what it carries. `supply_w` is what its connection allows; lon, lat are degrees in EPSG:4326."""

    id: str
    name: str
    agency_code: str
    district_code: str
    state: str
    year: int
    feeder: str
    supply_w: float
    lon: float | None
    lat: float | None
    address: str = ""
    installed_on: date | None = None
    source: str = ""
    modules: tuple[Module, ...] = ()

    @property
    def title(self) -> Text:
        """The name in both languages, in English its number where it has no English name."""
        return _say_name(self.name, self.id)


class Feeder(msgspec.Struct, frozen=True, kw_only=True):
    """One feeder of the grid and how many watts of it poles may draw."""

    code: str
    name: str
    capacity_w: float

    @property
    def title(self) -> Text:
        """The name in both languages, in English its code where it has no English name."""
        return _say_name(self.name, self.code)


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """Power of a pole or feeder: rated, expected at once, allowed, in watts."""

    rated_w: float
    expected_w: float
    allowed_w: float

    @property
    def share(self) -> float:
        """Expected of allowed, 1 where nothing is left."""
        return self.expected_w / self.allowed_w if self.allowed_w else float(self.expected_w > 0)

    @property
    def percent(self) -> int:
        """Share in percent."""
        return round(100 * self.share)

    @property
    def expected_kw(self) -> float:
        """Expected power in kilowatts."""
        return round(self.expected_w / 1000, 1)

    @property
    def allowed_kw(self) -> float:
        """Allowed power in kilowatts."""
        return round(self.allowed_w / 1000, 1)


class Permit(msgspec.Struct, frozen=True, kw_only=True):
    """One permit of a pole."""

    id: int
    pole_id: str
    kind: str
    authority: str
    state: PermitState
    applied_on: date
    decided_on: date | None = None
    expires_on: date | None = None
    note: str = ""


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """One visit to a pole, planned and perhaps done."""

    id: int
    pole_id: str
    planned_on: date
    what: str
    done_on: date | None = None
    result: str = ""
    done_by: str = ""


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a year's or a district's share of the programme is: planned, built, being built."""

    name: str
    planned: int
    built: int
    under_way: int

    @property
    def rate(self) -> float:
        """Built of planned, in percent."""
        return 100.0 * self.built / self.planned if self.planned else 0.0


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate junction. Counts are of a year (people in thousands a day); cost in thousand won."""

    code: str
    name: str
    district_code: str
    lon: float
    lat: float
    footfall: float
    accidents: float
    night_calls: float
    cost: float
    source: str = ""

    @property
    def title(self) -> Text:
        """The name in both languages, where it is written "Korean · English"."""
        return read_pair(self.name)


class ImportKind(StrEnum):
    """What a file brings."""

    FEEDERS = "feeders"
    SITES = "sites"


IMPORT_NAMES = {
    ImportKind.FEEDERS: Text(ko="배전선로", en="Feeders"),
    ImportKind.SITES: Text(ko="후보지", en="Candidate sites"),
}


class RejectedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a file that wasn't taken: its line, why, and what stood there."""

    line: int
    reason: Text
    text: str


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a file."""

    id: int
    kind: ImportKind
    file_name: str
    at: datetime
    by: str
    taken: int
    rejected: tuple[RejectedRow, ...] = ()

    @property
    def refused(self) -> int:
        """How many rows weren't taken."""
        return len(self.rejected)


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """What the next poles are chosen by: weights, the money (thousand won), spacing (m), most in one district."""

    budget: float
    spacing_m: float = 300.0
    most: int = 50
    most_in_district: int = 10
    footfall: float = 1.0
    accidents: float = 1.0
    night_calls: float = 1.0
    far_from_poles: float = 1.0


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """One chosen site: its score and the parts it is made of, each 0 … 1 before its weight."""

    site: Site
    score: float
    parts: dict[str, float]


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """The best choice: the sites, the sum of scores and cost, and whether it is proved to be the best."""

    chosen: tuple[Chosen, ...]
    score: float
    cost: float
    is_proved: bool
    at: datetime | None = None
