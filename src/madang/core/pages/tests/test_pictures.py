"""An uploaded picture is looked at before it is unpacked, and nothing but the picture is kept of it."""

from __future__ import annotations

import io

import av
import cv2
import numpy as np
import pytest

from madang.core.base.interface import BadInput
from madang.core.pages.interface import read_picture, remake_picture


def draw(kind: str, width: int, height: int) -> bytes:
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:, : width // 2] = 255
    return cv2.imencode(kind, picture)[1].tobytes()


@pytest.mark.parametrize("kind", [".jpg", ".png", ".webp"])
def test_a_picture_is_made_small_and_written_anew(kind):
    made = remake_picture(draw(kind, 1600, 900), side=800)[0]
    with av.open(io.BytesIO(made)) as file:
        assert (file.format.name, file.streams.video[0].width, file.streams.video[0].height) == (
            "jpeg_pipe",
            800,
            450,
        )


def test_nothing_but_the_picture_stays_of_a_file():
    plain = draw(".jpg", 300, 200)
    place = b"Exif\0\0GPS 37.5665 N 126.9780 E"
    marked = plain[:2] + b"\xff\xe1" + (len(place) + 2).to_bytes(2, "big") + place + plain[2:]
    assert b"GPS" in marked
    assert b"GPS" not in remake_picture(marked, side=800)[0]


@pytest.mark.parametrize(
    "content", [b"", b"<svg/>", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n" + b"0" * 99, b"GIF89a" + b"0" * 99]
)
def test_what_is_no_picture_is_refused(content):
    with pytest.raises(BadInput):
        read_picture(content)


def test_a_small_file_that_would_unpack_to_a_huge_picture_is_refused():
    content = cv2.imencode(".png", np.zeros((9000, 9000), np.uint8))[1].tobytes()
    assert len(content) < 1_000_000
    with pytest.raises(BadInput, match="pixels"):
        read_picture(content)
