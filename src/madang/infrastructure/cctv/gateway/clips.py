"""Files of pictures: the newest of each camera, and clips of events, masked and original."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from madang.core.base.interface import read_settings

JPEG_QUALITY = 80
TICKS = 1000
OWNER_ALONE = 0o700


class Files:
    """Where pictures lie: newest ones, masked clips, originals that need approval, and people whom a search sees."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("live", "clips", "originals", "sightings"):
            (folder / name).mkdir(parents=True, exist_ok=True, mode=OWNER_ALONE)

    def name_live(self, camera_id: str) -> Path:
        """Return the file of a camera's newest picture, masked."""
        return self.folder / "live" / f"{to_name(camera_id)}.jpg"

    def name_clip(self, uid: str) -> Path:
        """Return the file of an event's masked clip."""
        return self.folder / "clips" / f"{to_name(uid)}.mp4"

    def name_original(self, uid: str) -> Path:
        """Return the file of an event's original clip."""
        return self.folder / "originals" / f"{to_name(uid)}.mp4"

    def name_sighting(self, uid: str) -> Path:
        """Return the file of the picture of somebody that a search asks for, the head hidden."""
        return self.folder / "sightings" / f"{to_name(uid)}.jpg"

    def list_clips(self) -> list[Path]:
        """Return every clip, masked and original, and what was left half written."""
        return sorted(path for name in ("clips", "originals") for path in (self.folder / name).iterdir())


def open_files() -> Files:
    """Return where this house keeps pictures."""
    return Files(read_settings().data_path / "files" / "cctv")


def encode_picture(picture: np.ndarray) -> bytes:
    """Return a picture as JPEG."""
    _, body = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return body.tobytes()


def decode_picture(body: bytes) -> np.ndarray:
    """Return the picture of a JPEG."""
    return cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR)


def put(path: Path, body: bytes) -> None:
    """Write a file whole or not at all."""
    new = path.with_suffix(".new")
    new.write_bytes(body)
    os.replace(new, path)


def write_clip(path: Path, pictures: Sequence[tuple[float, bytes]]) -> str:
    """Write pictures (seconds, JPEG) as H.264 in MP4, whole or not at all; return the file's SHA-256."""
    new = path.with_suffix(".new")
    first = decode_picture(pictures[0][1])
    began = pictures[0][0]
    with av.open(str(new), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=25, options={"preset": "veryfast", "crf": "26"})
        stream.height, stream.width = first.shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, TICKS)
        last = -1
        for at, body in pictures:
            frame = av.VideoFrame.from_ndarray(decode_picture(body), format="bgr24")
            last = max(last + 1, int((at - began) * TICKS))
            frame.pts, frame.time_base = last, Fraction(1, TICKS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    os.replace(new, path)
    return hash_file(path)


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file, 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def to_name(text: str) -> str:
    """Return a text as a file may be named: no slash, and no dot at its beginning."""
    return "".join(one if one.isalnum() or one in "-_." else "_" for one in text).lstrip(".")
