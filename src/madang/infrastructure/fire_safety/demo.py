"""The net of the demonstration city: the six facilities that the report names, with simulated people and detectors.

Heartbeats and alarms enter by the broker as real uplinks do; a simulated manager answers as persons do.
"""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from itertools import cycle

import numpy as np

from madang.city.files import draw_points
from madang.city.pace import make_generator
from madang.core.base.interface import HOUSE, Actor, MadangError, read_pair, read_settings
from madang.core.places.interface import list_districts
from madang.core.things.interface import ThingFilter, list_things

from .actions import (
    answer_alarm,
    close_alarm,
    import_hydrants,
    register_facility,
    save_decoder,
    save_detectors,
    save_gateways,
)
from .gateway.simulating import publish_uplinks
from .queries import list_alarms, list_detectors, list_facilities, list_gateways
from .records import (
    SIMULATED,
    AlarmFilter,
    AlarmState,
    Contact,
    Decoder,
    Detector,
    Facility,
    FacilityKind,
    Gateway,
    PayloadField,
    Room,
    SignalKind,
)

SEED = 1192
SOURCE = SIMULATED
MANAGER = Actor(
    id="simulated", name="당직자 (시뮬레이션) · Duty manager (simulated)", kind="house", is_superuser=True
)
FACILITIES = (
    ("jongno", "종로종합사회복지관 · Jongno Community Welfare Center", FacilityKind.ELDERLY, "11110"),
    ("junggu", "구립중구노인요양센터 · Junggu Senior Care Center", FacilityKind.ELDERLY, "11140"),
    ("seongbuk", "승가원행복마을 · Seunggawon Happy Village", FacilityKind.DISABLED, "11290"),
    ("seocho", "새빛바울의집 · Saebit Paul’s House", FacilityKind.DISABLED, "11650"),
    ("guro", "오류마을 · Oryu Village", FacilityKind.CHILDREN, "11530"),
    ("eunpyeong", "연두꿈터 · Yeondu Dream Home", FacilityKind.CHILDREN, "11380"),
)
HELP = {
    FacilityKind.ELDERLY: {"carry": 0.3, "wheelchair": 0.3, "oxygen": 0.05},
    FacilityKind.DISABLED: {"wheelchair": 0.5, "carry": 0.2, "guide": 0.3},
    FacilityKind.CHILDREN: {"guide": 0.8, "carry": 0.1},
}
FLOORS = ("2층", "3층")
ROOMS = 4
ROOM_WIDTH, ROOM_HEIGHT = 6.0, 5.0
HALL = 2.0
HEARTBEAT_S = 1800
ANSWER_S = 40
FIRE_LASTS = timedelta(minutes=6)
CODES = {SignalKind.SMOKE: 1, SignalKind.HEAT: 2, SignalKind.CALL_POINT: 3}
DECODER = Decoder(
    profile="simulated SD-1",
    fields=(
        *(PayloadField(name=kind.value, port=2, offset=0, equals=code) for kind, code in CODES.items()),
        PayloadField(name="battery", port=2, offset=1, scale=0.5),
        PayloadField(name="level", port=2, offset=2),
    ),
)
INSTITUTIONS, SILENT = 28, 17
"""As many as the report's backbone joins; the number of the one whose gateway is never heard."""
HYDRANTS_NEAR = 4
BESIDE_DEG = 0.0005
"""Of longitude: about 44 m."""
NUISANCE_EVERY, FIRE_EVERY = 20, 90
"""Minutes from one simulated false alarm, and from one simulated fire, to the next."""


def lay_out(now: datetime) -> None:
    """Register the facilities with their detectors, the network and hydrants, each once."""
    generator = make_generator(SEED)
    points = {code: (lon, lat) for lon, lat, code in draw_points(generator, 400)}
    if not list_gateways():
        save_decoder(actor=HOUSE, now=now, decoder=DECODER)
        save_gateways(actor=HOUSE, now=now, gateways=_draw_gateways(points))
    if list_facilities(actor=HOUSE, limit=1)[1]:
        return
    for code, name, kind, district in FACILITIES:
        lon, lat = _choose_place(district, points[district])
        facility = Facility(
            code=code,
            name=name,
            kind=kind,
            agency_code=district,
            lon=round(lon, 6),
            lat=round(lat, 6),
            rooms=_draw_rooms(generator, kind),
            contacts=(
                Contact(
                    name="주간 당직 (시뮬레이션) · Day duty (simulated)",
                    phone="02-000-0001",
                    days="12345",
                    hours="9-18",
                ),
                Contact(
                    name="야간 당직 (시뮬레이션) · Night duty (simulated)", phone="02-000-0004", hours="18-9"
                ),
                Contact(
                    name="소방안전관리자 (시뮬레이션) · Fire-safety manager (simulated)",
                    phone="02-000-0002",
                    hours="7-22",
                ),
                Contact(name="시설장 (시뮬레이션) · Head (simulated)", phone="02-000-0003"),
            ),
            source=SOURCE,
        )
        register_facility(actor=HOUSE, now=now, facility=facility)
        save_detectors(actor=HOUSE, now=now, code=code, detectors=_draw_detectors(facility))
    import_hydrants(actor=HOUSE, now=now, rows=_draw_hydrants(generator), source=SOURCE)


def _choose_place(district: str, drawn: tuple[float, float]) -> tuple[float, float]:
    """Return where a facility stands: beside a camera of its district, where there is one, that can show it."""
    cameras = list_things(ThingFilter(kind="camera", district_code=district, is_placed=True), limit=1)
    lon, lat = (cameras[0].lon, cameras[0].lat) if cameras else (None, None)
    return drawn if lon is None or lat is None else (lon + BESIDE_DEG, lat)


def feed(since: datetime, now: datetime) -> None:
    """Send the heartbeats that are due, now and then an alarm; answer as managers do."""
    facilities = [one for one in list_facilities(actor=HOUSE, limit=100)[0] if one.source == SOURCE]
    if not facilities:
        return
    detectors = [one for one in list_detectors(HOUSE) if one.facility in {one.code for one in facilities}]
    uplinks = [
        _write_uplink(one, now, number)
        for number, one in enumerate(detectors)
        if number % 29 != 7 and (one.heard_at is None or _is_due(number, since, now))
    ]
    uplinks += _begin_fires(facilities, detectors, since, now)
    house = read_settings()
    is_new_minute = int(now.timestamp()) // 60 != int(since.timestamp()) // 60
    alive = [one.id for number, one in enumerate(list_gateways()) if is_new_minute and number != SILENT]
    publish_uplinks(house.own_host, house.mqtt_port, uplinks, alive)
    _answer(now)


def _begin_fires(
    facilities: list[Facility], detectors: list[Detector], since: datetime, now: datetime
) -> list[tuple[str, bytes]]:
    """Return the uplinks of what burns, or seems to, in this moment; the first start begins with a fire."""
    minute = int(now.timestamp()) // 60
    is_first = not list_alarms(actor=HOUSE, limit=1)[1]
    if not is_first and minute == int(since.timestamp()) // 60:
        return []
    is_fire = is_first or minute % FIRE_EVERY == 0
    if not is_fire and minute % NUISANCE_EVERY:
        return []
    facility = facilities[minute // NUISANCE_EVERY % len(facilities)]
    floor = FLOORS[minute // FIRE_EVERY % len(FLOORS)]
    there = [one for one in detectors if one.facility == facility.code and one.floor == floor]
    first = next(one for one in there if one.kind is SignalKind.SMOKE)
    second = next(one for one in there if one.kind is SignalKind.HEAT)
    burning = [first, second] if is_fire else [first]
    return [_write_uplink(one, now, number, one.kind) for number, one in enumerate(burning)]


def _answer(now: datetime) -> None:
    """Cancel what is a nuisance, close what has burnt."""
    simulated = {code for code, *_ in FACILITIES}
    alarms, _ = list_alarms(actor=HOUSE, where=AlarmFilter(state="open"), limit=100)
    for alarm in alarms:
        if alarm.facility not in simulated:
            continue
        age = now - alarm.begun_at
        try:
            if alarm.state is AlarmState.TOLD and age >= timedelta(seconds=ANSWER_S):
                answer_alarm(
                    actor=MANAGER, now=now, code=alarm.facility, kind=SignalKind.FALSE_ALARM,
                    reason="조리 연기 (시뮬레이션) · Cooking (simulated)", alarm=alarm.number,
                )  # fmt: skip
            elif alarm.state is AlarmState.HANDED_OVER and age >= FIRE_LASTS:
                close_alarm(
                    actor=MANAGER,
                    now=now,
                    alarm_id=alarm.id,
                    note="시뮬레이션으로 꺼진 불 · A simulated fire that is out",
                )
        except MadangError:  # a person at the page was quicker
            continue


def _is_due(number: int, since: datetime, now: datetime) -> bool:
    phase = number * 37 % HEARTBEAT_S
    return (now.timestamp() - phase) // HEARTBEAT_S > (since.timestamp() - phase) // HEARTBEAT_S


def _write_uplink(
    one: Detector, now: datetime, number: int, kind: SignalKind | None = None
) -> tuple[str, bytes]:
    generator = make_generator(SEED, number, int(now.timestamp()) // 3600)
    battery = 12 if number % 31 == 3 else 60 + number % 40
    event = {
        "deduplicationId": f"{one.id}-{now.isoformat()}",
        "time": now.isoformat(),
        "deviceInfo": {
            "devEui": one.id,
            "deviceName": one.id,
            "deviceProfileName": DECODER.profile,
            "tags": {"simulated": "yes"},
        },
        "fPort": 2,
        "data": base64.b64encode(bytes([CODES.get(kind, 0), 2 * battery, 8 + number % 5])).decode(),
        "txInfo": {"modulation": {"lora": {"spreadingFactor": 9}}},
        "rxInfo": [
            {
                "gatewayId": f"gw-{number % SILENT + 1:02d}",
                "rssi": int(generator.integers(-112, -80)),
                "snr": round(float(generator.normal(3, 3)), 1),
            }
        ],
    }
    return one.id, json.dumps(event).encode()


def _draw_gateways(points: dict[str, tuple[float, float]]) -> list[Gateway]:
    return [
        Gateway(
            id=f"gw-{number + 1:02d}",
            institution=f"기관 {number + 1:02d} (시뮬레이션) · Institution {number + 1:02d} (simulated)",
            lon=round(points[district][0], 6),
            lat=round(points[district][1], 6),
        )
        for number, district in zip(range(INSTITUTIONS), cycle(sorted(points)))  # noqa: B905 - one has no end
    ]


def _draw_hydrants(generator: np.random.Generator) -> list[dict[str, str]]:
    """Return a list of hydrants around the facilities as fire services publish it."""
    districts = {one.code: one.name_ko for one in list_districts()}
    rows = []
    for one in list_facilities(actor=HOUSE, limit=100)[0]:
        name = read_pair(one.name)
        for number in range(HYDRANTS_NEAR):
            lon, lat = (one.lon, one.lat) + generator.normal(0, 0.0008, 2)
            row = {
                "시설번호": f"{one.code}-{number + 1}",
                "시설유형코드": f"{1 + number % 2}",
                "시군구명": districts[one.agency_code],
                "위도": f"{lat:.6f}",
                "경도": f"{lon:.6f}",
                "상세위치": f"{name.ko} 앞 {number + 1} (시뮬레이션) · At {name.en}, {number + 1} (simulated)",
            }
            rows.append(row)
    return rows


def _draw_rooms(generator: np.random.Generator, kind: FacilityKind) -> tuple[Room, ...]:
    rooms = []
    for floor in FLOORS:
        for number in range(ROOMS):
            people = int(generator.integers(2, 7))
            needs = {name: int(generator.binomial(people, share)) for name, share in HELP[kind].items()}
            rooms.append(
                Room(
                    floor=floor,
                    name=f"{floor[0]}0{number + 1}호",
                    x=number // 2 * ROOM_WIDTH,
                    y=number % 2 * (ROOM_HEIGHT + HALL),
                    width=ROOM_WIDTH,
                    height=ROOM_HEIGHT,
                    people=people,
                    needs={name: count for name, count in needs.items() if count},
                )
            )
    return tuple(rooms)


def _draw_detectors(facility: Facility) -> list[Detector]:
    detectors = []
    for number, room in enumerate(facility.rooms, start=1):
        kind = SignalKind.HEAT if number % 4 == 0 else SignalKind.SMOKE
        detectors.append(
            Detector(
                id=f"{facility.code}-{number:02d}",
                facility=facility.code,
                kind=kind,
                floor=room.floor,
                room=room.name,
                x=room.x + room.width / 2,
                y=room.y + room.height / 2,
                expected_every_s=HEARTBEAT_S,
            )
        )
    for number, floor in enumerate(FLOORS, start=1):
        detectors.append(
            Detector(
                id=f"{facility.code}-p{number}",
                facility=facility.code,
                kind=SignalKind.CALL_POINT,
                floor=floor,
                x=ROOM_WIDTH,
                y=ROOM_HEIGHT + HALL / 2,
                expected_every_s=HEARTBEAT_S,
            )
        )
    return detectors
