"""One standing thing is one event: what was told already isn't told again while it goes on."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from madang.infrastructure.cctv.records import EventKind, Seen

QUIET = {
    EventKind.LOITERING: timedelta(minutes=5),
    EventKind.ABANDONED: timedelta(minutes=5),
    EventKind.FALL: timedelta(minutes=5),
    EventKind.CROWD: timedelta(minutes=5),
    EventKind.FIRE: timedelta(minutes=5),
    EventKind.SMOKE: timedelta(minutes=5),
    EventKind.FIGHT: timedelta(minutes=1),
    EventKind.INTRUSION: timedelta(seconds=20),
    EventKind.RUNNING: timedelta(seconds=5),
    EventKind.LINE: timedelta(0),
}
"""So long after it was last seen a thing is still the same, if it is of the same kind in the same place: what
stands may be hidden for minutes; a second intruder is another event."""
LONGEST = max(QUIET.values())
NEAR_HEIGHTS = 1.0


class Known(msgspec.Struct, frozen=True):
    """An event that was told: where in the picture (parts of it), and when it was last seen."""

    uid: str
    camera_id: str
    kind: str
    place: str
    x: float
    y: float
    height: float
    ended_at: datetime


def find_same(seen: Seen, known: Iterable[Known]) -> Known | None:
    """Return the event that this one goes on with, the nearest if several; None where it is a new one.

    It is the same event where it carries the same number; or where kind, zone and camera are the same, it was
    seen within QUIET, and it stands within a body height of where it stood: the tracker lost it and found it
    again. A line is crossed anew each time.
    """
    same = [one for one in known if one.uid == seen.uid]
    if same:
        return same[0]
    near = [
        (away, one)
        for one in known
        if (one.camera_id, one.kind, one.place) == (seen.camera_id, seen.kind, seen.place)
        and seen.begun_at - one.ended_at < QUIET[seen.kind]
        and (away := math.hypot(seen.x - one.x, seen.y - one.y))
        <= NEAR_HEIGHTS * max(seen.height, one.height)
    ]
    return min(near, key=lambda pair: pair[0])[1] if near else None
