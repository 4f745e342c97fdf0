"""Boxes of one frame after another become tracks: motion predicts, overlap and looks decide.

Two rounds a frame as ByteTrack does it: sure detections first, then what is left of the tracks against
weak ones, which are rarely anything new but often somebody half hidden.
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field

import lap
import numpy as np

from madang.infrastructure.cctv.records import UNREAD, Floats, Sort, Track

from .boxes import measure_overlap

SURE, WEAK, NEW = 0.4, 0.15, 0.45
LEAST_OVERLAP, LEAST_WEAK_OVERLAP = 0.2, 0.35
MOST_SHARED = 0.5
GROW, SLOW_FPS = 0.15, 8.0
"""Boxes grow before they are compared where pictures are so far apart that people leave their last box."""
LOOKS_WEIGHT, LEAST_LOOKS = 0.6, 0.35
LOST_COST = 0.1
"""Where two want the same box, who was seen in the last picture goes before who wasn't."""
HITS_TO_BELIEVE = 3
POSITION_NOISE, SPEED_NOISE, MEASURE_NOISE = 0.05, 0.003, 0.05


@dataclass
class Followed:
    """A track while it grows. State: centre x, centre y, width, height and their speeds a frame."""

    id: int
    place: Floats
    looks: Floats
    speed: Floats = field(default_factory=lambda: np.zeros(4))
    doubt: np.ndarray = field(default_factory=lambda: np.array([1.0, 0.0, 1.0]))
    frames: list[int] = field(default_factory=list)
    boxes: list[Floats] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    joints: list[Floats] = field(default_factory=list)
    colours: list[Floats] = field(default_factory=list)
    missed: int = 0

    def predict(self) -> None:
        """Move on by one frame."""
        self.place = self.place + self.speed
        self.place[2:] = np.maximum(self.place[2:], 2)
        position, shared, speed = self.doubt
        self.doubt = np.array([
            position + 2 * shared + speed + POSITION_NOISE**2, shared + speed, speed + SPEED_NOISE**2
        ])  # fmt: skip
        self.missed += 1

    def correct(self, frame: int, box: Floats, score: float, looks: Floats, joints: Floats = UNREAD) -> None:
        """Take in where it was seen."""
        position, shared, speed = self.doubt
        noise = MEASURE_NOISE**2 * (1.5 - score)
        gain, push = position / (position + noise), shared / (position + noise)
        off = to_centre(box) - self.place
        self.place, self.speed = self.place + gain * off, self.speed + push * off
        self.doubt = np.array([(1 - gain) * position, (1 - gain) * shared, speed - push * shared])
        self.looks = 0.9 * self.looks + 0.1 * looks
        self.frames.append(frame)
        self.boxes.append(box)
        self.scores.append(score)
        self.joints.append(joints)
        self.colours.append(looks.astype(np.float16))  # of hours of video too
        self.missed = 0

    @property
    def box(self) -> Floats:
        """Where it is believed to be, as corners."""
        half = self.place[2:] / 2
        return np.concatenate([self.place[:2] - half, self.place[:2] + half])

    @property
    def is_believed(self) -> bool:
        """Whether it was seen often enough."""
        return len(self.frames) >= HITS_TO_BELIEVE


class Tracker:
    """Follows everything of one sort through a video of `fps` frames a second."""

    def __init__(self, sort: Sort, fps: float) -> None:
        self.sort = sort
        self._grow = GROW if fps < SLOW_FPS else 0.0
        self._patience = max(5, int(fps * 1.5))
        self._alive: list[Followed] = []
        self._ended: list[Followed] = []
        self._next = 1

    @property
    def is_idle(self) -> bool:
        """Whether nothing is followed now."""
        return not self._alive

    @property
    def extent(self) -> tuple[tuple[int, int, int], ...]:
        """Which tracks it has, from which frame on and how long: as long as it is the same, so are the tracks."""
        believed = (one for one in (*self._ended, *self._alive) if one.is_believed)
        return tuple((one.id, one.frames[0], len(one.frames)) for one in believed)

    def update(
        self, frame: int, boxes: Floats, scores: Floats, looks: Floats, joints: Floats | None = None
    ) -> None:
        """Take in the detections of the next frame; `looks` (N, D) describes each one's colours.

        `joints` (N, 17, 3) are their poses, NaN where none was read.
        """
        poses = [
            UNREAD if joints is None or np.isnan(joints[at]).all() else joints[at] for at in range(len(boxes))
        ]
        for one in self._alive:
            one.predict()
        sure = np.flatnonzero(scores >= SURE)
        waiting = list(range(len(self._alive)))
        taken, waiting, left = self._match(waiting, sure, boxes, looks, LEAST_OVERLAP)
        seen = [at for at in waiting if self._alive[at].missed <= 3]  # noqa: PLR2004 - frames: just lost
        weak = np.flatnonzero((scores >= WEAK) & (scores < SURE))
        if taken and len(weak):  # what is somebody else's already is nobody's half hidden body
            own = boxes[[found for _, found in taken]]
            weak = weak[measure_overlap(boxes[weak], own).max(axis=1) <= MOST_SHARED]
        weakly, _, _ = self._match(seen, weak, boxes, looks, LEAST_WEAK_OVERLAP)
        for at, found in (*taken, *weakly):
            self._alive[at].correct(frame, boxes[found], float(scores[found]), looks[found], poses[found])
        self._let_go()
        for found in left:
            if scores[found] >= NEW:
                self._begin(frame, boxes[found], float(scores[found]), looks[found], poses[found])

    def list_tracks(self, *, with_looks: bool = False) -> list[Track]:
        """Return every track that was seen often enough, by its number; with its colours where they are wanted."""
        whole = [one for one in (*self._ended, *self._alive) if one.is_believed]
        return [
            Track(
                one.id,
                self.sort,
                np.array(one.frames),
                np.array(one.boxes, np.float32),
                np.array(one.scores, np.float32),
                _join_joints(one.joints),
                np.array(one.colours) if with_looks else None,
            )
            for one in sorted(whole, key=lambda one: one.id)
        ]

    def list_followed(self) -> list[Followed]:
        """Return what is believed to be there now; `missed` says for how many frames it wasn't seen."""
        return [one for one in self._alive if one.is_believed]

    def forget(self, before: int) -> None:
        """Forget what was seen before a frame: for pictures that never end."""
        self._ended = [one for one in self._ended if one.is_believed and one.frames[-1] >= before]
        for one in (*self._ended, *self._alive):
            past = bisect.bisect_left(one.frames, before)
            del one.frames[:past], one.boxes[:past], one.scores[:past], one.joints[:past], one.colours[:past]

    def _begin(self, frame: int, box: Floats, score: float, looks: Floats, joints: Floats) -> None:
        made = Followed(self._next, to_centre(box), looks)
        self._next += 1
        made.correct(frame, box, score, looks, joints)
        self._alive.append(made)

    def _let_go(self) -> None:
        kept = []
        for one in self._alive:
            patience = self._patience if one.is_believed else 2
            (kept if one.missed <= patience else self._ended).append(one)
        self._alive = kept

    def _match(
        self, tracks: list[int], found: np.ndarray, boxes: Floats, looks: Floats, least: float
    ) -> tuple[list[tuple[int, int]], list[int], list[int]]:
        """Return (pairs of track and detection, tracks left, detections left)."""
        if not tracks or not len(found):
            return [], tracks, list(found)
        predicted = np.array([self._alive[at].box for at in tracks])
        overlap = measure_overlap(_grow(predicted, self._grow), _grow(boxes[found], self._grow))
        alike = np.array([self._alive[at].looks for at in tracks]) @ looks[found].T
        missed = np.array([self._alive[at].missed for at in tracks])[:, None]
        # Somebody out of sight for a while is told by looks as well as by place.
        allowed = (overlap >= least) & ((alike >= LEAST_LOOKS) | (missed <= 2))  # noqa: PLR2004 - frames
        cost = 1 - (1 - LOOKS_WEIGHT) * overlap - LOOKS_WEIGHT * alike + LOST_COST * (missed > 1)
        cost[~allowed] = 10.0
        _, rows, _ = lap.lapjv(cost, extend_cost=True, cost_limit=2.0)
        pairs = [
            (tracks[row], int(found[column]))
            for row, column in enumerate(rows)
            if column >= 0 and allowed[row, column]
        ]
        used_tracks, used_found = {one for one, _ in pairs}, {one for _, one in pairs}
        return (
            pairs,
            [at for at in tracks if at not in used_tracks],
            [int(at) for at in found if int(at) not in used_found],
        )


def to_centre(box: Floats) -> Floats:
    """Return centre x, centre y, width and height of corners."""
    return np.concatenate([(box[:2] + box[2:]) / 2, box[2:] - box[:2]]).astype(np.float64)


def _join_joints(joints: list[Floats]) -> Floats | None:
    return None if all(one is UNREAD for one in joints) else np.array(joints, np.float32)


def _grow(boxes: Floats, share: float) -> Floats:
    reach = (boxes[:, 2:] - boxes[:, :2]) * share
    return np.concatenate([boxes[:, :2] - reach, boxes[:, 2:] + reach], axis=1)
