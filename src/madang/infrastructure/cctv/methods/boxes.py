"""Boxes: what the detector's numbers mean, overlaps, and dropping what was found twice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from madang.infrastructure.cctv.records import Detections, Floats

STRIDES = (8, 16, 32)
BINS = 11


def decode(scores: Sequence[Floats], distances: Sequence[Floats], width: int, least: float) -> Detections:
    """Return the boxes of a NanoDet answer in pixels of its input, which is `width` wide.

    `scores` and `distances` hold one array a stride: (cells, classes), and (cells, 4 · 11) with the
    distribution of the distance to the left, top, right and lower edge in units of the stride.
    """
    boxes, best, classes = [], [], []
    for stride, one, sides in zip(STRIDES, scores, distances, strict=True):
        found = one.max(axis=1)
        kept = np.flatnonzero(found >= least)
        across = width // stride
        centres = (np.stack([kept % across, kept // across], axis=1) + 0.5) * stride
        reach = _expect(sides[kept]) * stride
        boxes.append(np.concatenate([centres - reach[:, :2], centres + reach[:, 2:]], axis=1))
        best.append(found[kept])
        classes.append(one[kept].argmax(axis=1))
    return Detections(np.concatenate(boxes).astype(np.float32), np.concatenate(best), np.concatenate(classes))


def _expect(sides: Floats) -> Floats:
    """Return the mean of each side's distribution, (N, 4)."""
    bins = sides.reshape(-1, 4, BINS)
    weights = np.exp(bins - bins.max(axis=2, keepdims=True))
    return (weights * np.arange(BINS)).sum(axis=2) / weights.sum(axis=2)


def measure_overlap(one: Floats, other: Floats) -> Floats:
    """Return the intersection over union of each pair, (N, M)."""
    shared = _intersect(one, other)
    whole = measure_area(one)[:, None] + measure_area(other)[None] - shared
    return shared / np.maximum(whole, 1e-9)


def measure_area(boxes: Floats) -> Floats:
    """Return areas in square pixels, (N,)."""
    return np.maximum(boxes[:, 2] - boxes[:, 0], 0) * np.maximum(boxes[:, 3] - boxes[:, 1], 0)


def _intersect(one: Floats, other: Floats) -> Floats:
    low = np.maximum(one[:, None, :2], other[None, :, :2])
    high = np.minimum(one[:, None, 2:], other[None, :, 2:])
    sides = np.maximum(high - low, 0)
    return sides[..., 0] * sides[..., 1]


def keep_large(found: Detections, side: float) -> Detections:
    """Return the detections that are at least `side` pixels wide or high."""
    kept = (found.boxes[:, 2:] - found.boxes[:, :2]).max(axis=1) >= side
    return Detections(found.boxes[kept], found.scores[kept], found.classes[kept])


def drop_doubles(found: Detections, overlap: float, inside: float) -> Detections:
    """Return the detections without those that a better one of the same class covers.

    Covered is what overlaps by more than `overlap`, or lies within the better one by more than `inside`
    of its own area: a part of somebody seen in another tile. A box that is kept becomes the mean of those that
    overlap it so, weighted by score (Solovyev, Wang and Gabruseva 2021, weighted boxes fusion).
    """
    order = np.argsort(-found.scores)
    boxes, classes = found.boxes[order], found.classes[order]
    shared = _intersect(boxes, boxes)
    areas = measure_area(boxes)
    union = areas[:, None] + areas[None] - shared
    alike = classes[:, None] == classes[None]
    same = alike & (shared / np.maximum(union, 1e-9) > overlap)
    part = alike & (shared / np.maximum(np.minimum(areas[:, None], areas[None]), 1e-9) > inside)
    covered = same | part
    kept = np.ones(len(order), bool)
    for at in range(len(order)):
        if kept[at]:
            kept[at + 1 :] &= ~covered[at, at + 1 :]
    chosen = order[kept]
    weights = (same | np.eye(len(order), dtype=bool))[kept] * found.scores[order]
    fused = weights @ boxes / weights.sum(axis=1, keepdims=True)
    return Detections(fused.astype(np.float32), found.scores[chosen], found.classes[chosen])
