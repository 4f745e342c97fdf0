"""Pictures of a camera as they come: by RTSP or HLS, or from a file that is played over and over in its own time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator

import av
from av.container import InputContainer

from madang.core.base.interface import BadInput
from madang.infrastructure.cctv.records import Picture

from .admission import pin_address
from .playlists import Playlist
from .troubles import ENDED, say_trouble
from .video import ALONE, upright

OPEN_S, READ_S = 5.0, 5.0
WAIT_S = (0.5, 1.0, 2.0, 5.0, 10.0)
"""Between one attempt and the next; the last goes on."""
LONGEST_WAIT_S = 1.0
TRANSPORT = {"rtsp_transport": "tcp+udp", "rtsp_flags": "prefer_tcp"}
"""Pictures come over TCP, where none gets lost on the way; over UDP from a camera that knows nothing else."""


class SourceReader:
    """Reads one source in a thread of its own and keeps the newest picture alone: what is late is left out."""

    def __init__(self, url: str, came: threading.Event | None = None) -> None:
        """`came` is set with every picture."""
        self.url = url
        self._came = came or threading.Event()
        self.trouble = ""
        self._frame: av.VideoFrame | None = None
        self._lock = threading.Lock()
        self._has_come = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="source")
        self._thread.start()

    @property
    def has_picture(self) -> bool:
        """Whether a picture waits to be taken."""
        return self._frame is not None

    def take(self, width: int) -> Picture | None:
        """Return the newest picture (blue, green, red), at most `width` wide; None where none has come since."""
        with self._lock:
            frame, self._frame = self._frame, None
        if frame is None:
            return None
        scale = min(1.0, width / frame.width)
        wide, high = int(frame.width * scale) // 2 * 2, int(frame.height * scale) // 2 * 2
        return upright(frame, frame.to_ndarray(format="bgr24", width=wide, height=high, interpolation="AREA"))

    def close(self) -> None:
        """Stop reading; the thread ends by itself."""
        self._stop.set()

    def _run(self) -> None:
        failed = 0
        while not self._stop.is_set():
            began, self._has_come = time.monotonic(), False
            try:
                self._read()
                if self.url.startswith("/") and self._has_come:
                    continue  # a file begins again
                self.trouble = ENDED
            except (av.error.FFmpegError, OSError, ValueError, BadInput) as error:
                self.trouble = say_trouble(error, is_late=time.monotonic() - began >= OPEN_S)
            failed = 1 if self._has_come else failed + 1
            self._stop.wait(WAIT_S[min(failed, len(WAIT_S)) - 1])

    def _read(self) -> None:
        """Read until the source ends."""
        if self.url.startswith("http"):
            self._show(Playlist(self.url).frames(self._stop.wait))
            return
        if self.url.startswith("/"):
            container = av.open(self.url, options=ALONE, timeout=(OPEN_S, READ_S))
        else:
            container = av.open(pin_address(self.url), options=TRANSPORT, timeout=(OPEN_S, READ_S))
        try:
            if not container.streams.video:
                raise ValueError("no picture in it")
            frames = self._decode(container)
            self._show(_pace(frames) if self.url.startswith("/") else frames)
        finally:
            container.close()

    def _show(self, frames: Iterable[av.VideoFrame]) -> None:
        """Keep the newest picture until there is none any more."""
        for frame in frames:
            if self._stop.is_set():
                break
            with self._lock:
                self._frame = frame
            self._came.set()
            self.trouble, self._has_come = "", True

    def _decode(self, container: InputContainer) -> Iterator[av.VideoFrame]:
        """Yield what can be decoded: a packet that got lost costs its own pictures alone.

        Raises InvalidDataError where nothing could be for READ_S.
        """
        last = time.monotonic()
        for packet in container.demux(video=0):
            try:
                frames = packet.decode()
            except av.error.InvalidDataError:
                if time.monotonic() - last > READ_S:
                    raise
                continue
            for frame in frames:
                yield frame
                last = time.monotonic()


def _pace(frames: Iterable[av.VideoFrame]) -> Iterator[av.VideoFrame]:
    """Yield the pictures of a file when they are due."""
    began = time.monotonic()
    for frame in frames:
        if frame.time is not None:
            time.sleep(min(LONGEST_WAIT_S, max(0.0, began + frame.time - time.monotonic())))
        yield frame
