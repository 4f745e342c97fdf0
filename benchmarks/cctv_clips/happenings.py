"""Events that rules derive from ground-truth tracks, and how many of them are found from what was seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from madang.infrastructure.cctv.methods.rules import find_events
from madang.infrastructure.cctv.records import Event, Line, Rules, Sort, Track, Zone

from .scoring import Rows

SLACK_S, NEAR = 1.0, 0.15
"""An event is the same where times overlap, give or take a second, within so much of the picture's width."""
RULES = Rules(
    zones=(Zone(name="right", points=((0.6, 0), (1, 0), (1, 1), (0.6, 1))),),
    lines=(
        Line(name="left", start=(0.35, 0), end=(0.35, 1)),
        Line(name="right", start=(0.65, 0), end=(0.65, 1)),
    ),
    loitering_s=3.0,
    loitering_heights=0.5,
    crowd_people=4,
    crowd_heights=1.5,
    running_heights_s=0.9,
)
"""Limits so low that short clips of people who walk have events of every kind that tracks alone can tell."""


def to_tracks(rows: Rows) -> list[Track]:
    """Return tracks of rows as MOTChallenge has them."""
    tracks = []
    for one in np.unique(rows[:, 1]):
        own = rows[rows[:, 1] == one]
        own = own[np.argsort(own[:, 0])]
        boxes = np.concatenate([own[:, 2:4], own[:, 2:4] + own[:, 4:6]], axis=1).astype(np.float32)
        scores = np.ones(len(own), np.float32)
        tracks.append(Track(int(one), Sort.PERSON, own[:, 0].astype(np.int64), boxes, scores))
    return tracks


def say_events(truth: Rows, found: Sequence[Track], fps: float, size: tuple[int, int]) -> Counter[str]:
    """Print precision and recall of the events of `found`; return how many were right, wrong and missed."""
    real = find_events(to_tracks(truth), RULES, fps, size)
    seen = find_events(found, RULES, fps, size)
    counts = compare(real, seen, fps, size[0])
    kinds = sorted({one.kind.value for one in (*real, *seen)})
    said = ", ".join(f"{one} {counts[one + ' right']}/{counts[one + ' real']}" for one in kinds)
    wrong = len(seen) - counts["right"]
    print(
        f"  events: precision {counts['right'] / max(1, len(seen)):.3f}  recall {counts['right'] / max(1, len(real)):.3f}"
        f"  ({len(real)} real, {wrong} wrong; {said})",
        flush=True,
    )
    return Counter(right=counts["right"], found=len(seen), real=len(real))


def compare(real: Sequence[Event], seen: Sequence[Event], fps: float, width: int) -> Counter[str]:
    """Return how many events are right, in all and by kind: each real one found once at most, as many as can be paired."""
    counts: Counter[str] = Counter(f"{one.kind.value} real" for one in real)
    for one, _ in pair(real, seen, fps, width):
        counts.update(["right", f"{one.kind.value} right"])
    return counts


def pair(real: Sequence[Event], seen: Sequence[Event], fps: float, width: int) -> list[tuple[Event, Event]]:
    """Return the real events beside those that found them: as many as can be, and the ones nearest in time."""
    far = 1 + max((abs(one.start_frame - other.start_frame) for one in real for other in seen), default=0)
    worth = np.array([
        [
            far * (len(real) + 1) - abs(one.start_frame - other.start_frame)
            if _is_same(one, other, SLACK_S * fps, NEAR * width)
            else 0
            for other in seen
        ]
        for one in real
    ]).reshape(len(real), len(seen))  # fmt: skip
    rows, columns = linear_sum_assignment(worth, maximize=True)
    return [
        (real[row], seen[column]) for row, column in zip(rows, columns, strict=True) if worth[row, column]
    ]


def _is_same(one: Event, other: Event, slack: float, near: float) -> bool:
    return (
        (one.kind, one.place) == (other.kind, other.place)
        and one.start_frame - slack <= other.end_frame
        and other.start_frame - slack <= one.end_frame
        and float(np.hypot(one.x - other.x, one.y - other.y)) <= near
    )
