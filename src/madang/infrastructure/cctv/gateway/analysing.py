"""A video, frame by frame: motion gate, detector, tracker; then what the whole of it shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import msgspec
import numpy as np

from madang.infrastructure.cctv.methods.burning import BurnWatch
from madang.infrastructure.cctv.methods.mending import mend
from madang.infrastructure.cctv.methods.pacing import find_pace
from madang.infrastructure.cctv.methods.posing import choose_read, find_step
from madang.infrastructure.cctv.methods.rules import find_events
from madang.infrastructure.cctv.methods.tracking import WEAK, Tracker
from madang.infrastructure.cctv.records import (
    SORTS,
    UNREAD,
    Detections,
    Event,
    Floats,
    Picture,
    Rules,
    Sort,
    Track,
)

from .classifier import Classifier
from .detector import Detector
from .poses import PoseReader
from .video import Video

SURE_ENOUGH = 0.3
NOTHING = Detections(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64))
MOTION_LEVEL, MOTION_SHARE = 12, 0.0005
STILL_FRAMES = 10
HUES, SATURATIONS = 8, 4
LOOKS = 2 * HUES * SATURATIONS


class Analysis(msgspec.Struct, frozen=True, kw_only=True):
    """Tracks and events of a video; `broken` says where it broke off. `times`: seconds since the first frame, (N,)."""

    frames: int
    times: list[float]
    fps: float
    width: int
    height: int
    tracks: list[Track]
    events: list[Event]
    broken: str


def analyse(
    path: Path,
    detector: Detector,
    rules: Rules,
    progress: Callable[[int], None] = lambda _: None,
    classifier: Classifier | None = None,
    poses: PoseReader | None = None,
) -> Analysis:
    """Return what a video shows; poses are read where there is a reader. Raises NotFound or BadInput where it can't be opened."""
    video = Video(path)
    facts = video.facts
    trackers = {sort: Tracker(sort, facts.fps) for sort in Sort}
    gate, burns, number = MotionGate(), BurnWatch(facts.fps), 0
    for number, picture in enumerate(video.frames(), start=1):
        found = NOTHING
        if gate.is_moving(picture) or not all(one.is_idle for one in trackers.values()):
            found = detector.detect(picture)
            is_due = (number - 1) % find_step(facts.fps) == 0
            take_frame(trackers, number, picture, found, poses if is_due else None, rules.fight_heights)
        watch_burning(burns, number, picture, rules, found, classifier)
        progress(number)
    tracks = [
        track
        for sort in Sort
        for track in mend(trackers[sort].list_tracks(with_looks=True), facts.fps, (facts.width, facts.height))
    ]
    pace = find_pace(video.times, facts.fps)
    seen = find_events(pace.put(tracks), rules, pace.fps, (facts.width, facts.height))
    return Analysis(
        frames=number,
        times=video.times,
        fps=facts.fps,
        width=facts.width,
        height=facts.height,
        tracks=tracks,
        events=sorted(
            [*pace.take(seen), *burns.list_events(rules)],
            key=lambda one: one.start_frame,
        ),
        broken=video.broken,
    )


def watch_burning(
    burns: BurnWatch,
    number: int,
    picture: Picture,
    rules: Rules,
    found: Detections,
    classifier: Classifier | None,
) -> None:
    """Look for fire and smoke beside whom and what was found; a classifier, where there is one, must agree."""
    sorts = np.array([SORTS.get(int(one), "") for one in found.classes], object)
    sure = found.scores >= SURE_ENOUGH
    people, vehicles = (found.boxes[sure & (sorts == sort)] for sort in (Sort.PERSON, Sort.VEHICLE))
    for one in burns.update(number, picture, rules, people, vehicles):
        one.is_refused = classifier is not None and not classifier.agrees(picture, one.box, one.kind)


def take_frame(
    trackers: dict[Sort, Tracker],
    number: int,
    picture: Picture,
    found: Detections,
    poses: PoseReader | None = None,
    reach: float = 0.0,
) -> None:
    """Give each tracker what was found of its sort in a frame, with its colours.

    Where there is a reader of poses, also those of who may lie, or is within `reach` body heights of somebody.
    """
    sorts = np.array([SORTS.get(int(one), "") for one in found.classes], object)
    for sort, tracker in trackers.items():
        chosen = np.flatnonzero((sorts == sort) & (found.scores >= WEAK))
        looks = np.array([describe_looks(picture, box) for box in found.boxes[chosen]])
        joints = None
        if sort is Sort.PERSON and poses is not None:
            joints = read_poses(poses, picture, found.boxes[chosen], found.scores[chosen], reach)
        looks = looks.reshape(len(chosen), LOOKS)
        tracker.update(number, found.boxes[chosen], found.scores[chosen], looks, joints)


def read_poses(poses: PoseReader, picture: Picture, boxes: Floats, scores: Floats, reach: float) -> Floats:
    """Return the poses of the people (N, 4) that can matter, (N, 17, 3); NaN for the others."""
    joints = np.tile(UNREAD, (len(boxes), 1, 1))
    sure = np.flatnonzero(scores >= SURE_ENOUGH)
    read = sure[choose_read(boxes[sure], reach)]
    joints[read] = poses.read(picture, boxes[read])
    return joints


def describe_looks(picture: Picture, box: Floats) -> Floats:
    """Return the colours of a box's middle, upper half beside lower half, as a vector of length 1."""
    x1, y1, x2, y2 = (int(value) for value in box)
    inset = (x2 - x1) // 5
    part = picture[max(y1, 0) : max(y2, y1 + 2), max(x1 + inset, 0) : max(x2 - inset, x1 + inset + 1)]
    if part.size == 0:
        return np.zeros(LOOKS, np.float32)
    part = cv2.cvtColor(part, cv2.COLOR_BGR2HSV)
    middle = max(1, part.shape[0] // 2)
    halves = [
        cv2.calcHist([half], [0, 1], None, [HUES, SATURATIONS], [0, 180, 0, 256]).ravel()
        for half in (part[:middle], part[middle:] if part.shape[0] > 1 else part)
    ]
    whole = np.sqrt(np.concatenate(halves))
    return (whole / max(float(np.linalg.norm(whole)), 1e-9)).astype(np.float32)


class MotionGate:
    """Tells whether anything moved lately; while nothing does, nothing need be looked for."""

    def __init__(self) -> None:
        self._before: Picture | None = None
        self._still = 0

    def is_moving(self, picture: Picture) -> bool:
        """Return whether this frame, or one of the few before it, differs from the one before."""
        small = cv2.GaussianBlur(cv2.cvtColor(cv2.resize(picture, (160, 120)), cv2.COLOR_BGR2GRAY), (5, 5), 0)
        before, self._before = self._before, small
        if before is None or np.mean(cv2.absdiff(small, before) > MOTION_LEVEL) > MOTION_SHARE:
            self._still = 0
        else:
            self._still += 1
        return self._still < STILL_FRAMES
