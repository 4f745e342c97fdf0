"""QR codes in photographs of paper."""

from __future__ import annotations

from typing import Any

import cv2

SIDES = (2400, 1600, 3200)
"""A picture is looked at with its longer side so many pixels long, one after the other: dense codes need it."""


def read_qr(picture: Any) -> str | None:
    """Return what a QR code in a picture (grey pixels, 8 bits each) says, None where none is found."""
    longest = max(picture.shape)
    for side in dict.fromkeys([longest if longest <= SIDES[0] else SIDES[0], *SIDES[1:]]):
        scale = side / longest
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        seen = picture if scale == 1 else cv2.resize(picture, None, fx=scale, fy=scale, interpolation=how)
        text, _, _ = cv2.QRCodeDetectorAruco().detectAndDecode(seen)
        if text:
            return text
    return None
