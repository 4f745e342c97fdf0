"""The slot for a model of one's own that says whether a part of a picture shows fire or smoke."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

from madang.core.base.interface import BadInput
from madang.infrastructure.cctv.records import EventKind, Floats, Picture

from .sessions import MODELS, UNREADABLE

MODEL = MODELS / "fire.onnx"
AGREES = 0.5
AROUND = 0.5
"""How much of the found box's size is shown on each side of it."""


class Classifier:
    """An ONNX classifier: one input (1, 3, height, width; red, green, blue, 0 to 1), one output (1, classes).

    The output is taken as probabilities where it sums to 1, else as logits. The model's metadata `names` is a JSON
    list of its classes, with "fire" and "smoke" among them; BadInput where it isn't so.
    """

    def __init__(self, path: Path = MODEL) -> None:
        try:
            self._session = onnxruntime.InferenceSession(str(path))
            names = json.loads(self._session.get_modelmeta().custom_metadata_map["names"])
            self._places = {kind: names.index(kind.value) for kind in (EventKind.FIRE, EventKind.SMOKE)}
            _, _, self._height, self._width = self._session.get_inputs()[0].shape
        except (KeyError, ValueError, *UNREADABLE) as error:
            raise BadInput("cctv.classifier", f"{path}: {error}", f"{path}: {error}") from error
        self._input = self._session.get_inputs()[0].name

    def agrees(self, picture: Picture, box: Floats, kind: EventKind) -> bool:
        """Return whether it too sees what was found in a box (corners in pixels)."""
        reach = (box[2:] - box[:2]) * AROUND
        x1, y1 = (int(value) for value in np.maximum(box[:2] - reach, 0))
        x2, y2 = (int(np.ceil(value)) for value in box[2:] + reach)
        part = cv2.resize(picture[y1 : max(y2, y1 + 1), x1 : max(x2, x1 + 1)], (self._width, self._height))
        given = cv2.cvtColor(part, cv2.COLOR_BGR2RGB).astype(np.float32).transpose(2, 0, 1)[None] / 255
        answer = np.asarray(self._session.run(None, {self._input: given})[0], np.float64)[0]
        if answer.min() < 0 or abs(answer.sum() - 1) > 0.01:  # noqa: PLR2004 - rounding
            answer = np.exp(answer - answer.max())
            answer /= answer.sum()
        return bool(answer[self._places[kind]] >= AGREES)


def find_classifier() -> Classifier | None:
    """Return the model that lies beside the detector's as `fire.onnx`, None where none does."""
    return Classifier() if MODEL.is_file() else None
