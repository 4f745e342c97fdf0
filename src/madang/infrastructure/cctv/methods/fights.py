"""Fights: people close together whose outlines jerk faster than walking, greeting or talking does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

import numpy as np

from madang.core.base.interface import Text
from madang.infrastructure.cctv.records import Event, EventKind, Floats, Rules, Track

from .runs import exceed, find_runs

SMOOTH_HZ = 8.0
"""Faster than this is the detector's trembling, not anybody's."""
LEAST_FRAMES = 8
Fight = tuple[int, int, set[int], float, tuple[float, float]]
"""First and last frame, whose tracks, how wild, and where."""


def find_fights(people: Sequence[Track], rules: Rules, fps: float) -> Iterator[Event]:
    """Yield where two people jerk beside each other for long; further people who join are named with them."""
    restless = {one.id: measure_restlessness(one, fps) for one in people}
    found: list[Fight] = []
    for one, other in combinations(people, 2):
        frames, at, beside = np.intersect1d(one.frames, other.frames, return_indices=True)
        if len(frames) < LEAST_FRAMES:
            continue
        heights = np.maximum((one.heights[at] + other.heights[beside]) / 2, 1)
        close = np.linalg.norm(one.feet[at] - other.feet[beside], axis=1) <= rules.fight_heights * heights
        wild = np.minimum(restless[one.id][at], restless[other.id][beside])
        for first, last in find_runs(close & (wild >= rules.fight_heights_s), rules.fight_s * fps, frames):
            x, y = (one.feet[at][first] + other.feet[beside][first]) / 2
            measured = float(np.median(wild[first : last + 1]))
            found.append(
                (int(frames[first]), int(frames[last]), {one.id, other.id}, measured, (float(x), float(y)))
            )
    for begun, ended, tracks, measured, (x, y) in _merge(found):
        yield Event(
            kind=EventKind.FIGHT,
            start_frame=begun,
            end_frame=ended,
            tracks=tuple(sorted(tracks)),
            x=round(x, 1),
            y=round(y, 1),
            reason=Text(
                ko=f"{len(tracks)}명이 맞붙어 1초에 키의 {measured:.1f}배로 몸이 흔들렸습니다",
                en=f"{len(tracks)} people close together jerked by {measured:.1f} body heights a second",
            ),
            strength=exceed(measured, rules.fight_heights_s),
        )


def measure_restlessness(track: Track, fps: float) -> Floats:
    """Return how fast the box's sides move besides the way that it goes, in body heights a second, (N,).

    Walking swings a side by a twentieth of the height twice a second, which is about 0.4.
    """
    tall = max(float(np.median(track.heights)), 1.0)
    sides = track.boxes[:, :3] / tall  # not the feet: they are where a box is least sure
    moved = _average(sides, round(fps / SMOOTH_HZ))
    moved = moved - _average(moved, round(fps))
    if len(moved) < 2:  # noqa: PLR2004 - one frame moves nothing
        return np.zeros(len(moved), np.float32)
    took = np.maximum(np.diff(track.frames), 1)[:, None] / fps
    speed = (np.abs(np.diff(moved, axis=0)) / took).mean(axis=1)
    return _average(np.concatenate([speed[:1], speed])[:, None], round(fps / 2))[:, 0]


def _average(values: Floats, width: int) -> Floats:
    """Return the mean over `width` rows around each, shorter at both ends."""
    if width <= 1:
        return values
    before, after = width // 2, width - width // 2
    total = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0, dtype=np.float64)])
    at = np.arange(len(values))
    low, high = np.maximum(at - before, 0), np.minimum(at + after, len(values))
    return ((total[high] - total[low]) / (high - low)[:, None]).astype(np.float32)


def _merge(found: Iterable[Fight]) -> list[Fight]:
    """Join what shares somebody and a moment, by any chain of such: three who fight are one fight."""
    groups: list[list[Fight]] = []
    for one in sorted(found, key=lambda each: each[:2]):
        linked = [any(_belong(one, other) for other in group) for group in groups]
        joined = [
            each for group, is_linked in zip(groups, linked, strict=True) if is_linked for each in group
        ]
        groups = [group for group, is_linked in zip(groups, linked, strict=True) if not is_linked]
        groups.append([*joined, one])
    whole = []
    for group in groups:
        begun, _, _, _, place = min(group, key=lambda each: each[:2])
        tracks = set[int]().union(*(each[2] for each in group))
        whole.append((begun, max(each[1] for each in group), tracks, max(each[3] for each in group), place))
    return sorted(whole, key=lambda each: each[:2])


def _belong(one: Fight, other: Fight) -> bool:
    return bool(one[2] & other[2]) and one[0] <= other[1] and other[0] <= one[1]
