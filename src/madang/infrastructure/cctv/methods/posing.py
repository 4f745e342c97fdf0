"""What poses say: whose are worth reading, whether a trunk stands, and how arms and legs move."""

from __future__ import annotations

import numpy as np

from madang.infrastructure.cctv.records import JOINTS, Floats, Track

MOST_READ = 4
"""Poses read in a picture at most, of two pairs: each costs a quarter of looking once at the whole picture."""
WIDE = 0.9
SURE_JOINT = 0.3
STEP_HZ = 8.0
"""Joints are compared over an eighth of a second: nearer to each other they only tremble."""
ARMS, LEGS = ("shoulder", "elbow", "wrist"), ("hip", "knee", "ankle")
LEFT, RIGHT = ([JOINTS.index(f"{side}_{part}") for part in (*ARMS, *LEGS)] for side in ("left", "right"))
GROUPS, MOVING = (slice(0, 3), slice(3, 6)), [1, 2, 4, 5]
SHOULDERS, HIPS = (
    [JOINTS.index(f"{side}_{part}") for side in ("left", "right")] for part in ("shoulder", "hip")
)
LEAST_PAIRS = 2


def choose_read(boxes: Floats, reach: float) -> np.ndarray:
    """Return which people's (N, 4) poses can matter: who is nearly as wide as high, then who is near somebody.

    Near is a distance of feet up to `reach` body heights, the nearest first; MOST_READ at most.
    """
    sizes = boxes[:, 2:] - boxes[:, :2]
    feet = np.stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]], axis=1)
    heights = np.maximum((sizes[:, None, 1] + sizes[None, :, 1]) / 2, 1)
    away = np.linalg.norm(feet[:, None] - feet[None], axis=2) / heights
    np.fill_diagonal(away, np.inf)
    nearest = away.min(axis=1, initial=np.inf)
    nearest[sizes[:, 0] > WIDE * sizes[:, 1]] = -1
    order = np.argsort(nearest, kind="stable")[:MOST_READ]
    return order[nearest[order] <= reach]


def find_step(fps: float) -> int:
    """Return from how many frames to how many it is worth reading poses."""
    return max(1, round(fps / STEP_HZ))


def _hold(track: Track, joints: Floats, step: int) -> Floats:
    """Return the joints in each frame, those that were read for `step` frames."""
    read = np.where(np.isnan(joints[:, 0, 2]), -1, np.arange(len(joints)))
    last = np.maximum.accumulate(read)
    held = joints[last]
    held[(last < 0) | (track.frames - track.frames[last] >= step)] = np.nan
    return held


def find_standing(track: Track, fps: float) -> Floats:
    """Return of each frame whether the trunk stands: 1, 0, or NaN where shoulders and hips weren't seen, (N,)."""
    known = np.full(len(track.frames), np.nan, np.float32)
    if track.joints is None:
        return known
    joints = _hold(track, track.joints, find_step(fps))
    is_sure = (joints[:, SHOULDERS + HIPS, 2] >= SURE_JOINT).all(axis=1)
    up = (joints[:, HIPS, :2] - joints[:, SHOULDERS, :2]).mean(axis=1)
    known[is_sure] = (up[:, 1] > np.abs(up[:, 0]))[is_sure]
    return known


def measure_limbs(track: Track, fps: float) -> Floats:
    """Return how fast arms and legs move against the hips, in body heights a second, (N,), NaN where unknown.

    The mean of the two fastest of wrists, elbows, knees and ankles, each for both sides together. Both arms, or both
    legs, are exchanged where that moves them less: readers of poses take left for right. Walking gives about 0.4.
    """
    speed = np.full(len(track.frames), np.nan, np.float32)
    step = find_step(fps)
    if track.joints is None or len(track.frames) <= step:
        return speed
    joints = _hold(track, track.joints, step)
    joints = np.where(joints[..., 2:] >= SURE_JOINT, joints[..., :2], np.nan)
    joints = (joints - joints[:, HIPS].mean(axis=1, keepdims=True)) / max(
        float(np.median(track.heights)), 1.0
    )
    left, right = joints[:, LEFT], joints[:, RIGHT]
    straight = _go(left, left, step) + _go(right, right, step)
    crossed = _go(left, right, step) + _go(right, left, step)
    for group in GROUPS:
        is_exchanged = np.nansum(crossed[:, group], axis=1) < np.nansum(straight[:, group], axis=1)
        straight[is_exchanged, group] = crossed[is_exchanged, group]
    took = (track.frames[step:] - track.frames[:-step]) / fps
    pairs = straight[:, MOVING] / 2 / took[:, None]
    fastest = np.sort(pairs, axis=1)  # what isn't known comes last
    count = (~np.isnan(pairs)).sum(axis=1)
    chosen = np.maximum(count, LEAST_PAIRS)[:, None] - np.arange(1, LEAST_PAIRS + 1)
    moved = np.take_along_axis(fastest, chosen, axis=1).mean(axis=1)
    speed[step:] = np.where(count >= LEAST_PAIRS, moved, np.nan)
    return speed


def _go(before: Floats, after: Floats, step: int) -> Floats:
    return np.linalg.norm(after[step:] - before[:-step], axis=2)
