"""What places are called in both languages: 지하 1층 is B1, 3층 is 3F, 301호 is Room 301."""

from __future__ import annotations

import re

from madang.core.base.interface import Text, read_pair

FLOOR = re.compile(r"(지하|B)?\s*([0-9]{1,3})\s*층")
ROOM = re.compile(r"([0-9]{1,5}(?:-[0-9]{1,3})?)\s*호실?")
ROOF = frozenset({"옥상", "옥탑"})


def say_floor(floor: str) -> Text:
    """Return a floor's name; one that is neither numbered nor a pair is called the same in both."""
    found = FLOOR.fullmatch(floor.strip())
    if found is not None:
        return Text(ko=floor, en=f"B{found[2]}" if found[1] else f"{found[2]}F")
    return Text(ko=floor, en="Roof") if floor in ROOF else read_pair(floor)


def say_room(room: str) -> Text:
    """Return a room's name."""
    found = ROOM.fullmatch(room.strip())
    return Text(ko=room, en=f"Room {found[1]}") if found is not None else read_pair(room)


def say_place(floor: str, room: str, before: str = "", after: str = "") -> Text:
    """Return floor and room, with what stands before (a facility's name) and after (a detector's number)."""
    parts = [read_pair(before), say_floor(floor), say_room(room), Text(ko=after, en=after)]
    return Text(
        ko=" ".join(one.ko for one in parts if one.ko), en=" ".join(one.en for one in parts if one.en)
    )


def rank_floor(floor: str) -> tuple[float, str]:
    """Return what floors are sorted by, the lowest first; those without a number stand under all."""
    found = FLOOR.fullmatch(floor.strip()) or re.fullmatch(r"(B)?([0-9]{1,3})F?", say_floor(floor).en)
    if found is None:
        return (999.0 if floor in ROOF else -999.0, floor)
    return (-float(found[2]) if found[1] else float(found[2]), floor)
