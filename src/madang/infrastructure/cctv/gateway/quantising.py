"""The detector in whole numbers of eight bits: a processor that multiplies those by itself looks in less than half of the time.

Done at set-up (`models/build.py`). How large the numbers within the model get is seen in pictures that are drawn:
nobody's pictures are needed.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from madang.infrastructure.cctv.records import Floats, Picture

from .detector import INPUT, free, prepare
from .simulating import Walker, draw_street

WORKED_IN_EIGHT_BITS = ["Conv", "LeakyRelu", "Add", "Concat", "MaxPool", "Resize"]
PICTURES, MOST_PEOPLE = 16, 6
WIDE, HIGH, LEAVES = 640, 480, 1500
SMALLEST, LARGEST = 4.0, 200.0
"""Radii of leaves in pixels."""


def quantise(source: Path, target: Path) -> None:
    """Write the detector's model anew with weights of eight bits, each channel by its own scale; whole or not at all."""
    with tempfile.TemporaryDirectory() as folder:
        freed, plain, made = (
            Path(folder) / "freed.onnx",
            Path(folder) / "plain.onnx",
            target.with_suffix(".new"),
        )
        onnx.save(free(onnx.load(source)), freed)
        quant_pre_process(freed, plain, skip_symbolic_shape=True)
        quantize_static(
            plain,
            made,
            _Shown(draw_pictures(seed=5)),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=WORKED_IN_EIGHT_BITS,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
        os.replace(made, target)


class _Shown(CalibrationDataReader):
    def __init__(self, pictures: Iterator[Picture]) -> None:
        self._pictures = pictures

    def get_next(self) -> dict[str, Floats] | None:
        picture = next(self._pictures, None)
        return None if picture is None else {INPUT: prepare(picture)[0]}


def draw_pictures(seed: int) -> Iterator[Picture]:
    """Yield pictures (height, width, 3): people of every colour in the street that doesn't exist, and fallen leaves."""
    chance = np.random.default_rng(seed)
    for _ in range(PICTURES):
        yield next(draw_street(_draw_walkers(chance), 1, 1))
        yield _draw_leaves(chance)


def _draw_walkers(chance: np.random.Generator) -> list[Walker]:
    return [
        Walker(
            way=((0, x := chance.uniform(0.05, 0.95), y := chance.uniform(0.55, 1)), (1, x + 0.1, y)),
            top=tuple(chance.integers(0, 256, 3).tolist()),
            bottom=tuple(chance.integers(0, 256, 3).tolist()),
            height=chance.uniform(0.15, 0.8),
        )
        for _ in range(chance.integers(1, MOST_PEOPLE))
    ]


def _draw_leaves(chance: np.random.Generator) -> Picture:
    """Draw what covers what, of all sizes: edges and contrasts are as frequent as in photographs (Lee, Mumford and Huang 2001)."""
    picture = np.empty((HIGH, WIDE, 3), np.uint8)
    picture[:] = chance.integers(0, 256, 3)
    radii = (SMALLEST**-2 - chance.random(LEAVES) * (SMALLEST**-2 - LARGEST**-2)) ** -0.5
    for radius in np.sort(radii)[::-1]:
        centre = int(chance.integers(WIDE)), int(chance.integers(HIGH))
        sides = int(radius), 1 + int(radius * chance.uniform(0.3, 1))
        colour = np.clip(chance.integers(0, 256) + chance.normal(0, 40, 3), 0, 255).tolist()
        turn = chance.uniform(0, 180)
        if chance.random() < 0.5:  # noqa: PLR2004 - as many round as square
            cv2.ellipse(picture, centre, sides, turn, 0, 360, colour, -1, cv2.LINE_AA)
        else:
            corners = cv2.boxPoints((centre, (2 * sides[0], 2 * sides[1]), turn)).astype(np.int32)
            cv2.fillPoly(picture, [corners], colour, cv2.LINE_AA)
    light = cv2.resize(chance.uniform(0.6, 1.2, (3, 4)), (WIDE, HIGH), interpolation=cv2.INTER_CUBIC)
    noisy = picture * light[..., None] + chance.normal(0, chance.uniform(1, 6), picture.shape)
    return cv2.GaussianBlur(np.clip(noisy, 0, 255).astype(np.uint8), (3, 3), 0)
