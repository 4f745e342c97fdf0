"""Faces in nobody who was found: looked for again only where a picture changed and nobody who was found explains it."""

from __future__ import annotations

import cv2
import numpy as np

from madang.infrastructure.cctv.methods.masking import find_changed_parts, list_covers
from madang.infrastructure.cctv.records import Floats, Picture

SIZE = 20
"""Pixels of the smallest face that is looked for."""
WHOLE_EVERY = 15
"""Each of so many searches goes over the whole picture: what was missed once is found with other noise."""
NOBODY = np.zeros((0, 4), np.float32)


class FaceFinder:
    """Remembers the faces of one camera: where nothing changed since the last search they are still there."""

    def __init__(self) -> None:
        self._cascade = cv2.CascadeClassifier(f"{cv2.data.haarcascades}haarcascade_frontalface_default.xml")
        self._before: Picture | None = None
        self._faces = NOBODY
        self._searches = 0

    def find(self, picture: Picture, hidden: Floats = NOBODY) -> Floats:
        """Return the faces of a picture, (N, 4) as corners in pixels.

        What `hidden` boxes (N, 4) cover is hidden without its face: it is looked at once they no longer do.
        """
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        parts = [(0, 0, grey.shape[1], grey.shape[0])]
        before = self._before
        if before is not None and before.shape == grey.shape and self._searches % WHOLE_EVERY:
            for left, top, right, bottom in list_covers(hidden, grey.shape):
                grey[top:bottom, left:right] = before[top:bottom, left:right]
            parts = find_changed_parts(before, grey, SIZE)
        self._before, self._searches = grey, self._searches + 1
        kept = [one for one in self._faces if not any(_is_within(one, part) for part in parts)]
        found = [face for part in parts for face in self._search(grey, part)]
        self._faces = np.array([*kept, *found], np.float32).reshape(-1, 4)
        return self._faces

    def _search(self, grey: Picture, part: tuple[int, int, int, int]) -> list[tuple[int, int, int, int]]:
        left, top, right, bottom = part
        found = self._cascade.detectMultiScale(grey[top:bottom, left:right], 1.2, 3, minSize=(SIZE, SIZE))
        return [(left + x, top + y, left + x + wide, top + y + high) for x, y, wide, high in found]


def _is_within(face: Floats, part: tuple[int, int, int, int]) -> bool:
    x, y = (face[0] + face[2]) / 2, (face[1] + face[3]) / 2
    return bool(part[0] <= x < part[2] and part[1] <= y < part[3])
