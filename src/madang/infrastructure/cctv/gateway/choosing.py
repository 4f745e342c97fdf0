"""Which of NanoDet's two models live pictures are looked at with: measured once, when the analysis begins."""

from __future__ import annotations

import functools
import sys
import time
from pathlib import Path

import numpy as np

from madang.infrastructure.cctv.methods.boxes import measure_overlap
from madang.infrastructure.cctv.records import Detections, Picture

from .detector import MODEL, Detector
from .own_detector import OWN, find_detector
from .sessions import MODELS
from .simulating import Walker, draw_street

EIGHT_BITS = MODELS / "nanodet-8bit.onnx"
LOOKS, GAIN = 5, 1.2
"""So often each looks, and by so many times the eight-bit one must be quicker."""
SURE, SAME = 0.4, 0.75
"""Score from which what one finds the other must find too, and how far their boxes overlap."""
WALKERS = [
    Walker(way=((0, x, 0.95), (1, x + 0.05, 0.95)), top=(50, 50, 170), height=height)
    for x, height in ((0.2, 0.5), (0.5, 0.7), (0.8, 0.6))
]


def find_quick_detector(tiles: int) -> Detector:
    """Return a detector for live pictures, in one thread: one's own where it lies there, else the quicker NanoDet."""
    return find_detector(tiles, 1) if OWN.is_file() else Detector(tiles, 1, choose_model())


@functools.cache
def choose_model(quick: Path = EIGHT_BITS) -> Path:
    """Return `quick` where it is there, quicker on this processor, and finds what the model in full finds; else that.

    Processors without multiplication of eight-bit numbers are no quicker with them, or add them up wrongly.
    """
    if not quick.is_file():
        return MODEL
    picture = next(draw_street(WALKERS, 1, 1))
    detectors = Detector(1, 1, MODEL), Detector(1, 1, quick)
    (full, found), (slow, fast) = zip(*(_look(one, picture) for one in detectors), strict=True)
    is_chosen = slow >= GAIN * fast and agree(full, found) and agree(found, full)
    said = "in eight bits" if is_chosen else "in full"
    sys.stderr.write(
        f"detector {said}: {1000 * slow:.0f} ms a picture in full, {1000 * fast:.0f} in eight bits\n"
    )
    return quick if is_chosen else MODEL


def agree(found: Detections, other: Detections) -> bool:
    """Return whether everything that was surely found was also found by the other."""
    sure = found.scores >= SURE
    overlap = measure_overlap(found.boxes[sure], other.boxes)
    overlap[found.classes[sure][:, None] != other.classes[None]] = 0
    return bool(np.all(overlap.max(axis=1, initial=0) >= SAME))


def _look(detector: Detector, picture: Picture) -> tuple[Detections, float]:
    """Return what is found, and the least seconds of processor time that it took."""
    took = []
    for _ in range(LOOKS):
        began = time.thread_time()
        found = detector.detect(picture)
        took.append(time.thread_time() - began)
    return found, min(took)
