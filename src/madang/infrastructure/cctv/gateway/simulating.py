"""A street that doesn't exist, drawn: people of plain shapes walk in it, so that no real person is in any picture."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import msgspec
import numpy as np

from madang.infrastructure.cctv.records import Picture

WIDTH, HEIGHT = 640, 360
HORIZON = 0.45
FINER = 2
"""Figures are drawn so many times as large and made smaller: edges are soft as a lens makes them."""
SKIN, SHOE, HAIR = (140, 165, 205), (30, 30, 30), (25, 25, 30)
STEPS_S = 1.9
NOTE = "SIMULATED"
WHOLE_EVERY_S = 60
"""Seconds from one whole picture to the next: it is always played from the beginning."""

Colour = tuple[float, float, float]


class Walker(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody: (seconds, x, y) along the way, feet in parts of the picture; colours are blue, green, red."""

    way: tuple[tuple[float, float, float], ...]
    top: Colour
    bottom: Colour = (70, 50, 40)
    height: float = 0.4

    def find(self, at: float) -> tuple[float, float, float] | None:
        """Return x, y and speed (parts of the picture a second) at a moment, None where they aren't there."""
        times = [one[0] for one in self.way]
        if not times[0] <= at <= times[-1]:
            return None
        x = float(np.interp(at, times, [one[1] for one in self.way]))
        y = float(np.interp(at, times, [one[2] for one in self.way]))
        before = float(np.interp(at - 0.2, times, [one[1] for one in self.way]))
        return x, y, (x - before) / 0.2


def write_street(path: Path, walkers: Sequence[Walker], seconds: float, fps: int) -> None:
    """Write the street with its people as H.264 in MP4, whole or not at all."""
    new = path.with_suffix(".new")
    new.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(new), "w", format="mp4") as container:
        stream = container.add_stream(
            "libx264", rate=fps, options={"preset": "ultrafast", "crf": "24", "g": str(WHOLE_EVERY_S * fps)}
        )
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        before = None
        for number, picture in enumerate(draw_street(walkers, seconds, fps)):
            if picture is not before:  # nobody is there most of the time
                frame = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format="yuv420p")
                before = picture
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    os.replace(new, path)


def draw_street(walkers: Sequence[Walker], seconds: float, fps: int) -> Iterator[Picture]:
    """Yield each picture."""
    empty = _draw_empty()
    for number in range(int(seconds * fps)):
        at = number / fps
        there = [(one, found) for one in walkers if (found := one.find(at)) is not None]
        yield _draw_people(empty, there, at) if there else empty


def _draw_empty() -> Picture:
    noise = np.random.default_rng(7)
    picture = np.empty((HEIGHT, WIDTH, 3), np.float32)
    ground = int(HEIGHT * HORIZON)
    picture[:ground] = (170, 165, 160)
    depth = np.linspace(0.8, 1.15, HEIGHT - ground)[:, None, None]
    picture[ground:] = np.array((95, 98, 100), np.float32) * depth
    for x in range(0, WIDTH, 80):
        cv2.rectangle(picture, (x + 10, 26), (x + 64, 100), (110, 95, 80), -1)
        cv2.rectangle(picture, (x + 10, 26), (x + 64, 100), (60, 60, 60), 2)
    picture += noise.normal(0, 4, picture.shape)
    cv2.putText(
        picture, NOTE, (8, HEIGHT - 10), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (235, 235, 235), 1, cv2.LINE_AA
    )
    return np.clip(picture, 0, 255).astype(np.uint8)


def _draw_people(
    empty: Picture, there: list[tuple[Walker, tuple[float, float, float]]], at: float
) -> Picture:
    large = cv2.resize(empty, (WIDTH * FINER, HEIGHT * FINER))
    for walker, (x, y, speed) in sorted(there, key=lambda one: one[1][1]):
        size = walker.height * HEIGHT * FINER
        swing = math.sin(2 * math.pi * STEPS_S / 2 * at) if abs(speed) > 0.001 else 0.12
        _draw_person(
            large, x * WIDTH * FINER, y * HEIGHT * FINER, size, swing, walker, -1 if speed < 0 else 1
        )
    return cv2.GaussianBlur(cv2.resize(large, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), (3, 3), 0)


def _draw_person(
    picture: Picture, x: float, y: float, size: float, swing: float, walker: Walker, way: int
) -> None:
    def at(across: float, up: float) -> tuple[int, int]:
        return int(x + across * size * way), int(y - up * size)

    def limb(
        start: tuple[int, int], turn: float, length: float, thick: float, colour: Colour
    ) -> tuple[int, int]:
        end = (
            int(start[0] + math.sin(turn) * length * size * way),
            int(start[1] + math.cos(turn) * length * size),
        )
        cv2.line(picture, start, end, colour, max(1, int(thick * size)), cv2.LINE_AA)
        return end

    def arm(turn: float, colour: Colour) -> None:
        elbow = limb(at(0, 0.79), turn, 0.17, 0.07, colour)
        hand = limb(elbow, turn + 0.35, 0.15, 0.055, colour)
        cv2.circle(picture, hand, max(1, int(0.028 * size)), SKIN, -1, cv2.LINE_AA)

    cv2.ellipse(
        picture, at(0, 0), (int(0.16 * size), int(0.03 * size)), 0, 0, 360, (60, 62, 64), -1, cv2.LINE_AA
    )
    for side, shade in ((-1, 0.75), (1, 1.0)):
        colour = _shade(walker.bottom, shade)
        knee = limb(at(0, 0.5), swing * side * 0.45, 0.25, 0.105, colour)
        ankle = limb(knee, swing * side * 0.45 - max(0.0, -swing * side) * 0.5, 0.22, 0.08, colour)
        limb(ankle, math.pi / 2, 0.06, 0.045, SHOE)
    arm(swing * 0.5, _shade(walker.top, 0.7))
    body = [(-0.095, 0.82), (0.095, 0.82), (0.085, 0.62), (0.09, 0.48), (-0.09, 0.48), (-0.085, 0.62)]
    cv2.fillPoly(picture, [np.array([at(*one) for one in body], np.int32)], walker.top, cv2.LINE_AA)
    arm(-swing * 0.5, walker.top)
    limb(at(0, 0.87), 0, 0.05, 0.06, SKIN)
    head = int(0.055 * size), int(0.07 * size)
    cv2.ellipse(picture, at(0.005, 0.925), head, 0, 0, 360, SKIN, -1, cv2.LINE_AA)
    cv2.ellipse(picture, at(-0.008, 0.945), (int(0.06 * size),) * 2, 0, 150, 370, HAIR, -1, cv2.LINE_AA)


def _shade(colour: Colour, by: float) -> Colour:
    blue, green, red = colour
    return blue * by, green * by, red * by
