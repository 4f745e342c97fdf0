"""Clips whose truth is known: people cut out of real pictures walk anew before the same place.

From a video of a camera that stands still everybody who walks alone for a while is cut out, frame by frame. A clip
is the empty place with some of them in it at sizes, sides and moments drawn by a seed: they hide each other, enter
and leave. Where each stands is known exactly. People and place are real; what isn't is their number and light.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from madang.infrastructure.cctv.methods.boxes import measure_overlap

DIFFERENT, LEAST_FRAMES, LEAST_HEIGHT, STEADY = 28, 30, 48, 0.12
SLIM, WIDEST = 0.22, 0.62
FAR_Y, NEAR_Y, FAR_HEIGHT, NEAR_HEIGHT = 0.42, 1.02, 80.0, 250.0
LEAST_VISIBLE = 0.25
LARGE, SPRITE_FPS = 90, 10.0
"""Who is to stand near the camera is cut out at this height at least; and the frames a second of who was cut out."""
Sprite = list[tuple[np.ndarray, np.ndarray, np.ndarray]]
"""For each frame: picture (H, W, 3), opacity (H, W) and feet (x, y) in pixels of the source."""


@dataclass
class _Cut:
    box: np.ndarray
    frames: Sprite = field(default_factory=list)


def cut_people(path: Path) -> tuple[np.ndarray, list[Sprite]]:
    """Return the empty place of a video and everybody who can be cut out of it."""
    empty = np.median([picture for at, picture in _read(path) if at % 20 == 0], axis=0).astype(np.uint8)
    open_cuts: list[_Cut] = []
    whole: list[Sprite] = []
    for _, picture in _read(path):
        shown = _find_people(picture, empty)
        boxes = np.array([box for box, _ in shown], np.float32).reshape(-1, 4)
        kept = []
        for cut in open_cuts:
            at = _find_next(cut, boxes)
            if at is None:
                whole.append(cut.frames)
            else:
                _add(cut, picture, *shown[at])
                kept.append(cut)
        taken = measure_overlap(boxes, np.array([one.box for one in kept], np.float32).reshape(-1, 4))
        for at, (box, mask) in enumerate(shown):
            if not len(kept) or taken[at].max(initial=0) == 0:
                kept.append(_Cut(box))
                _add(kept[-1], picture, box, mask)
        open_cuts = kept
    whole += [one.frames for one in open_cuts]
    return empty, [one for one in whole if len(one) >= LEAST_FRAMES]


def _read(path: Path) -> Iterator[tuple[int, np.ndarray]]:
    with av.open(str(path)) as container:
        for at, frame in enumerate(container.decode(video=0)):
            yield at, frame.to_ndarray(format="bgr24")


def _find_people(picture: np.ndarray, empty: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return box and mask (of the whole picture) of each piece that is shaped like one person."""
    different = (cv2.absdiff(picture, empty).max(axis=2) > DIFFERENT).astype(np.uint8)
    different = cv2.morphologyEx(different, cv2.MORPH_CLOSE, np.ones((7, 5), np.uint8))
    different = cv2.morphologyEx(different, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, labels, facts, _ = cv2.connectedComponentsWithStats(different)
    height, width = different.shape
    found = []
    for number in range(1, count):
        x, y, wide, high, area = facts[number]
        inside = x > 2 and y > 2 and x + wide < width - 2 and y + high < height - 2
        if inside and high >= LEAST_HEIGHT and SLIM <= wide / high <= WIDEST and area > 0.35 * wide * high:
            found.append((np.array([x, y, x + wide, y + high], np.float32), labels == number))
    return found


def _find_next(cut: _Cut, boxes: np.ndarray) -> int | None:
    """Return which box goes on with a cut; None where none does, or two might."""
    overlap = measure_overlap(cut.box[None], boxes)[0] if len(boxes) else np.zeros(0)
    near = np.flatnonzero(overlap > 0)
    if len(near) != 1 or overlap[near[0]] < 0.3:
        return None
    before, after = cut.box[3] - cut.box[1], boxes[near[0]][3] - boxes[near[0]][1]
    return int(near[0]) if abs(after - before) <= STEADY * before else None


def _add(cut: _Cut, picture: np.ndarray, box: np.ndarray, mask: np.ndarray) -> None:
    x1, y1, x2, y2 = box.astype(int)
    part = slice(y1, y2), slice(x1, x2)
    cut.frames.append((picture[part].copy(), mask[part].astype(np.float32), np.array([(x1 + x2) / 2, y2])))
    cut.box = box


@dataclass
class _Walker:
    sprite: Sprite
    scale: float
    feet: np.ndarray
    begins: int
    is_mirrored: bool

    def draw(self, canvas: np.ndarray, owners: np.ndarray, number: int, at: int) -> np.ndarray | None:
        """Draw it at a frame; return its whole box, None where it isn't in the picture."""
        turn, step = divmod(at - self.begins, len(self.sprite))
        picture, opacity, feet = self.sprite[step]
        first, last = self.sprite[0][2], self.sprite[-1][2]
        moved = (feet - first + turn * (last - first)) * (-1 if self.is_mirrored else 1, 0.35)
        x, y = self.feet + moved * self.scale
        wide, high = (max(2, round(size * self.scale)) for size in (picture.shape[1], picture.shape[0]))
        shown = cv2.resize(picture, (wide, high), interpolation=cv2.INTER_CUBIC)
        alpha = cv2.resize(opacity, (wide, high), interpolation=cv2.INTER_LINEAR)
        if self.is_mirrored:
            shown, alpha = shown[:, ::-1], alpha[:, ::-1]
        left, top = round(x - wide / 2), round(y - high)
        height, width = canvas.shape[:2]
        x1, y1, x2, y2 = max(0, left), max(0, top), min(width, left + wide), min(height, top + high)
        if x2 - x1 < LEAST_VISIBLE * wide or y2 - y1 < LEAST_VISIBLE * high:
            return None
        inner = slice(y1 - top, y2 - top), slice(x1 - left, x2 - left)
        part = slice(y1, y2), slice(x1, x2)
        alpha, shown = cv2.GaussianBlur(alpha, (3, 3), 0)[inner][:, :, None], shown[inner]
        canvas[part] = (canvas[part] * (1 - alpha) + shown * alpha).astype(np.uint8)
        owners[part][alpha[:, :, 0] > 0.5] = number
        return np.array([x1, y1, x2, y2], float)


def compose(
    empty: np.ndarray, people: list[Sprite], seed: int, count: int, frames: int
) -> Iterator[tuple[np.ndarray, list[tuple[int, np.ndarray]]]]:
    """Yield each picture and who is in it: number and box (corners)."""
    chance = np.random.default_rng(seed)
    height, width = empty.shape[:2]
    walkers = []
    for _ in range(count):
        sprite = people[chance.integers(len(people))]
        y = chance.uniform(FAR_Y + 0.12, NEAR_Y)
        tall = np.interp(y, (FAR_Y, NEAR_Y), (FAR_HEIGHT, NEAR_HEIGHT)) * height / 480
        own = np.median([one[0].shape[0] for one in sprite])
        feet = np.array([chance.uniform(-0.1, 1.1) * width, y * height])
        walkers.append(
            _Walker(sprite, tall / own, feet, -int(chance.integers(60)), bool(chance.random() < 0.5))
        )
    walkers.sort(key=lambda one: one.feet[1])
    for at in range(frames):
        canvas, owners = empty.copy(), np.full(empty.shape[:2], -1)
        there = [
            (number, one.draw(canvas, owners, number, at)) for number, one in enumerate(walkers, start=1)
        ]
        yield canvas, [(number, box) for number, box in there if box is not None]


def dress(
    empty: np.ndarray, people: list[Sprite], ways: np.ndarray, seed: int, fps: float
) -> Iterator[tuple[np.ndarray, list[tuple[int, np.ndarray]]]]:
    """Yield each picture and who is in it, where people stand in the boxes of true tracks, (N, 7) as MOTChallenge has them.

    They walk at the pace of their own video, to and fro; whose feet are lower hides others.
    """
    chance = np.random.default_rng(seed)
    large = [one for one in people if np.median([step[0].shape[0] for step in one]) > LARGE]
    roles = {
        int(one): (large[chance.integers(len(large))], int(chance.integers(200)), bool(chance.random() < 0.5))
        for one in np.unique(ways[:, 1])
    }
    for frame in range(1, int(ways[:, 0].max()) + 1):
        canvas, there = empty.copy(), []
        now = ways[ways[:, 0] == frame]
        for row in now[np.argsort(now[:, 3] + now[:, 5])]:
            sprite, offset, is_mirrored = roles[int(row[1])]
            step = (offset + int(frame * SPRITE_FPS / fps)) % (2 * len(sprite) - 2)
            box = _paste(
                canvas, sprite[min(step, 2 * len(sprite) - 2 - step)], row[2:6], is_mirrored=is_mirrored
            )
            if box is not None:
                there.append((int(row[1]), box))
        yield canvas, there


def _paste(
    canvas: np.ndarray,
    step: tuple[np.ndarray, np.ndarray, np.ndarray],
    place: np.ndarray,
    *,
    is_mirrored: bool,
) -> np.ndarray | None:
    """Draw somebody into a box (left, top, width, height); return what of it is in the picture."""
    picture, opacity, _ = step
    high = max(2, round(place[3]))
    wide = max(2, min(round(picture.shape[1] * high / picture.shape[0]), round(place[2] * 1.15)))
    shown = cv2.resize(picture, (wide, high), interpolation=cv2.INTER_CUBIC)
    alpha = cv2.GaussianBlur(cv2.resize(opacity, (wide, high), interpolation=cv2.INTER_LINEAR), (3, 3), 0)
    if is_mirrored:
        shown, alpha = shown[:, ::-1], alpha[:, ::-1]
    left, top = round(place[0] + place[2] / 2 - wide / 2), round(place[1])
    height, width = canvas.shape[:2]
    x1, y1, x2, y2 = max(0, left), max(0, top), min(width, left + wide), min(height, top + high)
    if x2 - x1 < 2 or y2 - y1 < 2:  # noqa: PLR2004 - nothing of it is seen
        return None
    inner, part = (slice(y1 - top, y2 - top), slice(x1 - left, x2 - left)), (slice(y1, y2), slice(x1, x2))
    share = alpha[inner][:, :, None]
    canvas[part] = (canvas[part] * (1 - share) + shown[inner] * share).astype(np.uint8)
    return np.array([x1, y1, x2, y2], float)


def write_clip(
    folder: Path, name: str, pictures: Iterator[tuple[np.ndarray, list[tuple[int, np.ndarray]]]], fps: int
) -> tuple[Path, np.ndarray]:
    """Write a clip as H.264 and return its path and its truth, (N, 7) as MOTChallenge has it."""
    path, truth = folder / f"{name}.mp4", []
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps, options={"crf": "20", "preset": "veryfast"})
        for at, (picture, there) in enumerate(pictures):
            if at == 0:
                stream.height, stream.width, stream.pix_fmt = *picture.shape[:2], "yuv420p"
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = at, Fraction(1, fps)
            container.mux(stream.encode(frame))
            truth += [
                (at + 1, number, box[0], box[1], box[2] - box[0], box[3] - box[1], 1) for number, box in there
            ]
        container.mux(stream.encode())
    return path, np.array(truth, float)
