"""Cameras of the demonstration city, registered like real ones, and a street that is drawn: all marked as simulated.

Two of the cameras show the drawn street. It is watched by the real analysis, so that what the queue holds was
found in pictures; a simulated operator answers what nobody answered for long.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from madang.city.files import draw_points
from madang.city.pace import make_generator, shorten
from madang.core.base.interface import HOUSE, Actor, MadangError, read_pair, read_settings
from madang.core.incidents.interface import IncidentFilter, close, list_incidents
from madang.core.places.interface import list_districts
from madang.core.things.interface import (
    ThingFilter,
    count_things,
    get_things,
    import_things,
    list_things,
    register_declared_kinds,
)

from .actions import judge_event, save_source
from .actions.ringing import KIND as PRESSED
from .gateway.admission import SIMULATED
from .gateway.ringing import publish_rings
from .gateway.simulating import Walker, write_street
from .methods.ringing import Said
from .models import RingRow
from .queries.cameras import list_cameras
from .queries.events import list_events
from .queries.sources import find_source
from .records import BELL_KIND, CAMERA_KIND, SIGN_KIND, Camera, EventKind, Rules, Source, Verdict, Zone

SEED = 119
CAMERAS = 600
SOURCE = NOTE = "시뮬레이션 · simulated"
OPERATOR = Actor(
    id="simulated", name="관제 요원 (시뮬레이션) · Operator (simulated)", kind="house", is_superuser=True
)
PURPOSES = ("생활방범", "어린이보호", "교통단속", "시설물관리")
RETENTION_DAYS = 30
WATCHED = ("CAM00001", "CAM00002")
FPS = 2
SECONDS = 600.0
ANSWERED_AFTER = timedelta(minutes=30)
HANGING = {BELL_KIND: (4, "BEL", "비상벨", "emergency bell"), SIGN_KIND: (3, "LED", "LED 안내판", "LED sign")}
"""Of each kind: at every how many cameras it hangs, its numbers, its names."""
PRESSED_EVERY_S = 3 * 3600
RUNG = 10
"""Of so many bells one is pressed now and then; one in TRIED_ONE is tried out at first."""
TRIED_ONE = 3
RULES = Rules(
    zones=(
        Zone(
            name="출입금지 구역 · Restricted zone",
            points=((0.62, 0.45), (1.0, 0.45), (1.0, 1.0), (0.62, 1.0)),
        ),
    ),
    loitering_s=25.0,
)
BLUE, GREEN, RED, GREY = (160, 80, 30), (60, 120, 50), (50, 50, 170), (120, 120, 120)
STREETS = (
    (
        Walker(way=((20, -0.1, 0.85), (34, 0.55, 0.9), (48, -0.1, 0.95)), top=BLUE),
        Walker(way=((60, -0.1, 0.9), (72, 0.75, 0.85), (84, 0.75, 0.85), (96, -0.1, 0.9)), top=RED),
        Walker(way=((300, -0.1, 0.95), (315, 0.5, 0.8), (330, -0.1, 0.95)), top=GREEN),
    ),
    (
        Walker(way=((15, 0.2, 0.8), (17, 0.3, 0.85), (60, 0.3, 0.85), (66, -0.1, 0.85)), top=GREY),
        Walker(way=((240, -0.1, 0.9), (252, 0.5, 0.9), (264, -0.1, 0.9)), top=GREEN, height=0.34),
        Walker(way=((244, -0.1, 0.8), (256, 0.45, 0.8), (270, -0.1, 0.8)), top=BLUE, height=0.38),
    ),
)
"""For each watched camera who walks: on the first one enters the zone, on the second one stands about."""


def lay_out(now: datetime) -> None:
    """Register the cameras once, and what hangs beside them."""
    register_declared_kinds(actor=HOUSE, now=now)
    if not list_cameras(limit=1)[1]:
        _lay_out_cameras(now)
    if not count_things(ThingFilter(kind=BELL_KIND)):
        _hang_bells_and_signs(now)


def _lay_out_cameras(now: datetime) -> None:
    generator = make_generator(SEED)
    districts = {one.code: one for one in list_districts()}
    rows = [
        {
            "id": f"CAM{number:05d}",
            "kind": CAMERA_KIND,
            "name": f"{districts[code].name_ko} 카메라 {number} · {districts[code].name_en} camera {number}",
            "agency_code": code,
            "lon": round(lon, 6),
            "lat": round(lat, 6),
            "state": "active",
            "source": SOURCE,
            "attributes": {
                "purpose": PURPOSES[number % len(PURPOSES)],
                "retention_days": RETENTION_DAYS,
                "declared_district": code,
                "has_sign": number % 17 != 0,
                **({"bearing_deg": number * 37 % 360, "angle_deg": 80, "reach_m": 60} if number % 3 else {}),
            },
        }
        for number, (lon, lat, code) in enumerate(draw_points(generator, CAMERAS), start=1)
    ]
    import_things(actor=HOUSE, now=now, rows=rows, source=SOURCE)


def _hang_bells_and_signs(now: datetime) -> None:
    """Register bells and signs on the poles of simulated cameras."""
    cameras = [one for one in list_cameras()[0] if one.source == SOURCE]
    rows = [
        _hang(kind, number, camera)
        for kind, (every, *_) in HANGING.items()
        for number, camera in enumerate(cameras[::every], start=1)
    ]
    import_things(actor=HOUSE, now=now, rows=rows, source=SOURCE)


def _hang(kind: str, number: int, camera: Camera) -> dict[str, object]:
    _, prefix, ko, en = HANGING[kind]
    name = read_pair(camera.name)
    return {
        "id": f"{prefix}{number:05d}",
        "kind": kind,
        "name": f"{name.ko} {ko} · {name.en} {en}",
        "agency_code": camera.agency_code,
        "lon": camera.lon,
        "lat": camera.lat,
        "state": "active",
        "source": SOURCE,
    }


def feed(since: datetime, now: datetime) -> None:
    """Draw the street and let it be watched, once; press a bell now and then; answer what waits too long."""
    _ring(since, now)
    for camera_id, walkers in zip(WATCHED, STREETS, strict=True):
        path = _name_street(camera_id)
        if not path.is_file():
            write_street(path, walkers, SECONDS, FPS)
        if find_source(camera_id) is None and list_cameras(search=camera_id, limit=1)[1]:
            source = Source(camera_id=camera_id, url=str(path), fps=FPS, rules=RULES)
            save_source(actor=HOUSE, now=now, source=source)
    for event in list_events(HOUSE, verdict=Verdict.OPEN, sort="begun_at", limit=5)[0]:
        if event.camera_id in WATCHED and now - event.recorded_at > ANSWERED_AFTER:
            verdict = Verdict.CONFIRMED if event.kind is EventKind.INTRUSION else Verdict.FALSE
            try:
                judge_event(actor=OPERATOR, now=now, uid=event.uid, verdict=verdict, note=NOTE)
            except MadangError:  # a person at the wall was quicker
                continue


def _ring(since: datetime, now: datetime) -> None:
    """Have bells say by MQTT that they were tried out, at first, and now and then that one was pressed."""
    bells = list_things(ThingFilter(kind=BELL_KIND), limit=None)
    ours = [one.id for one in bells if one.source == SOURCE]
    turn, before = (int(one.timestamp() // shorten(PRESSED_EVERY_S)) for one in (now, since))
    said = []
    if ours and not RingRow.objects.exists():
        said = [(one, Said(pressed_at=now, is_test=True)) for one in ours[::TRIED_ONE]]
    elif ours and turn != before:
        said = [(ours[turn % min(RUNG, len(ours))], Said(pressed_at=now))]
    house = read_settings()
    publish_rings(house.own_host, house.mqtt_port, said)
    _answer_bells(now)


def _answer_bells(now: datetime) -> None:
    """Close what simulated bells opened, once it was seen long enough."""
    pressed = list_incidents(actor=HOUSE, where=IncidentFilter(kind=PRESSED, state="active"))
    known = get_things([one.thing_id for one in pressed if one.thing_id])
    for one in pressed:
        bell = known.get(one.thing_id or "")
        if bell is not None and bell.source == SOURCE and now - one.received_at > ANSWERED_AFTER:
            with suppress(MadangError):  # a person was quicker
                close(actor=OPERATOR, now=now, number=one.number, reason="시뮬레이션 · simulated")


def _name_street(camera_id: str) -> Path:
    return read_settings().data_path / "files" / SIMULATED / f"{camera_id}.mp4"
