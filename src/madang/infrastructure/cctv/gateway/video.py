"""Frames of a video file, one after the other, upright and of one size, with their times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import av
import msgspec
import numpy as np
from av.container import InputContainer

from madang.core.base.interface import BadInput, NotFound
from madang.infrastructure.cctv.records import Picture

WHOLE = 0.9
"""A file with a smaller share of the frames or seconds that it promises itself was cut off."""
USUAL_FPS, LEAST_FPS, MOST_FPS = 25.0, 0.1, 240.0
ALONE = {"protocol_whitelist": "file"}
"""A list of other files or addresses that calls itself a video leads nowhere."""
BROKEN = (av.error.FFmpegError, OSError, ValueError)


class VideoFacts(msgspec.Struct, frozen=True):
    """Frames a second on average, width and height in pixels as they are shown: a stored rotation is done."""

    fps: float
    width: int
    height: int


class Video:
    """A video that is read once, from its beginning.

    Raises NotFound or BadInput where it can't be opened or holds no frame. A damaged part is left out; what breaks
    off later ends the frames; `broken` says either. `times` has the seconds since the first frame of each that was
    given.
    """

    def __init__(self, path: Path) -> None:
        self.broken = self._damage = ""
        self.times: list[float] = []
        try:
            self._container = av.open(str(path), options=ALONE)
        except FileNotFoundError as error:
            raise NotFound("cctv.missing", f"{path}이(가) 없습니다", f"there is no {path}") from error
        except BROKEN as error:
            raise _refuse(path, str(error)) from error
        if not self._container.streams.video:
            self._container.close()
            raise _refuse(path, "no picture in it")
        stream = self._container.streams.video[0]
        stream.thread_type = "AUTO"
        self._frames = self._decode()
        try:
            self._first = next(self._frames)
        except (StopIteration, *BROKEN) as error:
            self._container.close()
            raise _refuse(path, self._damage or str(error) or "no frame in it") from error
        rates = (stream.average_rate, stream.guessed_rate)
        fps = next((float(one) for one in rates if one and LEAST_FPS <= one <= MOST_FPS), USUAL_FPS)
        wide, high = self._first.width, self._first.height
        self.facts = VideoFacts(fps, *((high, wide) if self._first.rotation % 180 else (wide, high)))

    def frames(self) -> Iterator[Picture]:
        """Yield each frame as (height, width, 3), blue, green, red."""
        promised, seconds = self._container.streams.video[0].frames, _read_promise(self._container)
        try:
            yield self._read(self._first)
            for frame in self._frames:
                yield self._read(frame)
            self.broken = self._damage
            if len(self.times) < WHOLE * promised:
                self.broken = f"it should hold {promised}"
            elif self.times[-1] + 2 / self.facts.fps < WHOLE * seconds:
                self.broken = f"it should last {seconds:.1f} s"
        except BROKEN as error:
            self.broken = str(error)
        finally:
            self._container.close()

    def _decode(self) -> Iterator[av.VideoFrame]:
        """Yield each frame that can be decoded: what follows a damaged part is worth seeing."""
        for packet in self._container.demux(video=0):
            try:
                yield from packet.decode()
            except av.error.InvalidDataError as error:
                self._damage = f"a part of it is damaged: {error}"

    def _read(self, frame: av.VideoFrame) -> Picture:
        first, last = self._first, self.times[-1] if self.times else 0.0
        if frame.time is None or first.time is None:
            self.times.append(last + 1 / self.facts.fps if self.times else 0.0)
        else:
            self.times.append(max(last, frame.time - first.time))
        return upright(frame, frame.to_ndarray(format="bgr24", width=first.width, height=first.height))


def upright(frame: av.VideoFrame, picture: Picture) -> Picture:
    """Return a frame's picture turned as the file says that it is to be shown: phones store it lying."""
    turns = round(frame.rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(picture, turns)) if turns else picture


def _read_promise(container: InputContainer) -> float:
    """Return how many seconds the pictures should last by what the file says of itself; 0 where it doesn't."""
    stream = container.streams.video[0]
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    hours, _, rest = stream.metadata.get("DURATION", "").partition(":")
    minutes, _, seconds = rest.partition(":")
    try:
        return timedelta(hours=int(hours), minutes=int(minutes), seconds=float(seconds)).total_seconds()
    except ValueError:
        return 0.0


def _refuse(path: Path, reason: str) -> BadInput:
    return BadInput(
        "cctv.video",
        f"{path}은(는) 볼 수 없는 영상입니다: {reason}",
        f"{path} can't be read as video: {reason}",
    )
