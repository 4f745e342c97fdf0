"""The slot for a detector of one's own."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from madang.core.base.interface import BadInput
from madang.infrastructure.cctv.records import Detections, Picture

from .detector import LEAST_SCORE, Detector
from .sessions import MODELS, UNREADABLE, open_model

OWN = MODELS / "detector.onnx"
ROW, GREY = 6, 0.5
"""Numbers of a found thing: corners, score and class; and what stands where a picture has other proportions."""


class OwnDetector(Detector):
    """Finds with an ONNX model: one input (1, 3, height, width; red, green, blue, 0 to 1), one output (1, N, 6) or (N, 6).

    A row is a thing: its corners in pixels of the input, its score, its class by its place in COCO's list of 80.
    BadInput where the model isn't so.
    """

    def __init__(self, model: Path, tiles: int = 2, threads: int = 2) -> None:
        self._tiles = tiles
        try:
            self._session = open_model(model, threads)
            (given,), (answer,) = self._session.get_inputs(), self._session.get_outputs()
            _, _, self._height, self._width = given.shape
            if not (isinstance(self._height, int) and isinstance(self._width, int)):
                raise ValueError("its input has no fixed height and width")
            if answer.shape[-1] != ROW:
                raise ValueError(f"its output has {answer.shape[-1]} numbers a row, not {ROW}")
        except (ValueError, *UNREADABLE) as error:
            raise BadInput("cctv.detector", f"{model}: {error}", f"{model}: {error}") from error
        self._input = given.name

    def _read(self, part: Picture) -> Detections:
        height, width = part.shape[:2]
        scale = min(self._width / width, self._height / height)
        wide, high = max(1, round(width * scale)), max(1, round(height * scale))
        given = np.full((self._height, self._width, 3), GREY, np.float32)
        given[:high, :wide] = cv2.cvtColor(cv2.resize(part, (wide, high)), cv2.COLOR_BGR2RGB) / 255.0
        rows = self._session.run(None, {self._input: given.transpose(2, 0, 1)[None]})[0].reshape(-1, ROW)
        rows = rows[rows[:, 4] >= LEAST_SCORE]
        return Detections(rows[:, :4] / scale, rows[:, 4], rows[:, 5].astype(np.int64))


def find_detector(tiles: int, threads: int) -> Detector:
    """Return the detector that lies beside the packaged ones as `detector.onnx`, NanoDet where none does."""
    return OwnDetector(OWN, tiles, threads) if OWN.is_file() else Detector(tiles, threads)
