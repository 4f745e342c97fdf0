"""What is known once the whole video was seen: who was taken for somebody else, pieces joined, gaps filled, ghosts dropped, boxes steadied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from madang.infrastructure.cctv.records import UNREAD, Floats, Track

from .boxes import measure_overlap
from .parting import part
from .pieces import chain, cut, differ_in_looks

JOIN_S, FILL_S, LEAST_S = 3.0, 2.0, 0.5
JOIN_HEIGHTS, LOOKS_HEIGHTS, MOST_DIFFERENT = 1.2, 2.0, 0.3
"""Ends and beginnings are so near, in body heights; as many of these is a whole difference of colours worth; and how much
of one there may be."""
BOTH_S, BOTH_SHARE = 0.5, 0.5
"""Somebody who was found twice for so long at most: the boxes overlap by this share all the while."""
BACK_S, BACK_HEIGHTS, BACK_HEIGHTS_S, BACK_DIFFERENT = 2.0, 0.3, 1.4, 0.1
"""Who is half out of the picture is lost and found: within so long, so near, at so much another pace, in the very same colours."""
SPEED_STEPS = 8
LAST = 10
"""In so many frames at its end or beginning a track shows how it looks."""
GHOST_SCORE, GHOST_HEIGHTS = 0.5, 0.6
SURE = 0.35
STEADY_S, REACH, LEAST_WEIGHT = 0.2, 3.0, 0.05
"""Boxes tremble from picture to picture; their neighbours within this time say where they really are."""


def mend(tracks: Sequence[Track], fps: float, size: tuple[int, int]) -> list[Track]:
    """Return tracks joined over short gaps, filled, steadied, and without what was never really there.

    `size` is the picture's width and height in pixels: who walked out of it isn't who comes in there next.
    """
    joined = _join(part([_trim(one) for one in tracks], fps), fps, size)
    real = [one for one in joined if len(one.frames) >= LEAST_S * fps and not _is_ghost(one)]
    return [
        msgspec.structs.replace(one, id=number, boxes=_steady(one, STEADY_S * fps))
        for number, one in enumerate(sorted(real, key=lambda one: int(one.frames[0])), start=1)
    ]


def _trim(one: Track) -> Track:
    """Return a track up to where it was last surely seen: what is weak to the end held on to something else."""
    sure = np.flatnonzero(one.scores >= SURE)
    last = int(sure[-1]) + 1 if len(sure) else 1
    return cut(one, slice(last))


def _join(tracks: list[Track], fps: float, size: tuple[int, int]) -> list[Track]:
    """Return tracks of which an end is joined with the beginning that it would have reached, nearest first, and filled."""
    following: dict[int, int] = {}
    led: set[int] = set()
    for _, _, one, other in sorted(_list_joins(tracks, fps, size)):
        if one not in following and other not in led:
            following[one] = other
            led.add(other)
    by_id = {one.id: one for one in tracks}
    whole = []
    for one in tracks:
        if one.id in led:
            continue
        runs = [[one]]
        while (last := runs[-1][-1]).id in following:
            other = by_id[following[last.id]]
            runs[-1][-1] = cut(last, last.frames < other.frames[0])
            if _heads_out(last, int(other.frames[0] - last.frames[-1]), size):
                runs.append([])  # nobody knows where it was meanwhile
            runs[-1].append(other)
        whole.append(chain([_fill(chain(run), fps) for run in runs]))
    return whole


def _list_joins(
    tracks: list[Track], fps: float, size: tuple[int, int]
) -> Iterator[tuple[float, int, int, int]]:
    """Yield how badly each end and beginning fit that may be one person's, frames between them, and both numbers."""
    for one in tracks:
        for other in tracks:
            gap = int(other.frames[0] - one.frames[-1])
            if 0 < gap <= JOIN_S * fps:
                off = _distance(one, other, gap, size, fps)
            elif -BOTH_S * fps <= gap <= 0 and one.frames[0] < other.frames[0]:
                off = _measure_double(one, other)
            else:
                continue
            if off <= JOIN_HEIGHTS:
                yield off, gap, one.id, other.id


def _measure_double(one: Track, other: Track) -> float:
    """Return how different the colours of two are, in body heights, who are one person found twice for a while; inf where they aren't."""
    if one.frames[-1] >= other.frames[-1]:
        return np.inf
    both = cut(one, one.frames >= other.frames[0]), cut(other, other.frames <= one.frames[-1])
    _, mine, its = np.intersect1d(both[0].frames, both[1].frames, assume_unique=True, return_indices=True)
    overlap = np.diagonal(measure_overlap(both[0].boxes[mine], both[1].boxes[its]))
    different = differ_in_looks(cut(one, slice(-LAST, None)), cut(other, slice(LAST)))
    is_same = len(overlap) and overlap.min() >= BOTH_SHARE and different <= MOST_DIFFERENT
    return LOOKS_HEIGHTS * different if is_same else np.inf


def _distance(one: Track, other: Track, gap: int, size: tuple[int, int], fps: float) -> float:
    """Return how far from where `one` was heading `other` begins, in body heights; sizes and colours must agree.

    Nowhere near where it would have left the picture by then, unless it comes in again there as if it had only been lost.
    """
    height = float(one.heights[-5:].mean())
    if not 0.7 < float(other.heights[:5].mean()) / max(height, 1) < 1.4:  # noqa: PLR2004 - a person's size
        return np.inf
    different = differ_in_looks(cut(one, slice(-LAST, None)), cut(other, slice(LAST)))
    if _heads_out(one, gap, size):
        away = float(np.linalg.norm(other.feet[0] - one.feet[-1]) / max(height, 1))
        turn = (
            float(np.linalg.norm(_find_speed(other, is_first=True) - _find_speed(one)) / max(height, 1)) * fps
        )
        is_alike = one.looks is not None and other.looks is not None and different <= BACK_DIFFERENT
        is_near = gap <= BACK_S * fps and away <= BACK_HEIGHTS and turn <= BACK_HEIGHTS_S
        return away + LOOKS_HEIGHTS * different if is_alike and is_near else np.inf
    if different > MOST_DIFFERENT:
        return np.inf
    off = float(np.linalg.norm(other.feet[0] - _find_heading(one, gap)) / max(height, 1))
    return off + LOOKS_HEIGHTS * different


def _find_heading(one: Track, gap: int) -> Floats:
    """Return where the feet would be so many frames later, (2,)."""
    return one.feet[-1] + _find_speed(one) * gap


def _find_speed(one: Track, *, is_first: bool = False) -> Floats:
    """Return the speed at the end, or at the beginning, in pixels a frame, (2,)."""
    steps = min(len(one.frames) - 1, SPEED_STEPS)
    if not steps:
        return np.zeros(2)
    early, late = (0, steps) if is_first else (-1 - steps, -1)
    return (one.feet[late] - one.feet[early]) / (one.frames[late] - one.frames[early])


def _heads_out(one: Track, gap: int, size: tuple[int, int]) -> bool:
    """Return whether it would be out of the picture so many frames later."""
    x, y = _find_heading(one, gap)
    return not (0 <= x <= size[0] and y <= size[1] + float(one.heights[-5:].mean()) / 2)


def _fill(one: Track, fps: float) -> Track:
    """Return a track with straight lines over its gaps; a longer gap stays one."""
    gaps = np.diff(one.frames)
    if not (gaps > 1).any():
        return one
    wanted = [np.arange(one.frames[0], one.frames[0] + 1)]
    for start, gap in zip(one.frames[:-1], gaps, strict=True):
        inner = np.arange(start + 1, start + gap + 1)
        wanted.append(inner if gap <= FILL_S * fps else inner[-1:])
    frames = np.concatenate(wanted)
    boxes = np.stack([_between(frames, one.frames, one.boxes[:, at]) for at in range(4)], axis=1)
    scores = _between(frames, one.frames, one.scores)
    is_seen = np.isin(frames, one.frames)
    scores[~is_seen] *= 0.8
    joints = None
    if one.joints is not None:
        joints = np.full((len(frames), *UNREAD.shape), np.nan, np.float32)
        joints[is_seen] = one.joints
    return Track(one.id, one.sort, frames, boxes, scores, joints)


def _between(frames: np.ndarray, known: np.ndarray, values: Floats) -> Floats:
    return np.interp(frames, known, values).astype(np.float32)


def _steady(one: Track, spread: float) -> Floats:
    """Return the boxes as straight lines through their neighbours say, near and sure ones more than others.

    `spread` is in frames. Lines rather than means: whoever comes or leaves isn't held back at the ends.
    """
    if len(one.frames) < 2 or spread * REACH < 1:  # noqa: PLR2004 - a line needs two points
        return one.boxes
    places = np.concatenate(
        [(one.boxes[:, :2] + one.boxes[:, 2:]) / 2, one.boxes[:, 2:] - one.boxes[:, :2]], 1
    )
    frames, steadied = one.frames.astype(np.float64), places.astype(np.float64)
    ends = (
        np.searchsorted(frames, frames - spread * REACH),
        np.searchsorted(frames, frames + spread * REACH, "right"),
    )
    for at, (first, last) in enumerate(zip(*ends, strict=True)):
        away = frames[first:last] - frames[at]
        weights = np.exp(-0.5 * (away / spread) ** 2) * np.maximum(one.scores[first:last], LEAST_WEIGHT)
        whole, lean, width = weights.sum(), weights @ away, weights @ away**2
        if whole * width - lean**2 > 1e-9:  # noqa: PLR2004 - alone it stays as it is
            steadied[at] = (weights * (width - lean * away)) @ places[first:last] / (whole * width - lean**2)
    halves = np.maximum(steadied[:, 2:], 1) / 2
    corners = np.concatenate([steadied[:, :2] - halves, steadied[:, :2] + halves], axis=1)
    low, high = one.boxes[:, :2].min(axis=0), one.boxes[:, 2:].max(axis=0)
    return np.clip(corners, np.tile(low, 2), np.tile(high, 2)).astype(np.float32)


def _is_ghost(one: Track) -> bool:
    """Return whether it is weak throughout and never moved: a sign, a tree, a shadow."""
    low, high = np.percentile(one.feet, (5, 95), axis=0)
    reach = float(np.linalg.norm(high - low))
    still = reach < GHOST_HEIGHTS * float(one.heights.mean())
    return bool(still and float(one.scores.mean()) < GHOST_SCORE)
