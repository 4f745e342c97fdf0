"""Two who met may have been taken for each other: what they were before says whose is what came after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from madang.infrastructure.cctv.records import Floats, Track

from .pieces import chain, cut, differ_in_looks
from .runs import find_runs

MEET_SHARE = 0.5
"""Two meet while one covers so much of the smaller of both boxes."""
LONGEST_GAP_S, LOOK_S = 2.0, 1.0
"""A track is where it was last and next seen for so long; and so much of it before and after says who it is."""
LOOKS_HEIGHTS, MOST_OFF, MARGIN = 6.0, 2.0, 0.8
"""Body heights: what a whole difference of colours is worth; the most that a way that doesn't fit counts; and by how many
together they must speak for an exchange."""
TURN_S = 0.5
"""Another speed counts as much as it leads away within so long: who meets somebody seldom turns round there."""


def part(tracks: Sequence[Track], fps: float) -> list[Track]:
    """Return tracks of which two exchange what follows a meeting where ways and colours say that they should."""
    found = {one.id: one for one in tracks}
    owners = {one.id: one.id for one in tracks}
    for start, end, one, other in sorted(_list_meetings(tracks, fps)):
        mine, theirs = owners[one], owners[other]
        exchanged = _exchange(found[mine], found[theirs], (start, end), fps)
        if exchanged is not None:
            found[mine], found[theirs] = exchanged
            owners[one], owners[other] = theirs, mine
    return list(found.values())


def _list_meetings(tracks: Sequence[Track], fps: float) -> Iterator[tuple[int, int, int, int]]:
    """Yield first and last frame of each meeting and the numbers of who meet."""
    ordered = sorted((_bridge(one, LONGEST_GAP_S * fps) for one in tracks), key=lambda one: one[1][0])
    for at, (number, frames, boxes) in enumerate(ordered):
        for other, theirs, beside in ordered[at + 1 :]:
            if theirs[0] > frames[-1]:
                break
            both, mine, its = np.intersect1d(frames, theirs, assume_unique=True, return_indices=True)
            close = _share(boxes[mine], beside[its]) >= MEET_SHARE
            for first, last in find_runs(close, 1, both):
                yield int(both[first]), int(both[last]), number, other


def _bridge(one: Track, longest: float) -> tuple[int, np.ndarray, Floats]:
    """Return number, frames and boxes of a track, also where it wasn't seen for a short while."""
    frames = np.arange(one.frames[0], one.frames[-1] + 1)
    last = np.searchsorted(one.frames, frames, "right") - 1
    is_known = (one.frames[last] == frames) | (np.append(np.diff(one.frames), 0)[last] <= longest)
    frames = frames[is_known]
    boxes = np.stack([np.interp(frames, one.frames, one.boxes[:, side]) for side in range(4)], axis=1)
    return one.id, frames, boxes


def _share(boxes: Floats, others: Floats) -> Floats:
    """Return how much of the smaller box of each pair both share, (N,)."""
    wide, high = (
        np.minimum(boxes[:, side + 2], others[:, side + 2]) - np.maximum(boxes[:, side], others[:, side])
        for side in (0, 1)
    )
    areas = [(one[:, 2] - one[:, 0]) * (one[:, 3] - one[:, 1]) for one in (boxes, others)]
    return np.maximum(wide, 0) * np.maximum(high, 0) / np.maximum(np.minimum(*areas), 1e-9)


def _exchange(one: Track, other: Track, met: tuple[int, int], fps: float) -> tuple[Track, Track] | None:
    """Return both with the other's end, None where they keep their own."""
    cuts = [int(np.searchsorted(each.frames, sum(met) / 2, "right")) for each in (one, other)]
    if any(not 0 < at < len(each.frames) for at, each in zip(cuts, (one, other), strict=True)):
        return None
    heads, tails = (
        [_look(each, at, fps, is_head=is_head) for each in (one, other)]
        for at, is_head in zip(met, (True, False), strict=True)
    )
    lasted = met[1] - met[0]
    stay = sum(_differ(head, tail, lasted, fps) for head, tail in zip(heads, tails, strict=True))
    change = sum(_differ(head, tail, lasted, fps) for head, tail in zip(heads, tails[::-1], strict=True))
    if change + MARGIN >= stay:
        return None
    mine, its = (
        (cut(each, slice(at)), cut(each, slice(at, None)))
        for each, at in zip((one, other), cuts, strict=True)
    )
    return chain([mine[0], its[1]]), chain([its[0], mine[1]])


def _look(one: Track, at: int, fps: float, *, is_head: bool) -> tuple[Track, Floats, Floats]:
    """Return what was seen within a while before or after a meeting, and place (feet) and speed a frame where it meets."""
    away = (at - one.frames) if is_head else (one.frames - at)
    near = np.flatnonzero((away >= 0) & (away <= LOOK_S * fps))
    seen = cut(one, near if len(near) else np.array([np.abs(away).argmin()]))
    middle = seen.frames.mean()
    speed = np.polyfit(seen.frames - middle, seen.feet, 1)[0] if len(near) > 2 else np.zeros(2)  # noqa: PLR2004 - a way
    return seen, seen.feet.mean(axis=0) + speed * (at - middle), speed


def _differ(
    head: tuple[Track, Floats, Floats], tail: tuple[Track, Floats, Floats], lasted: int, fps: float
) -> float:
    """Return how badly what came after a meeting goes on with what was before, in body heights."""
    (before, left, speed), (after, came, speed_after) = head, tail
    height = max(float(before.heights.mean()), float(after.heights.mean()), 1)
    off = np.linalg.norm(left + speed * lasted / 2 - (came - speed_after * lasted / 2)) / height
    turn = np.linalg.norm(speed_after - speed) * TURN_S * fps / height
    return (
        min(float(off), MOST_OFF)
        + min(float(turn), MOST_OFF)
        + LOOKS_HEIGHTS * differ_in_looks(before, after)
    )
