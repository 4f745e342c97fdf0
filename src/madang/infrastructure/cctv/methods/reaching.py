"""Where somebody can be: how far one gets on foot since the last place, and which sightings fit that."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from madang.infrastructure.cctv.methods.clothing import Wear, match

FARTHEST_M = 4_000.0
NEAR_M = 200.0
"""A last place is known no better than this."""
LATE = timedelta(minutes=30)
TOP_SHARE, BOTTOM_SHARE = 0.6, 0.4


class Anchor(msgspec.Struct, frozen=True):
    """Where and when somebody was last known to be (degrees)."""

    lon: float
    lat: float
    at: datetime


def measure_reach(anchor: Anchor, speed_m_s: float, now: datetime) -> float:
    """Return how far on foot somebody can have come by now, in metres, at most FARTHEST_M."""
    seconds = max(0.0, (now - anchor.at).total_seconds())
    return min(FARTHEST_M, NEAR_M + seconds * speed_m_s)


def find_earliest(anchor: Anchor, walk_m: float, speed_m_s: float) -> datetime:
    """Return the earliest moment at which somebody can be at a place that is so far on foot."""
    return anchor.at + timedelta(seconds=max(0.0, walk_m - NEAR_M) / speed_m_s)


def score(
    wanted: tuple[Wear | None, Wear | None],
    worn: tuple[dict[Wear, float], dict[Wear, float]],
    earliest: datetime,
    seen_until: datetime,
) -> float:
    """Return how well a sighting fits, 0 to 1: colours, less the later it is; 0 where nobody can be there yet."""
    if seen_until < earliest:
        return 0.0
    colours = TOP_SHARE * match(wanted[0], worn[0]) + BOTTOM_SHARE * match(wanted[1], worn[1])
    return round(colours / (1 + (seen_until - earliest) / LATE / 4), 4)


def find_last(anchors: Sequence[Anchor]) -> Anchor:
    """Return the newest place of all that are known."""
    return max(anchors, key=lambda one: one.at)
