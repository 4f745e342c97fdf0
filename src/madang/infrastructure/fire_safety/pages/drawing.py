"""A floor's plan as a picture: rooms with who is in them, detectors, and what alarms."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec

from madang.core.base.interface import Text
from madang.infrastructure.fire_safety.methods.health import find_trouble
from madang.infrastructure.fire_safety.queries import count_needs
from madang.infrastructure.fire_safety.records import KIND_NAMES, NEEDS, Detector, Facility, Room, SignalKind

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


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """One floor; `view` is the picture's box in metres."""

    floor: str
    view: str
    rooms: tuple[PlanRoom, ...]
    detectors: tuple[PlanDetector, ...]


def draw_plan(
    facility: Facility,
    detectors: Sequence[Detector],
    floor: str,
    now: datetime,
    alarming: Collection[str] = (),
    room: str = "",
) -> Plan | None:
    """Return the plan of a floor, with the sources that alarm; None where the floor has neither room nor detector."""
    rooms = [one for one in facility.rooms if one.floor == floor]
    hung = [one for one in detectors if one.floor == floor]
    if not rooms and not hung:
        return None
    in_alarm = {one.room for one in hung if one.id in alarming} | ({room} if room else set())
    width = max([4.0, *(one.x + one.width for one in rooms), *(one.x for one in hung)])
    height = max([4.0, *(one.y + one.height for one in rooms), *(one.y for one in hung)])
    return Plan(
        floor=floor,
        view=f"-0.8 -0.8 {width + 1.6:g} {height + 1.6:g}",
        rooms=tuple(
            PlanRoom(
                room=one,
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


def list_floors(facility: Facility, detectors: Sequence[Detector]) -> list[str]:
    """Return the floors that something is known of, highest first where they are numbered."""
    floors = {one.floor for one in facility.rooms} | {one.floor for one in detectors if one.floor}
    return sorted(floors, reverse=True)


def say_needs(rooms: Sequence[Room]) -> list[tuple[Text, int]]:
    """Return how many people in these rooms need what, in words."""
    return [(NEEDS[name], count) for name, count in count_needs(rooms).items() if name in NEEDS]
