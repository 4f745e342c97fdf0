"""What crosses the borders of the sensor service: properties, packet layouts, answers, stations."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from madang.core.base.interface import Text, read_pair


def count_digits(unit: str) -> int:
    """Return how many decimals of a mean in a unit say something: gases are thousandths of a ppm."""
    return 4 if unit == "[ppm]" else 2


class Property(msgspec.Struct, frozen=True, kw_only=True):
    """What a sensor measures. `unit` is a UCUM symbol; `steps` are the map's class borders, lowest first.

    `least` and `most` are what the instruments of the street can measure: what lies beyond is no measurement.
    `floor` is how much an instrument wavers by itself; None of what has no usual value, as directions, and isn't
    watched. What is common is expected of every station, the others of those that send it. A district whose mean is `high` and more, or `low`
    and less, is an incident: particles at the levels of the advisories (Clean Air Conservation Act, enforcement
    rule, table 7), temperature at those of heat and cold wave advisories (Korea Meteorological Administration).
    """

    code: str
    title: Text
    unit: str
    steps: tuple[float, float, float]
    floor: float | None
    least: float
    most: float
    is_common: bool = True
    high: float | None = None
    low: float | None = None

    @property
    def digits(self) -> int:
        """How many decimals of a mean say something."""
        return count_digits(self.unit)

    @property
    def is_direction(self) -> bool:
        """Whether values are directions of the compass: 359 is as near to 0 as 1."""
        return self.unit == "deg"


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a packet: `width` characters that hold (value + offset) × factor, within low…high as sent.

    The field named `observed_at` is the time of measurement, yyyymmddhhmm in the city's time.
    """

    name: str
    width: int
    factor: float = 1.0
    offset: float = 0.0
    low: int | None = None
    high: int | None = None


class PacketLayout(msgspec.Struct, frozen=True, kw_only=True):
    """Fields of the packets numbered `data_no` that were measured on `valid_from` or later."""

    data_no: str
    valid_from: date
    fields: tuple[Field, ...]

    @property
    def length(self) -> int:
        """How many characters a packet has."""
        return sum(field.width for field in self.fields)


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """One value of a packet; None where it is missing or out of range. `raw` is what was sent."""

    property: str
    value: float | None
    quality: str
    raw: str


class Packet(msgspec.Struct, frozen=True, kw_only=True):
    """What a packet says."""

    observed_at: datetime
    values: tuple[Value, ...]


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One value that a message says, in its property's unit; None where it is missing.

    `revision` is the lake's, from the sender's number; None without one.
    """

    serial: str
    property: str
    observed_at: datetime
    value: float | None
    revision: int | None


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """One message as it came: the certificate's key that its topic or header names, its bytes, and when (None: now)."""

    certkey: str
    payload: bytes
    at: datetime | None = None


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """One call of the receiver, as its address gives it."""

    certkey: str
    data_no: str
    pk_seq: str
    serial: str
    packet: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the receiver answers: one of its result codes, and a sentence."""

    code: str
    message: str


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """A sender's key (its hash only) and from when until when it may be used; `valid_until` is excluded."""

    name: str
    agency_code: str
    valid_from: datetime
    valid_until: datetime

    @property
    def title(self) -> Text:
        """The name in both languages."""
        return read_pair(self.name)


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where stations come from, as the register's source line says, and what it promises."""

    name: str
    agency_code: str = ""
    kind: str = ""
    licence: str = "KOGL-1"
    expected_interval_s: int = 600
    freshness_promise_s: int = 1200


class SourceState(msgspec.Struct, frozen=True, kw_only=True):
    """A source now: its stations, how many were ever heard, how many are within the promise, the newest moment."""

    source: Source
    stations: int
    heard: int
    fresh: int
    newest_at: datetime | None

    @property
    def share(self) -> float:
        """Stations within the promise, in percent."""
        return round(100 * self.fresh / self.stations, 1) if self.stations else 0.0


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """How a station's values of one property are corrected from a moment on: gain × value + offset."""

    thing_id: str
    property: str
    gain: float
    offset: float
    valid_from: datetime
    reason: str
    made_by: str
    made_at: datetime

    def apply(self, value: float) -> float:
        """Return the corrected value; a direction stays one."""
        corrected = round(self.gain * value + self.offset, 6)
        return corrected % 360 if PROPERTY_BY_CODE[self.property].is_direction else corrected


def name_station(thing_id: str, name: str) -> Text:
    """Return a station's name in both languages, in English its number where it has no English name."""
    said = read_pair(name)
    return said if said.en != said.ko else Text(ko=name, en=thing_id)


class StationValue(msgspec.Struct, frozen=True, kw_only=True):
    """The newest value of one property at one station. lon and lat are degrees in EPSG:4326."""

    thing_id: str
    name: str
    district_code: str
    lon: float
    lat: float
    observed_at: datetime
    value: float | None
    quality: str

    @property
    def title(self) -> Text:
        """The station's name in both languages, in English its number where it has no English name."""
        return name_station(self.thing_id, self.name)


class DistrictMean(msgspec.Struct, frozen=True, kw_only=True):
    """Mean of the newest good values in one district, and of how many stations."""

    code: str
    name: Text
    mean: float
    stations: int


class DongMeans(msgspec.Struct, frozen=True, kw_only=True):
    """The means of newest good values in one legal dong, by property; `stations` are those that have a value."""

    code: str
    name: Text
    district_code: str
    stations: int
    means: dict[str, float]


class OpenQuantity(msgspec.Struct, frozen=True, kw_only=True):
    """A quantity of the city's open rows: the stem of its fields there, and the property that it is here."""

    stem: str
    property: str
    title: Text
    unit: str


def _quantity(stem: str, prop: str, ko: str, en: str, unit: str) -> OpenQuantity:
    return OpenQuantity(stem=stem, property=prop, title=Text(ko=ko, en=en), unit=unit)


OPEN_QUANTITIES = (
    _quantity("temp", "temperature", "기온", "temperature", "Cel"),
    _quantity("humi", "humidity", "상대습도", "relative humidity", "%"),
    _quantity("wind_speed", "wind_speed", "풍속", "wind speed", "m/s"),
    _quantity("wind_dire", "wind_direction", "풍향", "wind direction", "deg"),
    _quantity("inte_illu", "illuminance", "조도", "illuminance", "lx"),
    _quantity("ultra_rays", "uv", "자외선", "UV index", "{index}"),
    _quantity("noise", "noise", "소음", "noise", "dB"),
    _quantity("vibr_x", "vibration_x", "진동(x)", "vibration (x)", "mm/s"),
    _quantity("vibr_y", "vibration_y", "진동(y)", "vibration (y)", "mm/s"),
    _quantity("vibr_z", "vibration_z", "진동(z)", "vibration (z)", "mm/s"),
    _quantity("effe_temp", "globe_temperature", "흑구온도", "globe temperature", "Cel"),
    _quantity("no2", "no2", "이산화질소", "nitrogen dioxide", "[ppm]"),
    _quantity("co", "co", "일산화탄소", "carbon monoxide", "[ppm]"),
    _quantity("so2", "so2", "이산화황", "sulphur dioxide", "[ppm]"),
    _quantity("nh3", "nh3", "암모니아", "ammonia", "[ppm]"),
    _quantity("h2s", "h2s", "황화수소", "hydrogen sulphide", "[ppm]"),
    _quantity("o3", "o3", "오존", "ozone", "[ppm]"),
    _quantity("pm10", "pm10", "미세먼지", "PM10", "ug/m3"),
    _quantity("pm25", "pm25", "초미세먼지", "PM2.5", "ug/m3"),
)
"""In the order of service IotVdata017 (data.seoul.go.kr OA-15969, names until 2025); particles, which it lacks, last."""


def _rare(
    code: str,
    ko: str,
    en: str,
    unit: str,
    steps: tuple[float, float, float],
    span: tuple[float, float],
    floor: float | None,
) -> Property:
    return Property(
        code=code,
        title=Text(ko=ko, en=en),
        unit=unit,
        steps=steps,
        floor=floor,
        least=span[0],
        most=span[1],
        is_common=False,
    )


WIND, TURN, SHAKE = (4.0, 9.0, 14.0), (90.0, 180.0, 270.0), (1.0, 5.0, 10.0)
"""Wind as the weather service calls it a little strong, strong and very strong; quarters of the compass; mm/s."""
PROPERTIES = (
    Property(
        code="pm25",
        title=Text(ko="초미세먼지", en="PM2.5"),
        unit="ug/m3",
        steps=(15, 35, 75),
        floor=3,
        least=0,
        most=2000,
        high=75,
    ),
    Property(
        code="pm10",
        title=Text(ko="미세먼지", en="PM10"),
        unit="ug/m3",
        steps=(30, 80, 150),
        floor=5,
        least=0,
        most=5000,
        high=150,
    ),
    Property(
        code="temperature",
        title=Text(ko="기온", en="Temperature"),
        unit="Cel",
        steps=(0, 15, 28),
        floor=0.8,
        least=-50,
        most=80,
        high=33,
        low=-12,
    ),
    Property(
        code="humidity",
        title=Text(ko="습도", en="Humidity"),
        unit="%",
        steps=(30, 50, 70),
        floor=4,
        least=0,
        most=100,
    ),
    Property(
        code="illuminance",
        title=Text(ko="조도", en="Illuminance"),
        unit="lx",
        steps=(50, 1000, 20000),
        floor=2000,
        least=0,
        most=200000,
    ),
    Property(
        code="uv",
        title=Text(ko="자외선 지수", en="UV index"),
        unit="{index}",
        steps=(3, 6, 8),
        floor=0.5,
        least=0,
        most=25,
    ),
    Property(
        code="noise",
        title=Text(ko="소음", en="Noise"),
        unit="dB",
        steps=(45, 55, 65),
        floor=2,
        least=0,
        most=150,
    ),
    _rare("wind_direction", "풍향", "Wind direction", "deg", TURN, (0, 360), None),
    _rare("wind_speed", "풍속", "Wind speed", "m/s", WIND, (0, 100), 1.0),
    _rare("gust_direction", "돌풍 풍향", "Gust direction", "deg", TURN, (0, 360), None),
    _rare("gust_speed", "돌풍 풍속", "Gust speed", "m/s", WIND, (0, 120), 2.0),
    _rare("vibration_x", "진동(x)", "Vibration (x)", "mm/s", SHAKE, (0, 100), 0.5),
    _rare("vibration_y", "진동(y)", "Vibration (y)", "mm/s", SHAKE, (0, 100), 0.5),
    _rare("vibration_z", "진동(z)", "Vibration (z)", "mm/s", SHAKE, (0, 100), 0.5),
    _rare("vibration_x_max", "진동(x) 최대", "Greatest vibration (x)", "mm/s", SHAKE, (0, 100), 1.0),
    _rare("vibration_y_max", "진동(y) 최대", "Greatest vibration (y)", "mm/s", SHAKE, (0, 100), 1.0),
    _rare("vibration_z_max", "진동(z) 최대", "Greatest vibration (z)", "mm/s", SHAKE, (0, 100), 1.0),
    _rare("globe_temperature", "흑구온도", "Globe temperature", "Cel", (0, 15, 28), (-50, 100), 1.5),
    _rare("pm25_corrected", "초미세먼지 보정값", "PM2.5, corrected", "ug/m3", (15, 35, 75), (0, 2000), 3.0),
    _rare("pm10_corrected", "미세먼지 보정값", "PM10, corrected", "ug/m3", (30, 80, 150), (0, 5000), 5.0),
    _rare("power", "소비 전력", "Power draw", "W", (50, 200, 1000), (0, 1e6), 20.0),
    _rare("no2", "이산화질소", "Nitrogen dioxide", "[ppm]", (0.03, 0.06, 0.2), (0, 20), 0.01),
    _rare("co", "일산화탄소", "Carbon monoxide", "[ppm]", (2, 9, 15), (0, 1000), 0.2),
    _rare("so2", "이산화황", "Sulphur dioxide", "[ppm]", (0.02, 0.05, 0.15), (0, 20), 0.005),
    _rare("nh3", "암모니아", "Ammonia", "[ppm]", (1, 5, 25), (0, 500), 0.5),
    _rare("h2s", "황화수소", "Hydrogen sulphide", "[ppm]", (0.02, 0.1, 5), (0, 500), 0.02),
    _rare("o3", "오존", "Ozone", "[ppm]", (0.03, 0.09, 0.15), (0, 20), 0.01),
)
"""What stations of the city's field list (S-DoT) and of its open rows measure, the common seven first, and power, which
meters on poles send. Gases are
coloured by the comprehensive air-quality index of AirKorea, ammonia and hydrogen sulphide by what can be smelt."""
COMMON = tuple(one for one in PROPERTIES if one.is_common)
PROPERTY_BY_CODE = {one.code: one for one in PROPERTIES}
STATION_KIND = "city_sensor"
STATION_ENTITY = "urn:ngsi-ld:CitySensor:"
"""Begin of a station's name as an NGSI-LD entity."""
