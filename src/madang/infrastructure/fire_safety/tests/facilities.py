"""A facility to try things on, and messages of its detectors."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from madang.core.base.interface import HOUSE
from madang.infrastructure.fire_safety.actions import register_facility, save_detectors
from madang.infrastructure.fire_safety.records import (
    Contact,
    Detector,
    Facility,
    FacilityKind,
    Policy,
    Room,
    SignalKind,
)

FACILITY = Facility(
    code="haemalgeun",
    name="해맑은요양원",
    kind=FacilityKind.ELDERLY,
    agency_code="11110",
    address="종로구 시험로 1",
    lon=126.98,
    lat=37.58,
    rooms=(
        Room(
            floor="3층", name="301호", x=0, y=0, width=6, height=5, people=4, needs={"carry": 2, "oxygen": 1}
        ),
        Room(floor="3층", name="302호", x=6, y=0, width=6, height=5, people=3, needs={"wheelchair": 1}),
        Room(floor="1층", name="식당", x=0, y=0, width=12, height=8, people=10),
    ),
    contacts=(Contact(name="주간 당직", phone="02-000-0000"), Contact(name="시설장", phone="02-000-0001")),
    policy=Policy(night=(0, 0)),
    source="시뮬레이션 · simulated",
)
DETECTORS = (
    Detector(id="d301", facility=FACILITY.code, kind=SignalKind.SMOKE, floor="3층", room="301호", x=3, y=2.5),
    Detector(id="d302", facility=FACILITY.code, kind=SignalKind.HEAT, floor="3층", room="302호", x=9, y=2.5),
    Detector(id="p3", facility=FACILITY.code, kind=SignalKind.CALL_POINT, floor="3층", x=6, y=5),
)


def register(now: datetime, code: str = FACILITY.code) -> Facility:
    """Register the facility (or one like it under another code) with its detectors."""
    import msgspec  # noqa: PLC0415

    facility = msgspec.structs.replace(FACILITY, code=code)
    register_facility(actor=HOUSE, now=now, facility=facility)
    ids = (
        DETECTORS
        if code == FACILITY.code
        else [msgspec.structs.replace(one, id=f"{code}-{one.id}") for one in DETECTORS]
    )
    save_detectors(actor=HOUSE, now=now, code=code, detectors=ids)
    return facility


def uplink(device: str, at: datetime, *kinds: str, **more: Any) -> bytes:
    """Return a network server's event: what ChirpStack publishes of a device's uplink."""
    event = {
        "deduplicationId": f"{device}{at.isoformat()}",
        "time": at.isoformat(),
        "deviceInfo": {"devEui": device, "tags": {}},
        "fCnt": 1,
        "object": {"battery": 88, **dict.fromkeys(kinds, True)},
        "rxInfo": [
            {"gatewayId": "g1", "rssi": -97, "snr": 6.5},
            {"gatewayId": "g2", "rssi": -110, "snr": -3},
        ],
        **more,
    }
    return json.dumps(event).encode()
