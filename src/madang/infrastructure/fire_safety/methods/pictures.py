"""Floor plans as pictures: read anew, so that nothing but the picture is kept."""

from __future__ import annotations

import io

import av
import cv2
import numpy as np

from madang.core.base.interface import BadInput

LARGEST_SIDE = 2400
MOST_PIXELS = 40_000_000


def read_plan(content: bytes) -> tuple[bytes, int, int]:
    """Return a picture as PNG with its width and height in pixels; BadInput where it is none that can be read."""
    picture = (
        cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR) if _is_measured(content) else None
    )
    if picture is None:
        raise BadInput(
            "fire_safety.picture",
            "4천만 화소까지의 PNG, JPEG, WebP 그림만 올릴 수 있습니다",
            "only PNG, JPEG and WebP of at most 40 million pixels can be uploaded",
            field="file",
        )
    height, width = picture.shape[:2]
    scale = min(1.0, LARGEST_SIDE / max(height, width))
    if scale < 1:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    height, width = picture.shape[:2]
    return cv2.imencode(".png", picture)[1].tobytes(), width, height


def _is_measured(content: bytes) -> bool:
    """Return whether the file's head tells a size within the limit; beyond it, nothing is unpacked."""
    is_known = content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or content[8:12] == b"WEBP"
    try:
        with av.open(io.BytesIO(content), options={"max_pixels": str(MOST_PIXELS)}) as file:
            stream = file.streams.video[0]
            return is_known and 0 < stream.width * stream.height <= MOST_PIXELS
    except (av.FFmpegError, IndexError):
        return False
