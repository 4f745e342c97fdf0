"""QR codes in photographs of paper."""

from __future__ import annotations

import io

import av
import cv2
import numpy as np

MOST_PIXELS = 40_000_000
SIDES = (2400, 1600, 3200)
"""A picture is looked at with its longer side so many pixels long, one after the other: dense codes need it."""


def read_qr(content: bytes) -> str | None:
    """Return what a QR code in a JPEG, PNG or WebP picture says, None where none is found.

    At most 40 million pixels are unpacked.
    """
    if not _is_measured(content):
        return None
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        return None
    longest = max(picture.shape)
    for side in dict.fromkeys([longest if longest <= SIDES[0] else SIDES[0], *SIDES[1:]]):
        scale = side / longest
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        seen = picture if scale == 1 else cv2.resize(picture, None, fx=scale, fy=scale, interpolation=how)
        text, _, _ = cv2.QRCodeDetectorAruco().detectAndDecode(seen)
        if text:
            return text
    return None


def _is_measured(content: bytes) -> bool:
    """Return whether the file's head tells a size within the limit; beyond it, nothing is unpacked."""
    try:
        with av.open(io.BytesIO(content), options={"max_pixels": str(MOST_PIXELS)}) as file:
            stream = file.streams.video[0]
            return 0 < stream.width * stream.height <= MOST_PIXELS
    except (av.FFmpegError, IndexError):
        return False
