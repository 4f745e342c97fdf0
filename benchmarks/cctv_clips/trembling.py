"""Known tracks as a detector would have seen them: what somebody else hides is missed, the rest trembles.

For labelled tracks whose pictures can't be had: it measures the tracker, not the detector.
"""

from __future__ import annotations

import numpy as np

from madang.infrastructure.cctv.methods.boxes import measure_area, measure_overlap
from madang.infrastructure.cctv.records import Floats

TREMBLE, MISSED, GHOSTS, HIDDEN = 0.035, 0.05, 0.15, 0.6
LOOKS = 64
Seen = tuple[int, Floats, Floats, Floats]
"""Frame, boxes (N, 4), scores (N,) and looks (N, LOOKS)."""


def see(truth: np.ndarray, seed: int) -> list[Seen]:
    """Return what a detector sees of the truth (N, 7 as MOTChallenge has it), frame by frame."""
    chance = np.random.default_rng(seed)
    looks = {int(one): _draw_looks(chance) for one in np.unique(truth[:, 1])}
    seen = []
    for frame in range(1, int(truth[:, 0].max()) + 1):
        rows = truth[truth[:, 0] == frame]
        boxes = np.concatenate([rows[:, 2:4], rows[:, 2:4] + rows[:, 4:6]], axis=1)
        kept, scores = [], []
        for at in range(len(boxes)):
            hidden = _hide(boxes, at)
            if hidden < HIDDEN and chance.random() > MISSED:
                kept.append(at)
                scores.append(float(np.clip(0.75 - 0.7 * hidden + chance.normal(0, 0.08), 0.12, 0.95)))
        size = boxes[:, 2:] - boxes[:, :2]
        trembling = boxes + chance.normal(0, TREMBLE, boxes.shape) * np.tile(size, 2)
        found = [trembling[at] for at in kept]
        own = [_blend(looks[int(rows[at, 1])], chance, 0.25) for at in kept]
        if len(boxes) and chance.random() < GHOSTS:
            where = boxes[chance.integers(len(boxes))] + np.tile(chance.uniform(-150, 150, 2), 2)
            found.append(where)
            scores.append(float(chance.uniform(0.15, 0.5)))
            own.append(_draw_looks(chance))
        seen.append((
            frame, np.array(found, np.float32).reshape(-1, 4), np.array(scores, np.float32),
            np.array(own, np.float32).reshape(-1, LOOKS),
        ))  # fmt: skip
    return seen


def _hide(boxes: np.ndarray, at: int) -> float:
    """Return how much of a box those nearer to the camera (whose feet are lower) cover."""
    nearer = boxes[boxes[:, 3] > boxes[at, 3]]
    if not len(nearer):
        return 0.0
    low = np.maximum(nearer[:, :2], boxes[at, :2])
    high = np.minimum(nearer[:, 2:], boxes[at, 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=1)
    return float(min(1.0, shared.max() / measure_area(boxes[at : at + 1])[0]))


def _draw_looks(chance: np.random.Generator) -> Floats:
    """Return colours: a base that all share, since many wear dark clothes, and something of one's own."""
    return _blend(np.full(LOOKS, 1 / np.sqrt(LOOKS)), chance, 0.7)


def _blend(looks: np.ndarray, chance: np.random.Generator, share: float) -> Floats:
    mixed = looks + share * np.abs(chance.normal(0, 1 / np.sqrt(LOOKS), LOOKS)) * 1.5
    return (mixed / np.linalg.norm(mixed)).astype(np.float32)


def follow_greedily(seen: list[Seen], least: float = 0.4) -> np.ndarray:
    """Return rows (N, 7) of the plainest tracker: each box goes on with the last frame's that it overlaps most."""
    rows, before, number = [], [], 0
    for frame, boxes, scores, _ in seen:
        now = []
        free = list(range(len(before)))
        for box, score in zip(boxes, scores, strict=True):
            if score < least:
                continue
            overlap = [float(measure_overlap(box[None], before[at][1][None])[0, 0]) for at in free]
            if overlap and max(overlap) > 0.3:  # noqa: PLR2004 - SORT's
                one = before[free.pop(int(np.argmax(overlap)))][0]
            else:
                number += 1
                one = number
            now.append((one, box))
            rows.append((frame, one, box[0], box[1], box[2] - box[0], box[3] - box[1], score))
        before = now
    return np.array(rows, float).reshape(-1, 7)
