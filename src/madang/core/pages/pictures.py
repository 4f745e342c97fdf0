"""Pictures that people upload: looked at before they are unpacked, and written anew so that nothing else is kept."""

from __future__ import annotations

import io
from typing import Any

from madang.core.base.interface import BadInput

LARGEST_FILE = 20_000_000
MOST_PIXELS = 40_000_000
QUALITY = 82
SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


def read_picture(content: bytes, *, is_grey: bool = False) -> Any:
    """Return the pixels of a JPEG, PNG or WebP file, (height, width, 3) as BGR or (height, width), 8 bits each.

    BadInput where it is none, or has more than 20 MB or 40 million pixels: then nothing is unpacked.
    """
    import cv2  # noqa: PLC0415 - few processes ever see a picture
    import numpy as np  # noqa: PLC0415

    picture = None
    if len(content) <= LARGEST_FILE and _is_known(content) and 0 < _count_pixels(content) <= MOST_PIXELS:
        form = cv2.IMREAD_GRAYSCALE if is_grey else cv2.IMREAD_COLOR
        picture = cv2.imdecode(np.frombuffer(content, np.uint8), form)
    if picture is None:
        raise BadInput(
            "picture.unreadable",
            "20 MB, 4천만 화소까지의 JPEG, PNG, WebP 그림만 올릴 수 있어요",
            "only JPEG, PNG and WebP of at most 20 MB and 40 million pixels can be uploaded",
        )
    return picture


def remake_picture(content: bytes, *, side: int, ending: str = ".jpg") -> tuple[bytes, int, int]:
    """Return a picture written anew, at most `side` pixels wide and high, with its width and height.

    Place, camera and other marks of the file are left behind. BadInput as of `read_picture`.
    """
    import cv2  # noqa: PLC0415

    picture = read_picture(content)
    scale = side / max(picture.shape[:2])
    if scale < 1:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    height, width = picture.shape[:2]
    quality = [cv2.IMWRITE_JPEG_QUALITY, QUALITY] if ending == ".jpg" else []
    return cv2.imencode(ending, picture, quality)[1].tobytes(), width, height


def _is_known(content: bytes) -> bool:
    return content.startswith(SIGNATURES) or content[8:12] == b"WEBP"


def _count_pixels(content: bytes) -> int:
    """Return how many pixels the file's head tells of; 0 where it tells nothing."""
    import av  # noqa: PLC0415

    try:
        with av.open(io.BytesIO(content), options={"max_pixels": str(MOST_PIXELS)}) as file:
            stream = file.streams.video[0]
            return stream.width * stream.height
    except (av.FFmpegError, IndexError):
        return 0
