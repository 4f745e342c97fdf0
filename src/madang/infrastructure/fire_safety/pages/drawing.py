"""A floor's plan as a picture: rooms with who is in them, detectors, and what alarms."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from madang.core.base.interface import Text, read_pair
from madang.core.pages.interface import MapBlock, MapClass, MapLayer, format_short
from madang.infrastructure.fire_safety.methods.health import find_trouble
from madang.infrastructure.fire_safety.methods.naming import rank_floor, say_floor, say_place, say_room
from madang.infrastructure.fire_safety.queries import count_needs
from madang.infrastructure.fire_safety.records import (
    ALARM_STATES,
    KIND_NAMES,
    NEEDS,
    Alarm,
    AlarmState,
    Detector,
    Facility,
    FacilityKind,
    FloorPlan,
    Hydrant,
    Room,
    SignalKind,
)

AROUND = 0.004
"""Degrees: about 400 m."""
WALL_CLASSES = (
    (AlarmState.HANDED_OVER.value, ALARM_STATES[AlarmState.HANDED_OVER], "danger-fill"),
    (AlarmState.TOLD.value, ALARM_STATES[AlarmState.TOLD], "warning"),
    ("drill", Text(ko="훈련", en="Drill"), "accent-fill"),
)
DAYS = tuple(
    Text(ko=ko, en=en)
    for ko, en in (
        ("월", "Mon"), ("화", "Tue"), ("수", "Wed"), ("목", "Thu"), ("금", "Fri"), ("토", "Sat"), ("일", "Sun"),
    )
)  # fmt: skip
SIGNS = {
    SignalKind.SMOKE: "S",
    SignalKind.HEAT: "H",
    SignalKind.GAS: "G",
    SignalKind.CALL_POINT: "P",
    SignalKind.CAMERA_SMOKE: "C",
}


class PlanRoom(msgspec.Struct, frozen=True, kw_only=True):
    """A room, and where what is written into it stands. Lengths are metres, written with a point."""

    room: Room
    name: Text
    x: str
    y: str
    width: str
    height: str
    middle: str
    base: str
    under: str
    carried: int
    is_alarming: bool


class PlanDetector(msgspec.Struct, frozen=True, kw_only=True):
    """A detector: where it hangs (metres), its sign, name, and what is wrong with it."""

    detector: Detector
    x: str
    y: str
    base: str
    sign: str
    name: Text
    is_alarming: bool
    trouble: Text | None


class PlanPicture(msgspec.Struct, frozen=True, kw_only=True):
    """The picture behind a floor: its address, and its width and height in metres."""

    href: str
    width: str
    height: str


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """One floor; `view` is the picture's box in metres."""

    floor: str
    title: Text
    view: str
    picture: PlanPicture | None
    rooms: tuple[PlanRoom, ...]
    detectors: tuple[PlanDetector, ...]


def draw_plan(
    facility: Facility,
    detectors: Sequence[Detector],
    floor: str,
    now: datetime,
    alarming: Collection[str] = (),
    room: str = "",
    picture: FloorPlan | None = None,
) -> Plan | None:
    """Return the plan of a floor, with the sources that alarm; None where nothing of the floor is known.

    Where there is a picture, it stands behind and rooms are drawn only where they alarm.
    """
    rooms = [one for one in facility.rooms if one.floor == floor]
    hung = [one for one in detectors if one.floor == floor]
    if not rooms and not hung and picture is None:
        return None
    in_alarm = {one.room for one in hung if one.id in alarming} | ({room} if room else set())
    if picture is not None:
        rooms = [one for one in rooms if one.name in in_alarm]
    sides = (picture.width_m, picture.height_m) if picture else (4.0, 4.0)
    width = max([sides[0], *(one.x + one.width for one in rooms), *(one.x for one in hung)])
    height = max([sides[1], *(one.y + one.height for one in rooms), *(one.y for one in hung)])
    return Plan(
        floor=floor,
        title=say_floor(floor),
        view=f"-0.8 -0.8 {width + 1.6:g} {height + 1.6:g}",
        picture=picture
        and PlanPicture(
            href=f"/desk/fire_safety/plans/{picture.id}/",
            width=f"{picture.width_m:g}",
            height=f"{picture.height_m:g}",
        ),
        rooms=tuple(
            PlanRoom(
                room=one,
                name=say_room(one.name),
                x=f"{one.x:g}",
                y=f"{one.y:g}",
                width=f"{one.width:g}",
                height=f"{one.height:g}",
                middle=f"{one.x + one.width / 2:g}",
                base=f"{one.y + 1.1:g}",
                under=f"{one.y + one.height - 0.5:g}",
                carried=one.needs.get("carry", 0),
                is_alarming=bool(one.name) and one.name in in_alarm,
            )
            for one in rooms
        ),
        detectors=tuple(
            PlanDetector(
                detector=one,
                x=f"{one.x:g}",
                y=f"{one.y:g}",
                base=f"{one.y + 0.27:g}",
                sign=SIGNS.get(one.kind, "?"),
                name=KIND_NAMES[one.kind],
                is_alarming=one.id in alarming,
                trouble=find_trouble(one, now),
            )
            for one in hung
        ),
    )


def draw_surroundings(facility: Facility, hydrants: Sequence[Hydrant], language: str) -> MapBlock:
    """Return the map of a facility with the hydrants nearest to it."""
    name = read_pair(facility.name)
    places = [
        (facility.code, name.say(language), "facility", facility.lon, facility.lat),
        *((one.id, say_hydrant(one).say(language), "hydrant", one.lon, one.lat) for one in hydrants),
    ]
    features = [
        {
            "type": "Feature",
            "id": key,
            "geometry": {"type": "Point", "coordinates": [lon, lat]},
            "properties": {"id": key, "title": name, "class": kind},
        }
        for key, name, kind, lon, lat in places
    ]
    classes = (
        MapClass(value="facility", title=Text(ko="시설", en="Facility"), count=1),
        MapClass(value="hydrant", title=Text(ko="소화전", en="Hydrant"), count=len(hydrants)),
    )
    layer = MapLayer(
        id="surroundings",
        data={"type": "FeatureCollection", "features": features},
        colour_by="class",
        classes=classes,
    )
    return MapBlock(
        title=Text(ko=f"{name.ko} 둘레", en=f"Around {name.en}"),
        layers=(layer,),
        bounds=(facility.lon - AROUND, facility.lat - AROUND, facility.lon + AROUND, facility.lat + AROUND),
    )


def draw_wall_map(
    places: Sequence[tuple[str, str, FacilityKind, float, float]], alarms: Sequence[Alarm], language: str
) -> MapBlock:
    """Return the map of the wall: every facility, and above them those with an open alarm, named."""
    standing = {code: (lon, lat) for code, _, _, lon, lat in places}
    calm = [
        _mark(
            code, read_pair(name).say(language), "calm", (lon, lat), f"/desk/fire_safety/facilities/{code}/"
        )
        for code, name, _, lon, lat in places
    ]
    burning = [
        _mark(
            one.facility,
            say_place(one.floor, one.room, before=one.facility_name).say(language),
            "drill" if one.is_drill else one.state.value,
            standing[one.facility],
            f"/desk/fire_safety/alarms/{one.id}/",
        )
        for one in reversed(alarms)  # what comes first on the wall lies on top
        if one.facility in standing
    ]
    facilities = MapLayer(
        id="facilities",
        data={"type": "FeatureCollection", "features": calm},
        colour_by="class",
        classes=(MapClass(value="calm", title=Text(ko="시설", en="Facility"), count=len(calm), colour="ink-quiet"),),
    )  # fmt: skip
    open_alarms = MapLayer(
        id="alarms",
        data={"type": "FeatureCollection", "features": burning},
        colour_by="class",
        classes=tuple(
            MapClass(value=value, title=title, colour=colour) for value, title, colour in WALL_CLASSES
        ),
        scale=3.0,
        is_named=True,
    )
    return MapBlock(title=Text(ko="화재 경보", en="Fire alarms"), layers=(facilities, open_alarms))


def _mark(key: str, title: str, value: str, place: tuple[float, float], href: str) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": key,
        "geometry": {"type": "Point", "coordinates": list(place)},
        "properties": {"id": key, "title": title, "class": value, "href": href},
    }


def say_gaps(gaps: Sequence[tuple[int, int]]) -> list[tuple[Text, str]]:
    """Return the hours of each day in which nobody is on duty, as runs."""
    said = []
    for day in sorted({day for day, _ in gaps}):
        hours = [hour for one, hour in gaps if one == day]
        said.append((DAYS[day - 1], _say_runs(hours)))
    return said


def say_dated_gaps(gaps: Sequence[tuple[date, int]]) -> list[tuple[Text, str]]:
    """Return the hours of each date in which nobody is on duty, as runs."""
    said = []
    for on in sorted({on for on, _ in gaps}):
        hours = [hour for one, hour in gaps if one == on]
        said.append((Text(ko=format_short(on, "ko"), en=format_short(on, "en")), _say_runs(hours)))
    return said


def _say_runs(hours: Sequence[int]) -> str:
    starts = [hour for hour in hours if hour - 1 not in hours]
    ends = [hour + 1 for hour in hours if hour + 1 not in hours]
    return ", ".join(f"{a}–{b}" for a, b in zip(starts, ends, strict=True))


def list_floors(
    facility: Facility, detectors: Sequence[Detector], pictured: Collection[str] = ()
) -> list[str]:
    """Return the floors that something is known of, highest first where they are numbered."""
    floors = {*pictured, *(one.floor for one in facility.rooms)} | {
        one.floor for one in detectors if one.floor
    }
    return sorted(floors, key=rank_floor, reverse=True)


def say_floors(floors: Sequence[str]) -> Text | None:
    """Return the names of floors; None where there are none."""
    names = [say_floor(one) for one in floors if one]
    return (
        Text(ko=" · ".join(one.ko for one in names), en=" · ".join(one.en for one in names))
        if names
        else None
    )


def say_hydrant(one: Hydrant) -> Text:
    """Return what a hydrant is and where it stands."""
    kind, name = one.kind, read_pair(one.name)
    return Text(ko=f"{kind.ko} {name.ko}".strip(), en=f"{kind.en} {name.en}".strip())


def say_needs(rooms: Sequence[Room]) -> list[tuple[Text, int]]:
    """Return how many people in these rooms need what, in words."""
    return [(NEEDS[name], count) for name, count in count_needs(rooms).items() if name in NEEDS]
