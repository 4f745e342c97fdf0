"""Stretches of frames in which something holds, and how far it went beyond its limit."""

from __future__ import annotations

import numpy as np


def find_runs(flags: np.ndarray, least: float, frames: np.ndarray) -> list[tuple[int, int]]:
    """Return (first, last) of the stretches of true flags that last; short breaks don't end one."""
    allowed = max(1, int(least / 2))
    runs: list[list[int]] = []
    for at in np.flatnonzero(flags):
        if runs and frames[at] - frames[runs[-1][1]] <= allowed + 1:
            runs[-1][1] = int(at)
        else:
            runs.append([int(at), int(at)])
    return [(first, last) for first, last in runs if frames[last] - frames[first] + 1 >= least]


def join_runs(runs: list[tuple[int, int]], longest: float, frames: np.ndarray) -> list[tuple[int, int]]:
    """Return stretches joined where no more than `longest` frames are between one and the next."""
    joined: list[tuple[int, int]] = []
    for first, last in runs:
        if joined and frames[first] - frames[joined[-1][1]] <= longest:
            first = joined.pop()[0]
        joined.append((first, last))
    return joined


def exceed(measured: float, limit: float) -> float:
    """Return how many times over its limit something went, 1 at least."""
    return round(max(1.0, float(measured) / limit), 2) if limit > 0 else 1.0
