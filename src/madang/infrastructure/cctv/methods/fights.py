"""Fights: people close together whose limbs, or outlines, move faster than walking, greeting or talking does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

import numpy as np

from madang.core.base.interface import Text
from madang.infrastructure.cctv.records import Event, EventKind, Floats, Rules, Track

from .posing import measure_limbs
from .runs import exceed, find_runs

SMOOTH_HZ = 8.0
"""Faster than this is the detector's trembling, not anybody's."""
LEAST_FRAMES = 8
MOSTLY = 0.5
LEAST_POSE_FPS = 8.0
"""With fewer pictures a second a blow falls between two of them, and poses say no more than outlines."""
Wildness = tuple[float, float, bool]
"""Times over its limit, body heights a second, and whether poses say so."""
Fight = tuple[int, int, set[int], Wildness, tuple[float, float]]
"""First and last frame, whose tracks, how wild, and where."""


def find_fights(people: Sequence[Track], rules: Rules, fps: float) -> Iterator[Event]:
    """Yield where two people are wild beside each other for long; further people who join are named with them.

    Arms and legs say it where both poses are known most of the time, else the outlines.
    """
    restless = {one.id: measure_restlessness(one, fps) for one in people}
    limbs = {one.id: measure_limbs(one, fps) for one in people} if fps >= LEAST_POSE_FPS else {}
    found: list[Fight] = []
    for one, other in combinations(people, 2):
        if min(one.frames[-1], other.frames[-1]) - max(one.frames[0], other.frames[0]) < LEAST_FRAMES - 1:
            continue  # most pairs never met: no need to look closer
        frames, at, beside = np.intersect1d(one.frames, other.frames, assume_unique=True, return_indices=True)
        if len(frames) < LEAST_FRAMES:
            continue
        heights = np.maximum((one.heights[at] + other.heights[beside]) / 2, 1)
        close = np.linalg.norm(one.feet[at] - other.feet[beside], axis=1) <= rules.fight_heights * heights
        jerk = np.minimum(restless[one.id][at], restless[other.id][beside])
        flail, is_posed = np.zeros_like(jerk), np.zeros(len(jerk), bool)
        if limbs:
            flail, is_posed = _tell_flail(limbs[one.id][at], limbs[other.id][beside], rules, fps)
        wild = np.where(is_posed, flail >= rules.fight_limbs_s, jerk >= rules.fight_heights_s)
        for first, last in find_runs(close & wild, rules.fight_s * fps, frames):
            x, y = (one.feet[at][first] + other.feet[beside][first]) / 2
            during = slice(first, last + 1)
            by_pose = bool(is_posed[during].mean() > MOSTLY)
            own = is_posed[during] == by_pose
            measured = float(np.median((flail if by_pose else jerk)[during][own]))
            limit = rules.fight_limbs_s if by_pose else rules.fight_heights_s
            wildness = exceed(measured, limit), measured, by_pose
            found.append(
                (int(frames[first]), int(frames[last]), {one.id, other.id}, wildness, (float(x), float(y)))
            )
    for begun, ended, tracks, wildness, (x, y) in _merge(found):
        yield Event(
            kind=EventKind.FIGHT,
            start_frame=begun,
            end_frame=ended,
            tracks=tuple(sorted(tracks)),
            x=round(x, 1),
            y=round(y, 1),
            reason=_say(len(tracks), wildness),
            strength=wildness[0],
        )


def _say(count: int, wildness: Wildness) -> Text:
    _, measured, by_pose = wildness
    if by_pose:
        return Text(
            ko=f"{count}명이 맞붙어 1초에 키의 {measured:.1f}배로 팔다리를 휘둘렀습니다(자세로 확인)",
            en=f"{count} people close together moved arms and legs by {measured:.1f} body heights a second (by pose)",
        )
    return Text(
        ko=f"{count}명이 맞붙어 1초에 키의 {measured:.1f}배로 몸이 흔들렸습니다",
        en=f"{count} people close together jerked by {measured:.1f} body heights a second",
    )


def _tell_flail(one: Floats, other: Floats, rules: Rules, fps: float) -> tuple[Floats, np.ndarray]:
    """Return how fast both flail, averaged over half a second, and in which frames that is known, each (N,)."""
    both = np.minimum(one, other)
    known = ~np.isnan(both)
    values = np.stack([np.where(known, both, 0), known], axis=1).astype(np.float32)
    near, share = (_average(values, round(seconds * fps)) for seconds in (0.5, rules.fight_s))
    return near[:, 0] / np.maximum(near[:, 1], 1e-9), share[:, 1] > MOSTLY


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
