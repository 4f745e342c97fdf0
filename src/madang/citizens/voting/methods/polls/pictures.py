"""Pictures of choices: read once, made small and written anew, so that nothing else in the file is kept."""

from __future__ import annotations

import io

import av
import cv2
import numpy as np

from madang.core.base.interface import BadInput

LARGEST_FILE = 8_000_000
MOST_PIXELS = 40_000_000
SIDE = 800
QUALITY = 82


def remake_picture(content: bytes) -> bytes:
    """Return a JPEG at most 800 pixels wide and high of a JPEG, PNG or WebP file; BadInput where it is none.

    Place, camera and other marks of the file are left behind. At most 8 MB and 40 million pixels are read.
    """
    if len(content) > LARGEST_FILE:
        raise BadInput("voting.picture", "그림은 8 MB까지 올릴 수 있어요", "a picture may have 8 MB at most")
    if not content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) and content[8:12] != b"WEBP":
        raise _refuse()
    if not _is_measured(content):
        raise _refuse()
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise _refuse()
    scale = SIDE / max(picture.shape[:2])
    if scale < 1:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()


def _is_measured(content: bytes) -> bool:
    """Return whether the file's head tells a size within the limit; beyond it, nothing is unpacked."""
    try:
        with av.open(io.BytesIO(content), options={"max_pixels": str(MOST_PIXELS)}) as file:
            stream = file.streams.video[0]
            return 0 < stream.width * stream.height <= MOST_PIXELS
    except (av.FFmpegError, IndexError):
        return False


def _refuse() -> BadInput:
    return BadInput(
        "voting.picture",
        "4천만 화소까지의 JPEG, PNG, WebP 그림만 올릴 수 있어요",
        "only JPEG, PNG and WebP of at most 40 million pixels can be uploaded",
    )
