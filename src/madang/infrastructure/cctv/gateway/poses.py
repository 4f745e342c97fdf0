"""Poses: where the joints of somebody in a box are."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from madang.infrastructure.cctv.records import JOINTS, Floats, Picture

from .sessions import MODELS, open_model

MODEL = MODELS / "movenet.onnx"
SIZE = 192
MARGIN = 0.2
"""How much of the box's longer side is shown besides it, half on each side: arms reach out of boxes."""


class PoseReader:
    """Reads poses one person at a time. Raises NotFound where the model isn't there."""

    def __init__(self, threads: int = 2, model: Path = MODEL) -> None:
        self._session = open_model(model, threads)

    def read(self, picture: Picture, boxes: Floats) -> Floats:
        """Return the joints (x and y in pixels, score 0 to 1; in the order of JOINTS) in boxes (N, 4), (N, 17, 3)."""
        read = np.zeros((len(boxes), len(JOINTS), 3), np.float32)
        for at, box in enumerate(boxes):
            side = max(1, round(float((box[2:] - box[:2]).max()) * (1 + MARGIN)))
            corner = np.round((box[:2] + box[2:] - side) / 2).astype(int)
            shown = cv2.resize(
                _cut(picture, corner, side),
                (SIZE, SIZE),
                interpolation=cv2.INTER_AREA if side > SIZE else cv2.INTER_LINEAR,
            )
            given = cv2.cvtColor(shown, cv2.COLOR_BGR2RGB).astype(np.int32)[None]
            answer = self._session.run(None, {"input": given})[0][0, 0]
            read[at] = np.concatenate([answer[:, 1::-1] * side + corner, answer[:, 2:]], axis=1)
        return read


def find_poses(threads: int = 2) -> PoseReader | None:
    """Return a reader where set-up has made its model, None where it hasn't: what is told then goes by outlines."""
    return PoseReader(threads) if MODEL.is_file() else None


def _cut(picture: Picture, corner: np.ndarray, side: int) -> Picture:
    """Return a square of the picture, black where it reaches beyond."""
    cut = np.zeros((side, side, 3), np.uint8)
    low, high = np.maximum(corner, 0), np.minimum(corner + side, picture.shape[1::-1])
    if (high > low).all():
        (x1, y1), (x2, y2) = low - corner, high - corner
        cut[y1:y2, x1:x2] = picture[low[1] : high[1], low[0] : high[0]]
    return cut
