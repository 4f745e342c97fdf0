"""Frames of a video file, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import msgspec

from madang.core.base.interface import BadInput, NotFound
from madang.infrastructure.cctv.records import Picture

WHOLE = 0.9
"""A file with a smaller share of the frames that its own index promises was cut off."""


class VideoFacts(msgspec.Struct, frozen=True):
    """Frames a second, width and height in pixels."""

    fps: float
    width: int
    height: int


class Video:
    """A video that is read once, from its beginning.

    Raises NotFound or BadInput where it can't be opened. What breaks off later ends the frames, and
    `broken` says why.
    """

    def __init__(self, path: Path) -> None:
        self.broken = ""
        try:
            self._container = av.open(str(path))
        except FileNotFoundError as error:
            raise NotFound("cctv.missing", f"{path}이(가) 없습니다", f"there is no {path}") from error
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise _refuse(path, str(error)) from error
        if not self._container.streams.video:
            self._container.close()
            raise _refuse(path, "no picture in it")
        stream = self._container.streams.video[0]
        stream.thread_type = "AUTO"
        rate = float(stream.average_rate or stream.guessed_rate or 25)
        self.facts = VideoFacts(rate, stream.codec_context.width, stream.codec_context.height)

    def frames(self) -> Iterator[Picture]:
        """Yield each frame as (height, width, 3), blue, green, red."""
        promised, number = self._container.streams.video[0].frames, 0
        try:
            for frame in self._container.decode(video=0):
                number += 1
                yield frame.to_ndarray(format="bgr24")
            if number < WHOLE * promised:
                self.broken = f"it should hold {promised}"
        except (av.error.FFmpegError, OSError, ValueError) as error:
            self.broken = str(error)
        finally:
            self._container.close()


def _refuse(path: Path, reason: str) -> BadInput:
    return BadInput(
        "cctv.video",
        f"{path}은(는) 볼 수 없는 영상입니다: {reason}",
        f"{path} can't be read as video: {reason}",
    )
