"""AP, MOTA and IDF1 of tracks against ground truth, both as MOTChallenge writes them."""

from __future__ import annotations

import warnings
from pathlib import Path

import motmetrics
import numpy as np
from scipy.optimize import linear_sum_assignment

from madang.infrastructure.cctv.methods.boxes import measure_overlap

LEAST_OVERLAP = 0.5
Rows = np.ndarray
"""(N, 7): frame from 1, id, left, top, width, height, score."""


def read_rows(path: Path) -> Rows:
    """Return the rows of a MOTChallenge file, what it says to ignore (0 as its confidence) left out."""
    rows = np.loadtxt(path, delimiter=",", usecols=range(7), ndmin=2)
    return rows[rows[:, 6] != 0]


def score(truth: Rows, found: Rows) -> dict[str, float]:
    """Return AP, MOTA, IDF1, recall, precision (0 to 1), switches of identity and fragmentations."""
    accumulator = motmetrics.MOTAccumulator()
    for frame in np.union1d(truth[:, 0], found[:, 0]):
        real, seen = truth[truth[:, 0] == frame], found[found[:, 0] == frame]
        distance = 1 - measure_overlap(_to_corners(real), _to_corners(seen))
        distance[distance > 1 - LEAST_OVERLAP] = np.nan
        accumulator.update(real[:, 1].astype(int), seen[:, 1].astype(int), distance, frameid=int(frame))
    names = ["mota", "idf1", "recall", "precision", "num_switches", "num_fragmentations"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        summary = motmetrics.metrics.create().compute(accumulator, metrics=names, name="all")
    return {"ap": measure_ap(truth, found), **summary.loc["all"].to_dict()}


def count_right(truth: Rows, found: Rows) -> tuple[int, int]:
    """Return how many of the truth were found, each once, and how many were found in all."""
    right = 0
    for frame in np.unique(truth[:, 0]):
        real, seen = (_to_corners(one[one[:, 0] == frame]) for one in (truth, found))
        overlap = measure_overlap(real, seen)
        rows, columns = linear_sum_assignment(overlap, maximize=True)
        right += int((overlap[rows, columns] >= LEAST_OVERLAP).sum())
    return right, len(found)


def drop_over(found: Rows, doubtful: Rows) -> Rows:
    """Return what was found without what stands where nobody can tell who does."""
    boxes = _to_corners(doubtful)
    kept = [
        not (measure_overlap(_to_corners(one[None]), boxes[doubtful[:, 0] == one[0]]) > 0).any()
        for one in found
    ]
    return found[np.array(kept, bool)]


def measure_ap(truth: Rows, found: Rows) -> float:
    """Return the average precision at an overlap of a half, all points of the curve."""
    hits = np.zeros(len(found), bool)
    for frame in np.unique(found[:, 0]):
        real, at = truth[truth[:, 0] == frame], np.flatnonzero(found[:, 0] == frame)
        at = at[np.argsort(-found[at, 6], kind="stable")]
        overlap = measure_overlap(_to_corners(real), _to_corners(found[at]))
        for column, one in enumerate(at):
            if len(real) and overlap[:, column].max() >= LEAST_OVERLAP:
                hits[one] = True
                overlap[overlap[:, column].argmax()] = 0
    order = np.argsort(-found[:, 6], kind="stable")
    right = np.cumsum(hits[order])
    recall, precision = right / max(1, len(truth)), right / np.arange(1, len(right) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(np.concatenate([[0], recall])) * envelope))


def say(name: str, scores: dict[str, float]) -> None:
    """Print one line."""
    print(
        f"{name:<46} AP {scores['ap']:.3f}  MOTA {scores['mota']:.3f}  IDF1 {scores['idf1']:.3f}  "
        f"recall {scores['recall']:.3f}  precision {scores['precision']:.3f}  "
        f"switches {scores['num_switches']:.0f}",
        flush=True,
    )


def _to_corners(rows: Rows) -> np.ndarray:
    return np.concatenate([rows[:, 2:4], rows[:, 2:4] + rows[:, 4:6]], axis=1).astype(np.float32)
