"""The detector: one picture, or overlapping tiles of it, through the ONNX model."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import onnx

from madang.infrastructure.cctv.methods.boxes import decode, drop_doubles, keep_large
from madang.infrastructure.cctv.records import Detections, Floats, Picture

from .padding import fold_pads
from .sessions import MODELS, open_model
from .sizing import free_sides

MODEL = MODELS / "nanodet.onnx"
SIZE, CELL = 416, 32
"""The longer side of what the model is given, and what both sides are multiples of."""
MEAN, SPREAD = np.array([103.53, 116.28, 123.675], np.float32), np.array([57.375, 57.12, 58.395], np.float32)
LEAST_SCORE = 0.1
OVERLAP, INSIDE = 0.55, 0.8
MARGIN = 0.25
"""Tiles are larger than their share of the picture by so much, half on each side."""
EDGE = 4
INPUT = "input_1"
SCORES, SIDES = ("Identity", "Identity_1", "Identity_2"), ("Identity_3", "Identity_4", "Identity_5")


class Detector:
    """Finds people, vehicles and bags. `tiles` cuts a picture that many times along its longer side."""

    def __init__(self, tiles: int = 2, threads: int = 2, model: Path = MODEL) -> None:
        self._session = open_model(model, threads, free)
        self._tiles = tiles

    def detect(self, picture: Picture) -> Detections:
        """Return what is in a picture (height, width, 3; blue, green, red).

        What is so small that one of the tiles shows it whole is told by the tiles, which see it larger.
        """
        height, width = picture.shape[:2]
        found = [self._look(picture, 0, 0, width, height)]
        if self._tiles > 1:
            small = MARGIN * min(height, max(width, height) / (self._tiles - 1))
            found = [keep_large(found[0], small)]
            found += [self._look(picture, *tile) for tile in _list_tiles(width, height, self._tiles)]
        whole = Detections(
            np.concatenate([one.boxes for one in found]),
            np.concatenate([one.scores for one in found]),
            np.concatenate([one.classes for one in found]),
        )
        return drop_doubles(whole, OVERLAP, INSIDE)

    def _look(self, picture: Picture, x: int, y: int, width: int, height: int) -> Detections:
        """Return what one part shows, without what its inner edges cut."""
        found = self._read(picture[y : y + height, x : x + width])
        boxes = np.clip(found.boxes, 0, [width, height, width, height]) + np.array([x, y, x, y], np.float32)
        kept = ~_is_cut(boxes, (x, y, width, height), picture.shape)
        return Detections(boxes[kept].astype(np.float32), found.scores[kept], found.classes[kept])

    def _read(self, part: Picture) -> Detections:
        """Return what the model sees, its proportions kept: a person made thin is not seen as one."""
        given, scale = prepare(part)
        answers: list[Floats] = [one[0] for one in self._session.run([*SCORES, *SIDES], {INPUT: given})]
        found = decode(answers[:3], answers[3:], given.shape[3], LEAST_SCORE)
        return Detections(found.boxes / scale, found.scores, found.classes)


def free(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return NanoDet's model freed of the square and of borders made apart."""
    return fold_pads(free_sides(model))


def prepare(picture: Picture) -> tuple[Floats, float]:
    """Return a picture as the model takes it, (1, 3, height, width), and by how much it was made larger."""
    height, width = picture.shape[:2]
    scale = SIZE / max(width, height)
    wide, high = max(1, round(width * scale)), max(1, round(height * scale))
    given = np.zeros((1, 3, *(-(-side // CELL) * CELL for side in (high, wide))), np.float32)
    shown = cv2.resize(picture, (wide, high), interpolation=cv2.INTER_LINEAR)
    for colour, plane in enumerate(cv2.split(shown)):
        filled = given[0, colour, :high, :wide]
        np.subtract(plane, MEAN[colour], out=filled)
        filled /= SPREAD[colour]
    return given, scale


def _list_tiles(width: int, height: int, count: int) -> list[tuple[int, int, int, int]]:
    """Return overlapping tiles (x, y, width, height) as nearly square as the picture allows."""
    longer, shorter = max(width, height), min(width, height)
    side = int(longer / count * (1 + MARGIN))
    across = max(1, round(shorter / side)) if shorter > side else 1
    size = min(side, longer), min(int(shorter / across * (1 + MARGIN if across > 1 else 1)), shorter)
    columns, rows = (count, across) if width >= height else (across, count)
    wide, high = size if width >= height else size[::-1]
    return [
        (int(x), int(y), wide, high)
        for y in np.linspace(0, height - high, rows)
        for x in np.linspace(0, width - wide, columns)
    ]


def _is_cut(boxes: Floats, tile: tuple[int, int, int, int], shape: tuple[int, ...]) -> np.ndarray:
    """Return which boxes end at an edge of the tile that is no edge of the picture."""
    x, y, width, height = tile
    cut = np.zeros(len(boxes), bool)
    if x > 0:
        cut |= boxes[:, 0] <= x + EDGE
    if y > 0:
        cut |= boxes[:, 1] <= y + EDGE
    if x + width < shape[1]:
        cut |= boxes[:, 2] >= x + width - EDGE
    if y + height < shape[0]:
        cut |= boxes[:, 3] >= y + height - EDGE
    return cut
