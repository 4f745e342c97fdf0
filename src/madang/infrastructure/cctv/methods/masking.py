"""Who is in a picture is hidden before anybody sees it: people, faces, vehicles, and whatever else moves."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from madang.infrastructure.cctv.records import Floats, Picture

from .boxes import measure_overlap

BLOCKS = 9
"""How many blocks stand across a hidden person's height: how somebody stands is seen, who it is isn't."""
LEAST_BLOCK = 8
GROW = 0.12
HEAD, SAME_PERSON = 0.22, 0.5
"""The head's share of somebody's height; overlap from which two boxes may be the same person."""
MOTION_LEVEL = 14
MOTION_REACH = 15
COARSE, CHANGE_LEVEL = 4, 10


def mask(picture: Picture, boxes: Floats, moving: npt.NDArray[np.bool_] | None = None) -> Picture:
    """Return a copy with the boxes (N, 4; corners in pixels), a little larger, and all that moves as mosaic."""
    hidden = picture.copy()
    if moving is not None and moving.any():
        coarse = _pixelate(picture, max(LEAST_BLOCK, picture.shape[0] // 24))
        cv2.copyTo(coarse, moving.view(np.uint8), hidden)
    for x1, y1, x2, y2 in list_covers(boxes, picture.shape):
        block = max(LEAST_BLOCK, (y2 - y1) // BLOCKS)
        hidden[y1:y2, x1:x2] = _pixelate(picture[y1:y2, x1:x2], block)
    return hidden


def list_covers(boxes: Floats, shape: tuple[int, ...]) -> list[tuple[int, int, int, int]]:
    """Return what of a picture (its height and width) is hidden for boxes: a little more, in whole pixels."""
    grown = (_grow(box, shape[1], shape[0]) for box in boxes)
    return [(x1, y1, x2, y2) for x1, y1, x2, y2 in grown if x2 > x1 and y2 > y1]


def hide_others(person: Floats, people: Floats) -> Floats:
    """Return what to hide (corners) where one person (4,) alone is shown, of `people` (N, 4) in the same picture.

    Hidden are the head, and everybody else whole; of who stands just where the person does, the head too.
    """
    boxes = np.concatenate([person[None], people])
    same = measure_overlap(person[None], boxes)[0] >= SAME_PERSON
    heads = boxes[same].copy()
    heads[:, 3] = heads[:, 1] + HEAD * (heads[:, 3] - heads[:, 1])
    return np.concatenate([boxes[~same], heads])


def find_motion(grey: Floats, background: Floats) -> npt.NDArray[np.bool_]:
    """Return which grey pixels (height, width) differ from the background (height, width), and those around them."""
    different = (cv2.absdiff(grey, background) > MOTION_LEVEL).astype(np.uint8)
    different = cv2.morphologyEx(different, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return cv2.dilate(different, np.ones((MOTION_REACH, MOTION_REACH), np.uint8)).astype(bool)


def find_changed_parts(before: Picture, now: Picture, margin: int) -> list[tuple[int, int, int, int]]:
    """Return parts (left, top, right, bottom) that hold all that differs between two grey pictures, with a margin.

    No two overlap. Pictures are compared at a quarter of their size: noise is no change.
    """
    height, width = now.shape
    small = (max(1, width // COARSE), max(1, height // COARSE))
    coarse = [cv2.resize(one, small, interpolation=cv2.INTER_AREA) for one in (before, now)]
    reach = 2 * (margin // COARSE) + 1
    changed = (cv2.absdiff(*coarse) > CHANGE_LEVEL).astype(np.uint8)
    changed = cv2.dilate(changed, np.ones((reach, reach), np.uint8))
    while True:
        count, _, facts, _ = cv2.connectedComponentsWithStats(changed)
        boxes = [facts[number][:4] for number in range(1, count)]
        if sum(int(wide * high) for _, _, wide, high in boxes) == np.count_nonzero(changed):
            break
        for x, y, wide, high in boxes:
            changed[y : y + high, x : x + wide] = 1
    across, down = width / small[0], height / small[1]
    return [
        (
            int(x * across),
            int(y * down),
            min(width, int((x + wide) * across)),
            min(height, int((y + high) * down)),
        )
        for x, y, wide, high in boxes
    ]


def _grow(box: Floats, width: int, height: int) -> tuple[int, int, int, int]:
    wide, high = (box[2] - box[0]) * GROW, (box[3] - box[1]) * GROW
    x1, y1 = max(0, int(box[0] - wide)), max(0, int(box[1] - high))
    return x1, y1, min(width, int(np.ceil(box[2] + wide))), min(height, int(np.ceil(box[3] + high)))


def _pixelate(part: Picture, block: int) -> Picture:
    height, width = part.shape[:2]
    small = cv2.resize(part, (max(1, width // block), max(1, height // block)), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)
